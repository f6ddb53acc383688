"""The county's working calendar: known years from a package, later ones from the statutory rule."""

from __future__ import annotations

from datetime import date
from functools import cache

from workflows.clock import WorkingCalendar, Year, provisional_year
from workflows.clock.calendar import SATURDAY
from workflows.clock.statutory import MOVABLE_DAYS

FIRST_KNOWN_YEAR = 2004


@cache
def county_calendar() -> WorkingCalendar:
    """The calendar of offices with the default hours and no closures, built once per process."""
    years = _known_years()
    following = range(max(years) + 1, max(MOVABLE_DAYS) + 1)
    return WorkingCalendar(years | {number: provisional_year(number) for number in following})


def _known_years() -> dict[int, Year]:
    """Every year that the package holds a notice for."""
    # Wanted once, and only by processes that show a deadline. Its two tables are read rather than asked day by day,
    # which would cost 150 ms.
    from chinese_calendar.constants import holidays, workdays

    years: dict[int, Year] = {}
    for number in range(FIRST_KNOWN_YEAR, max(holidays).year + 1):
        first, following = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
        days = (date.fromordinal(ordinal) for ordinal in range(first, following))
        working = bytes(day in workdays or (day.weekday() < SATURDAY and day not in holidays) for day in days)
        years[number] = Year(working, official=True, notice=f"国务院办公厅关于{number}年部分节假日安排的通知")
    return years
