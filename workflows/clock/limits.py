"""The end of a promised or statutory time: its budget, a granted extension and the ledger of suspensions, in one sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from .budget import Budget, Suspension
from .calendar import WorkingCalendar
from .deadline import due_at


def extended(budget: Mapping[str, object], more_working_days: int) -> Budget:
    """A budget with a granted extension in it, so that extending and suspending can come in any order.

    Raises ValueError for an extension in working days of a budget in another unit."""
    allowed = Budget.parse(budget)
    return allowed.extended(Budget.parse({"working_days": more_working_days})) if more_working_days else allowed


def working_length(budget: Mapping[str, object], seconds_per_day: int) -> int | None:
    """A budget in working seconds by days of the offices; None for one in calendar time, which no number of hours is equal to."""
    allowed = Budget.parse(budget)
    day = Decimal(seconds_per_day)
    seconds = {"working_hours": Decimal(3600), "working_days": day, "half_days": day / 2}.get(allowed.unit)
    return None if seconds is None else round(allowed.amount * seconds)


def limit_ends(
    calendar: WorkingCalendar,
    start: datetime,
    budget: Mapping[str, object],
    more_working_days: int = 0,
    suspensions: Iterable[Suspension] = (),
) -> datetime:
    """The last instant in time of a budget begun at start.

    An extension in working days of a budget in another unit is counted on from its end."""
    allowed = Budget.parse(budget)
    if not more_working_days or allowed.unit == "working_days":
        return due_at(calendar, start, extended(budget, more_working_days), suspensions)
    return calendar.add_working_days(due_at(calendar, start, allowed, suspensions), more_working_days)
