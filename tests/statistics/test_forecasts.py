"""The due load of the coming working days: what is open, and what usually comes in on such a weekday."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import at
from workflows.clock import Budget
from workflows.statistics.forecasts import WEEKS, Stream, due_load, weekday_means

CALENDAR = county_calendar()
MONDAY = at("2026-11-23 08:30")
ONE_DAY = Budget(Decimal(1), "working_days")


def mondays(count: int) -> dict[date, int]:
    """So many arrivals on each Monday before that was worked."""
    days = (MONDAY.date() - timedelta(weeks=week) for week in range(1, WEEKS + 1))
    return {day: count for day in days if CALENDAR.is_working(day)}


def test_ten_working_days_from_today() -> None:
    days = [due_day.day for due_day in due_load(CALENDAR, MONDAY, []).days]
    assert days == [date(2026, 11, 23) + timedelta(days=each) for each in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]


def test_a_holiday_is_no_day_of_the_forecast() -> None:
    days = [due_day.day.isoformat() for due_day in due_load(CALENDAR, at("2026-09-30 10:00"), [], days=3).days]
    assert days == ["2026-09-30", "2026-10-08", "2026-10-09"]


def test_what_is_open_falls_on_its_day_and_what_is_late_is_apart() -> None:
    dues = [at("2026-11-20 17:30"), at("2026-11-23 08:29"), at("2026-11-23 12:00"), at("2026-11-24 17:30"), at("2026-11-24 17:30")]
    found = due_load(CALENDAR, MONDAY, dues)
    assert found.overdue == 2
    assert [due_day.known for due_day in found.days[:3]] == [1, 2, 0]
    assert found.days[0].total == 1
    assert (found.days[1].low, found.days[1].high) == (2, 2)


def test_what_is_due_beyond_ten_days_is_in_none_of_them() -> None:
    assert sum(due_day.known for due_day in due_load(CALENDAR, MONDAY, [at("2027-01-20 17:30")]).days) == 0


def test_what_is_due_on_a_rest_day_has_to_be_seen_to_after_it() -> None:
    found = due_load(CALENDAR, at("2026-11-27 10:00"), [at("2026-11-28 12:00")])
    assert [(due_day.day.day, due_day.known) for due_day in found.days if due_day.known] == [(30, 1)]


def test_arrivals_of_a_monday_fall_due_as_their_time_allows() -> None:
    found = due_load(CALENDAR, MONDAY, [], [Stream(ONE_DAY, mondays(6))])
    assert {due_day.day.day: due_day.expected for due_day in found.days if due_day.expected} == {24: 6.0, 1: 6.0}
    assert all(due_day.low <= due_day.total <= due_day.high for due_day in found.days)


def test_of_todays_arrivals_a_part_has_come_in() -> None:
    noon = due_load(CALENDAR, at("2026-11-23 12:00"), [], [Stream(ONE_DAY, mondays(6))])
    evening = due_load(CALENDAR, at("2026-11-23 19:00"), [], [Stream(ONE_DAY, mondays(6))])
    assert noon.days[1].expected == pytest.approx(3)
    assert evening.days[1].expected == 0


def test_several_streams_add_up() -> None:
    stream = Stream(ONE_DAY, mondays(6))
    once = due_load(CALENDAR, MONDAY, [], [stream])
    twice = due_load(CALENDAR, MONDAY, [], [stream, stream])
    assert [2 * each.expected for each in once.days] == pytest.approx([each.expected for each in twice.days])


def test_arrivals_long_ago_do_not_count() -> None:
    assert weekday_means(CALENDAR, {MONDAY.date() - timedelta(weeks=WEEKS, days=4): 900, MONDAY.date(): 900}, MONDAY.date()) == [0] * 7


def test_arrivals_of_a_weekend_count_with_the_monday_after() -> None:
    saturdays = {day - timedelta(days=2): count for day, count in mondays(4).items() if day > date(2026, 10, 19)}
    assert weekday_means(CALENDAR, saturdays, MONDAY.date())[1:5] == [0] * 4
    assert weekday_means(CALENDAR, saturdays, MONDAY.date())[0] > 0


@given(st.dictionaries(st.integers(1, WEEKS * 7).map(lambda days: MONDAY.date() - timedelta(days=days)), st.integers(0, 50)))
def test_means_keep_the_number_of_arrivals(arrivals: dict[date, int]) -> None:
    """What came in on working days of the weeks before is found again in the means, each as often as its weekday was worked."""
    working = {day: count for day, count in arrivals.items() if CALENDAR.is_working(day)}
    first = MONDAY.date() - timedelta(weeks=WEEKS)
    days = [first + timedelta(days=each) for each in range(WEEKS * 7)]
    means = weekday_means(CALENDAR, working, MONDAY.date())
    assert sum(means[day.weekday()] for day in days if CALENDAR.is_working(day)) == pytest.approx(sum(working.values()))
