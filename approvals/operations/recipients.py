"""Who has a task in hand, who leads them, and who supervises them: those who are warned of a deadline and urged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, null, or_, select, union_all

from approvals.models import Office, Person, Position, StandIn
from approvals.queries.deadlines import InHand
from workflows.county import county_catalogue
from workflows.engine.definition import Definition

from .custody_ledger import day_of, here
from .permissions import COUNTY, SUBTREE, reach
from .reference import network

HOLDER, DESK, HEAD, SUPERVISOR = "holder", "desk", "head", "supervisor"
"""Why somebody is told: they have it in hand, it lies at their desk and nobody has, they lead those who have, they supervise."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A position that counts today; ``for_person_id`` is whose it is where the person stands in."""

    person_id: int
    role: str
    department: str
    office_id: int
    kind: str
    for_person_id: int | None


class Staff:
    """Everybody who serves on the day of a moment. Reading them costs one statement, asking for some of them none."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._today = connection, day_of(now)
        self._network = network(connection)
        self._serving = list(self._read())
        self._found: dict[tuple[str, int], list[Serving]] = {}

    def _read(self) -> Iterator[Serving]:
        columns = (Position.role, Position.department, Position.office_id, Office.kind)
        own = (
            select(Position.person_id, *columns, null().label("for_person_id"))
            .join(Person, Person.id == Position.person_id)
            .join(Office, Office.id == Position.office_id)
            .where(Person.locked_at.is_(None), *self._counts(Position))
        )
        stood_in = (
            select(StandIn.person_id, *columns, Position.person_id.label("for_person_id"))
            .join(Position, Position.id == StandIn.position_id)
            .join(Person, Person.id == StandIn.person_id)
            .join(Office, Office.id == Position.office_id)
            .where(Person.locked_at.is_(None), *self._counts(StandIn), *self._counts(Position))
        )
        for row in self._connection.execute(union_all(own, stood_in)):
            yield Serving(*row)

    def _counts(self, table: type[Position] | type[StandIn]) -> tuple[ColumnElement[bool], ...]:
        return table.valid_from <= self._today, or_(table.valid_to.is_(None), table.valid_to >= self._today)

    def having(self, task: InHand) -> dict[int, str]:
        """Who has a task in hand, with the relation: its holder and who stands in for them, else everybody at the desk."""
        places = here(self._connection, task.office_id, self._today)
        at_desk = [
            each
            for each in self._serving
            # Window clerks serve every department.
            if each.role == task.role and each.office_id in places and (each.department == task.department or each.role == "clerk")
        ]
        if task.holder_id is not None:
            holding = [each for each in at_desk if task.holder_id in (each.person_id, each.for_person_id)]
            if holding:
                return {each.person_id: HOLDER for each in holding}
        return {each.person_id: DESK for each in at_desk if each.person_id != task.applicant_id}

    def heads(self, task: InHand) -> list[int]:
        """Who leads those who have a task in hand: by the table of permissions, with a role that the workflow itself names."""
        known = roles_of(county_catalogue().version(task.workflow, task.version))
        leading = (each for each in self._reaching("lead", task.office_id) if each.role in known)
        return _people(each for each in leading if each.department == task.department and each.person_id != task.applicant_id)

    def supervisors(self, task: InHand) -> list[int]:
        """Who supervises the office of a task."""
        return [each for each in _people(self._reaching("supervise", task.office_id)) if each != task.applicant_id]

    def _reaching(self, action: str, office_id: int) -> list[Serving]:
        """Those whose permission for an action covers an office, or what took its place."""
        if (action, office_id) not in self._found:
            self._found[action, office_id] = list(self._search(action, office_id))
        return self._found[action, office_id]

    def _search(self, action: str, office_id: int) -> Iterator[Serving]:
        places = here(self._connection, office_id, self._today)
        above = places.union(*(self._network.ancestors(each) for each in places))
        for each in self._serving:
            reaches = reach(each.role, each.kind, action)
            within = above if reaches is SUBTREE else places
            if reaches is COUNTY or (reaches is not None and each.office_id in within):
                yield each


def _people(serving: Iterable[Serving]) -> list[int]:
    return sorted({each.person_id for each in serving})


def roles_of(definition: Definition) -> frozenset[str]:
    """The roles that a workflow names, as who has a task or as who may act."""
    return _roles(definition.fingerprint)


@cache
def _roles(fingerprint: str) -> frozenset[str]:
    definition = county_catalogue().by_fingerprint(fingerprint)
    addressed = {state.task.role for state in definition.states.values() if state.task is not None}
    return frozenset(addressed.union(*(action.by for action in definition.actions.values())))
