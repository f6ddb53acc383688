"""The time of a step that a case comes back to: what earlier stays used stays used, and the time away does not count."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import DAY, at, budgets, moments
from workflows.clock import OFFICE_ZONE, Budget, counted_from, due_at, read

CALENDAR = county_calendar()
OCTOBER = moments("2026-09-20", "2026-10-20")
TWO_DAYS = Budget.parse({"working_days": 2})
FOUR_HOURS = Budget.parse({"working_hours": 4})


def in_order(count: int) -> st.SearchStrategy[list[datetime]]:
    return st.lists(OCTOBER, min_size=count, max_size=count).map(sorted)


def due(budget: Budget, opened: datetime, *earlier: tuple[datetime, datetime]) -> datetime:
    return due_at(CALENDAR, counted_from(CALENDAR, budget, opened, earlier), budget)


def span(first: str, last: str) -> tuple[datetime, datetime]:
    return at(first), at(last)


@pytest.mark.parametrize(
    ("opened", "earlier", "ends"),
    [
        # Hours: three were used, one is left.
        ("2026-11-18 09:00", [span("2026-11-16 08:30", "2026-11-16 11:30")], "2026-11-18 10:00"),
        ("2026-11-18 19:00", [span("2026-11-16 08:30", "2026-11-16 11:30")], "2026-11-19 09:30"),
        # All used, and two hours more: over before it began, by two hours.
        ("2026-11-18 10:30", [span("2026-11-16 08:30", "2026-11-16 16:30")], "2026-11-17 17:30"),
    ],
)
def test_hours_that_are_left(opened: str, earlier: list[tuple[datetime, datetime]], ends: str) -> None:
    assert due(FOUR_HOURS, at(opened), *earlier) == at(ends)


@pytest.mark.parametrize(
    ("opened", "earlier", "ends"),
    [
        # Left on the day it came: nothing of it counted, so two days are left.
        ("2026-11-18 10:00", [span("2026-11-16 09:00", "2026-11-16 16:00")], "2026-11-20"),
        # The day of leaving is the first; the day of coming back does not count, the next one is the last.
        ("2026-11-18 10:00", [span("2026-11-16 09:00", "2026-11-17 11:00")], "2026-11-19"),
        # Back on the day of leaving, in the evening even: as if it had never left.
        ("2026-11-17 15:00", [span("2026-11-16 09:00", "2026-11-17 11:00")], "2026-11-18"),
        ("2026-11-17 20:00", [span("2026-11-16 09:00", "2026-11-17 18:30")], "2026-11-18"),
        # Overtime costs no day more than the day it was done on.
        ("2026-11-19 10:00", [span("2026-11-16 09:00", "2026-11-17 18:30")], "2026-11-20"),
        # Both days used: due on the day of coming back.
        ("2026-11-20 10:00", [span("2026-11-16 09:00", "2026-11-18 11:00")], "2026-11-20"),
        # One more than both: it was over the working day before.
        ("2026-11-23 10:00", [span("2026-11-16 09:00", "2026-11-19 11:00")], "2026-11-20"),
        # Two stays of a day each.
        (
            "2026-11-23 10:00",
            [span("2026-11-16 09:00", "2026-11-17 11:00"), span("2026-11-18 09:00", "2026-11-19 09:30")],
            "2026-11-23",
        ),
    ],
)
def test_days_that_are_left(opened: str, earlier: list[tuple[datetime, datetime]], ends: str) -> None:
    assert due(TWO_DAYS, at(opened), *earlier) == at(f"{ends} 17:30")


@given(budgets(), OCTOBER)
def test_without_an_earlier_stay_it_counts_from_the_beginning(budget: Budget, opened: datetime) -> None:
    assert counted_from(CALENDAR, budget, opened, []) == opened


@given(budgets(), in_order(2))
def test_leaving_and_coming_back_at_once_changes_nothing(budget: Budget, times: list[datetime]) -> None:
    first, back = times
    assert due(budget, back, (first, back)) == due_at(CALENDAR, first, budget)


@given(budgets(), in_order(4))
def test_two_short_stays_use_as_much_as_one_long_one(budget: Budget, times: list[datetime]) -> None:
    first, between, left, back = times
    split = counted_from(CALENDAR, budget, back, [(first, between), (between, left)])
    assert split == counted_from(CALENDAR, budget, back, [(first, left)])


@given(budgets(), in_order(5), OCTOBER)
def test_it_never_counts_from_later_than_it_was_opened(budget: Budget, times: list[datetime], now: datetime) -> None:
    first, left, again, gone, back = times
    since = counted_from(CALENDAR, budget, back, [(first, left), (again, gone)])
    assert since <= back
    # However much was used, it can be read; and nobody gets more time than a new step would have.
    assert read(CALENDAR, since, budget, max(now, back)).due <= due_at(CALENDAR, back, budget)


@given(st.integers(0, 12), in_order(5))
def test_hours_are_what_the_stays_left_of_them(hours: int, times: list[datetime]) -> None:
    first, left, again, gone, back = times
    used = CALENDAR.working_seconds(first, left) + CALENDAR.working_seconds(again, gone)
    budget = Budget.parse({"working_hours": hours + 1})
    since = counted_from(CALENDAR, budget, back, [(first, left), (again, gone)])
    remaining = read(CALENDAR, since, budget, back).remaining_seconds
    assert remaining == pytest.approx((hours + 1) * 3600 - used, abs=3)


@given(st.integers(1, 6), in_order(3))
def test_days_agree_with_a_naive_recount(days: int, times: list[datetime]) -> None:
    first, left, back = times
    budget = Budget.parse({"working_days": days})
    found, fresh = due(budget, back, (first, left)), due_at(CALENDAR, back, budget)
    used = _counted(first, left)
    if used < days:  # else it was over when it was left, and stays as late as it was
        expected = _recounted(first, left, back, days)
        assert found.date() == min(expected, fresh.date())
    else:
        assert found <= CALENDAR.close_of(CALENDAR.local(back).date())


def _counted(first: datetime, left: datetime) -> int:
    """Working days after the start day up to the day of leaving."""
    day, count = CALENDAR.start_day(first), 0
    while day < left.astimezone(OFFICE_ZONE).date():
        day += DAY
        count += CALENDAR.is_working(day)
    return count


def _recounted(first: datetime, left: datetime, back: datetime, days: int) -> date:
    """The n-th working day after the start day, without those after the day of leaving up to that of coming back."""
    day, gone, here = CALENDAR.start_day(first), left.astimezone(OFFICE_ZONE).date(), back.astimezone(OFFICE_ZONE).date()
    while days:
        day += timedelta(days=1)
        if CALENDAR.is_working(day) and not gone < day <= here:
            days -= 1
    return day
