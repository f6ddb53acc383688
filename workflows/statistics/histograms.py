"""A histogram of durations that can be stored, and merged with others in any order.

Buckets double in width every 64 of them, so that a value is known to 1/128 of itself, whatever its size; below 128
seconds every second has a bucket of its own. Everything is a whole number, so merging is exact: by halves, by months or
in one go gives the same histogram.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

SUB_BUCKETS = 64
SUB_BITS = 6
RELATIVE_ERROR = 1 / (2 * SUB_BUCKETS)
"""How far a quantile may lie from the exact one, as a share of it."""


@dataclass(slots=True)
class Histogram:
    """How many durations there were of about which length, in whole seconds.

    ``count``, ``total``, ``minimum`` and ``maximum`` are exact; quantiles are within ``RELATIVE_ERROR``. ``minimum`` and
    ``maximum`` are None while nothing was added.
    """

    count: int = 0
    total: int = 0
    minimum: int | None = None
    maximum: int | None = None
    buckets: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, durations: Iterable[float]) -> Histogram:
        """A histogram of these durations in seconds."""
        histogram = cls()
        for seconds in durations:
            histogram.add(seconds)
        return histogram

    @classmethod
    def merged(cls, histograms: Iterable[Histogram]) -> Histogram:
        """One new histogram of everything that was added to any of these."""
        whole = cls()
        for histogram in histograms:
            whole.merge(histogram)
        return whole

    def add(self, seconds: float, n: int = 1) -> None:
        """Count a duration ``n`` times; a begun second is left out, as the clock does.

        Raises ValueError for a negative ``n`` or a duration that is no finite number."""
        if n < 0:
            raise ValueError(f"a duration cannot be counted {n} times")
        if not math.isfinite(seconds):
            raise ValueError(f"a duration must be a finite number of seconds, not {seconds}")
        if n == 0:
            return
        whole = math.floor(seconds)
        self.count += n
        self.total += whole * n
        self._widen(whole, whole)
        bucket = _bucket(whole)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + n

    def merge(self, other: Histogram) -> None:
        """Add everything that was added to the other one."""
        if other.minimum is None or other.maximum is None:
            return
        self.count += other.count
        self.total += other.total
        self._widen(other.minimum, other.maximum)
        for bucket, n in list(other.buckets.items()):
            self.buckets[bucket] = self.buckets.get(bucket, 0) + n

    def take_away(self, other: Histogram) -> None:
        """Take away everything that was added with the other one. The ends stay until somebody who knows better sets them."""
        self.count -= other.count
        self.total -= other.total
        for bucket, n in other.buckets.items():
            left = self.buckets[bucket] - n
            if left:
                self.buckets[bucket] = left
            else:
                del self.buckets[bucket]
        if not self.count:
            self.minimum = self.maximum = None

    @property
    def mean(self) -> float | None:
        """The exact mean in seconds; None while nothing was added."""
        return self.total / self.count if self.count else None

    def quantile(self, p: float) -> float | None:
        """The seconds that the share ``p`` (0 to 1) of all durations do not exceed, by linear interpolation between ranks.

        None while nothing was added. Raises ValueError for a share outside 0 to 1."""
        if not 0 <= p <= 1:
            raise ValueError(f"a quantile lies between 0 and 1, not at {p}")
        return next(iter(self.quantiles((p,))), None)

    def quantiles(self, shares: Iterable[float]) -> list[float]:
        """Several quantiles in one go, as ``quantile`` gives each; empty while nothing was added."""
        if not self.count:
            return []
        ranks = [p * (self.count - 1) for p in shares]
        wanted = {whole for rank in ranks for whole in (math.floor(rank), math.ceil(rank))}
        at = self.at_ranks(wanted)
        return [at[math.floor(rank)] + (at[math.ceil(rank)] - at[math.floor(rank)]) * (rank % 1) for rank in ranks]

    def at_ranks(self, ranks: Iterable[int]) -> dict[int, float]:
        """The duration at each of these ranks, 0 being the shortest. Raises ValueError for a rank that there is not."""
        wanted = sorted(set(ranks))
        if wanted and not 0 <= wanted[0] <= wanted[-1] < self.count:
            raise ValueError(f"there are {self.count} durations, so no rank {wanted[0] if wanted[0] < 0 else wanted[-1]}")
        found: dict[int, float] = {}
        following = iter(wanted)
        rank = next(following, None)
        passed = 0
        for bucket in sorted(self.buckets):
            passed += self.buckets[bucket]
            while rank is not None and rank < passed:
                found[rank] = self._within(rank, _middle(bucket))
                rank = next(following, None)
            if rank is None:
                break
        return found

    def _widen(self, minimum: int, maximum: int) -> None:
        self.minimum = minimum if self.minimum is None else min(self.minimum, minimum)
        self.maximum = maximum if self.maximum is None else max(self.maximum, maximum)

    def _within(self, rank: int, estimate: float) -> float:
        """An estimate put between the exact ends; the first and the last rank are known exactly."""
        assert self.minimum is not None and self.maximum is not None
        if rank == 0:
            return float(self.minimum)
        if rank == self.count - 1:
            return float(self.maximum)
        return min(max(estimate, float(self.minimum)), float(self.maximum))


def _bucket(seconds: int) -> int:
    """The number of the bucket of a duration; a negative one, which a wrong clock may cause, has its mirror image."""
    size = abs(seconds)
    shift = max(0, size.bit_length() - SUB_BITS - 1)
    number = (shift << SUB_BITS) + (size >> shift)
    return number if seconds >= 0 else -number


def _middle(bucket: int) -> float:
    """The middle of the durations that share a bucket."""
    number = abs(bucket)
    shift = max(0, (number >> SUB_BITS) - 1)
    middle = ((number - (shift << SUB_BITS)) << shift) + ((1 << shift) - 1) / 2
    return middle if bucket >= 0 else -middle
