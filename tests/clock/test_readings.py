"""What a clock shows: late, remaining, colour, provisional, the working line by line, and the words for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given

from approvals.calendar import county_calendar
from tests.clock.strategies import at, budgets, moments, suspensions
from workflows.clock import Budget, Reading, Suspension, due_at, format_remaining, read

CALENDAR = county_calendar()
OCTOBER = moments("2026-09-20", "2026-10-20")
THREE_DAYS = Budget.parse({"working_days": 3})
FOUR_HOURS = Budget.parse({"working_hours": 4})


def shown(budget: Budget, start: str, now: str, *ledger: Suspension) -> Reading:
    return read(CALENDAR, at(start), budget, at(now), suspensions=ledger)


def test_on_time_means_no_later_than_due() -> None:
    due = at("2026-11-25 17:30")
    start = at("2026-11-20 10:00")
    assert read(CALENDAR, start, THREE_DAYS, due).late is False
    after = read(CALENDAR, start, THREE_DAYS, due + timedelta(microseconds=1))
    assert (after.late, after.colour, after.remaining_seconds) == (True, "red", -1)
    assert shown(THREE_DAYS, "2026-11-20 10:00", "2026-11-26 10:30").remaining_seconds == -2 * 3600


@pytest.mark.parametrize(
    ("now", "colour", "remaining"),
    [
        ("2026-11-18 10:00", "green", 4 * 3600),
        ("2026-11-20 07:00", "green", 4 * 3600),
        ("2026-11-20 08:30", "green", 4 * 3600),
        ("2026-11-20 11:29", "green", 3660),
        ("2026-11-20 11:30", "amber", 3600),
        ("2026-11-20 13:00", "amber", 1800),
        ("2026-11-20 14:30", "amber", 0),
        ("2026-11-20 14:31", "red", -60),
    ],
)
def test_colours_follow_the_share_left(now: str, colour: str, remaining: int) -> None:
    reading = shown(FOUR_HOURS, "2026-11-20 08:30", now)
    assert (reading.colour, reading.remaining_seconds) == (colour, remaining)


def test_a_running_suspension_is_grey_and_holds_the_remaining_time() -> None:
    suspension = Suspension(at("2026-11-20 09:30"), None, "appraisal", "许可 45 条")
    first = shown(FOUR_HOURS, "2026-11-20 08:30", "2026-11-20 09:30", suspension)
    later = shown(FOUR_HOURS, "2026-11-20 08:30", "2026-11-24 09:00", suspension)
    assert (first.colour, later.colour) == ("grey", "grey")
    assert first.remaining_seconds == later.remaining_seconds == 3 * 3600
    assert later.due == at("2026-11-24 12:00")
    assert not later.late


def test_the_clock_runs_again_from_the_instant_a_suspension_ends() -> None:
    suspension = Suspension(at("2026-11-20 09:30"), at("2026-11-20 10:30"), "appraisal", "许可 45 条")
    assert shown(FOUR_HOURS, "2026-11-20 08:30", "2026-11-20 10:29", suspension).colour == "grey"
    assert shown(FOUR_HOURS, "2026-11-20 08:30", "2026-11-20 10:30", suspension).colour == "green"


def test_a_running_suspension_holds_whole_days_of_a_limit_in_days() -> None:
    suspension = Suspension(at("2026-11-24 10:00"), None, "appraisal", "许可 45 条")
    readings = [
        shown(THREE_DAYS, "2026-11-20 10:00", now, suspension)
        for now in ("2026-11-24 10:01", "2026-11-25 07:00", "2026-11-25 10:00", "2026-12-07 10:00")
    ]
    assert {reading.remaining_seconds for reading in readings} == {2 * 7 * 3600}
    assert readings[-1].due == at("2026-12-09 17:30")


def test_an_announced_suspension_without_end_does_not_count_before_it_begins() -> None:
    suspension = Suspension(at("2026-11-24 10:00"), None, "hearing", "许可 45 条")
    reading = shown(THREE_DAYS, "2026-11-20 10:00", "2026-11-23 10:00", suspension)
    assert (reading.colour, reading.due) == ("green", at("2026-11-25 17:30"))


def test_a_stopped_clock_is_grey_and_tells_whether_it_was_in_time() -> None:
    start, now = at("2026-11-20 10:00"), at("2027-06-01 10:00")
    in_time = read(CALENDAR, start, THREE_DAYS, now, stopped=at("2026-11-25 16:30"))
    assert (in_time.colour, in_time.late, in_time.remaining_seconds) == ("grey", False, 3600)
    late = read(CALENDAR, start, THREE_DAYS, now, stopped=at("2026-11-26 09:30"))
    assert (late.colour, late.late, late.remaining_seconds) == ("grey", True, -3600)


def test_a_deadline_that_touches_a_year_without_notice_is_provisional() -> None:
    assert shown(Budget.parse({"working_days": 1}), "2026-12-31 10:00", "2026-12-31 10:00").provisional
    assert not shown(Budget.parse({"working_days": 1}), "2026-12-30 10:00", "2027-01-31 10:00").provisional


@given(OCTOBER, budgets(), suspensions(OCTOBER), OCTOBER, OCTOBER)
def test_remaining_time_never_grows_and_agrees_with_late(
    start: datetime, budget: Budget, ledger: list[Suspension], first: datetime, second: datetime
) -> None:
    now, later = sorted((first, second))
    before = read(CALENDAR, start, budget, now, suspensions=ledger)
    after = read(CALENDAR, start, budget, later, suspensions=ledger)
    assert before.due == after.due == due_at(CALENDAR, start, budget, ledger)
    assert before.remaining_seconds >= after.remaining_seconds
    for moment, reading in ((now, before), (later, after)):
        assert reading.late == (moment > reading.due) == (reading.remaining_seconds < 0)


@given(OCTOBER, budgets(), suspensions(OCTOBER), OCTOBER)
def test_the_working_numbers_every_counted_day_and_ends_with_the_due_instant(
    start: datetime, budget: Budget, ledger: list[Suspension], now: datetime
) -> None:
    reading = read(CALENDAR, start, budget, now, suspensions=ledger, explain=True)
    numbers = [line.number for line in reading.working if line.number is not None]
    if budget.unit == "working_days" and budget.amount:
        assert numbers == list(range(1, int(budget.amount) + 1))
    due = next(line for line in reading.working if line.kind == "due")
    assert f"{reading.due:%Y-%m-%d %H:%M}" in due.zh
    assert f"{reading.due:%Y-%m-%d %H:%M}" in due.en
    assert all(line.first <= line.last for line in reading.working)
    assert reading == read(CALENDAR, start, budget, now, suspensions=ledger, explain=True)


def working(budget: Budget, start: str, *ledger: Suspension) -> list[str]:
    reading = read(CALENDAR, at(start), budget, at(start), suspensions=ledger, explain=True)
    return [line.zh for line in reading.working]


def test_the_working_of_a_limit_in_days() -> None:
    assert working(THREE_DAYS, "2026-09-30 10:00") == [
        "09-30 起始日，不计入",
        "10-01 至 10-07 放假，不计入",
        "10-08 第 1 日",
        "10-09 第 2 日",
        "10-10 星期六，调休上班，第 3 日",
        "2026-10-10 17:30 期满",
    ]
    reading = read(CALENDAR, at("2026-09-30"), THREE_DAYS, at("2026-09-30"), explain=True)
    assert reading.working[4].en == "10-10 Saturday, make-up workday, day 3"
    assert read(CALENDAR, at("2026-09-30"), THREE_DAYS, at("2026-09-30")).working == ()


def test_the_working_tells_after_hours_weekends_suspensions_and_provisional_years() -> None:
    suspension = Suspension(at("2026-12-29 10:00"), at("2026-12-30 10:00"), "expert_review", "许可 45 条")
    assert working(THREE_DAYS, "2026-12-24 18:00", suspension) == [
        "12-24 下班后提交，视为次日提交",
        "12-25 起始日，不计入",
        "12-26 至 12-27 周末，不计入",
        "12-28 第 1 日",
        "12-29 至 12-30 中止计时（专家评审），不计入",
        "12-31 第 2 日",
        "2027-01-01 至 2027-01-03 放假，不计入",
        "2027-01-04 第 3 日",
        "2027-01-04 17:30 期满",
        "2027 年放假安排尚未录入，期限为暂定：按历年安排预计不变",
    ]


def test_the_working_of_a_limit_in_hours() -> None:
    suspension = Suspension(at("2026-11-20 17:00"), at("2026-11-23 09:00"), "test", "许可 45 条")
    assert working(FOUR_HOURS, "2026-11-20 12:30", suspension) == [
        "11-20 办公时间外提交，自 11-20 14:00 起算",
        "11-20 计 3 小时 0 分",
        "11-20 中止计时（检测）0 小时 30 分",
        "11-21 至 11-22 周末，不计入",
        "11-23 计 1 小时 0 分",
        "11-23 中止计时（检测）0 小时 30 分",
        "2026-11-23 10:00 期满",
    ]


def test_the_working_of_calendar_days_and_months() -> None:
    suspension = Suspension(at("2026-11-21 10:00"), at("2026-11-22 10:00"), "hearing", "许可 45 条")
    assert working(Budget.parse({"days": 6}), "2026-11-20 10:00", suspension) == [
        "11-20 起始日，不计入",
        "11-21 至 11-22 中止计时（听证），不计入",
        "11-23 至 11-28 计 6 日",
        "11-29 至 11-30 末日为休息日，顺延",
        "2026-11-30 17:30 期满",
    ]
    suspension = Suspension(at("2026-11-23 10:00"), at("2026-11-24 10:00"), "hearing", "许可 45 条")
    assert working(Budget.parse({"days": 6}), "2026-11-20 10:00", suspension)[1:5] == [
        "11-21 至 11-22 计 2 日",
        "11-23 至 11-24 中止计时（听证），不计入",
        "11-25 至 11-28 计 4 日",
        "11-29 至 11-30 末日为休息日，顺延",
    ]
    assert working(Budget.parse({"months": 1}), "2026-10-19 10:00")[1:3] == [
        "11-19 1 个月后的对应日",
        "10-20 至 11-19 计 31 日",
    ]


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (10 * 3600, "还剩 1 天 3 小时（工作时间）", "1 day 3 hours left (working time)"),
        (10 * 3600 + 1200, "还剩 1 天 3 小时（工作时间）", "1 day 3 hours left (working time)"),
        (7 * 3600, "还剩 1 天（工作时间）", "1 day left (working time)"),
        (3 * 3600 + 1200, "还剩 3 小时 20 分钟（工作时间）", "3 hours 20 minutes left (working time)"),
        (59, "还剩不到 1 分钟（工作时间）", "less than a minute left (working time)"),
        (0, "还剩不到 1 分钟（工作时间）", "less than a minute left (working time)"),
        (-7200, "已超 2 小时", "2 hours over"),
        (-1, "已超不到 1 分钟", "less than a minute over"),
    ],
)
def test_remaining_time_in_words(seconds: int, zh: str, en: str) -> None:
    assert format_remaining(seconds, "zh") == zh
    assert format_remaining(seconds, "zh_Hans_CN") == zh
    assert format_remaining(seconds, "en") == en
    assert format_remaining(seconds, "zh", day_seconds=10**9).count("天") == 0
