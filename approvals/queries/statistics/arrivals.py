"""How many steps of departments came in on each of the last days: what a forecast is made of.

Of steps that ended before the watermark a rollup holds it, so that asking costs as much in a busy county as in a quiet one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from approvals.db import from_microseconds, to_microseconds
from approvals.models import Case, StepArrival, Task
from workflows.clock import OFFICE_ZONE
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.forecasts import WEEKS

from .facts import StepFact
from .filters import Filter, Offices
from .rolled import SERVED, rolled_until

PARTS = ("workflow", "state", "department", "office_id", "channel")
_DAY = 24 * 60 * 60 * 1_000_000

Cell = tuple[Any, ...]
"""A day and the parts of a rollup's key."""


def first_day(now: datetime) -> date:
    """The first of the days that are kept, in the county's time."""
    return now.astimezone(OFFICE_ZONE).date() - timedelta(weeks=WEEKS)


def counted(facts: Iterable[StepFact], since: date) -> Counter[Cell]:
    """How many of these steps departments got on each day from ``since`` on."""
    return Counter(
        (fact.opened, *(getattr(fact, name) for name in PARTS))
        for fact in facts
        if fact.whose == DEPARTMENT and fact.opened >= since
    )


def kept(session: Session, since: date) -> Counter[Cell]:
    """What the rollups hold of the days from ``since`` on. One statement."""
    columns = (getattr(StepArrival, name) for name in ("day", *PARTS, "count"))
    found = session.execute(select(*columns).where(StepArrival.generation == SERVED, StepArrival.day >= since))
    return Counter({tuple(cell): count for *cell, count in found})


def arrivals(
    session: Session, now: datetime, reach: Offices, filter: Filter, live: ColumnElement[bool]
) -> Iterator[tuple[str, str, date, int]]:
    """Workflow, state, day and how many steps came in; a day may come twice. Three statements.

    ``live`` is the condition of the tasks that count, as ``reach`` and ``filter`` ask for them.
    """
    since = first_day(now)
    found = select(StepArrival.workflow, StepArrival.state, StepArrival.day, func.sum(StepArrival.count))
    found = found.where(StepArrival.generation == SERVED, StepArrival.day >= since)
    for name in ("workflow", "department", "channel"):
        if (wanted := getattr(filter, name)) is not None:
            found = found.where(getattr(StepArrival, name) == wanted)
    if reach is not None:
        found = found.where(StepArrival.office_id.in_(sorted(reach)))
    for workflow, state, day, count in session.execute(found.group_by(StepArrival.workflow, StepArrival.state, StepArrival.day)):
        yield workflow, state, day, int(count)
    yield from _not_kept_yet(session, since, live)


def _not_kept_yet(session: Session, since: date, live: ColumnElement[bool]) -> Iterator[tuple[str, str, date, int]]:
    """Those of the steps that are open, and of what ended since the rollups were last filled."""
    until, begin = rolled_until(session), datetime.combine(since, time(), OFFICE_ZONE)
    # Days of the county as whole numbers since then: the same arithmetic on both databases.
    day = (type_coerce(Task.opened_at, BigInteger) - to_microseconds(begin)) // _DAY
    found = session.execute(
        select(Task.workflow, Task.state, day, func.count())
        .join(Case, Case.id == Task.case_id)
        .where(Task.opened_at >= begin, or_(Task.closed_at.is_(None), Task.closed_at >= (until or begin)), live)
        .group_by(Task.workflow, Task.state, day)
    )
    for workflow, state, number, count in found:
        yield workflow, state, from_microseconds(to_microseconds(begin) + int(number) * _DAY).astimezone(OFFICE_ZONE).date(), count
