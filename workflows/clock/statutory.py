"""Rest days of a year whose notice is not known, from the statutory rule alone.

全国年节及纪念日放假办法 (as revised 2024-11-10): article 2 names the days off for everyone, article 6 gives a day off
on a weekend back on the next working day. Make-up workdays come from the yearly notice only and cannot be foreseen.
"""

from __future__ import annotations

from datetime import date, timedelta

from .calendar import SATURDAY, Year

# Year: 正月初一, 清明, 端午, 中秋 as month and day; they follow moon and sun, so they are looked up.
MOVABLE_DAYS: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2027: ((2, 6), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 26), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 13), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 3), (4, 5), (6, 5), (9, 12)),
    2031: ((1, 23), (4, 5), (6, 24), (10, 1)),
    2032: ((2, 11), (4, 4), (6, 12), (9, 19)),
    2033: ((1, 31), (4, 4), (6, 1), (9, 8)),
    2034: ((2, 19), (4, 5), (6, 20), (9, 27)),
    2035: ((2, 8), (4, 5), (6, 10), (9, 16)),
    2036: ((1, 28), (4, 4), (5, 30), (10, 4)),
    2037: ((2, 15), (4, 4), (6, 18), (9, 24)),
    2038: ((2, 4), (4, 5), (6, 7), (9, 13)),
    2039: ((1, 24), (4, 5), (5, 27), (10, 2)),
    2040: ((2, 12), (4, 4), (6, 14), (9, 20)),
}


def statutory_days(year: int) -> tuple[date, ...]:
    """The days off of article 2, in order; without the movable ones for a year that MOVABLE_DAYS does not hold."""
    days = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), *(date(year, 10, day) for day in (1, 2, 3))}
    if year in MOVABLE_DAYS:
        new_year, *others = (date(year, month, day) for month, day in MOVABLE_DAYS[year])
        days.update(new_year + timedelta(days=offset) for offset in range(-1, 3))
        days.update(others)
    return tuple(sorted(days))


def statutory_rest_days(year: int) -> frozenset[date]:
    """The days of article 2 and the days given back under article 6 for those on a weekend.

    Two statutory days on one date give one day off: the rule says nothing of that, only the notice can."""
    days = set(statutory_days(year))
    for day in statutory_days(year):
        if day.weekday() >= SATURDAY:
            given_back = day + timedelta(days=1)
            while given_back.weekday() >= SATURDAY or given_back in days:
                given_back += timedelta(days=1)
            days.add(given_back)
    return frozenset(days)


def provisional_year(year: int) -> Year:
    """A year of weekends and statutory rest days, awaiting the State Council's notice."""
    rest = statutory_rest_days(year)
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    days = (date.fromordinal(ordinal) for ordinal in range(first, following))
    working = bytes(day.weekday() < SATURDAY and day not in rest for day in days)
    return Year(working, official=False, notice="按《全国年节及纪念日放假办法》和周末推定，待国务院办公厅通知")
