"""One sum for a limit: budget, extension and ledger come out the same in whatever order they came."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import delivered_calendar
from tests.clocks.permits import at
from workflows.clock import Budget, Suspension, due_at, limit_ends
from workflows.county import county_catalogue
from workflows.engine.clock_states import before_acceptance, begins_at_acceptance, may_be_suspended, suspended_states

CALENDAR = delivered_calendar()
"""Built here: the first example of a test is measured against its time too."""

starts = st.integers(0, 60 * 24 * 300).map(lambda minutes: at("2025-12-20") + timedelta(minutes=minutes))
lengths = st.integers(0, 60 * 24 * 20)
ledgers = st.lists(st.tuples(st.integers(0, 60 * 24 * 60), lengths), max_size=4)


def ledger_of(start: datetime, pairs: list[tuple[int, int]]) -> list[Suspension]:
    begins = [start + timedelta(minutes=after) for after, _ in pairs]
    return [
        Suspension(begin, begin + timedelta(minutes=length), "test", "依据")
        for begin, (_, length) in zip(begins, pairs, strict=True)
    ]


@given(starts, st.integers(1, 30), st.integers(0, 15), ledgers)
def test_extending_and_suspending_come_in_any_order(start: datetime, days: int, more: int, pairs: list[tuple[int, int]]) -> None:
    calendar, ledger = CALENDAR, ledger_of(start, pairs)
    together = due_at(calendar, start, Budget.parse({"working_days": days + more}), ledger)
    assert limit_ends(calendar, start, {"working_days": days}, more, ledger) == together
    assert limit_ends(calendar, start, {"working_days": days}, more, list(reversed(ledger))) == together


@given(starts, st.integers(1, 30), st.integers(0, 60 * 24 * 30))
def test_pause_and_resume_at_once_changes_nothing(start: datetime, days: int, after: int) -> None:
    calendar, moment = CALENDAR, start + timedelta(minutes=after)
    paused = [Suspension(moment, moment, "test", "依据")]
    assert limit_ends(calendar, start, {"working_days": days}, 0, paused) == limit_ends(calendar, start, {"working_days": days})


@given(starts, st.integers(1, 30), ledgers)
def test_what_stood_still_before_the_start_does_not_matter(start: datetime, days: int, pairs: list[tuple[int, int]]) -> None:
    calendar = CALENDAR
    ends = [(start - timedelta(minutes=after), length) for after, length in pairs]
    before = [Suspension(end - timedelta(minutes=length), end, "test", "依据") for end, length in ends]
    assert limit_ends(calendar, start, {"working_days": days}, 0, before) == limit_ends(calendar, start, {"working_days": days})


def test_an_extension_in_working_days_goes_on_from_a_limit_in_hours() -> None:
    calendar = CALENDAR
    assert limit_ends(calendar, at("2026-03-02"), {"half_days": 1}, 2) == at("2026-03-04", "17:30")


def test_where_the_clocks_of_a_permit_run() -> None:
    permit = county_catalogue().latest("food-permit")
    assert begins_at_acceptance(permit) and may_be_suspended(permit)
    assert before_acceptance(permit) == {"received", "correcting", "not_accepted", "withdrawn", "lapsed"}
    assert suspended_states(permit) == {"inspecting"}
    registration = county_catalogue().latest("company-registration")
    assert not begins_at_acceptance(registration) and not may_be_suspended(registration)
    assert before_acceptance(registration) == frozenset()
