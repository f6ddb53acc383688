"""When a budget ends: one sum on the right scale, pushed along by what does not count.

Limits in hours run on working microseconds, limits in working days on working days, limits in calendar days and months
on calendar days. On each scale a suspension is a range; ranges are merged, so overlapping ones count once, and every
range that begins before the end is reached moves the end by its length.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from .budget import Budget, Suspension
from .calendar import WorkingCalendar
from .hours import MICROSECONDS

Ranges = tuple[tuple[int, int], ...]
SHORTEST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The due instant, and the ranges of the calendar's positions that do not count against the budget.

    `blocked_days` are the same ranges as ordinals of whole days, empty for limits in hours or half days."""

    due: datetime
    blocked: Ranges
    blocked_days: Ranges

    def counted(self, calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
        """Working microseconds from start to end that count; 0 when end comes first."""
        low, high = calendar.position(start), calendar.position(end)
        if high <= low:
            return 0
        return high - low - sum(max(0, min(high, last) - max(low, first)) for first, last in self.blocked)


def due_at(
    calendar: WorkingCalendar, start: datetime, budget: Budget, suspensions: Iterable[Suspension] = ()
) -> datetime:
    """The last instant that is in time, in the office's zone.

    Limits in working days, calendar days and months end at close of business of their last day; a last calendar day on
    a rest day rolls on (民法典 201 至 203 条). A day that a suspension touches during working time does not count;
    for limits in hours its working time is added. A suspension still running is taken as ending where it began:
    `read` knows the present and lets it run until then.
    """
    return deadline(calendar, start, budget, [s for s in suspensions if s.end is not None]).due


def until(suspensions: Iterable[Suspension], moment: datetime) -> list[Suspension]:
    """The suspensions with those still running ended at the moment; those not yet begun without end are left out."""
    return [
        suspension if suspension.end is not None else replace(suspension, end=moment)
        for suspension in suspensions
        if suspension.end is not None or suspension.start <= moment
    ]


def deadline(calendar: WorkingCalendar, start: datetime, budget: Budget, suspensions: list[Suspension]) -> Deadline:
    """The deadline of a budget that began at start; every suspension has an end."""
    if budget.unit == "working_days":
        return _in_working_days(calendar, start, int(budget.amount), suspensions)
    if budget.unit in ("days", "months"):
        return _in_calendar_days(calendar, start, budget, suspensions)
    return _in_hours(calendar, start, budget, suspensions)


def corresponding_day(day: date, months: int) -> date:
    """The day of the same number so many months on, else the last day of that month (民法典 202 条)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _in_hours(
    calendar: WorkingCalendar, start: datetime, budget: Budget, suspensions: list[Suspension]
) -> Deadline:
    unit = 3600 * MICROSECONDS if budget.unit == "working_hours" else Decimal(calendar.hours.day_length) / 2
    amount = int((budget.amount * unit).to_integral_value(ROUND_CEILING))
    blocked = _working_ranges(calendar, suspensions)
    if not amount:
        return Deadline(calendar.next_opening(start), blocked, ())
    return Deadline(calendar.instant(_pushed(calendar.position(start), amount, blocked)), blocked, ())


def _in_working_days(
    calendar: WorkingCalendar, start: datetime, amount: int, suspensions: list[Suspension]
) -> Deadline:
    length = calendar.hours.day_length
    ranks = _merged(
        (first // length, (last - 1) // length + 1) for first, last in _working_ranges(calendar, suspensions)
    )
    if amount:
        day = calendar.day_at(_pushed(calendar.first_counted_rank(start), amount, ranks) - 1)
    else:
        day = calendar.day_of_business(start)
    return Deadline(
        calendar.close_of(day),
        tuple((first * length, last * length) for first, last in ranks),
        tuple((calendar.day_at(first).toordinal(), calendar.day_at(last - 1).toordinal() + 1) for first, last in ranks),
    )


def _in_calendar_days(
    calendar: WorkingCalendar, start: datetime, budget: Budget, suspensions: list[Suspension]
) -> Deadline:
    first_day = calendar.local(start).date()
    amount = int(budget.amount)
    if budget.unit == "months":
        amount = (corresponding_day(first_day, amount) - first_day).days
    days = _merged(
        (calendar.local(s.start).toordinal(), calendar.local(s.end - SHORTEST).toordinal() + 1)
        for s in suspensions
        if s.end is not None and s.end > s.start
    )
    last = _pushed(first_day.toordinal() + 1, amount, days) - 1
    length = calendar.hours.day_length
    return Deadline(
        calendar.close_of(_rolled_on(calendar, last, days)),
        tuple((calendar.days_before(first) * length, calendar.days_before(end) * length) for first, end in days),
        days,
    )


def _rolled_on(calendar: WorkingCalendar, ordinal: int, blocked: Ranges) -> date:
    """The first working day from this ordinal on that no range covers (民法典 203 条)."""
    day = calendar.day_at(calendar.days_before(ordinal))
    for first, end in blocked:
        if first <= day.toordinal() < end:
            day = calendar.day_at(calendar.days_before(end))
    return day


def _working_ranges(calendar: WorkingCalendar, suspensions: list[Suspension]) -> Ranges:
    return _merged((calendar.position(s.start), calendar.position(s.end)) for s in suspensions if s.end is not None)


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, end in sorted(ranges):
        if first >= end:
            continue
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return tuple(merged)


def _pushed(origin: int, amount: int, blocked: Ranges) -> int:
    """The end of `amount` units counted from origin, past every blocked range that begins before that end."""
    end = origin + amount
    for first, last in blocked:
        if first >= end:
            break
        if last > origin:
            end += last - max(first, origin)
    return end
