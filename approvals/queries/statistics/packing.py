"""Histograms as rollups keep them: the counts of all buckets from the first to the last as one whole number.

Adding two of them is one addition, whatever lies in them, so that a page costs the same at a thousand and a million steps.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping
from itertools import compress, count

from workflows.statistics.histograms import Histogram

_WIDTH = 4
"""Bytes of one bucket: four thousand million steps of about one length are more than there will be."""


def packed(buckets: Mapping[int, int]) -> bytes:
    """The buckets with the number of the first before them; b"" for none."""
    if not buckets:
        return b""
    first = min(buckets)
    counts = array("I", bytes(_WIDTH * (max(buckets) - first + 1)))
    for bucket, number in buckets.items():
        counts[bucket - first] = number
    return first.to_bytes(_WIDTH, "little", signed=True) + _little(counts).tobytes()


class Sum:
    """A running sum of packed buckets with the exact total and ends of what they count."""

    __slots__ = ("_first", "_sum", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self.total = 0
        self.minimum: int | None = None
        self.maximum: int | None = None
        self._first, self._sum = 0, 0

    def add(self, total: int, minimum: int | None, maximum: int | None, buckets: bytes) -> None:
        """Add one rollup's durations; one without any adds nothing."""
        if minimum is None or maximum is None:
            return
        self.total += total
        self.minimum = minimum if self.minimum is None else min(self.minimum, minimum)
        self.maximum = maximum if self.maximum is None else max(self.maximum, maximum)
        first = int.from_bytes(buckets[:_WIDTH], "little", signed=True)
        counts = int.from_bytes(buckets[_WIDTH:], "little")
        if not self._sum:
            self._first, self._sum = first, counts
        elif first < self._first:
            self._sum = (self._sum << 8 * _WIDTH * (self._first - first)) + counts
            self._first = first
        else:
            self._sum += counts << 8 * _WIDTH * (first - self._first)

    def histogram(self) -> Histogram:
        """What was added, as a histogram."""
        length = -(-self._sum.bit_length() // (8 * _WIDTH))
        counts = array("I")
        counts.frombytes(self._sum.to_bytes(_WIDTH * length, "little"))
        counts = _little(counts)
        # Hundreds of histograms of a thousand buckets on a page: what runs in C here is a third of its time.
        buckets = dict(compress(zip(count(self._first), counts), counts))
        return Histogram(sum(buckets.values()), self.total, self.minimum, self.maximum, buckets)


def _little(counts: array[int]) -> array[int]:
    if sys.byteorder == "big":
        counts = array("I", counts)
        counts.byteswap()
    return counts
