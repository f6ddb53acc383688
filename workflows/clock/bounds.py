"""How far a deadline in a provisional year can still move: the days that a notice may turn, as the notices so far have done.

The yearly notice joins rest days to a festival by taking working days beside it off, and has weekends near it worked instead.
What it has done since 2014, held against the festivals of today's rule, stays within these spans; a test says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from .calendar import SATURDAY, WorkingCalendar, Year
from .statutory import MOVABLE_DAYS, statutory_days

Festival = tuple[date, date]
DAY = timedelta(days=1)

# Days before and after a festival that can be taken off, and weekends that can be worked instead: of 春节, 劳动节, 国庆节 and
# of those of one day, whose own weekend stays free.
_OFF_LONG, _OFF_SHORT = (2, 5), (2, 2)
_WORKED_LONG, _WORKED_SHORT = 9, 5


@lru_cache(maxsize=16)
def bounds(calendar: WorkingCalendar) -> tuple[WorkingCalendar, WorkingCalendar]:
    """The calendar with as many working days as its provisional years may get, and that with as few."""
    most, least = dict(calendar.years), dict(calendar.years)
    for number, year in calendar.years.items():
        if not year.official and number in MOVABLE_DAYS:
            worked, off = turning_days(festivals(number), year, number)
            most[number] = _turned(year, number, worked, 1)
            least[number] = _turned(year, number, off, 0)
    return tuple(  # type: ignore[return-value]
        WorkingCalendar(years, calendar.hours, calendar.closures) for years in (most, least)
    )


def festivals(year: int) -> list[Festival]:
    """The first and last statutory day of each festival of a year, with the new year's day of the next."""
    found: list[Festival] = []
    for day in (*statutory_days(year), date(year + 1, 1, 1)):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def turning_days(around: list[Festival], year: Year, number: int) -> tuple[frozenset[date], frozenset[date]]:
    """Rest days of a year that a notice may have worked, and working days that it may take off."""
    worked: set[date] = set()
    off: set[date] = set()
    for first, last in around:
        is_long = first != last
        before, after = _OFF_LONG if is_long else _OFF_SHORT
        off.update(_span(first - before * DAY, last + after * DAY))
        reach = (_WORKED_LONG if is_long else _WORKED_SHORT) * DAY
        weekends = {day for day in _span(first - reach, last + reach) if day.weekday() >= SATURDAY}
        worked |= weekends if is_long else weekends - _joined(first)
    statutory = {day for festival in around for day in _span(*festival)}
    return (
        frozenset(day for day in worked - statutory if day.year == number and not _is_working(year, day)),
        frozenset(day for day in off if day.year == number and _is_working(year, day)),
    )


def _joined(day: date) -> set[date]:
    """The weekend that a festival of one day is part of, or touches."""
    around = set(_span(day - DAY, day + DAY))
    return around | {each + step for each in around for step in (-DAY, DAY) if each.weekday() >= SATURDAY}


def _span(first: date, last: date) -> Iterator[date]:
    return (first + offset * DAY for offset in range((last - first).days + 1))


def _is_working(year: Year, day: date) -> bool:
    return bool(year.working[day.timetuple().tm_yday - 1])


def _turned(year: Year, number: int, days: frozenset[date], flag: int) -> Year:
    working = bytearray(year.working)
    for day in days:
        working[day.timetuple().tm_yday - 1] = flag
    return Year(bytes(working), official=False, notice=year.notice)
