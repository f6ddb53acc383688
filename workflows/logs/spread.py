"""How a set of durations is spread: exact figures in seconds."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from .local_time import SECOND


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: of how many durations, their mean, percentiles, shortest and longest; None everywhere when there are none."""

    n: int
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    p95: float | None = None
    min: float | None = None
    max: float | None = None


def spread_of(durations: array[int]) -> Spread:
    """The spread of durations in microseconds.

    Every figure is worked out in whole numbers and rounded once, when it becomes seconds.
    """
    count = len(durations)
    if not count:
        return Spread(0)
    ordered = sorted(durations)
    return Spread(
        count,
        sum(ordered) / (count * SECOND),
        percentile(ordered, 50),
        percentile(ordered, 90),
        percentile(ordered, 95),
        ordered[0] / SECOND,
        ordered[-1] / SECOND,
    )


def percentile(ordered: Sequence[int], percent: int) -> float:
    """The percentile in seconds of one or more microseconds in order, by linear interpolation between neighbours.

    The rank of a percentile p among n is p·(n-1), counted from 0: the usual definition, also NumPy's and Excel's.
    """
    rank, part = divmod(percent * (len(ordered) - 1), 100)
    low = ordered[rank]
    if not part:
        return low / SECOND
    return (low * 100 + (ordered[rank + 1] - low) * part) / (100 * SECOND)
