"""A suspension that is entered late never turns a late case into one in time, and verification says so of a history that did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from approvals.operations import clock_effects, clocks
from approvals.operations.effects import EFFECTS
from approvals.operations.errors import Refusal

from .permits import Permit, at

PROMISED_END, STATUTORY_END = at("2026-03-12", "17:30"), at("2026-03-17", "17:30")
"""Of a permit that was accepted on 3 March."""


def reason_of(permit: Permit, day: str, now: datetime) -> str:
    with pytest.raises(Refusal) as caught:
        permit.inspected_from(day, now)
    assert permit.ledger == [] and permit.faults() == []
    return caught.value.reason


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-16", "2026-03-17", "2026-03-18"])
def test_nothing_stands_still_once_the_statutory_time_is_over(permit: Permit, day: str) -> None:
    permit.accepted("2026-03-03")
    assert permit.due == ("2026-03-12", "2026-03-17")
    assert reason_of(permit, day, at("2026-03-18")) == "suspended-too-late"
    assert permit.case.statutory_due_at == STATUTORY_END


@pytest.mark.parametrize(
    ("day", "now", "reason"),
    [
        ("2026-03-05", "2026-03-09", "suspended-afterwards"),
        ("2026-03-05", "2026-03-10", "suspended-afterwards"),
        ("2026-03-12", "2026-03-13", "suspended-afterwards"),
        ("2026-03-10", "2026-03-13", "suspended-afterwards"),
    ],
)
def test_a_day_long_past_or_before_a_promise_that_was_missed_is_refused(permit: Permit, day: str, now: str, reason: str) -> None:
    permit.accepted("2026-03-03")
    assert reason_of(permit, day, at(now)) == reason


@pytest.mark.parametrize(("day", "now"), [("2026-03-06", "2026-03-09"), ("2026-03-07", "2026-03-09"), ("2026-03-09", "2026-03-09")])
def test_the_working_day_before_may_be_noted(permit: Permit, day: str, now: str) -> None:
    permit.accepted("2026-03-03")
    assert permit.inspected_from(day, at(now)) == "inspecting"
    assert permit.faults() == []


@pytest.mark.parametrize("now", [PROMISED_END, at("2026-03-12", "18:00"), at("2026-03-13"), at("2026-03-16"), STATUTORY_END])
@pytest.mark.parametrize("back", [0, 1])
def test_what_was_late_stays_late(permit: Permit, now: datetime, back: int) -> None:
    permit.accepted("2026-03-03")
    day = now.date().replace(day=now.day - back).isoformat()
    try:
        permit.inspected_from(day, now)
    except Refusal:
        assert permit.case.promised_due_at == PROMISED_END
        return
    permit.inspected_to(now.date().isoformat(), now)
    promised = permit.case.promised_due_at
    assert promised is not None and (now > promised) == (now > PROMISED_END)
    assert permit.faults() == []


def test_verification_finds_a_suspension_after_the_time_was_over(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_effects, "_refuse_run_out", lambda unit, case: None)
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-18", at("2026-03-18"))
    assert permit.faults() == ["期限届满以后才中止计时"]


def test_verification_finds_a_suspension_that_was_noted_long_afterwards(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_effects, "_earliest_beginning", lambda today: at("2026-01-01").date())
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-10"))
    assert permit.faults() == ["中止计时补记得太早"]


@pytest.mark.parametrize(("name", "said"), [("_beginning", "开始时间与所填的日期不符"), ("_ending", "结束时间与所填的日期不符")])
def test_verification_finds_another_day_than_was_typed(
    permit: Permit, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    permit.accepted("2026-03-03")
    monkeypatch.setattr(clock_effects, name, lambda *values: at("2026-03-06"))
    permit.inspected_from("2026-03-05" if name == "_beginning" else "2026-03-06", at("2026-03-06"))
    permit.inspected_to("2026-03-09", at("2026-03-10"))
    assert [fault for fault in permit.faults() if said in fault]


def test_verification_finds_an_extension_after_the_time_was_over(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    def extend(unit: Any, case: Any, actor: Any, parameters: Mapping[str, Any], form: Any, payload: Any) -> None:
        case.extension_days += int(parameters["working_days"])
        clocks.derive(case, clock_effects.ledger_of(unit, case))

    monkeypatch.setitem(EFFECTS, "extend_once", extend)
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-05", at("2026-03-05", "16:00"))
    permit.extend(at("2026-03-19"))
    assert permit.faults() == ["期限届满以后才延长"]
