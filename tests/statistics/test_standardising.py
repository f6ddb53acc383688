"""Places are held against what all achieve on their own mix, and never against a kind that only one of them has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.statistics.intervals import places, share_of
from workflows.statistics.standardising import standardised

numbers = st.integers(0, 200)
# The first number that is drawn in a process costs the reading of every module for its constants.
counts = st.dictionaries(st.sampled_from("abc"), st.tuples(numbers, numbers).map(lambda both: (min(both), max(both))), max_size=3)


def test_who_has_the_hard_steps_is_not_behind_who_has_the_easy_ones() -> None:
    """Both keep 90 % of the easy and 50 % of the hard ones; plain shares would rank them far apart."""
    easy, hard = standardised([{"easy": (900, 1000), "hard": (50, 100)}, {"easy": (90, 100), "hard": (500, 1000)}])
    assert easy.found.value == pytest.approx(950 / 1100) and hard.found.value == pytest.approx(590 / 1100)
    assert easy.above.value == pytest.approx(0) and hard.above.value == pytest.approx(0)
    assert places([easy.above, hard.above], most_is_best=True) == [1, 1]
    assert places([share_of(950, 1100), share_of(590, 1100)], most_is_best=True) == [1, 2], "as it would be without"


def test_who_does_better_on_the_same_is_ahead() -> None:
    good, poor = standardised([{"easy": (100, 100), "hard": (90, 100)}, {"easy": (50, 100), "hard": (90, 100)}])
    assert good.above.value == pytest.approx(0.125) and poor.above.value == pytest.approx(-0.125)
    assert places([good.above, poor.above], most_is_best=True) == [1, 2]


def test_what_nobody_else_does_is_left_out_and_counted() -> None:
    one, other = standardised([{"shared": (8, 10), "own": (0, 90)}, {"shared": (10, 10)}])
    assert (one.found.count, one.alone, one.found.value, one.expected) == (10, share_of(0, 90), 0.8, pytest.approx(0.9))
    assert (other.found.count, other.alone.count) == (10, 0)


def test_who_shares_nothing_has_no_figure() -> None:
    (one, other) = standardised([{"a": (3, 4)}, {"b": (4, 4)}])
    for each, alone in ((one, share_of(3, 4)), (other, share_of(4, 4))):
        assert (each.found.value, each.expected, each.above.value, each.alone) == (None, None, None, alone)
        assert not each.above.is_rankable
    assert standardised([]) == []


def test_a_kind_without_any_is_nobodys() -> None:
    (one, other) = standardised([{"a": (3, 4)}, {"a": (0, 0)}])
    assert one.expected is None and other.alone.count == 0


@given(st.lists(counts, min_size=1, max_size=4))
def test_together_they_achieve_what_is_expected_of_them(found: list[dict[str, tuple[int, int]]]) -> None:
    """What some are above the others are below, each weighted by how many it has."""
    told = standardised(found)
    compared = [each for each in told if each.above.value is not None]
    assert sum(each.above.value * each.above.count for each in compared if each.above.value is not None) == pytest.approx(0, abs=1e-6)
    for each, own in zip(told, found, strict=True):
        assert each.found.count + each.alone.count == sum(whole for _part, whole in own.values())


@given(counts)
def test_one_place_alone_is_compared_with_nobody(found: dict[str, tuple[int, int]]) -> None:
    (told,) = standardised([found])
    assert told.above.value is None and told.found.count == 0
