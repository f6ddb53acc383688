"""What will fall due: the due times of the steps that are open, and how many of each kind came in on the days before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.db import from_microseconds, to_microseconds
from approvals.models import Case, Task
from approvals.queries.overview import step_of
from workflows.clock import OFFICE_ZONE, Budget
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.forecasts import WEEKS, Forecast, Stream, due_load

from .filters import Filter, Offices, in_reach
from .readiness import whose_is

_DAY = 24 * 60 * 60 * 1_000_000


def coming_load(session: Session, now: datetime, offices: Offices, filter: Filter) -> Forecast:
    """The steps of departments that fall due on the next working days, whatever the months of the filter; two statements.

    What stands still has no due time and is not counted. The second statement counts the steps of the last ``WEEKS`` weeks: its
    cost goes with what a county does in that time, not with what it has ever done.
    """
    which = _steps(session, offices, filter)
    joined = select(Task.due_at).join(Case, Case.id == Task.case_id)
    dues = session.scalars(joined.where(Task.closed_at.is_(None), Task.due_at.is_not(None), which)).all()
    return due_load(county_calendar(), now, [due for due in dues if due is not None], _streams(session, now, which))


def _steps(session: Session, offices: Offices, filter: Filter) -> ColumnElement[bool]:
    conditions = [whose_is(DEPARTMENT)]
    if (reach := in_reach(session, offices, filter)) is not None:
        conditions.append(func.coalesce(Task.office_id, Case.deciding_office_id).in_(sorted(reach)))
    wanted = {Task.workflow: filter.workflow, Task.department: filter.department, Case.channel: filter.channel}
    return and_(*conditions, *(column == value for column, value in wanted.items() if value is not None))


def _streams(session: Session, now: datetime, which: ColumnElement[bool]) -> Iterable[Stream]:
    """What came in of each step that has a time, by day of the county."""
    today = now.astimezone(OFFICE_ZONE).date()
    begin = datetime.combine(today - timedelta(weeks=WEEKS), time(), OFFICE_ZONE)
    # Days of the county as whole numbers since then: the same arithmetic on both databases.
    day = (type_coerce(Task.opened_at, BigInteger) - to_microseconds(begin)) // _DAY
    found = session.execute(
        select(Task.workflow, Task.state, day, func.count())
        .join(Case, Case.id == Task.case_id)
        .where(Task.opened_at >= begin, or_(Task.closed_at.is_(None), Task.closed_at >= begin), which)
        .group_by(Task.workflow, Task.state, day)
    )
    arrivals: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for workflow, state, since, count in found:
        came = from_microseconds(to_microseconds(begin) + int(since) * _DAY).astimezone(OFFICE_ZONE).date()
        arrivals[workflow, state][came] = count
    for step, days in arrivals.items():
        limit = step_of(*step)[1].time
        if limit:
            yield Stream(Budget.parse(limit), days)
