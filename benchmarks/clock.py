"""The clock alone, without a database: working time between two instants ten years apart, deadlines, and whole readings."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from approvals.calendar import county_calendar
from workflows.clock import Budget, Suspension, due_at, read

ROUNDS, CALLS, SEED = 9, 4_000, 20_261_123
TEN_YEARS = timedelta(days=3652)
PROMISE = Budget(Decimal(5), "working_days")


def measure() -> dict[str, Any]:
    """Microseconds of one call, as the median of the rounds, and how many calls that is in a second."""
    calendar = county_calendar()
    chosen = random.Random(SEED)
    begin = datetime(2010, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(seconds=chosen.randrange(6 * 365 * 86_400)) for _ in range(CALLS)]
    ends = [start + TEN_YEARS + timedelta(seconds=chosen.randrange(86_400)) for start in starts]
    inspections = [(Suspension(start + timedelta(days=1), start + timedelta(days=3), "inspection", ""),) for start in starts]
    moments = [start + timedelta(days=chosen.randrange(20)) for start in starts]
    calls: dict[str, Callable[[], object]] = {
        "working_seconds": lambda: [calendar.working_seconds(*pair) for pair in zip(starts, ends, strict=True)],
        "due_at": lambda: [due_at(calendar, start, PROMISE) for start in starts],
        "read": lambda: [
            read(calendar, start, PROMISE, moment, suspensions=suspensions)
            for start, moment, suspensions in zip(starts, moments, inspections, strict=True)
        ],
    }
    return {"bench": "clock", "years_apart": 10, **{name: _figures(call) for name, call in calls.items()}}


def _figures(call: Callable[[], object]) -> dict[str, float]:
    call()
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) / CALLS)
    middle = median(taken)
    return {"us_median": round(1e6 * middle, 2), "us_max": round(1e6 * max(taken), 2), "calls_per_second": round(1 / middle)}
