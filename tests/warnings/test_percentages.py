"""How much of a limit has gone by, and which level that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from workflows.clock import DEFAULT_PERCENTAGES, LEVELS, Budget, Percentages, Suspension, due_at, read, used_percent

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, nine o'clock in the county: three working hours before the lunch break and three and a half after it."""

moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20), timezones=st.just(UTC))
hours = st.integers(1, 60)


def after(**length: float) -> datetime:
    return START + timedelta(**length)


def used(budget: dict[str, float], now: datetime, suspensions: list[Suspension] | None = None) -> int:
    calendar, ledger = county_calendar(), suspensions or []
    return used_percent(calendar, START, due_at(calendar, START, Budget.parse(budget), ledger), now, ledger)


@pytest.mark.parametrize(
    ("minutes", "percent"), [(-5, 0), (0, 0), (45, 25), (90, 50), (135, 75), (179, 99), (180, 99), (180.001, 100), (180 + 120, 100)]
)
def test_percent_of_three_working_hours(minutes: float, percent: int) -> None:
    """The last two lie in the lunch break: the time is over, and no more of it goes by."""
    assert used({"working_hours": 3}, after(minutes=minutes)) == percent


def test_what_is_over_counts_working_time_alone() -> None:
    assert used({"working_hours": 1}, after(hours=2)) == 200
    assert used({"working_hours": 1}, after(days=1)) == 100 * (7 * 60) // 60


def test_a_suspension_does_not_count() -> None:
    pause = Suspension(after(hours=1), after(hours=2), "test", "")
    assert used({"working_hours": 2}, after(hours=1), [pause]) == 50
    assert used({"working_hours": 2}, after(hours=2), [pause]) == 50, "it stands still meanwhile"
    assert used({"working_hours": 2}, after(hours=2, minutes=30), [pause]) == 75
    still_running = Suspension(after(hours=1), None, "test", "")
    calendar = county_calendar()
    due = due_at(calendar, START, Budget.parse({"working_hours": 2}))
    assert used_percent(calendar, START, due, after(hours=1, minutes=40), [still_running]) == 100 * 60 // 80


def test_nothing_allowed_is_over_at_once() -> None:
    assert used_percent(county_calendar(), START, START, START) == 0
    assert used_percent(county_calendar(), START, START, after(seconds=1)) == 100


@given(moments, hours, st.integers(0, 40 * 24 * 3600), st.integers(0, 9 * 24 * 3600))
def test_percent_never_falls_and_agrees_with_the_colour(start: datetime, amount: int, seconds: int, more: int) -> None:
    calendar, budget = county_calendar(), Budget.parse({"working_hours": amount})
    due, now = due_at(calendar, start, budget), start + timedelta(seconds=seconds)
    first, later = (used_percent(calendar, start, due, moment) for moment in (now, now + timedelta(seconds=more)))
    assert 0 <= first <= later
    reading = read(calendar, start, budget, now)
    assert reading.late == (first >= 100)
    assert (reading.colour == "green") == (first < 75)


@given(st.integers(-5, 2000), st.integers(1, 99), st.integers(100, 500), st.integers(0, 500))
def test_levels_come_one_after_the_other(percent: int, near: int, due: int, more: int) -> None:
    rule = Percentages(near, due, due + more)
    level = rule.level(percent)
    assert level == ("escalated" if percent >= due + more else "due" if percent >= due else "near" if percent >= near else "")
    assert LEVELS == ("near", "due", "escalated") and Percentages(75, 100, 125) == DEFAULT_PERCENTAGES


@pytest.mark.parametrize("wrong", [(0, 100, 125), (100, 100, 125), (75, 99, 125), (75, 120, 110), (75, 100, 1001)])
def test_percentages_that_warn_too_late_or_in_the_wrong_order_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="比例"):
        Percentages(*wrong)
