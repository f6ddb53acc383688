"""Deadlines with suspensions and extensions: examples, properties, and agreement with a plain recount."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import (
    at,
    budgets,
    half_hours,
    moments,
    recounted_day,
    recounted_half_hours,
    suspensions,
)
from workflows.clock import Budget, Suspension, corresponding_day, due_at

CALENDAR = county_calendar()
OCTOBER = moments("2026-09-20", "2026-10-20")


def pause(start: str, end: str | None, kind: str = "test") -> Suspension:
    return Suspension(at(start), at(end) if end else None, kind, "许可 45 条")


@pytest.mark.parametrize(
    ("budget", "start", "due"),
    [
        ({"half_days": 1}, "2026-11-20 08:30", "2026-11-20 12:00"),
        ({"half_days": 1}, "2026-11-20 15:00", "2026-11-23 09:30"),
        ({"working_days": 0.5}, "2026-11-22 09:00", "2026-11-23 12:00"),
        ({"working_hours": 4}, "2026-11-20 17:00", "2026-11-23 12:00"),
        ({"working_hours": "1.5"}, "2026-11-20 18:00", "2026-11-23 10:00"),
        ({"working_hours": 0}, "2026-11-20 18:00", "2026-11-23 08:30"),
        ({"days": 10}, "2026-11-20 10:00", "2026-11-30 17:30"),
        ({"days": 1}, "2026-11-20 10:00", "2026-11-23 17:30"),
        ({"days": 11}, "2026-09-20 10:00", "2026-10-08 17:30"),
        ({"months": 1}, "2026-01-31 10:00", "2026-02-28 17:30"),
        ({"months": 2}, "2026-09-21 10:00", "2026-11-23 17:30"),
        ({"months": 12}, "2026-11-20 10:00", "2027-11-22 17:30"),
        ({"months": 0}, "2026-11-20 10:00", "2026-11-20 17:30"),
    ],
)
def test_every_unit(budget: dict[str, object], start: str, due: str) -> None:
    assert due_at(CALENDAR, at(start), Budget.parse(budget)) == at(due)


def test_the_corresponding_day_is_the_months_end_where_there_is_none() -> None:
    assert corresponding_day(date(2027, 10, 31), 4) == date(2028, 2, 29)
    assert corresponding_day(date(2026, 11, 30), 1) == date(2026, 12, 30)
    assert corresponding_day(date(2026, 12, 5), 12) == date(2027, 12, 5)


@pytest.mark.parametrize(
    ("ledger", "due"),
    [
        ([], "2026-11-25"),
        ([pause("2026-11-23 09:00", "2026-11-23 09:01")], "2026-11-26"),
        ([pause("2026-11-20 11:00", "2026-11-23 09:00")], "2026-11-26"),
        ([pause("2026-11-23 17:30", "2026-11-24 08:30")], "2026-11-25"),
        ([pause("2026-11-23 10:00", "2026-11-24 10:00"), pause("2026-11-24 09:00", "2026-11-24 15:00")], "2026-11-27"),
        ([pause("2026-11-25 17:00", "2026-12-01 09:00")], "2026-12-02"),
        ([pause("2026-11-25 17:30", "2026-12-01 09:00")], "2026-11-25"),
        ([pause("2026-11-23 10:00", None)], "2026-11-25"),
        ([pause("2026-11-24 10:00", "2026-11-24 10:00")], "2026-11-25"),
    ],
)
def test_a_working_day_that_a_suspension_touches_does_not_count(ledger: list[Suspension], due: str) -> None:
    assert due_at(CALENDAR, at("2026-11-20 10:00"), Budget.parse({"working_days": 3}), ledger) == at(f"{due} 17:30")


def test_a_suspension_adds_its_working_time_to_a_limit_in_hours() -> None:
    ledger = [pause("2026-11-20 11:00", "2026-11-20 15:00"), pause("2026-11-20 14:30", "2026-11-20 16:00")]
    due = due_at(CALENDAR, at("2026-11-20 10:00"), Budget.parse({"working_hours": 2}), ledger)
    assert due == at("2026-11-20 17:00")


@pytest.mark.parametrize("begin", ["2026-11-20 12:00", "2026-11-20 13:00", "2026-11-20 14:00"])
def test_a_suspension_that_begins_when_the_time_is_up_changes_nothing(begin: str) -> None:
    ledger = [pause(begin, "2026-11-24 10:00")]
    due = due_at(CALENDAR, at("2026-11-20 10:00"), Budget.parse({"working_hours": 2}), ledger)
    assert due == at("2026-11-20 12:00")


def test_a_last_day_rolls_past_rest_days_and_a_suspension() -> None:
    ledger = [pause("2026-11-29 10:00", "2026-12-01 10:00")]
    assert due_at(CALENDAR, at("2026-11-18 10:00"), Budget.parse({"days": 10}), ledger) == at("2026-12-02 17:30")


@given(moments(), st.integers(1, 12), suspensions(moments()))
def test_limits_in_days_agree_with_a_recount(start: datetime, days: int, ledger: list[Suspension]) -> None:
    due = due_at(CALENDAR, start, Budget.parse({"working_days": days}), ledger)
    day = recounted_day(CALENDAR, start, days, ledger)
    assert due == datetime.combine(day, CALENDAR.hours.closes, CALENDAR.hours.zone)


@given(half_hours(), st.integers(1, 30), suspensions(half_hours()))
def test_limits_in_hours_agree_with_a_recount(start: datetime, count: int, ledger: list[Suspension]) -> None:
    due = due_at(CALENDAR, start, Budget.parse({"working_hours": f"{count / 2}"}), ledger)
    assert due == recounted_half_hours(CALENDAR, start, count, ledger)


@given(half_hours(), st.integers(1, 30), suspensions(half_hours()))
def test_limits_in_calendar_days_agree_with_a_recount(start: datetime, count: int, ledger: list[Suspension]) -> None:
    def touched(day: date) -> bool:
        midnight = datetime.combine(day, datetime.min.time(), CALENDAR.hours.zone)
        return any(s.end is not None and max(s.start, midnight) < min(s.end, midnight + timedelta(days=1)) for s in ledger)

    day, left = start.date(), count
    while left or touched(day) or not CALENDAR.is_working(day):
        day += timedelta(days=1)
        left -= bool(left) and not touched(day)
    assert due_at(CALENDAR, start, Budget.parse({"days": count}), ledger).date() == day


@given(OCTOBER, OCTOBER, budgets(), suspensions(OCTOBER), suspensions(OCTOBER, 1))
def test_deadlines_are_monotone(
    first: datetime, second: datetime, budget: Budget, ledger: list[Suspension], more: list[Suspension]
) -> None:
    start, later = sorted((first, second))
    due = due_at(CALENDAR, start, budget, ledger)
    assert due <= due_at(CALENDAR, later, budget, ledger)
    assert due <= due_at(CALENDAR, start, Budget(budget.amount + 1, budget.unit), ledger)
    assert due <= due_at(CALENDAR, start, budget, ledger + more)


@given(OCTOBER, budgets(), suspensions(OCTOBER), OCTOBER)
def test_a_pause_resumed_at_once_changes_nothing(start: datetime, budget: Budget, ledger: list[Suspension], moment: datetime) -> None:
    paused = [*ledger, Suspension(moment, moment, "test", "许可 45 条")]
    assert due_at(CALENDAR, start, budget, paused) == due_at(CALENDAR, start, budget, ledger)


@given(OCTOBER, budgets(), suspensions(OCTOBER), st.lists(OCTOBER, min_size=3, max_size=3).map(sorted))
def test_a_suspension_may_be_split_anywhere_and_told_in_any_order(
    start: datetime, budget: Budget, ledger: list[Suspension], cuts: list[datetime]
) -> None:
    first, middle, last = cuts
    whole = [*ledger, Suspension(first, last, "test", "许可 45 条")]
    parts = [Suspension(middle, last, "test", ""), Suspension(first, middle, "test", ""), *reversed(ledger)]
    assert due_at(CALENDAR, start, budget, whole) == due_at(CALENDAR, start, budget, parts)


@given(
    OCTOBER,
    st.sampled_from(["working_days", "half_days", "working_hours"]),
    st.integers(1, 6),
    st.integers(1, 6),
    suspensions(OCTOBER),
)
def test_extending_then_suspending_equals_suspending_then_extending(
    start: datetime, unit: str, amount: int, extension: int, ledger: list[Suspension]
) -> None:
    budget, by = Budget.parse({unit: amount}), Budget.parse({unit: extension})
    suspended_first = due_at(CALENDAR, start, budget, ledger)
    assume(all(s.end is not None and s.end <= suspended_first for s in ledger))
    assert due_at(CALENDAR, start, budget.extended(by), ledger) == due_at(CALENDAR, suspended_first, by)


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({}, "一项"),
        ({"working_days": 1, "months": 1}, "一项"),
        ({"weeks": 1}, "单位"),
        ({"working_days": -1}, "正数"),
        ({"working_days": "0.3"}, "整数"),
        ({"months": 1.5}, "整数"),
        ({"working_days": True}, "数字"),
        ({"working_days": None}, "数字"),
        ({"working_days": "三"}, "数字"),
        ({"working_hours": "NaN"}, "正数"),
        ({"working_days": "Infinity"}, "正数"),
    ],
)
def test_what_is_no_budget_is_refused(mapping: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Budget.parse(mapping)


def test_whole_numbers_may_be_given_as_they_are() -> None:
    assert Budget(3, "working_days") == Budget.parse({"working_days": 3})


def test_an_extension_has_the_unit_of_what_it_extends() -> None:
    assert Budget.parse({"working_days": 3}).extended(Budget.parse({"working_days": 3})) == Budget.parse({"working_days": 6})
    with pytest.raises(ValueError, match="单位必须相同"):
        Budget.parse({"working_days": 3}).extended(Budget.parse({"months": 1}))


def test_a_suspension_cannot_end_before_it_began_nor_lack_a_zone() -> None:
    with pytest.raises(ValueError, match="不能早于开始"):
        pause("2026-11-23 10:00", "2026-11-23 09:00")
    with pytest.raises(ValueError, match="时区"):
        Suspension(datetime(2026, 11, 23), None, "test", "")
