"""What is counted of one case: its limits as they were given, and of its time what the authorities answer for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from approvals.calendar import county_calendar
from approvals.queries.statistics.facts import CaseFact, counted_cases
from approvals.queries.statistics.lines import CaseLine
from tests.clock.strategies import at
from workflows.statistics.attribution import Interval
from workflows.statistics.measures import measures

DAY = county_calendar().hours.seconds_per_day
NOW = at("2026-11-24 10:00")


def permit(**values: Any) -> Any:
    """A food permit, accepted after two working days, that closed on the tenth one after that."""
    return SimpleNamespace(**{
        "id": 1, "root_id": 1, "parent_id": None, "workflow": "food-permit", "version": 1, "channel": "online",
        "deciding_office_id": 7, "offices": {}, "opened_at": at("2026-10-19 09:00"), "closed_at": at("2026-11-04 09:00"),
        "clock_started_at": at("2026-10-21 09:00"), "extension_days": 0, "promised_due_at": at("2026-11-04 17:30"),
        "statutory_due_at": at("2026-11-18 17:30"), "outcome": "done",
    } | values)  # fmt: skip


def fact(case: Any, suspended: tuple[Interval, ...] = ()) -> CaseFact:
    stays = {1: [
        SimpleNamespace(state="received", role="clerk", opened_at=case.opened_at, closed_at=at("2026-10-21 09:00")),
        SimpleNamespace(state="reviewing", role="reviewer", opened_at=at("2026-10-21 09:00"), closed_at=case.closed_at),
    ]}  # fmt: skip
    (found,) = counted_cases([case], stays, {1: suspended} if suspended else {}, {}, set(), {}, set(), NOW)
    return found


def test_the_limits_are_the_days_that_were_given_and_the_time_runs_from_acceptance() -> None:
    found = fact(permit())
    assert (found.statutory, found.promised) == (20 * DAY, 10 * DAY)
    assert found.counted == found.seconds.department - 2 * DAY == 10 * DAY


def test_a_suspension_makes_no_case_faster_than_the_law() -> None:
    hearing = Interval(at("2026-10-26 09:00"), at("2026-10-28 09:00"))
    later = permit(closed_at=at("2026-11-06 09:00"), promised_due_at=at("2026-11-06 17:30"), statutory_due_at=at("2026-11-20 17:30"))
    plain, suspended = fact(permit()), fact(later, (hearing,))
    assert (suspended.statutory, suspended.promised, suspended.counted) == (plain.statutory, plain.promised, plain.counted)


def test_an_extension_adds_its_days_to_what_the_law_gives() -> None:
    found = fact(permit(extension_days=10))
    assert (found.statutory, found.promised) == (30 * DAY, 10 * DAY)


@pytest.mark.parametrize("outcome", ["withdrawn", "not_opened"])
def test_what_was_withdrawn_had_no_limit_to_keep(outcome: str) -> None:
    found = fact(permit(outcome=outcome))
    assert (found.statutory, found.promised, found.counted) == (0, 0, 0)
    line = CaseLine({})
    line.add_closed(found)
    line.add_closed(fact(permit()))
    shares = measures(line)
    assert line.closed == 2 and shares["faster_than_law"].count == shares["faster_than_promised"].count == 1
    assert shares["faster_than_law"].value == 0.5


def test_a_limit_in_calendar_days_is_no_number_of_hours() -> None:
    found = fact(permit(workflow="social-insurance"))
    assert found.statutory == 0 and found.promised == 2 * 3600


def family(opened: bool) -> list[CaseFact]:
    """A company opening that an agent carries, who took papers to the hall twice."""
    carried = permit(id=2, root_id=1, parent_id=1, workflow="company-opening", version=3, channel="point")
    root = permit(workflow="delegated-handling", channel="point")
    cases = [root, carried] if opened else [root]
    return list(counted_cases(cases, {}, {}, {}, {1}, {1: 2}, {1}, NOW))


def test_the_visits_of_a_delegated_application_are_those_of_the_opening_that_is_carried() -> None:
    root, carried = family(opened=True)
    assert (carried.whole, carried.visits, carried.online, carried.delegated) == (True, 2, False, True)
    assert (root.whole, root.visits) == (False, 0), "or they were counted twice"
    line = CaseLine({})
    line.add_closed(carried)
    assert (line.roots, line.visits, line.no_visit, line.online) == (1, 2, 0, 0)
    assert [(each.whole, each.visits) for each in family(opened=False)] == [(True, 2)], "nothing is carried yet"
