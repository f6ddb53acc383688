"""The clock of a step goes on when a case comes back to it from within the departments, and begins anew after the people who apply."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text

from approvals.db import Database
from approvals.db.engine import WRITING
from approvals.jobs.calendar import move_deadlines
from approvals.jobs.warnings import warn_due
from approvals.migrations_runner import configuration, is_current, upgrade
from approvals.models import CalendarYear, DeadlineWarning, Event, EventPayload, Person, Task
from approvals.operations import calendar_years, unit, urging
from approvals.operations.errors import Refusal
from approvals.queries.deadlines import passed_clocks
from approvals.queries.statistics.reconciling import differences
from tests.calendar.conftest import TYPED
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.seed import NOW, Cast
from tests.support.statements import counted
from workflows.county import county_catalogue
from workflows.engine.clock_states import may_return

from .permits import ZONE, Permit, at

STEP = "step:reviewing"


@pytest.fixture
def chain(database: Database, cast: Cast) -> Chain:
    """Filed and signed at nine on a Monday; one and a half working hours for the registrar."""
    return Chain(database, cast)


def evaluating(permit: Permit) -> Permit:
    """Under evaluation since Friday 6 March, for two working days: until Tuesday the tenth."""
    permit.accepted("2026-03-03").inspected_from("2026-03-03", at("2026-03-03", "15:00"))
    permit.inspected_to("2026-03-06", at("2026-03-06", "16:00"))
    return permit


def declined(permit: Permit, asked: datetime, answered: datetime) -> None:
    permit.act("request_extension", asked, {"reason": "情况复杂"})
    permit.act("decline_extension", answered, {"reason": "材料齐全"}, permit.cast.registrar_head.acting)


def shown(moment: datetime | None) -> str:
    return moment.astimezone(ZONE).strftime("%m-%d %H:%M") if moment is not None else ""


def due(permit: Permit) -> str:
    task = permit.task()
    assert task is not None
    return shown(task.due_at)


def test_what_was_used_before_a_return_stays_used(permit: Permit) -> None:
    assert due(evaluating(permit)) == "03-10 17:30"
    declined(permit, at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    assert due(permit) == "03-12 17:30", "one of two days is left"
    declined(permit, at("2026-03-12"), at("2026-03-16"))
    assert due(permit) == "03-16 17:30", "both days are used"
    declined(permit, at("2026-03-17"), at("2026-03-18"))
    assert due(permit) == "03-17 17:30", "it is over since the day before"
    assert permit.faults() == []


def test_the_head_has_no_new_day_either(permit: Permit) -> None:
    evaluating(permit)
    declined(permit, at("2026-03-09", "15:00"), at("2026-03-10", "10:00"))
    permit.act("request_extension", at("2026-03-11"), {"reason": "情况复杂"})
    assert due(permit) == "03-11 17:30"
    assert permit.faults() == []


def test_a_state_that_is_entered_the_first_time_has_all_its_time(permit: Permit) -> None:
    evaluating(permit)
    with permit.database.reading() as session:
        assert set(session.scalars(select(Task.counted_from))) == {None}
        bodies = [body for body in session.scalars(select(EventPayload.body)) if "counted_from" in str(body)]
    assert bodies == []


def test_after_a_correction_the_step_begins_anew(chain: Chain) -> None:
    chain.now = NOW + timedelta(minutes=40)
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    task = chain.task(REGISTRATION)
    assert task is not None and task.due_at == NOW + timedelta(minutes=91), "one minute of a head is none of the registrar's"
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with())
    task = chain.task(REGISTRATION)
    assert task is not None and task.counted_from is None and task.due_at is not None
    assert task.due_at == task.opened_at + timedelta(minutes=90)
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    again = chain.task(REGISTRATION)
    assert again is not None and again.due_at == task.due_at + timedelta(minutes=1), "what was before the correction does not count"
    assert chain.faults() == []


def test_a_shorter_look_up_where_nothing_can_have_been_used(permit: Permit) -> None:
    evaluating(permit)

    def statements(action: str, now: datetime, form: Any, who: Any = None) -> list[str]:
        with counted(permit.database) as seen:
            permit.act(action, now, form, who)
        return [each for each in seen if "tasks.opened_at >=" in each]

    assert len(statements("request_extension", at("2026-03-09"), {"reason": "情况复杂"})) == 1
    head = permit.cast.registrar_head.acting
    assert len(statements("decline_extension", at("2026-03-10"), {"reason": "材料齐全"}, head)) == 1
    assert statements("propose", at("2026-03-10", "10:00"), {"proposed": "grant"}) == []


@pytest.mark.parametrize(
    ("workflow", "source", "state", "expected"),
    [
        ("food-permit", "extension_requested", "evaluating", True),
        ("food-permit", "inspecting", "evaluating", False),
        ("food-permit", "correcting", "received", False),
        ("company-registration", "signing", "reviewing", False),
        ("company-registration", "correcting", "reviewing", False),
        ("company-registration", "extension_requested", "reviewing", True),
        ("delegated-handling", "moving_to_town", "checking", True),
        # A bag that is sent once more is another hand-over; who has to sign once more is outside.
        ("delegated-handling", "supplementing", "moving_to_town", False),
        ("delegated-handling", "confirming", "delivering", False),
        ("rating-follow-up", "contacting", "feedback", False),
    ],
)
def test_where_a_case_can_come_back_from(workflow: str, source: str, state: str, expected: bool) -> None:
    assert may_return(county_catalogue().latest(workflow), source, state) is expected


# ---- records --------------------------------------------------------------------------------------------------------


def changed(permit: Permit, values: str) -> None:
    task = permit.task()
    assert task is not None
    permit.database.write(lambda session: session.execute(text(f"UPDATE tasks SET {values} WHERE id = {task.id}")))


@pytest.mark.parametrize(
    "values",
    [
        "counted_from = NULL",
        "counted_from = counted_from + 3600000000",
        # The full time again, and the column emptied as if an earlier version had written the row.
        "counted_from = NULL, due_at = due_at + 86400000000",
        "due_at = due_at + 86400000000",
    ],
)
def test_verification_finds_a_step_that_was_given_more_time(permit: Permit, values: str) -> None:
    declined(evaluating(permit), at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    assert permit.faults() == []
    changed(permit, values)
    assert permit.faults() != []


def test_verification_finds_a_history_that_counts_from_elsewhere(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., int | None] = unit.returned
    monkeypatch.setattr(unit, "returned", lambda *args: (real(*args) or 0) + 60_000_000 if real(*args) else None)
    declined(evaluating(permit), at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    assert permit.faults() == ["退回后时限的起算时间不对"]


def test_returns_of_an_earlier_version_stay_as_they_were(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(unit, "returned", lambda *args: None)
        declined(evaluating(permit), at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    assert due(permit) == "03-13 17:30" and permit.faults() == []
    declined(permit, at("2026-03-12"), at("2026-03-16"))
    assert due(permit) == "03-16 17:30", "those stays count as well from now on"
    assert permit.faults() == []


def test_a_database_of_the_version_before_is_brought_up_with_its_steps(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "returned", lambda *args: None)
    declined(evaluating(permit), at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    settings = configuration()
    with permit.database.engine.connect().execution_options(**WRITING) as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0005_reckoning")
    assert not is_current(permit.database.engine)
    upgrade(permit.database.engine)
    assert is_current(permit.database.engine)
    monkeypatch.undo()
    assert due(permit) == "03-13 17:30" and permit.faults() == []
    declined(permit, at("2026-03-12"), at("2026-03-16"))
    assert due(permit) == "03-16 17:30" and permit.faults() == []


def test_a_notice_of_holidays_moves_what_is_left(permit: Permit, database: Database, cast: Cast) -> None:
    late = Permit(database, cast, at("2026-12-22")).accepted("2026-12-22")
    late.inspected_from("2026-12-22", at("2026-12-22", "15:00"))
    late.inspected_to("2026-12-29", at("2026-12-29", "16:00"))
    declined(late, at("2026-12-30", "15:00"), at("2026-12-31", "10:00"))
    assert due(late) == "01-04 17:30"
    now = at("2026-12-31", "11:00")
    entered: CalendarYear | None = database.write(
        calendar_years.enter, cast.administrator.acting, dict(TYPED), None, "0", now.date(), now
    )
    assert entered is not None
    assert move_deadlines(database, now) > 0
    assert due(late) == "01-05 17:30", "the fourth is a holiday now"
    assert late.faults() == []


def test_the_reconciliation_knows_the_time_that_was_left(permit: Permit, database: Database) -> None:
    declined(evaluating(permit), at("2026-03-09", "15:00"), at("2026-03-11", "10:00"))
    # Late by what was left, in time by what a new step would have had.
    permit.act("propose", at("2026-03-13", "09:00"), {"proposed": "grant"})
    now = at("2026-03-13", "10:00")
    with database.reading() as session:
        assert list(differences(session, now)) == []
    given = "UPDATE tasks SET due_at = due_at + 86400000000 WHERE counted_from IS NOT NULL"
    database.write(lambda session: session.execute(text(given)))
    with database.reading() as session:
        assert list(differences(session, now)) != []


# ---- warnings and urging --------------------------------------------------------------------------------------------


def told(database: Database) -> list[tuple[str, str]]:
    """Who was warned of the step, and of which level."""
    with database.reading() as session:
        rows = select(Person.sign_in_name, DeadlineWarning.level).join(Person, Person.id == DeadlineWarning.person_id)
        found = session.execute(rows.where(DeadlineWarning.clock == STEP).order_by(DeadlineWarning.sent_at, DeadlineWarning.id))
        return [(name, level) for name, level in found]


def came_back(chain: Chain, left: int, back: int) -> None:
    """The registrar asks for an extension so many minutes after the beginning, and has the case in hand again later."""
    chain.now = NOW + timedelta(minutes=left - 1)
    chain.act(REGISTRATION, "request_extension")
    chain.now = NOW + timedelta(minutes=back - 2)
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    chain.claim(REGISTRATION)


def test_nobody_is_warned_again_of_what_they_were_told_before_the_return(chain: Chain, database: Database) -> None:
    chain.claim(REGISTRATION)
    warn_due(database, NOW + timedelta(minutes=70))
    assert told(database) == [("registrar", "near")]
    came_back(chain, 72, 100)
    warn_due(database, chain.now)
    assert told(database) == [("registrar", "near")]
    with database.reading() as session:
        (clock,) = [each for each in passed_clocks(session, chain.now) if each.clock == STEP]
    assert (clock.percent, clock.level) == (81, "near"), "72 minutes and the one of claiming, of ninety"
    warn_due(database, NOW + timedelta(minutes=119))
    assert told(database)[1:] == [("registrar", "due"), ("registrar-head", "due")]
    came_back(chain, 121, 130)
    warn_due(database, chain.now)
    assert len(told(database)) == 3
    assert chain.faults() == []


def test_after_a_correction_people_are_warned_anew(chain: Chain, database: Database) -> None:
    chain.claim(REGISTRATION)
    warn_due(database, NOW + timedelta(minutes=70))
    chain.now = NOW + timedelta(minutes=72)
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with())
    chain.claim(REGISTRATION)
    came_back(chain, 80, 90)
    warn_due(database, NOW + timedelta(minutes=165))
    assert told(database) == [("registrar", "near"), ("registrar", "near")]


def urge(chain: Chain) -> str:
    """Urge it a week later; why that was refused, or nothing."""
    chain.now += timedelta(days=7)
    case = chain.case(REGISTRATION)
    try:
        chain.database.write(urging.urge, chain.cast.applicant.acting, case.token, chain.now)
    except Refusal as refusal:
        return refusal.reason
    return ""


def test_a_step_that_a_case_comes_back_to_is_not_urged_three_times_more(chain: Chain) -> None:
    assert [urge(chain), urge(chain)] == ["", ""]
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    assert [urge(chain), urge(chain)] == ["", "urged-enough"]
    chain.act(REGISTRATION, "request_extension")
    assert urge(chain) == "", "the head was not urged yet"
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    assert urge(chain) == "urged-enough"
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with())
    assert urge(chain) == ""
    assert chain.faults() == []


def test_the_history_numbers_the_urgings_of_a_step(chain: Chain, database: Database) -> None:
    urge(chain)
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    urge(chain)

    with database.reading() as session:
        rows = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id).where(Event.action == "case:urged")
        numbers = [json.loads(body)["urging"]["number"] for body in session.scalars(rows.order_by(Event.id))]
    assert numbers == [1, 2]
