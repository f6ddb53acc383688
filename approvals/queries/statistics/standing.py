"""What is waiting and what came back: open cases by age, and steps that were entered more than once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case
from approvals.queries.matters import place_of
from workflows.clock.hours import MICROSECONDS

from .conditions import Key, open_cases_of
from .drill import PAGE_SIZE, CaseRow, Page, with_facts
from .filters import Filter, Offices
from .lines import StepLine
from .tables import steps

BANDS = (1, 3, 5, 10, 20)
"""Ages in working days up to which open cases are counted together."""


def open_behind(
    session: Session, now: datetime, offices: Offices, filter: Filter, *, band: int | None = None, after: Key | None = None,
    size: int = PAGE_SIZE,
) -> Page[CaseRow]:  # fmt: skip
    """Cases that are open now, the oldest first, whatever the months of the filter; ``band`` keeps those of one of the ``BANDS``."""
    which = open_cases_of(session, offices, filter)
    if band is not None:
        which = and_(which, _in_band(now, band))
    if after is not None:
        which = and_(which, Case.opened_at >= after.at, or_(Case.opened_at > after.at, Case.id > after.id))
    found = session.scalars(select(Case).where(which).order_by(Case.opened_at, Case.id).limit(size + 1)).all()
    shown = found[:size]
    following = Key(shown[-1].opened_at, shown[-1].id) if len(found) > size else None
    return Page(with_facts(session, now, shown), following)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many cases of one workflow are open now, by their age in the order of ``BANDS``, the last those older than any."""

    workflow: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def backlog(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[Backlog]:
    """The open cases by workflow and age, whatever the months of the filter; one statement."""
    bands = [func.sum(case((_in_band(now, band), 1), else_=0)) for band in range(len(BANDS) + 1)]
    found = session.execute(select(Case.workflow, *bands).where(open_cases_of(session, offices, filter)).group_by(Case.workflow))
    return sorted((Backlog(workflow, tuple(map(int, counts))) for workflow, *counts in found), key=lambda line: place_of(line.workflow))


def rework(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[StepLine]:
    """The steps that ended in the months of the filter and were entered again at least once, the most often first."""
    lines = [line for line in steps(session, now, offices, filter, ("workflow", "state"), times=()) if line.again]
    return sorted(lines, key=lambda line: (-line.again, place_of(line.keys["workflow"]), line.keys["state"]))


def _in_band(now: datetime, band: int) -> ColumnElement[bool]:
    """Whether a case was opened more working days ago than the band before says, and no more than its own."""
    calendar = county_calendar()
    day = calendar.hours.seconds_per_day * MICROSECONDS
    opened = [calendar.instant(calendar.position(now) - days * day) for days in BANDS]
    conditions = []
    if band < len(BANDS):
        conditions.append(Case.opened_at >= opened[band])
    if band > 0:
        conditions.append(Case.opened_at < opened[band - 1])
    return and_(*conditions)
