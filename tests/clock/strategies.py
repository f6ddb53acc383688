"""Moments, suspensions and a slow, plain recount that the clock is compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from workflows.clock import OFFICE_ZONE, Budget, Suspension, WorkingCalendar

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """An instant in the office's zone from "2026-11-22" or "2026-11-22 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)


@st.composite
def moments(draw: st.DrawFn, first: str = "2026-01-20", last: str = "2027-03-10") -> datetime:
    """Any instant, in the office's zone or in UTC, often right on an edge of the opening hours."""
    start, end = at(first), at(last)
    day = datetime.combine(start.date(), datetime.min.time(), OFFICE_ZONE)
    day += draw(st.integers(0, (end - start).days)) * DAY
    edge = draw(st.sampled_from(["00:00", "08:30", "12:00", "14:00", "17:30", "23:59"]))
    hour, minute = map(int, edge.split(":"))
    spread = draw(st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=3)]))
    share = draw(st.integers(-1000, 1000))
    moment = day.replace(hour=hour, minute=minute) + spread * share / 1000
    return moment.astimezone(UTC) if draw(st.booleans()) else moment


def half_hours(first: str = "2026-09-20", days: int = 30) -> st.SearchStrategy[datetime]:
    """Instants on the half hour, on which the recount by half hours is exact."""
    return st.integers(0, days * 48).map(lambda count: at(first) + count * HALF_HOUR)


def suspensions(instants: st.SearchStrategy[datetime], most: int = 3) -> st.SearchStrategy[list[Suspension]]:
    """Ended suspensions that may overlap, touch or be empty."""
    pairs = st.tuples(instants, instants).map(sorted)
    return st.lists(pairs.map(lambda pair: Suspension(pair[0], pair[1], "test", "许可 45 条")), max_size=most)


def budgets(unit: str | None = None) -> st.SearchStrategy[Budget]:
    """Budgets of a few days, in the unit or in any."""
    units = st.just(unit) if unit else st.sampled_from(["working_days", "half_days", "working_hours", "days", "months"])
    return st.tuples(units, st.integers(0, 6)).map(lambda pair: Budget.parse({pair[0]: pair[1]}))


def recounted_seconds(calendar: WorkingCalendar, start: datetime, end: datetime) -> float:
    """Working seconds day by day, interval by interval."""
    start, end = start.astimezone(OFFICE_ZONE), end.astimezone(OFFICE_ZONE)
    seconds = 0.0
    day = start.date()
    while day <= end.date():
        if calendar.is_working(day):
            for opens, closes in calendar.hours.intervals:
                low = max(start, datetime.combine(day, opens, OFFICE_ZONE))
                high = min(end, datetime.combine(day, closes, OFFICE_ZONE))
                seconds += max(0.0, (high - low).total_seconds())
        day += DAY
    return seconds


def recounted_day(calendar: WorkingCalendar, start: datetime, days: int, ledger: list[Suspension]) -> date:
    """The n-th working day after the start day that no suspension touches, counted one by one; n is 1 or more."""
    local = start.astimezone(OFFICE_ZONE)
    day = local.date()
    if calendar.is_working(day) and local > datetime.combine(day, calendar.hours.closes, OFFICE_ZONE):
        day += DAY
    while days:
        day += DAY
        midnight = datetime.combine(day, datetime.min.time(), OFFICE_ZONE)
        touched = any(
            s.end is not None and recounted_seconds(calendar, max(s.start, midnight), min(s.end, midnight + DAY)) > 0 for s in ledger
        )
        if calendar.is_working(day) and not touched:
            days -= 1
    return day


def recounted_half_hours(calendar: WorkingCalendar, start: datetime, count: int, ledger: list[Suspension]) -> datetime:
    """The end of the n-th open half hour from start that lies in no suspension; n is 1 or more."""
    moment = start
    while True:
        following = moment + HALF_HOUR
        is_open = recounted_seconds(calendar, moment, following) > 0
        suspended = any(s.end is not None and s.start <= moment and following <= s.end for s in ledger)
        moment = following
        if is_open and not suspended:
            count -= 1
            if not count:
                return moment
