"""A licence that stands still for an inspection: only the time of the inspection itself is warned of, and its days do not count."""

from __future__ import annotations

from datetime import datetime

import pytest

from approvals.db import Database
from approvals.operations import urging
from approvals.operations.errors import Refusal
from tests.clocks.permits import Permit, at
from tests.support.seed import Cast

from .conftest import Watch


@pytest.fixture
def permit(database: Database, cast: Cast) -> Permit:
    """Accepted on Tuesday; seven working days promised, ten by law."""
    permit = Permit(database, cast, at("2026-03-02"))
    permit.accepted("2026-03-03")
    return permit


def test_a_procedure_that_takes_longer_than_its_time_is_warned_of_and_may_be_urged(permit: Permit, watch: Watch) -> None:
    permit.inspected_from("2026-03-04", at("2026-03-04", "10:00"))

    def urge(now: datetime) -> int:
        return permit.database.write(urging.urge, permit.cast.applicant.acting, permit.case.token, now)

    for early in (at("2026-03-05"), at("2026-03-11", "17:30")):
        with pytest.raises(Refusal) as refused:
            urge(early)
        assert refused.value.reason == "suspended"
    assert watch.run(at("2026-03-06")) == 0
    watch.run(at("2026-03-11", "16:00"))
    assert {(each.clock, each.level) for each in watch.sent()} == {("step:inspecting", "near")}
    watch.run(at("2026-03-12"))
    assert {(each.to, each.relation) for each in watch.sent() if each.level == "due"} >= {("registrar-head", "head")}
    watch.run(at("2026-06-01"))
    assert {each.clock for each in watch.sent()} == {"step:inspecting"}
    assert {each.relation for each in watch.sent() if each.level == "escalated"} == {"supervisor"}
    assert urge(at("2026-06-01")) == 1
    assert permit.faults() == []


def test_the_days_of_the_inspection_are_no_part_of_the_percent(permit: Permit, watch: Watch) -> None:
    permit.inspected_from("2026-03-04", at("2026-03-04", "10:00"))
    permit.inspected_to("2026-03-10", at("2026-03-11", "09:00"))
    permit.act("propose", at("2026-03-11", "10:00"), {"opinion": "符合条件"})

    def promised() -> list[tuple[str, str, int]]:
        return [(each.level, each.to, each.percent) for each in watch.sent() if each.clock == "promised"]

    # Ten and a half of thirteen working days have gone by on the wall, five and a half of eight on the clock.
    watch.run(at("2026-03-17", "12:00"))
    assert promised() == [] and watch.sent()
    watch.run(at("2026-03-18", "12:00"))
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
