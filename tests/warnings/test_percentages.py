"""How much of a limit has gone by, and which level that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from workflows.clock import DEFAULT_PERCENTAGES, LEVELS, Budget, Percentages, Suspension, read

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, nine o'clock in the county: three working hours before the lunch break and three and a half after it."""

moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20), timezones=st.just(UTC))
budgets = st.tuples(st.sampled_from(["working_days", "working_hours", "half_days", "days", "months"]), st.integers(0, 30)).map(
    lambda pair: Budget.parse({pair[0]: pair[1]})
)
ledgers = st.lists(st.tuples(st.integers(-60 * 24 * 5, 60 * 24 * 40), st.integers(0, 60 * 24 * 10)), max_size=4)


def after(**length: float) -> datetime:
    return START + timedelta(**length)


def used(budget: dict[str, float], now: datetime, suspensions: list[Suspension] | None = None) -> int:
    return read(county_calendar(), START, Budget.parse(budget), now, suspensions=suspensions or []).used_percent


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
    assert used({"working_hours": 2}, after(hours=1, minutes=40), [still_running]) == 50


def test_nothing_allowed_is_over_at_once() -> None:
    assert used({"working_hours": 0}, START) == 99
    assert used({"working_hours": 0}, after(seconds=1)) == 100


def test_nights_that_stand_still_take_whole_days_out_of_a_limit_in_working_days() -> None:
    nights = [Suspension(after(days=each, hours=7.5), after(days=each + 1, hours=0.5), "test", "") for each in (0, 2, 7, 9)]
    reading = read(county_calendar(), START, Budget.parse({"working_days": 10}), after(days=8, hours=1), suspensions=nights)
    assert reading.colour == "green" and reading.used_percent < 40


@given(moments, budgets, ledgers, st.integers(0, 40 * 24 * 3600), st.integers(0, 9 * 24 * 3600))
def test_percent_never_falls_and_agrees_with_the_colour(
    start: datetime, budget: Budget, pairs: list[tuple[int, int]], seconds: int, more: int
) -> None:
    calendar, now = county_calendar(), start + timedelta(seconds=seconds)
    begins = [start + timedelta(minutes=after) for after, _ in pairs]
    ledger = [
        Suspension(begin, begin + timedelta(minutes=length), "test", "") for begin, (_, length) in zip(begins, pairs, strict=True)
    ]
    first, later = (read(calendar, start, budget, moment, suspensions=ledger) for moment in (now, now + timedelta(seconds=more)))
    assert 0 <= first.used_percent <= later.used_percent
    assert first.late == (first.used_percent >= 100)
    assert first.colour == "grey" or (first.colour == "green") == (first.used_percent < 75)


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
