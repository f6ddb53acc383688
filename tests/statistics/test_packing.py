"""Histograms as rollups keep them add up to what the histograms themselves add up to."""

from hypothesis import given
from hypothesis import strategies as st

from approvals.queries.statistics.packing import Sum, packed
from workflows.statistics.histograms import Histogram

durations = st.lists(st.integers(-100_000, 400_000_000), max_size=30)


@given(st.lists(durations, max_size=6))
def test_packed_histograms_add_up_exactly(groups: list[list[int]]) -> None:
    whole = Sum()
    for group in groups:
        each = Histogram.of(group)
        whole.add(each.total, each.minimum, each.maximum, packed(each.buckets))
    assert whole.histogram() == Histogram.of(seconds for group in groups for seconds in group)


def test_many_of_one_length_do_not_spill_into_the_next_bucket() -> None:
    whole = Sum()
    for _ in range(2):
        whole.add(70 * 2**31 + 71, 70, 71, packed({70: 2**31 - 1, 71: 1}))
    assert whole.histogram().buckets == {70: 2**32 - 2, 71: 2}
