"""The time of a step that a case comes back to: what its earlier stays there have used stays used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from .budget import Budget
from .calendar import WorkingCalendar


def counted_from(
    calendar: WorkingCalendar, budget: Budget, opened: datetime, earlier: Sequence[tuple[datetime, datetime]]
) -> datetime:
    """Since when the time of a step counts that was opened anew, after earlier stays in it, each from when to when, in order.

    That is the beginning of the first stay moved on by the time away, so that leaving and coming back at once changes nothing. A
    limit in days has the day of leaving counted once and the day of coming back not at all, unless it is the same. Where nothing
    was used it is `opened`, and never later; where all was used, the budget is over before `opened`, by as much as it was.
    """
    if not earlier:
        return opened
    first = calendar.local(earlier[0][0])
    away = [(left, back) for (_, left), (back, _) in pairwise([*earlier, (opened, opened)])]
    if budget.unit in ("days", "months"):
        days = sum(calendar.local(back).toordinal() - calendar.local(left).toordinal() for left, back in away)
        return min(first + timedelta(days=days), opened)
    if budget.unit == "working_days":
        return _in_working_days(calendar, opened, first, away)
    gone = sum(calendar.position(back) - calendar.position(left) for left, back in away)
    position = calendar.position(first) + gone
    if not gone:
        return first
    return opened if position >= calendar.position(opened) else calendar.instant(position)


def _in_working_days(
    calendar: WorkingCalendar, opened: datetime, first: datetime, away: list[tuple[datetime, datetime]]
) -> datetime:
    begun = calendar.first_counted_rank(first)
    days = sum(
        max(0, _days_until(calendar, back) - max(begun, _days_until(calendar, left))) for left, back in away
    )
    if not days:
        return first
    if begun + days >= calendar.first_counted_rank(opened):
        return opened
    hour = min(first.time(), calendar.hours.closes)
    return datetime.combine(calendar.day_at(begun + days - 1), hour, first.tzinfo)


def _days_until(calendar: WorkingCalendar, moment: datetime) -> int:
    """Working days up to the day of a moment, which is among them."""
    return calendar.days_before(calendar.local(moment).toordinal() + 1)


def used_before(calendar: WorkingCalendar, budget: Budget, since: datetime, opened: datetime) -> int:
    """The working seconds that earlier stays used of a step's time, which counts since then; whole days of a limit in days."""
    if budget.unit == "working_days":
        days = calendar.first_counted_rank(opened) - calendar.first_counted_rank(since)
        return days * calendar.hours.seconds_per_day
    return calendar.working_seconds(since, opened)
