"""How far a deadline in a provisional year can move: what the notices did, and what is told of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from approvals.calendar import delivered_calendar
from workflows.clock import OFFICE_ZONE, Budget, provisional_year, read, statutory_rest_days, weekend_year
from workflows.clock.bounds import bounds, turning_days

# 正月初一, 清明, 端午, 中秋 of the years whose notices are known.
MOVABLE = {
    2014: ((1, 31), (4, 5), (6, 2), (9, 8)), 2015: ((2, 19), (4, 5), (6, 20), (9, 27)), 2016: ((2, 8), (4, 4), (6, 9), (9, 15)),
    2017: ((1, 28), (4, 4), (5, 30), (10, 4)), 2018: ((2, 16), (4, 5), (6, 18), (9, 24)), 2019: ((2, 5), (4, 5), (6, 7), (9, 13)),
    2020: ((1, 25), (4, 4), (6, 25), (10, 1)), 2021: ((2, 12), (4, 4), (6, 14), (9, 21)), 2022: ((2, 1), (4, 5), (6, 3), (9, 10)),
    2023: ((1, 22), (4, 5), (6, 22), (9, 29)), 2024: ((2, 10), (4, 4), (6, 10), (9, 17)), 2025: ((1, 29), (4, 4), (5, 31), (10, 6)),
    2026: ((2, 17), (4, 5), (6, 19), (9, 25)),
}  # fmt: skip
WAR_WON = {date(2015, 9, 3), date(2015, 9, 4), date(2015, 9, 6)}
"""The seventieth anniversary, a day off in that year alone."""


@pytest.mark.parametrize("number", sorted(MOVABLE))
def test_every_notice_so_far_lies_within(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.clock import bounds as module

    monkeypatch.setitem(module.MOVABLE_DAYS, number, MOVABLE[number])
    supposed, actual = provisional_year(number), delivered_calendar()
    worked, off = turning_days(module.festivals(number), supposed, number)
    by_rule = statutory_rest_days(number)  # the rule of 2024 names two days more than the earlier ones
    first = date(number, 1, 1).toordinal()
    for offset, flag in enumerate(supposed.working):
        day = date.fromordinal(first + offset)
        if actual.is_working(day) != bool(flag) and day not in WAR_WON | (set() if flag or day.weekday() > 4 else by_rule):
            assert day in (off if flag else worked), day


def test_a_provisional_year_has_more_and_less_working_days_at_most() -> None:
    calendar = delivered_calendar()
    most, least = bounds(calendar)
    days = [date.fromordinal(each) for each in range(date(2026, 1, 1).toordinal(), date(2028, 1, 1).toordinal())]
    assert all(least.is_working(day) <= calendar.is_working(day) <= most.is_working(day) for day in days)
    assert all(least.is_working(day) == most.is_working(day) for day in days if day.year == 2026)
    assert sum(most.is_working(day) != least.is_working(day) for day in days) > 10
    assert not any(most.is_working(day) for day in (date(2027, 2, 6), date(2027, 10, 1), date(2027, 1, 2), date(2027, 1, 3)))


def reading(start: str, days: int):  # type: ignore[no-untyped-def]
    moment = datetime.fromisoformat(f"{start}T10:00").replace(tzinfo=OFFICE_ZONE)
    return read(delivered_calendar(), moment, Budget.parse({"working_days": days}), datetime(2026, 11, 20, tzinfo=UTC), explain=True)


def test_the_range_stands_with_the_working() -> None:
    found = reading("2027-01-28", 10)
    assert found.possible is not None
    earliest, latest = found.possible
    assert earliest < found.due < latest
    assert f"最早 {earliest:%Y-%m-%d}，最晚 {latest:%Y-%m-%d}" in found.working[-1].zh
    assert f"between {earliest:%Y-%m-%d} and {latest:%Y-%m-%d}" in found.working[-1].en


def test_where_no_notice_moved_the_days_the_range_is_the_day() -> None:
    found = reading("2026-12-31", 1)
    assert found.possible == (found.due, found.due)
    assert "预计不变" in found.working[-1].zh


def test_a_known_year_has_no_range() -> None:
    assert reading("2026-09-30", 3).possible is None


def test_a_year_beyond_the_table_has_no_bounds_but_itself() -> None:
    from workflows.clock import WorkingCalendar

    calendar = WorkingCalendar({2050: weekend_year(2050)})
    most, least = bounds(calendar)
    assert most.is_working(date(2050, 1, 3)) == least.is_working(date(2050, 1, 3))
