"""Which steps and cases a filter names, as conditions of a statement, and where a page of them begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlalchemy.orm import Session

from approvals.models import Case, Task
from approvals.queries.matters import in_order
from workflows.statistics.attribution import DEPARTMENT

from .facts import ANSWERED
from .filters import Filter, Offices, in_reach, month_after, start_of
from .step_attribution import whose_is

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """The last line of a page: when it ended, or was opened, and its identifier."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """The key that stands in an address; None for what is none."""
        at, _, identifier = text.partition("-")
        if not (at.isascii() and at.isdecimal() and identifier.isascii() and identifier.isdecimal() and len(text) < 40):
            return None
        try:
            return cls(EPOCH + timedelta(microseconds=int(at)), int(identifier))
        except OverflowError:
            return None


def after_key(ended_at: Any, identifier: Any, after: Key | None) -> list[ColumnElement[bool]]:
    """Lines older than the last one of the page before; the first condition is the one that an index answers."""
    return [] if after is None else [ended_at <= after.at, or_(ended_at < after.at, identifier < after.id)]


def _in_months(ended_at: Any, filter: Filter) -> ColumnElement[bool]:
    return and_(ended_at >= start_of(filter.first_month), ended_at < start_of(month_after(filter.last_month)))


def steps_of(session: Session, offices: Offices, filter: Filter, state: str | None, late: bool | None) -> ColumnElement[bool]:
    """The condition of the closed steps that a filter names. Needs the case beside the task."""
    conditions = [_in_months(Task.closed_at, filter)]
    if (reach := in_reach(session, offices, filter)) is not None:
        # What is addressed to a department always lies at an office: then the task alone says where, which reads far fewer cases.
        lies_at = Task.office_id if filter.whose == DEPARTMENT else func.coalesce(Task.office_id, Case.deciding_office_id)
        conditions.append(lies_at.in_(sorted(reach)))
    wanted = {
        Task.workflow: filter.workflow, Task.department: filter.department, Task.holder_id: filter.person_id,
        Case.channel: filter.channel, Task.state: state,
    }  # fmt: skip
    conditions += [column == value for column, value in wanted.items() if value is not None]
    if filter.whose is not None:
        conditions.append(whose_is(filter.whose))
    if late is not None:
        conditions.append(Task.closed_at > Task.due_at if late else Task.closed_at <= Task.due_at)
    return and_(*conditions)


def cases_of(session: Session, offices: Offices, filter: Filter) -> list[ColumnElement[bool]]:
    """The conditions of the cases that a filter names, of whatever months. Raises ValueError for those of one person."""
    if filter.person_id is not None:
        raise ValueError("a case is not one person's: ask for steps")
    workflows = [each.key for each in in_order() if filter.department in (None, each.department)]
    conditions = [Case.workflow.in_(workflows) if filter.workflow is None else Case.workflow == filter.workflow]
    if filter.workflow is not None and filter.workflow not in workflows:
        conditions.append(false())
    if (reach := in_reach(session, offices, filter)) is not None:
        conditions.append(Case.deciding_office_id.in_(sorted(reach)))
    if filter.channel is not None:
        conditions.append(Case.channel == filter.channel)
    return conditions


def closed_cases_of(session: Session, offices: Offices, filter: Filter, late: bool | None, outcome: str | None) -> ColumnElement[bool]:
    """The condition of the cases that closed in the months of a filter; ``late`` is by their promise, where they had one to keep."""
    conditions = [*cases_of(session, offices, filter), _in_months(Case.closed_at, filter)]
    if late is not None:
        conditions.append(Case.closed_at > Case.promised_due_at if late else Case.closed_at <= Case.promised_due_at)
        conditions.append(Case.outcome.in_(sorted(ANSWERED)))
    if outcome is not None:
        conditions.append(Case.outcome.in_(["done", ""]) if outcome == "done" else Case.outcome == outcome)
    return and_(*conditions)


def open_cases_of(session: Session, offices: Offices, filter: Filter) -> ColumnElement[bool]:
    """The condition of the cases that a filter names and that are open now."""
    return and_(*cases_of(session, offices, filter), Case.closed_at.is_(None))
