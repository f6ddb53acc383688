"""Intervals hold what they should as often as they say, and three cases are never ranked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.statistics import intervals
from workflows.statistics.histograms import Histogram
from workflows.statistics.intervals import FEWEST_RANKED, Estimate, median_of, median_ranks, places, share_of

wholes = st.integers(1, 5000)


@given(wholes.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_share_lies_in_its_interval_within_0_and_1(counts: tuple[int, int]) -> None:
    share = share_of(*counts)
    assert share.low is not None and share.value is not None and share.high is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low < share.high


@given(wholes.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_ends_of_a_share_are_what_wilson_says(counts: tuple[int, int]) -> None:
    """The ends are the shares from which what was seen lies just 1.96 standard deviations away."""
    part, whole = counts
    share = share_of(part, whole)
    for end in (share.low, share.high):
        assert end is not None
        assert (part / whole - end) ** 2 == pytest.approx(intervals.Z**2 * end * (1 - end) / whole, abs=1e-9)


@given(wholes.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_more_cases_make_it_surer(counts: tuple[int, int]) -> None:
    part, whole = counts
    few, many = share_of(part, whole), share_of(part * 4, whole * 4)
    assert many.high - many.low < few.high - few.low  # type: ignore[operator]


def test_a_known_interval() -> None:
    share = share_of(9, 10)
    assert (share.low, share.high) == (pytest.approx(0.5958, abs=1e-4), pytest.approx(0.9821, abs=1e-4))


def test_nothing_out_of_nothing_has_no_share() -> None:
    assert share_of(0, 0) == Estimate(0, None, None, None)


@pytest.mark.parametrize("counts", [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_part_is_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no part"):
        share_of(*counts)


def coverage(count: int, lower: int) -> float:
    """How often the median lies between the values at ``lower`` and its mirror image."""
    return 1 - 2 * sum(math.comb(count, k) for k in range(lower + 1)) / 2**count


@given(st.integers(6, 1000))
def test_the_median_lies_between_the_ranks_95_times_in_a_hundred(count: int) -> None:
    ranks = median_ranks(count)
    assert ranks is not None
    assert ranks[0] + ranks[1] == count - 1
    assert coverage(count, ranks[0]) >= 0.95 > coverage(count, ranks[0] + 1)


@given(st.integers(30, 900))
def test_the_rule_for_many_is_never_surer_than_the_exact_one(count: int) -> None:
    exact = median_ranks(count)
    before, intervals._EXACT_UP_TO = intervals._EXACT_UP_TO, 0
    try:
        rough = median_ranks.__wrapped__(count)
    finally:
        intervals._EXACT_UP_TO = before
    assert exact is not None and rough is not None
    assert exact[0] - 2 <= rough[0] <= exact[0]


def test_fewer_than_six_have_no_interval() -> None:
    assert [median_ranks(count) for count in range(7)] == [None] * 6 + [(0, 5)]
    assert median_of(Histogram.of([10, 20, 30])) == Estimate(3, 20.0, None, None)
    assert median_of(Histogram()) == Estimate(0, None, None, None)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=80))
def test_the_median_lies_in_its_interval(values: list[int]) -> None:
    median = median_of(Histogram.of(values))
    assert median.count == len(values)
    if median.low is not None and median.high is not None and median.value is not None:
        assert median.low <= median.value <= median.high


def test_three_cases_are_never_ranked() -> None:
    shares = [share_of(3, 3), share_of(60, 100), share_of(95, 100), share_of(FEWEST_RANKED - 1, FEWEST_RANKED - 1)]
    assert places(shares, most_is_best=True) == [None, 2, 1, None]
    assert places(shares, most_is_best=False) == [None, 1, 2, None]


def test_who_cannot_be_told_apart_shares_a_place() -> None:
    assert places([share_of(88, 100), share_of(90, 100), share_of(20, 100)], most_is_best=True) == [1, 1, 3]


def test_the_fastest_median_is_first() -> None:
    quick, slow = (median_of(Histogram.of(range(first, first + 40))) for first in (100, 5000))
    assert places([slow, quick], most_is_best=False) == [2, 1]


@given(st.lists(wholes.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), max_size=8))
def test_a_place_never_contradicts_the_figures(counts: list[tuple[int, int]]) -> None:
    shares = [share_of(*each) for each in counts]
    placed = [(place, share.value) for place, share in zip(places(shares, most_is_best=True), shares, strict=True) if place]
    assert all(place >= 1 for place, _ in placed)
    assert not placed or min(place for place, _ in placed) == 1
