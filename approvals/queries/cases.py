"""One case with its whole family: what stands where, what was filed, issued and told. Reading only.

Who may see what is asked by the caller with ``roles_on_case``; a family is read whole because the chain is drawn whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Document, Office, Person, Submission, Task
from workflows.county import county_catalogue
from workflows.engine.definition import OUTSIDE_STAGES, Definition, Field, Opening, State
from workflows.network import office_for

from .colours import Due, due_of_step


@dataclass(frozen=True, slots=True)
class Member:
    """One case of a family with its open task."""

    case: Case
    definition: Definition
    task: Task | None
    holder: str | None
    office: str | None

    @property
    def state(self) -> State:
        return self.definition.states[self.case.state]

    @property
    def is_root(self) -> bool:
        return self.case.parent_id is None

    @property
    def is_settled(self) -> bool:
        return self.case.outcome != ""

    def office_ids(self) -> Iterator[int]:
        """Offices where this case may be worked on, by the same rule as the verbs use."""
        yield self.case.offices.get("receiving", self.case.deciding_office_id)
        for state in self.definition.states.values():
            if state.task is not None:
                yield office_for(self.case.offices, self.case.workflow, state.task.office, self.case.deciding_office_id)

    def every_office_id(self) -> frozenset[int]:
        """Every office that the case has to do with: where it is decided, taken in, handed out, carried through."""
        return frozenset({self.case.deciding_office_id, *self.case.offices.values()})

    def due(self, now: datetime) -> Due | None:
        """The due time of the step it is in; None where no time runs."""
        return due_of_step(self.task, self.state.time, now) if self.task is not None else None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, as staff address them."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Family:
    """A case with everything above and below it; ``subject`` is the one that was asked for.

    Without ``applicant`` it was taken in at a window for somebody who has not claimed it.
    """

    subject: Member
    root: Member
    members: tuple[Member, ...]
    applicant: Applicant | None

    def linked_of(self, member: Member) -> tuple[Member, ...]:
        return tuple(other for other in self.members if other.case.parent_id == member.case.id)

    def member_of(self, workflow: str) -> Member | None:
        """The case of that workflow, the newest where there are several."""
        return next((member for member in reversed(self.members) if member.definition.key == workflow), None)

    @property
    def filed(self) -> Member:
        """The case whose application it is: the root, or the matter that an agent carries; the root while that is not filed."""
        return next((member for member in (self.root, *self.members) if member.definition.pages), self.root)

    @property
    def correcting(self) -> Member | None:
        """The case that was returned to the applicant, if one is."""
        return next((member for member in self.members if member.state.stage == "correction"), None)

    @property
    def signing(self) -> Member | None:
        """The case whose application people are signing, if they are."""
        return next((member for member in self.members if member.state.stage == "signing"), None)

    @property
    def is_outside(self) -> bool:
        """Whether the authority waits for the people who apply: the clocks of the whole family stand still then."""
        return any(member.state.stage in OUTSIDE_STAGES for member in self.members)


def family_of(session: Session, token: str) -> Family | None:
    """The family of the case with that token; None for an unknown one. Costs one statement."""
    rows = _rows_of(session, Case.root_id == select(Case.root_id).where(Case.token == token).scalar_subquery())
    return _family(rows, next((case for case, *_ in rows if case.token == token), None))


def families_of(session: Session, roots: Iterable[int]) -> list[Family]:
    """The families of these root cases, each as it is looked at from its root. One statement, however many they are."""
    rows = _rows_of(session, Case.root_id.in_(list(roots)))
    by_root: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_root[row[0].root_id].append(row)
    found = (_family(own, next((case for case, *_ in own if case.id == root), None)) for root, own in by_root.items())
    return [family for family in found if family is not None]


def _rows_of(session: Session, which: ColumnElement[bool]) -> Sequence[Any]:
    """Every case that meets a condition, with its open task, who holds that and where it lies, and who applies."""
    applicant = aliased(Person)
    return session.execute(
        select(Case, Task, Person.name, Office.name, applicant.name, applicant.phone)
        .outerjoin(Task, and_(Task.case_id == Case.id, Task.closed_at.is_(None)))
        .outerjoin(Person, Person.id == Task.holder_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .outerjoin(applicant, applicant.id == Case.applicant_id)
        .where(which)
        .order_by(Case.id)
    ).all()


def _family(rows: Sequence[Any], wanted: Case | None) -> Family | None:
    members = tuple(
        Member(case, county_catalogue().version(case.workflow, case.version), task, holder, office)
        for case, task, holder, office, *_ in rows
    )
    subject = next((member for member in members if member.case is wanted), None)
    root = next((member for member in members if member.is_root), None)
    if subject is None or root is None:
        return None
    name, phone = next((line[4], line[5]) for line in rows if line[0] is root.case)
    return Family(subject, root, members, Applicant(name, phone) if name is not None else None)


def family_of_id(session: Session, root_id: int) -> Family | None:
    """The family of a root case by its identifier."""
    token = session.scalar(select(Case.token).where(Case.id == root_id))
    return family_of(session, token) if token is not None else None


def filed_definition(session: Session, root: Case) -> Definition:
    """The workflow whose pages an application fills: the root's own, or that of the matter which an agent carries."""
    definition = county_catalogue().version(root.workflow, root.version)
    if definition.pages:
        return definition
    carried = select(Case.workflow, Case.version).where(Case.parent_id == root.id).order_by(Case.id).limit(1)
    found = session.execute(carried).first()
    return county_catalogue().version(*found) if found is not None else definition


