"""How sure a figure is: intervals that hold the true share or median 95 times in a hundred, and who may be ranked.

Three cases are never ranked: a figure has a place only from ``FEWEST_RANKED`` cases on, and two whose intervals overlap
are not told apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .histograms import Histogram

Z = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""
FEWEST_RANKED = 10
_EXACT_UP_TO = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from ``count`` cases and the interval that it lies in. Low and high are None where there are too few to say."""

    count: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def is_rankable(self) -> bool:
        """Whether there are enough cases to compare the figure with others."""
        return self.count >= FEWEST_RANKED and self.low is not None and self.high is not None


def share_of(part: int, whole: int) -> Estimate:
    """A share with its Wilson interval, which stays within 0 and 1; a whole of 0 has no share.

    Raises ValueError when the part is no part of the whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if not whole:
        return Estimate(0, None, None, None)
    share, spread = part / whole, Z * Z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    # Rounding may leave the ends a hair inside the share itself.
    return Estimate(whole, share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def median_of(durations: Histogram) -> Estimate:
    """The median of some durations in seconds, with the interval that two of them bound."""
    ranks = median_ranks(durations.count)
    if ranks is None:
        return Estimate(durations.count, durations.quantile(0.5), None, None)
    at = durations.at_ranks(ranks)
    return Estimate(durations.count, durations.quantile(0.5), at[ranks[0]], at[ranks[1]])


@lru_cache(maxsize=4096)
def median_ranks(count: int) -> tuple[int, int] | None:
    """The ranks, from 0, of the two values between which the median lies 95 times in a hundred; None for fewer than six.

    How many of ``count`` values lie below the median is as often heads among as many tosses, whatever they are distributed like.
    """
    if count > _EXACT_UP_TO:
        lower = math.floor(count / 2 - Z * math.sqrt(count) / 2) - 1
        return lower, count - 1 - lower
    tosses = below = 1
    rank = 0
    while 2 * below * 20 <= 2**count:
        tosses = tosses * (count - rank) // (rank + 1)
        rank += 1
        below += tosses
    return (rank - 1, count - rank) if rank else None


def places(estimates: Sequence[Estimate], *, most_is_best: bool) -> list[int | None]:
    """The place of each figure: one more than there are figures clearly better than it; None where there are too few cases."""
    return [1 + sum(_is_better(other, each, most_is_best) for other in estimates) if each.is_rankable else None for each in estimates]


def _is_better(one: Estimate, other: Estimate, most_is_best: bool) -> bool:
    """Whether the whole interval of one lies on the better side of the other's."""
    if not one.is_rankable or one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high if most_is_best else one.high < other.low
