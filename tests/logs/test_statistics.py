"""The statistics of a log against a naive recount, on random logs and on one counted by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import recounted_seconds
from workflows.clock import OFFICE_ZONE, OfficeHours, WorkingCalendar, Year
from workflows.logs import ActivityCount, LocalTime, LogEvent, Spread, Statistics, statistics_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OPEN = county_calendar().for_office(OfficeHours.parse([("08:30", "12:00"), ("14:00", "17:30")]))


def microseconds(text: str) -> int:
    """The moment of "2026-11-22 10:00" on the county's clock."""
    return (datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE) - EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def in_order(log: list[LogEvent]) -> list[LogEvent]:
    """By case and time; events of one case at one time as they come in the file."""
    return sorted(log, key=lambda event: (event[0], event[2]))


@st.composite
def logs(draw: st.DrawFn) -> list[LogEvent]:
    """A log as a file has it: cases mixed, times out of order, many at one time."""
    begin = microseconds("2026-01-20 00:00")
    times = st.one_of(
        st.integers(0, 5).map(lambda number: begin + number * 3_600_000_000),
        st.integers(0, 400 * 86_400_000_000).map(lambda offset: begin + offset),
    )
    events = st.tuples(
        st.sampled_from(["1", "2", "10", "甲"]), st.sampled_from(["受理", "审查", "决定", ""]), times,
        st.sampled_from(["张", "李", "", None]), st.sampled_from(["税务", "", None]),
    )  # fmt: skip
    return draw(st.lists(events, max_size=30))


def counted(values: list[Any]) -> dict[Any, int]:
    return {value: values.count(value) for value in values if value}


def interpolated(ordered: list[Fraction], share: Fraction) -> Fraction:
    rank = share * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def spread(seconds: list[Fraction]) -> Spread:
    if not seconds:
        return Spread(0)
    ordered = sorted(seconds)
    shares = (interpolated(ordered, Fraction(percent, 100)) for percent in (50, 90, 95))
    return Spread(
        len(ordered), float(sum(ordered) / len(ordered)), *(float(share) for share in shares), float(ordered[0]), float(ordered[-1])
    )


def recount(log: list[LogEvent], between: Any, zone: Any) -> dict[str, Any]:
    """The statistics as one would work them out on paper: everything kept, everything looked at again for each figure."""
    cases: dict[str, list[LogEvent]] = defaultdict(list)
    for event in log:
        cases[event[0]].append(event)
    for events in cases.values():
        events.sort(key=lambda event: event[2])
    edges: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for events in cases.values():
        for before, after in pairwise(events):
            edges[before[1], after[1]].append(between(before[2], after[2]))
    activities = {event[1] for event in log}
    return {
        "cases": len(cases),
        "events": len(log),
        "variants": len({tuple(event[1] for event in events) for events in cases.values()}),
        "activities": {
            name: (
                sum(event[1] == name for event in log),
                sum(any(event[1] == name for event in events) for events in cases.values()),
                sum(max(0, sum(event[1] == name for event in events) - 1) for events in cases.values()),
            )
            for name in activities
        },
        "edges": {edge: spread(seconds) for edge, seconds in edges.items()},
        "duration": spread([between(events[0][2], events[-1][2]) for events in cases.values()]),
        "started": counted([f"{moment(events[0][2]).astimezone(zone):%Y-%m}" for events in cases.values()]),
        "resources": counted([event[3] for event in log]),
        "groups": counted([event[4] for event in log]),
    }  # fmt: skip


def told(found: Statistics) -> dict[str, Any]:
    return {
        "cases": found.cases, "events": found.events, "variants": found.variants,
        "activities": {name: (count.events, count.cases, count.repeats) for name, count in found.activities.items()},
        "edges": dict(found.edges), "duration": found.duration, "started": dict(found.started),
        "resources": dict(found.resources), "groups": dict(found.groups),
    }  # fmt: skip


@given(logs(), st.sampled_from([OFFICE_ZONE, UTC, BERLIN, ZoneInfo("America/St_Johns")]))
def test_statistics_agree_with_a_recount(log: list[LogEvent], zone: Any) -> None:
    found = statistics_of(in_order(log), LocalTime(zone))
    assert told(found) == recount(log, lambda start, end: Fraction(end - start, 1_000_000), zone)


@given(logs())
def test_working_time_agrees_with_a_recount_of_days(log: list[LogEvent]) -> None:
    def between(start: int, end: int) -> Fraction:
        # The recount adds seconds as floats: whole microseconds are what it means.
        return Fraction(round(recounted_seconds(OPEN, moment(start), moment(end)) * 1_000_000), 1_000_000)

    found = statistics_of(in_order(log), LocalTime(OFFICE_ZONE, OPEN))
    assert told(found) == recount(log, between, OFFICE_ZONE)


