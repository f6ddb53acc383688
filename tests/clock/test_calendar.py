"""The working calendar: the county's days, the statutory rule, and arithmetic against a recount."""

from __future__ import annotations

import timeit
from datetime import UTC, date, datetime, time, timedelta

import pytest
from chinese_calendar import get_solar_terms, is_workday
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import at, moments, recounted_day, recounted_seconds
from workflows.clock import (
    OFFICE_ZONE,
    OfficeHours,
    WorkingCalendar,
    Year,
    statutory_rest_days,
    weekend_year,
)
from workflows.clock.statutory import MOVABLE_DAYS

CALENDAR = county_calendar()

EXAMPLES = [
    ("2026-11-22", 1, "2026-11-23"),
    ("2026-11-22 15:00", 1, "2026-11-23"),
    ("2026-02-12 10:00", 3, "2026-02-24"),
    ("2026-09-30 10:00", 1, "2026-10-08"),
    ("2026-04-30 10:00", 4, "2026-05-09"),
    ("2026-09-30", 3, "2026-10-10"),
    ("2026-12-31", 1, "2027-01-04"),
    ("2026-11-19 17:30", 1, "2026-11-20"),
    ("2026-11-19 17:31", 1, "2026-11-23"),
    ("2026-11-20 17:31", 1, "2026-11-23"),
    ("2026-11-23 07:00", 1, "2026-11-24"),
    ("2026-11-20 10:00", 0, "2026-11-20"),
    ("2026-11-20 18:00", 0, "2026-11-23"),
    ("2026-11-22 10:00", 0, "2026-11-23"),
]


@pytest.mark.parametrize(("start", "days", "last"), EXAMPLES)
def test_a_limit_in_days_ends_at_close_of_business_of_its_last_day(start: str, days: int, last: str) -> None:
    assert CALENDAR.add_working_days(at(start), days) == at(f"{last} 17:30")


def test_make_up_days_work_and_holidays_do_not() -> None:
    assert CALENDAR.is_working(date(2026, 2, 14))
    assert CALENDAR.is_working(date(2026, 10, 10))
    assert not any(CALENDAR.is_working(date(2026, 2, day)) for day in range(15, 24))
    assert not any(CALENDAR.is_working(date(2026, 10, day)) for day in range(1, 8))


