"""The measures are the formulas of the county, and there is no figure where there is nothing to divide by."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock.strategies import at
from workflows.statistics.measures import INDICATORS, Counts, compression, faster, measures, punctuality, ratio

MONTH = Counts(
    cases=40, on_the_spot=10, online=22, no_visit=30, visits=14, delegated=8, closed=32, once_done=24, promised=30, kept=27,
    claimed=20, claims_met=15, statutory_seconds=1_000_000, counted_under_statutory=250_000, promised_seconds=500_000,
    counted_under_promised=600_000,
)  # fmt: skip


def test_every_measure_by_its_formula() -> None:
    found = {key: estimate.value for key, estimate in measures(MONTH).items()}
    assert found == {
        "on_time": 27 / 30, "on_the_spot": 10 / 40, "online": 22 / 40, "no_visit": 30 / 40, "visits": 14 / 40, "once_done": 24 / 32,
        "delegated": 8 / 40, "claims_met": 15 / 20, "faster_than_law": 0.75, "faster_than_promised": pytest.approx(-0.2),
    }  # fmt: skip


def test_every_share_says_how_sure_it_is() -> None:
    unsure = {key for key, estimate in measures(MONTH).items() if estimate.low is None}
    assert unsure == {"visits", "faster_than_law", "faster_than_promised"}


def test_no_cases_no_figures() -> None:
    assert {estimate.value for estimate in measures(Counts()).values()} == {None}


def test_every_measure_is_explained_in_both_languages() -> None:
    assert set(measures(MONTH)) | {"compression"} == set(INDICATORS)
    for indicator in INDICATORS.values():
        for words in (indicator.title, indicator.formula):
            assert set(words) == {"zh", "en"} and all(words.values())


@given(*[st.builds(Counts, *[st.integers(0, 10**9)] * len(fields(Counts)))] * 2)
def test_counts_add_up_field_by_field(one: Counts, other: Counts) -> None:
    for each in fields(Counts):
        assert getattr(one + other, each.name) == getattr(one, each.name) + getattr(other, each.name)


def test_a_part_above_its_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="no part"):
        measures(Counts(promised=3, kept=4))


def test_compression_leaves_out_what_lacks_a_limit_or_has_none_to_compress() -> None:
    assert compression([(20, 5), (0, 0), (None, 3), (10, None), (10, 1)]) == pytest.approx(24 / 30)
    assert compression([(0, 0), (None, 1)]) is None


def test_a_promise_at_once_compresses_all() -> None:
    assert compression([(5, 0)]) == 1


@given(st.floats(0, 1e9), st.floats(1e-3, 1e9))
def test_faster_is_what_was_left_of_the_time(actual: float, allowed: float) -> None:
    saved = faster(actual, allowed)
    assert saved is not None
    assert saved * allowed == pytest.approx(allowed - actual, abs=1e-3, rel=1e-6)


def test_nothing_to_divide_by() -> None:
    assert ratio(3, 0) is None
    assert faster(3, 0) is None


@pytest.mark.parametrize(
    ("ended", "due", "expected"),
    [
        ("2026-11-20 17:30", "2026-11-20 17:30", "on_time"),
        ("2026-11-20 08:30", "2026-11-20 17:30", "on_time"),
        ("2026-11-20 17:31", "2026-11-20 17:30", "late"),
        ("2026-11-19 23:59", "2026-11-20 17:30", "early"),
    ],
)
def test_punctuality_ends_with_the_due_instant(ended: str, due: str, expected: str) -> None:
    assert punctuality(at(ended), at(due)) == expected


def test_what_is_due_at_no_time_is_neither_early_nor_late() -> None:
    assert punctuality(at("2026-11-20"), None) is None