@given(
    st.integers(-2_000_000_000_000_000, 4_000_000_000_000_000),
    st.sampled_from([OFFICE_ZONE, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_positions_are_the_calendar_s(at: int, zone: Any) -> None:
    calendar = county_calendar().for_office(OfficeHours(((time(0, 0), time(9, 0)), (time(13, 30), time(23, 59))), zone))
    assert LocalTime(zone, calendar).position(at) == calendar.position(moment(at))
    assert LocalTime(zone).month(at) == f"{moment(at).astimezone(zone):%Y-%m}"


@pytest.mark.parametrize("hour", range(48))
@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_days_on_which_clocks_change_are_read_by_the_hour(day: str, hour: int) -> None:
    at = (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=hour) - EPOCH) // timedelta(microseconds=1)
    calendar = county_calendar().for_office(OfficeHours(((time(0, 0), time(23, 59)),), BERLIN))
    assert LocalTime(BERLIN, calendar).position(at) == calendar.position(moment(at))


def test_a_log_counted_by_hand() -> None:
    """Two cases over the National Day holiday of 2026; 10-10 is a Saturday that is worked."""
    log: list[LogEvent] = [
        ("b", "受理", microseconds("2026-09-30 16:30"), "张", "窗口"),
        ("a", "受理", microseconds("2026-09-30 09:00"), "张", "窗口"),
        ("a", "补正", microseconds("2026-09-30 17:00"), "", None),
        ("a", "受理", microseconds("2026-09-30 17:00"), "李", "窗口"),
        ("a", "办结", microseconds("2026-10-10 09:30"), "李", None),
        ("b", "办结", microseconds("2026-10-08 09:30"), None, None),
    ]
    found = statistics_of(in_order(log), LocalTime(OFFICE_ZONE, OPEN))
    assert (found.cases, found.events, found.variants) == (2, 6, 2)
    assert found.activities == {"受理": ActivityCount(3, 2), "办结": ActivityCount(2, 2), "补正": ActivityCount(1, 1)}
    assert [count.repeats for count in found.activities.values()] == [1, 0, 0]
    # 17:00 to 17:30, two whole days, 08:30 to 09:30; and 16:30 to 17:30, 08:30 to 09:30.
    long, short = (30 + 2 * 420 + 60) * 60, 120 * 60
    assert found.edges == {
        ("受理", "办结"): Spread(
            2, (long + short) / 2, (long + short) / 2, short + (long - short) * 0.9, short + (long - short) * 0.95, short, long
        ),
        ("受理", "补正"): Spread(1, *[(180 + 180) * 60] * 6),
        ("补正", "受理"): Spread(1, *[0] * 6),
    }
    assert found.duration.max == long + 360 * 60
    assert found.started == {"2026-09": 2}
    assert found.resources == {"张": 2, "李": 2} and found.groups == {"窗口": 3}
    assert (found.first, found.last) == (microseconds("2026-09-30 09:00"), microseconds("2026-10-10 09:30"))


def test_percentiles_are_interpolated_and_rounded_once() -> None:
    log: list[LogEvent] = []
    for number, seconds in enumerate([1, 2, 3, 4, 10, 20, 30, 40, 50, 100]):
        log += [(str(number), "a", 0, None, None), (str(number), "b", seconds * 1_000_000 + 1, None, None)]
    duration = statistics_of(log, LocalTime(UTC)).duration
    assert (duration.median, duration.p90, duration.p95) == (15.000001, 55.000001, 77.500001)
    assert (duration.mean, duration.min, duration.max) == (26.000001, 1.000001, 100.000001)


def test_a_month_is_that_of_the_zone() -> None:
    log: list[LogEvent] = [("1", "a", microseconds("2026-03-01 00:30"), None, None)]
    assert statistics_of(log, LocalTime(OFFICE_ZONE)).started == {"2026-03": 1}
    assert statistics_of(log, LocalTime(UTC)).started == {"2026-02": 1}


def test_a_log_without_events_has_no_figures() -> None:
    found = statistics_of([], LocalTime(UTC))
    assert (found.cases, found.events, found.variants, found.duration) == (0, 0, 0, Spread(0))
    assert found.first is None and found.started == {}


def test_working_time_never_runs_backwards_where_clocks_are_put_back() -> None:
    """At 03:00 on 2019-10-27 Berlin's clocks went back: 02:10 came after 02:50, here in an office that is open then."""
    hours = OfficeHours(((time(0, 0), time(23, 59)),), BERLIN)
    every_day = WorkingCalendar({2019: Year(bytes([1] * 365), official=True, notice="")}, hours)
    before = (datetime(2019, 10, 27, 0, 50, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    log: list[LogEvent] = [("1", "a", before, None, None), ("1", "b", before + 20 * 60_000_000, None, None)]
    assert every_day.position(moment(log[1][2])) < every_day.position(moment(log[0][2]))
    assert statistics_of(log, LocalTime(BERLIN, every_day)).duration.min == 0


def test_events_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="1"):
        statistics_of([("1", "a", 2, None, None), ("1", "b", 1, None, None)], LocalTime(UTC))


def test_a_calendar_of_another_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        LocalTime(BERLIN, OPEN)