def test_every_known_day_agrees_with_the_package() -> None:
    days = (date.fromordinal(number) for number in range(date(2004, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
    assert [day for day in days if CALENDAR.is_working(day) != is_workday(day)] == []


def test_years_with_a_notice_are_official_and_all_others_provisional() -> None:
    assert CALENDAR.is_official(date(2004, 1, 1))
    assert CALENDAR.is_official(date(2026, 12, 31))
    assert not CALENDAR.is_official(date(2003, 12, 31))
    assert not CALENDAR.is_official(date(2027, 1, 1))
    assert CALENDAR.is_provisional_between(at("2026-12-31"), at("2027-01-04"))
    assert not CALENDAR.is_provisional_between(at("2026-12-30"), at("2026-12-31 17:30"))


def test_the_county_calendar_is_built_once() -> None:
    assert county_calendar() is CALENDAR


def test_2027_follows_the_statutory_rule() -> None:
    texts = """01-01 02-05 02-06 02-07 02-08 02-09 02-10 04-05 05-01 05-02 05-03 05-04 06-09 09-15
               10-01 10-02 10-03 10-04 10-05"""
    expected = {date.fromisoformat(f"2027-{text}") for text in texts.split()}
    assert statutory_rest_days(2027) == expected
    year = (date(2027, 1, 1) + timedelta(days=offset) for offset in range(365))
    assert {day for day in year if day.weekday() < 5 and not CALENDAR.is_working(day)} == {day for day in expected if day.weekday() < 5}


@pytest.mark.parametrize("year", sorted(MOVABLE_DAYS))
def test_movable_days_agree_with_moon_and_sun(year: int) -> None:
    new_year, clear_and_bright, dragon_boat, mid_autumn = (date(year, *pair) for pair in MOVABLE_DAYS[year])
    terms = [day for day, _ in get_solar_terms(date(year, 4, 3), date(year, 4, 7))]
    assert terms == [clear_and_bright]
    # The true new moon strays up to 14 hours from the mean one; a lunar date one day off still shows.
    epoch, month = datetime(2000, 1, 6, 18, 14, tzinfo=UTC), 29.530588853
    for day, lunar_day in ((new_year, 1), (dragon_boat, 5), (mid_autumn, 15)):
        noon = datetime.combine(day - timedelta(days=lunar_day - 1), time(12), OFFICE_ZONE)
        age = ((noon - epoch) / timedelta(days=1) + month / 2) % month - month / 2
        assert abs(age) < 1.15, (day, age)


def test_beyond_the_table_weekends_decide_and_nothing_raises() -> None:
    assert CALENDAR.add_working_days(at("2055-06-04 10:00"), 1) == at("2055-06-07 17:30")
    assert CALENDAR.add_working_days(at("1998-05-01 10:00"), 1) == at("1998-05-04 17:30")
    assert CALENDAR.add_working_days(at("2040-12-28 10:00"), 3) == at("2041-01-02 17:30")
    assert WorkingCalendar({}).add_working_days(at("2026-11-20 10:00"), 1) == at("2026-11-23 17:30")


def test_a_gap_between_known_years_is_filled_by_weekends() -> None:
    calendar = WorkingCalendar({2024: weekend_year(2024), 2026: Year(bytes(365), official=True, notice="停用")})
    assert calendar.is_working(date(2025, 10, 1))
    assert not calendar.is_official(date(2025, 10, 1))
    assert calendar.add_working_days(at("2025-12-31 10:00"), 1) == at("2027-01-01 17:30")


def test_an_office_has_hours_and_closures_of_its_own() -> None:
    hours = OfficeHours.parse([("09:00", "12:00"), ("13:00", "16:00")])
    office = CALENDAR.for_office(hours, frozenset({date(2026, 11, 23), date(2051, 1, 2)}))
    assert office.add_working_days(at("2026-11-22 10:00"), 1) == at("2026-11-24 16:00")
    assert office.working_seconds(at("2026-11-23 00:00"), at("2026-11-24 10:00")) == 3600
    assert not office.is_working(date(2051, 1, 2))
    assert CALENDAR.is_working(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-20 07:00", "2026-11-20 08:30"),
        ("2026-11-20 08:30", "2026-11-20 08:30"),
        ("2026-11-20 12:00", "2026-11-20 12:00"),
        ("2026-11-20 12:01", "2026-11-20 14:00"),
        ("2026-11-20 17:30", "2026-11-20 17:30"),
        ("2026-11-20 17:31", "2026-11-23 08:30"),
        ("2026-09-30 18:00", "2026-10-08 08:30"),
    ],
)
def test_next_opening(moment: str, opening: str) -> None:
    assert CALENDAR.next_opening(at(moment)) == at(opening)


def test_hours_run_over_lunch_nights_and_weekends() -> None:
    assert CALENDAR.add_working_seconds(at("2026-11-20 11:00"), 2 * 3600) == at("2026-11-20 15:00")
    assert CALENDAR.add_working_seconds(at("2026-11-20 17:00"), 3600) == at("2026-11-23 09:00")
    assert CALENDAR.add_working_seconds(at("2026-11-20 11:00"), 3600) == at("2026-11-20 12:00")
    assert CALENDAR.add_working_seconds(at("2026-11-22 11:00"), 0) == at("2026-11-23 08:30")


@given(moments(), moments(), moments())
def test_working_time_is_additive_over_any_split(first: datetime, second: datetime, third: datetime) -> None:
    seconds = CALENDAR.working_seconds
    assert seconds(first, second) + seconds(second, third) == seconds(first, third)


@given(moments(), moments())
def test_working_time_is_monotone_and_agrees_with_a_recount(first: datetime, second: datetime) -> None:
    start, end = sorted((first, second))
    counted = CALENDAR.working_seconds(start, end)
    assert counted >= 0
    assert abs(counted - recounted_seconds(CALENDAR, start, end)) < 1


@given(moments(), st.integers(0, 400_000), st.integers(0, 400_000))
def test_adding_working_time_is_the_inverse_and_adds_up(start: datetime, first: int, second: int) -> None:
    end = CALENDAR.add_working_seconds(start, first)
    assert CALENDAR.working_seconds(start, end) == first
    assert CALENDAR.add_working_seconds(end, second) == CALENDAR.add_working_seconds(start, first + second)
    if first:
        # The earliest such instant, not the next opening.
        assert recounted_seconds(CALENDAR, start, end - timedelta(seconds=1)) < first - 0.5


@given(moments(), moments(), st.integers(0, 30))
def test_later_starts_never_end_earlier(first: datetime, second: datetime, amount: int) -> None:
    start, later = sorted((first, second))
    assert CALENDAR.add_working_days(start, amount) <= CALENDAR.add_working_days(later, amount)
    assert CALENDAR.add_working_days(start, amount) <= CALENDAR.add_working_days(start, amount + 1)
    assert CALENDAR.add_working_seconds(start, amount * 977) <= CALENDAR.add_working_seconds(later, amount * 977)
    assert CALENDAR.next_opening(start) <= CALENDAR.next_opening(later)


@given(moments(), st.integers(1, 30))
def test_day_counts_agree_with_a_recount(start: datetime, days: int) -> None:
    assert CALENDAR.add_working_days(start, days).date() == recounted_day(CALENDAR, start, days, [])


@given(st.integers(0, 1_000_000))
def test_ranks_and_days_are_inverse_far_beyond_the_table(rank: int) -> None:
    day = CALENDAR.day_at(rank)
    assert CALENDAR.is_working(day)
    assert CALENDAR.days_before(day.toordinal()) == rank


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_edges_of_the_table_join_what_lies_beyond(year: int) -> None:
    calendar = WorkingCalendar({year: weekend_year(year)})
    plain = WorkingCalendar({2000: weekend_year(2000)})
    edges = [date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()]
    for ordinal in (edge + offset for edge in edges for offset in range(-4, 5)):
        rank = calendar.days_before(ordinal)
        assert rank == plain.days_before(ordinal)
        assert calendar.day_at(rank) == plain.day_at(rank)


def test_ten_years_take_at_most_twenty_microseconds() -> None:
    start, end = at("2016-11-22 10:07").astimezone(UTC), at("2026-11-20 15:01").astimezone(UTC)
    best = min(timeit.repeat(lambda: CALENDAR.working_seconds(start, end), number=1000, repeat=5)) / 1000
    assert best <= 20e-6


def test_what_makes_no_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="365 或 366 天"):
        Year(bytes(10), official=True, notice="")
    with pytest.raises(ValueError, match="工作日"):
        Year(bytes([2] * 365), official=True, notice="")
    with pytest.raises(ValueError, match="2027 年有 365 天"):
        WorkingCalendar({2027: Year(bytes(366), official=False, notice="")})
    with pytest.raises(ValueError, match="带时区"):
        CALENDAR.working_seconds(datetime(2026, 11, 22), at("2026-11-23"))
    with pytest.raises(ValueError, match="负数"):
        CALENDAR.add_working_seconds(at("2026-11-22"), -1)
    with pytest.raises(ValueError, match="负数"):
        CALENDAR.add_working_days(at("2026-11-22"), -1)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([], "至少"),
        ([("12:00", "08:30")], "早于"),
        ([("08:30", "12:00"), ("11:00", "15:00")], "重叠"),
    ],
)
def test_office_hours_must_be_in_order(texts: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        OfficeHours.parse(texts)
