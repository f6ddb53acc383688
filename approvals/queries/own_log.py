"""Our own cases as an event log that other tools read: each case a trace, each line of its history an event. Reading only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Row, select, union_all
from sqlalchemy import Select as Query
from sqlalchemy.orm import Session, aliased

from approvals.db import to_microseconds
from approvals.models import Case, Event, Office, Position, StandIn, Task
from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import OUTSIDE_ROLES
from workflows.logs import Event as LoggedEvent
from workflows.logs import Trace

CASE_FACTS = ("workflow", "version", "channel", "outcome", "parent")
"""What is told of a case beside its number: the workflow and its version, how it came, how it ended, the case that opened it."""

EVENT_FACTS = ("from_state", "to_state")
SYSTEM = "system"
_AT_ONCE = 5_000

_Parent = aliased(Case, name="parent")
_Positions = Mapping[tuple[int, str], Sequence[Row[Any]]]
"""Person and role → the positions in that role, with their first and last day."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which cases: opened from the one day to the other (both included), of one workflow; None is every one.

    Without ``names`` a resource is a position and never a person.
    """

    begin: date | None = None
    end: date | None = None
    workflow: str | None = None
    names: bool = False


def traces(session: Session, chosen: Chosen) -> Iterator[Trace]:
    """The cases chosen with all their events, in the order in which they were opened; read as they are asked for, in two statements.

    The activity is the name of the action, as definitions have it; times are the county's. A resource is the role, of
    staff ``role@department`` of the task that they did, and their group the office of that task. What they did beside a task,
    or on one that was not theirs, they did from the position that they held that day.
    The events of a trace can be read until the next trace is asked for.
    """
    positions = _positions(session)
    rows = session.connection().execute(_query(chosen), execution_options={"yield_per": _AT_ONCE})
    for _, of_case in groupby(rows, key=lambda row: row.case_id):
        yield _trace(of_case, chosen.names, positions)


def lives(
    session: Session, workflow: str, closed: tuple[date, date] | None = None, most: int | None = None
) -> Iterator[tuple[str, str, int, None, None]]:
    """The closed cases of a workflow as an event log has them that knows their beginning and their end alone; one statement.

    Only those that were ``closed`` from the one day until before the other, and of these at most so many, the latest.
    What came after a case closed, such as results that were fetched late, is no time of the case.
    """
    query = select(Case.number, Case.opened_at, Case.closed_at).where(Case.workflow == workflow, Case.closed_at.is_not(None))
    if closed is not None:
        query = query.where(Case.closed_at >= _midnight(closed[0]), Case.closed_at < _midnight(closed[1]))
    query = query.order_by(Case.id) if most is None else query.order_by(Case.closed_at.desc(), Case.id.desc()).limit(most)
    for number, opened_at, closed_at in session.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield number, "opened", to_microseconds(opened_at), None, None
        yield number, "closed", to_microseconds(closed_at), None, None


def _trace(rows: Iterator[Row[Any]], names: bool, positions: _Positions) -> Trace:
    first = next(rows)
    facts = {
        "workflow": first.workflow, "version": str(first.version), "channel": first.channel, "outcome": first.outcome,
        "parent": first.parent or "",
    }  # fmt: skip
    return Trace(first.number, facts, (_event(row, names, positions) for row in chain((first,), rows)))


def _query(chosen: Chosen) -> Query[Any]:
    query = (
        select(
            Event.case_id, Case.number, Case.workflow, Case.version, Case.channel, Case.outcome, _Parent.number.label("parent"),
            Event.action, Event.happened_at, Event.actor_id, Event.actor_name, Event.role, Event.from_state, Event.to_state,
            Task.role.label("task_role"), Task.department, Office.name.label("office"),
        )
        .join(Case, Case.id == Event.case_id)
        .outerjoin(_Parent, _Parent.id == Case.parent_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .order_by(Event.case_id, Event.position)
    )  # fmt: skip
    if chosen.begin is not None:
        query = query.where(Case.opened_at >= _midnight(chosen.begin))
    if chosen.end is not None:
        query = query.where(Case.opened_at < _midnight(chosen.end + timedelta(days=1)))
    if chosen.workflow is not None:
        query = query.where(Case.workflow == chosen.workflow)
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE)


def _positions(session: Session) -> _Positions:
    """The positions of everybody, those in which they stood in for somebody else as well."""
    told = Position.role, Position.department, Office.name.label("office")
    own = select(Position.person_id, *told, Position.valid_from, Position.valid_to).join(Office)
    stood_in = select(StandIn.person_id, *told, StandIn.valid_from, StandIn.valid_to).join(StandIn.position).join(Position.office)
    found = defaultdict(list)
    for row in session.execute(union_all(own, stood_in)):
        found[row.person_id, row.role].append(row)
    return found


def _event(row: Row[Any], names: bool, positions: _Positions) -> LoggedEvent:
    role = row.role or (SYSTEM if row.actor_id is None else "")
    # Applicants, signatories and the system act from outside.
    is_staff = bool(row.role) and row.role not in OUTSIDE_ROLES and row.role != SYSTEM
    department, office = _place(row, positions) if is_staff else ("", "")
    return LoggedEvent(
        row.action,
        row.happened_at.astimezone(OFFICE_ZONE),
        row.actor_name if names else f"{role}@{department}" if department else role,
        role,
        office,
        {"from_state": row.from_state, "to_state": row.to_state},
    )


def _place(row: Row[Any], positions: _Positions) -> tuple[str, str]:
    """The department and the office of staff who did something; "" where it is not known which of several it was."""
    of_task = row.department or "", row.office or ""
    day = row.happened_at.astimezone(OFFICE_ZONE).date()
    held = {
        (each.department, each.office)
        for each in positions.get((row.actor_id, row.role), ())
        if each.valid_from <= day <= (each.valid_to or day)
    }
    if row.task_role == row.role or of_task in held or not held:
        return of_task
    departments, offices = ({place[part] for place in held} for part in (0, 1))
    return (departments.pop() if len(departments) == 1 else ""), (offices.pop() if len(offices) == 1 else "")
