"""A licence that stands still for an inspection: nobody is warned or asked for speed meanwhile, and its days do not count after it."""

from __future__ import annotations

import pytest

from approvals.db import Database
from approvals.operations import urging
from approvals.operations.errors import Refusal
from tests.clocks.permits import Permit, at
from tests.support.seed import Cast

from .conftest import Watch


@pytest.fixture
def permit(database: Database, cast: Cast) -> Permit:
    """Accepted on Tuesday; ten working days promised, twenty by law."""
    permit = Permit(database, cast, at("2026-03-02"))
    permit.accepted("2026-03-03")
    return permit


def test_nobody_is_told_of_a_clock_that_stands_still(permit: Permit, watch: Watch) -> None:
    permit.inspected_from("2026-03-04", at("2026-03-04", "10:00"))
    assert watch.run(at("2026-06-01")) == 0
    with pytest.raises(Refusal) as refused:
        permit.database.write(urging.urge, permit.cast.applicant.acting, permit.case.token, at("2026-03-05"))
    assert refused.value.reason == "suspended"


def test_the_days_of_the_inspection_are_no_part_of_the_percent(permit: Permit, watch: Watch) -> None:
    permit.inspected_from("2026-03-04", at("2026-03-04", "10:00"))
    permit.inspected_to("2026-03-10", at("2026-03-11", "09:00"))
    permit.act("propose", at("2026-03-11", "10:00"), {"opinion": "符合条件"})

    def promised() -> list[tuple[str, str, int]]:
        return [(each.level, each.to, each.percent) for each in watch.sent() if each.clock == "promised"]

    # Thirteen of sixteen working days have gone by on the wall, eight of eleven on the clock.
    watch.run(at("2026-03-19", "17:00"))
    assert promised() == [] and watch.sent()
    watch.run(at("2026-03-20", "17:00"))
    assert promised() == [("near", "registrar-head", 81)]


def test_before_the_acceptance_only_the_step_is_warned_of(database: Database, cast: Cast, watch: Watch) -> None:
    permit = Permit(database, cast, at("2026-03-02"))
    watch.run(at("2026-03-05", "17:00"))
    assert {each.clock for each in watch.sent()} == {"step:received"}
    assert permit.case.state == "received"


def test_the_head_of_a_licence_is_told_when_it_is_over(permit: Permit, watch: Watch) -> None:
    watch.run(at("2026-03-06"))
    step = {each.relation: each.to for each in watch.sent() if each.clock == "step:reviewing"}
    assert step["head"] == "registrar-head"
