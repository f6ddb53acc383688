"""What will fall due: the due times of the steps that are open, and how many of each kind came in on the days before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case, Task
from approvals.queries.overview import step_of
from workflows.clock import Budget
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.forecasts import Forecast, Stream, due_load

from .arrivals import arrivals
from .filters import Filter, Offices, in_reach
from .step_attribution import whose_is


def coming_load(session: Session, now: datetime, offices: Offices, filter: Filter) -> Forecast:
    """The steps of departments that fall due on the next working days, whatever the months of the filter; four statements.

    What stands still has no due time and is not counted.
    """
    reach = in_reach(session, offices, filter)
    which = _steps(reach, filter)
    joined = select(Task.due_at).join(Case, Case.id == Task.case_id)
    dues = session.scalars(joined.where(Task.closed_at.is_(None), Task.due_at.is_not(None), which)).all()
    return due_load(county_calendar(), now, [due for due in dues if due is not None], _streams(session, now, reach, filter, which))


def _steps(reach: Offices, filter: Filter) -> ColumnElement[bool]:
    conditions = [whose_is(DEPARTMENT)]
    if reach is not None:
        conditions.append(func.coalesce(Task.office_id, Case.deciding_office_id).in_(sorted(reach)))
    wanted = {Task.workflow: filter.workflow, Task.department: filter.department, Case.channel: filter.channel}
    return and_(*conditions, *(column == value for column, value in wanted.items() if value is not None))


def _streams(
    session: Session, now: datetime, reach: Offices, filter: Filter, which: ColumnElement[bool]
) -> Iterable[Stream]:
    """What came in of each step that has a time, by day of the county."""
    came: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for workflow, state, day, count in arrivals(session, now, reach, filter, which):
        came[workflow, state][day] += count
    for step, days in came.items():
        limit = step_of(*step)[1].time
        if limit:
            yield Stream(Budget.parse(limit), days)
