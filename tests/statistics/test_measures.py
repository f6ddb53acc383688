"""The measures are the formulas of the county, and there is no figure where there is nothing to divide by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.statistics.measures import INDICATORS, compression, faster, measures, of_catalogue, ratio

HOLDS, BROKEN, OPEN = "holds", "broken", "open"


@dataclass(frozen=True)
class Month:
    """What was counted in one month."""

    closed: int = 32
    early: int = 20
    on_time: int = 7
    late: int = 3
    once_done: int = 24
    delegated: int = 8
    roots: int = 28
    visits: int = 14
    no_visit: int = 21
    online: int = 7
    with_statutory: int = 4
    statutory_seconds: int = 1_000_000
    counted_under_statutory: int = 250_000
    with_promised: int = 30
    promised_seconds: int = 200_000
    counted_under_promised: int = 250_000


NOTHING = Month(*[0] * 16)


def test_every_measure_by_its_formula() -> None:
    found = {key: estimate.value for key, estimate in measures(Month()).items()}
    assert found == {
        "on_time": 27 / 30, "online": 7 / 28, "no_visit": 21 / 28, "visits": 14 / 28, "once_done": 24 / 32, "delegated": 8 / 32,
        "faster_than_law": 0.75, "faster_than_promised": pytest.approx(-0.25),
    }  # fmt: skip


def test_every_share_says_how_sure_it_is() -> None:
    unsure = {key for key, estimate in measures(Month()).items() if estimate.low is None}
    assert unsure == {"visits", "faster_than_law", "faster_than_promised"}


def test_a_speed_up_says_of_how_many_cases_it_is() -> None:
    found = measures(Month())
    assert (found["faster_than_law"].count, found["faster_than_promised"].count) == (4, 30), "not of all that closed"


def test_no_cases_no_figures() -> None:
    found = measures(NOTHING) | of_catalogue([])
    assert {estimate.value for estimate in found.values()} == {None}


def test_every_measure_is_explained_in_both_languages() -> None:
    assert set(measures(NOTHING)) | {"claims_met"} | set(of_catalogue([])) == set(INDICATORS)
    for indicator in INDICATORS.values():
        for words in (indicator.title, indicator.formula):
            assert set(words) == {"zh", "en"} and all(words.values())


def test_a_part_above_its_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="no part"):
        measures(replace(NOTHING, closed=3, once_done=4))


def test_the_catalogue_is_measured_by_what_it_publishes() -> None:
    found = of_catalogue([(20, 5), (10, 0), (None, 0), (5, None)])
    assert (found["compression"].value, found["compression"].count) == (pytest.approx(25 / 30), 2)
    assert (found["on_the_spot"].value, found["on_the_spot"].count) == (2 / 3, 3)


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