def case_of_task(session: Session, task_id: int) -> Case | None:
    """The case that a task belongs to."""
    return session.scalar(select(Case).join(Task, Task.case_id == Case.id).where(Task.id == task_id))


def submissions_of(session: Session, family: Family) -> list[Submission]:
    """What was filed, the first submission first."""
    return list(session.scalars(select(Submission).where(Submission.case_id == family.root.case.id).order_by(Submission.number)))


def submissions_by_root(session: Session, roots: Iterable[int]) -> dict[int, list[Submission]]:
    """What was filed of each of these root cases, the first submission first. One statement."""
    found: dict[int, list[Submission]] = defaultdict(list)
    for each in session.scalars(select(Submission).where(Submission.case_id.in_(list(roots))).order_by(Submission.number)):
        found[each.case_id].append(each)
    return found


def documents_of(session: Session, family: Family) -> list[Document]:
    """Everything issued in the family, the oldest first."""
    return list(session.scalars(select(Document).where(Document.root_id == family.root.case.id).order_by(Document.id)))


# ---- the chain ------------------------------------------------------------------------------------------------------



@dataclass(frozen=True, slots=True)
class Node:
    """One matter of a chain as it stands. Without ``member`` its case does not exist yet, or never will."""

    definition: Definition
    status: str
    member: Member | None
    waits_for: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as columns of matters: those of a column run side by side, the next begins after them."""

    columns: tuple[tuple[Node, ...], ...] = field(default=())
    left_out: tuple[Definition, ...] = ()


_STATUS_OF_OUTCOME = {
    "done": "done", "failed": "failed", "refused": "failed", "withdrawn": "withdrawn", "not_opened": "not-opened",
}  # fmt: skip


def chain_of(family: Family) -> Chain:
    """The chain of what was filed, from its definition: what every state opens, in order, with what was chosen and how it stands."""
    root, columns, left_out = family.filed, [], []
    before: tuple[Definition, ...] = ()
    for state in root.definition.states.values():
        chosen = [each for each in state.opens if each.when == "always" or each.workflow in root.case.chosen]
        left_out += [_latest(each.workflow) for each in state.opens if each not in chosen]
        keys = {each.workflow for each in chosen}
        first = [each for each in chosen if not keys & set(each.after)]
        for column in (first, [each for each in chosen if each not in first]):
            if column:
                columns.append(tuple(_node(family, each, before, keys) for each in column))
        if chosen:
            before = tuple(_latest(each.workflow) for each in chosen)
    return Chain(tuple(columns), tuple(left_out))


def _latest(key: str) -> Definition:
    return county_catalogue().latest(key)


def _node(family: Family, opening: Opening, before: tuple[Definition, ...], chosen: set[str]) -> Node:
    member = family.member_of(opening.workflow)
    if member is None:
        # A chain that ended before this state never opens what the state would have opened.
        status = "not-opened" if family.filed.is_settled else "waiting"
        return Node(_latest(opening.workflow), status, None, before)
    after = tuple(_latest(key) for key in opening.after if key in chosen)
    if member.is_settled:
        return Node(member.definition, _STATUS_OF_OUTCOME[member.case.outcome], member)
    if member.state.task is None:
        return Node(member.definition, "waiting", member, after)
    return Node(member.definition, "running", member)


def waiting_for(family: Family, member: Member) -> tuple[Definition, ...]:
    """The matters a case without an addressee waits for: its unsettled linked cases, or those opened before it."""
    linked = tuple(other.definition for other in family.linked_of(member) if not other.is_settled)
    if linked:
        return linked
    return tuple(_latest(key) for key in member.case.predecessors)


# ---- what was filed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two submissions; ``path`` is page.field, with row and column in a table."""

    page: str
    field: Field
    before: Any
    after: Any


def changes_between(definition: Definition, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What a later submission changed, field by field in the order of the form."""
    found = []
    for page in definition.pages:
        old, new = before.get(page.name) or {}, after.get(page.name) or {}
        for each in page.fields:
            if old.get(each.name) != new.get(each.name):
                found.append(Change(page.name, each, old.get(each.name), new.get(each.name)))
    return found
