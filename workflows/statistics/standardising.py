"""Like compared with like: the share of one office beside what all achieve on the same mix (indirect standardisation).

One office has the short steps and another the hard ones; their plain shares say what they were given, not how they did. So each
is held against what would be expected of it: the share that all of them together achieve on each kind, weighted by its own mix.
A kind that only one of them has compares it with itself, and stays out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from .intervals import Estimate, share_of

Counts = Mapping[Hashable, tuple[int, int]]
"""Kind → how many of one place's were in time, done at once or the like, and of how many."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """One place among others. ``found`` is its share of what others have too, ``expected`` what all achieve on the same mix.

    ``above`` is by how much it lies above that, with the interval of its own share: that of all is taken as known, though it holds
    the place itself, which makes a difference look smaller than it is and never larger. ``alone`` is the share of what was left
    out, as nobody else has its kind; where nothing else is left, there is no figure to compare.
    """

    found: Estimate
    expected: float | None
    above: Estimate
    alone: Estimate


def standardised(places: Sequence[Counts]) -> list[Standardised]:
    """Each of these places beside all of them. Raises ValueError where a part is no part of its whole."""
    parts: dict[Hashable, int] = defaultdict(int)
    wholes: dict[Hashable, int] = defaultdict(int)
    having: dict[Hashable, int] = defaultdict(int)
    for counts in places:
        for kind, (part, whole) in counts.items():
            parts[kind] += part
            wholes[kind] += whole
            having[kind] += whole > 0
    return [_beside(counts, {kind: parts[kind] / wholes[kind] for kind in counts if having[kind] > 1}) for counts in places]


def _beside(counts: Counts, usual: Mapping[Hashable, float]) -> Standardised:
    """One place beside the ``usual`` share of each kind that others have too."""
    found = share_of(sum(counts[kind][0] for kind in usual), sum(counts[kind][1] for kind in usual))
    others = [both for kind, both in counts.items() if kind not in usual]
    alone = share_of(sum(part for part, _whole in others), sum(whole for _part, whole in others))
    if found.value is None or found.low is None or found.high is None:
        return Standardised(found, None, Estimate(0, None, None, None), alone)
    expected = sum(counts[kind][1] * share for kind, share in usual.items()) / found.count
    above = Estimate(found.count, found.value - expected, found.low - expected, found.high - expected)
    return Standardised(found, expected, above, alone)
