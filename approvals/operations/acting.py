"""Who is acting, and which roles that gives them on a case. A role left out means denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from workflows.engine.definition import INTERNAL, Definition

from .permissions import Tree, is_placed


@dataclass(frozen=True, slots=True)
class Held:
    """A position as it counts today: role, department, office and the kind of that office.

    ``for_person_id`` is whose position it is, when the person stands in for them (替岗). ``inherited``: the office has closed,
    and the position is at the one that took over; it counts for what the closed office left behind, and nothing new comes there.
    """

    role: str
    department: str
    office_id: int
    kind: str
    for_person_id: int | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Acting:
    """A signed-in person with the positions they hold today."""

    person_id: int
    name: str
    positions: tuple[Held, ...] = ()
    on_behalf_of: int | None = None

    @property
    def is_staff(self) -> bool:
        return bool(self.positions)

    @property
    def stands_in_for(self) -> frozenset[int]:
        """Those whose work this person does while they are away."""
        return frozenset(held.for_person_id for held in self.positions if held.for_person_id is not None)

    def has_role(self, role: str) -> bool:
        return any(held.role == role for held in self.positions)


def with_inherited(positions: Iterable[Held], network: Tree, on: date) -> tuple[Held, ...]:
    """The positions, and each of them once more for every closed office whose work its office took over; no statement."""
    own = tuple(positions)
    inherited = (
        replace(held, office_id=office_id, inherited=True)
        for held in own
        for office_id in sorted(network.predecessors(held.office_id, on))
    )
    return own + tuple(inherited)


def stood_in(acting: Acting, offices: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """Whose role it is, for each role that somebody has at some offices by standing in alone."""
    here = frozenset(offices)
    at_hand = [held for held in acting.positions if held.office_id in here]
    own = {held.role for held in at_hand if held.for_person_id is None}
    others = {held.role: held.for_person_id for held in at_hand if held.for_person_id is not None and held.role not in own}
    return tuple(sorted(others.items()))


def roles_on_case(
    acting: Acting,
    *,
    applicant_id: int | None,
    department: str,
    offices: Iterable[int],
    task_role: str = "",
    task_office_id: int | None = None,
) -> frozenset[str]:
    """The roles a person has on one case.

    The applicant is whoever filed it, and nothing else on that case: nobody decides their own application (公务员法 第七十六条).
    Staff must hold the role, at a kind of office where there is such a role, in the department that is responsible for the
    matter, at an office the case is with; window clerks serve every department, so for them the office alone decides. With an
    open task, its own role counts only at the office that it is addressed to: what is handed out in a town is handed out
    there. Without one, these are the roles that may read.
    """
    if applicant_id == acting.person_id:
        return frozenset({"applicant"})
    here = frozenset(offices)
    return frozenset(
        held.role
        for held in acting.positions
        if held.office_id in here
        and is_placed(held.role, held.kind)
        and (held.department == department or held.role == "clerk")
        and not (held.role == task_role and task_office_id not in (None, held.office_id))
    )


def counting_on(definition: Definition, roles: frozenset[str]) -> frozenset[str]:
    """Of the roles that a person has at the office of a case, those that count on a case of this workflow.

    What the product opens itself is for those alone whom its tasks address: whoever was rated does not read there what was
    said of them.
    """
    if definition.kind != INTERNAL:
        return roles
    return roles & {"applicant", *(state.task.role for state in definition.states.values() if state.task is not None)}
