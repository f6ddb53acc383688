"""Histograms merge in any order, keep their exact figures, and give quantiles within one percent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.statistics.histograms import RELATIVE_ERROR, Histogram

TEN_YEARS = 10 * 366 * 86_400
durations = st.lists(st.integers(0, TEN_YEARS) | st.integers(0, 400), max_size=60)
any_sign = st.lists(st.integers(-TEN_YEARS, TEN_YEARS) | st.integers(-300, 300), max_size=60)
shares = st.floats(0, 1)


def exact_quantile(values: list[int], p: float) -> float:
    """The quantile by linear interpolation, from all values."""
    ordered = sorted(values)
    rank = p * (len(ordered) - 1)
    below, above = ordered[math.floor(rank)], ordered[math.ceil(rank)]
    return below + (above - below) * (rank - math.floor(rank))


@given(durations.filter(bool), shares)
def test_quantiles_lie_within_one_percent(values: list[int], p: float) -> None:
    exact = exact_quantile(values, p)
    found = Histogram.of(values).quantile(p)
    assert found is not None
    assert abs(found - exact) <= RELATIVE_ERROR * exact + 1e-6
    assert RELATIVE_ERROR <= 0.01


@given(st.lists(st.integers(-127, 127), min_size=1, max_size=60), shares)
def test_short_durations_are_exact(values: list[int], p: float) -> None:
    assert Histogram.of(values).quantile(p) == pytest.approx(exact_quantile(values, p))


@given(any_sign)
def test_sums_and_ends_are_exact(values: list[int]) -> None:
    histogram = Histogram.of(values)
    assert (histogram.count, histogram.total) == (len(values), sum(values))
    assert (histogram.minimum, histogram.maximum) == ((min(values), max(values)) if values else (None, None))
    assert histogram.mean == (pytest.approx(sum(values) / len(values)) if values else None)
    if values:
        assert histogram.quantiles((0, 1)) == [min(values), max(values)]


@given(any_sign, any_sign, any_sign)
def test_merging_is_adding_in_any_order(first: list[int], second: list[int], third: list[int]) -> None:
    parts = [Histogram.of(values) for values in (first, second, third)]
    whole = Histogram.of(first + second + third)
    assert Histogram.merged(parts) == whole == Histogram.merged(reversed(parts))
    right = Histogram.merged([parts[0], Histogram.merged(parts[1:])])
    assert right == whole
    assert [part.count for part in parts] == [len(first), len(second), len(third)]


@given(any_sign)
def test_a_histogram_can_be_merged_with_itself(values: list[int]) -> None:
    histogram = Histogram.of(values)
    histogram.merge(histogram)
    assert histogram == Histogram.of(values + values)


@given(st.integers(-TEN_YEARS, TEN_YEARS), st.integers(0, 50))
def test_counting_several_times_is_adding_several_times(seconds: int, n: int) -> None:
    histogram = Histogram()
    histogram.add(seconds, n)
    assert histogram == Histogram.of([seconds] * n)


@given(any_sign.filter(bool), shares, shares)
def test_quantiles_rise_with_their_share(values: list[int], p: float, q: float) -> None:
    low, high = Histogram.of(values).quantiles(sorted((p, q)))
    assert low <= high + 1e-6


def test_a_begun_second_is_left_out() -> None:
    histogram = Histogram.of([1.9, 0.2])
    assert (histogram.total, histogram.minimum, histogram.maximum) == (1, 0, 1)


def test_nothing_added_has_no_figures() -> None:
    empty = Histogram()
    assert (empty.count, empty.mean, empty.quantile(0.5), empty.quantiles((0.5, 0.9))) == (0, None, None, [])


@pytest.mark.parametrize("share", [-0.01, 1.01, math.nan])
def test_a_share_outside_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Histogram.of([1]).quantile(share)


@pytest.mark.parametrize(("seconds", "n"), [(math.nan, 1), (math.inf, 1), (1, -1)])
def test_what_is_no_duration_is_refused(seconds: float, n: int) -> None:
    with pytest.raises(ValueError):
        Histogram().add(seconds, n)


@pytest.mark.parametrize("rank", [-1, 2])
def test_a_rank_that_there_is_not_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match="no rank"):
        Histogram.of([1, 2]).at_ranks([rank])


@given(durations, durations)
def test_what_was_added_can_be_taken_away(kept: list[int], more: list[int]) -> None:
    left, gone = Histogram.of(kept), Histogram.of(more)
    left.merge(gone)
    left.take_away(gone)
    expected = Histogram.of(kept)
    assert (left.count, left.total, left.buckets) == (expected.count, expected.total, expected.buckets)
    if not kept:
        assert left == Histogram(), "nothing is left, not even the ends"
