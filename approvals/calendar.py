"""The county's working calendar: known years from a package, later ones as they were entered, else from the statutory rule.

It decides every deadline, of all offices alike; an office's own hours and closures say only when that office is open.

What was entered is read from the database in use once per process, and anew when its version has changed, which is the network
version: whoever is signed in brings it with each request, so that asking for the calendar costs no statement.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Connection, Engine, Row, literal, select, true, type_coerce

from approvals.db import current_engine, from_microseconds, to_microseconds
from approvals.models import CalendarYear, Counter
from workflows.clock import Suspension, WorkingCalendar, Year, limit_ends, provisional_year
from workflows.clock.calendar import SATURDAY
from workflows.clock.notice import NUMBERS, usual_name, with_number
from workflows.clock.statutory import MOVABLE_DAYS

FIRST_KNOWN_YEAR, LAST_KNOWN_YEAR = 2004, 2026
"""Years taken from the package. A later one is entered, whatever a newer package holds: a deadline never moves untold."""

NETWORK_VERSION = "network version"

version_now = select(Counter.value).where(Counter.name == NETWORK_VERSION).scalar_subquery()

_KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Revision:
    """A calendar with the moment it came into force, and the one by which every open deadline had followed; microseconds."""

    calendar: WorkingCalendar
    entered_at: int
    settled_at: int | None


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar that was in force in a database, the first one as it was delivered; at least that one."""

    version: int
    revisions: tuple[Revision, ...]

    @property
    def in_force(self) -> WorkingCalendar:
        return self.revisions[-1].calendar

    def at(self, closed_at: int | None) -> list[WorkingCalendar]:
        """The calendar by which something that was closed then was due, None for what is open.

        While deadlines were still being moved to a new one, the one before may have held for it: it comes after.
        """
        last = len(self.revisions) - 1
        if closed_at is not None:
            last = max(0, bisect_right([each.entered_at for each in self.revisions], closed_at) - 1)
        found = [self.revisions[last].calendar]
        while last and _is_unsettled(self.revisions[last], closed_at):
            last -= 1
            found.append(self.revisions[last].calendar)
        return found


def _is_unsettled(revision: Revision, closed_at: int | None) -> bool:
    return revision.settled_at is None or (closed_at is not None and closed_at < revision.settled_at)


_kept: WeakKeyDictionary[Engine, tuple[float, Calendars]] = WeakKeyDictionary()
_supposed: ContextVar[WorkingCalendar | None] = ContextVar("supposed_calendar", default=None)


def county_calendar() -> WorkingCalendar:
    """The calendar in force in the database in use, with the default hours and no closures."""
    supposed = _supposed.get()
    if supposed is not None:
        return supposed
    engine = current_engine()
    return delivered_calendar() if engine is None else calendars(engine).in_force


def due(start: int, budget: Mapping[str, Any], more_working_days: int = 0, ledger: Sequence[Suspension] = ()) -> int:
    """When a budget that starts then runs out by this calendar; ``more_working_days`` are a granted extension. In microseconds."""
    return _due(county_calendar(), start, tuple(budget.items()), more_working_days, tuple(ledger))


@lru_cache(maxsize=4096)  # the linked cases that an action opens share most of their due times, and so do the steps of a case
def _due(
    calendar: WorkingCalendar, start: int, budget: tuple[tuple[str, Any], ...], more: int, ledger: tuple[Suspension, ...]
) -> int:
    return to_microseconds(limit_ends(calendar, from_microseconds(start), dict(budget), more, ledger))


def is_provisional(due_at: datetime | None) -> bool:
    """Whether the notice of holidays for the year of a deadline is still to come, which may move it; False for none."""
    calendar = county_calendar()
    return due_at is not None and not calendar.is_official(calendar.local(due_at))


def calendars(engine: Engine) -> Calendars:
    """Every calendar that was in force in a database; costs one statement when this process has none, or an old one."""
    found = _kept.get(engine)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        with engine.connect() as connection:
            found = _kept[engine] = (time.monotonic(), read_calendars(connection))
    return found[1]


def calendars_at(closed_at: int | None) -> list[WorkingCalendar]:
    """Calendars of the database in use that may have decided the deadline of what was closed then, the likeliest first."""
    engine = current_engine()
    return [delivered_calendar()] if engine is None else calendars(engine).at(closed_at)


@contextmanager
def supposing(calendar: WorkingCalendar) -> Iterator[None]:
    """Let ``county_calendar`` answer another one here: to see what it would change, or what an earlier one said."""
    before = _supposed.get()
    _supposed.set(calendar)
    try:
        yield
    finally:
        _supposed.set(before)


def note_version(engine: Engine, version: int) -> None:
    """Forget the calendars of a database when they are older than the version that was found there."""
    found = _kept.get(engine)
    if found is not None and found[1].version != version:
        _kept.pop(engine, None)


def forget(engine: Engine | None = None) -> None:
    """Read the calendars anew at the next use: of one database, or of all."""
    if engine is None:
        _kept.clear()
    else:
        _kept.pop(engine, None)


@cache
def delivered_calendar() -> WorkingCalendar:
    """The calendar before anything was entered, built once per process."""
    return WorkingCalendar(_delivered_years())


@cache
def _delivered_years() -> dict[int, Year]:
    years = _known_years()
    following = range(max(years) + 1, max(MOVABLE_DAYS) + 1)
    return years | {number: provisional_year(number) for number in following}


def read_calendars(connection: Connection) -> Calendars:
    """The calendars as they stand in this transaction, with what the transaction itself has entered."""
    stored = CalendarYear.__table__.c
    times = (type_coerce(stored.entered_at, BigInteger), type_coerce(stored.settled_at, BigInteger))
    one = select(literal(1)).subquery()
    rows = connection.execute(
        select(version_now, stored.year, stored.official, stored.notice_name, stored.notice_number, stored.working, *times)
        .select_from(one.outerjoin(CalendarYear.__table__, true()))
        .order_by(stored.entered_at, stored.revision)
    ).all()
    revisions, years = [Revision(delivered_calendar(), 0, 0)], dict(_delivered_years())
    for row in rows:
        if row.year is not None:
            years[row.year] = year_from(row)
            revisions.append(Revision(WorkingCalendar(years), row[-2], row[-1]))
    return Calendars(rows[0][0] or 0, tuple(revisions))


def year_from(row: CalendarYear | Row[Any]) -> Year:
    """The year that an entry gives."""
    return Year(bytes(map(int, row.working)), official=bool(row.official), notice=with_number(row.notice_name, row.notice_number))


def _known_years() -> dict[int, Year]:
    """The years that the package holds a notice for."""
    # Wanted once, and only by processes that show a deadline. Its two tables are read rather than asked day by day,
    # which would cost 150 ms.
    from chinese_calendar.constants import holidays, workdays

    years: dict[int, Year] = {}
    for number in range(FIRST_KNOWN_YEAR, LAST_KNOWN_YEAR + 1):
        first, following = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
        days = (date.fromordinal(ordinal) for ordinal in range(first, following))
        working = bytes(day in workdays or (day.weekday() < SATURDAY and day not in holidays) for day in days)
        years[number] = Year(working, official=True, notice=with_number(usual_name(number), NUMBERS.get(number, "")))
    return years
