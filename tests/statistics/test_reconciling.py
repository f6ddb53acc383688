"""The reconciliation finds nothing where all is true, and each of a set of planted differences."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from approvals.cli import main
from approvals.db import Database, new_id
from approvals.demo import load_demo
from approvals.gateway import Gateways
from approvals.jobs.rollups import begin_again, catch_up
from approvals.jobs.schedules import Work, schedule_named
from approvals.models import Case, CaseRollup, Event, JudgedOpening, RollupState, SettledCase, StepArrival, StepRollup, Task
from approvals.operations import rollups
from approvals.queries.statistics.packing import packed
from approvals.queries.statistics.reconciling import Difference, differences
from tests.clock.strategies import at
from tests.demo.support import empty
from tests.statistics.conftest import finish, named
from tests.statistics.planting import Plant, changed, copied, gone
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import seed

ROLLED, NOW = at("2026-11-03 12:00"), at("2026-11-24 10:00")


def found(database: Database, now: datetime = NOW) -> list[Difference]:
    with database.reading() as session:
        return list(differences(session, now))


@pytest.fixture(scope="module")
def rolled(county: Database) -> Database:
    """The county, rolled up until the third of November: some families are settled, some are live."""
    catch_up(county, ROLLED)
    return county


def test_a_county_whose_figures_are_true_has_no_difference(rolled: Database) -> None:
    assert found(rolled) == []


def test_nothing_rolled_up_yet_is_no_difference(engine: Any) -> None:
    database = Database(engine=engine)
    assert found(database) == []
    finish(Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00")))
    assert found(database) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the county above is on both, and the demo takes long to load
def test_the_demo_has_no_difference(empty_demo: Database) -> None:
    now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    load_demo(empty_demo, now=now, cases=4)
    assert found(empty_demo, now) == []
    assert begin_again(empty_demo, now) > 100
    assert found(empty_demo, now) == []
    begin_again(empty_demo, now - timedelta(days=20))
    assert found(empty_demo, now) == []


@pytest.fixture
def empty_demo(database_url: str) -> Iterator[Database]:
    database = empty(database_url)
    yield database
    database.dispose()


# ---- planted differences ------------------------------------------------------------------------------------------------


def later(moment: datetime) -> datetime:
    return moment + timedelta(hours=3)


def in_time(moment: datetime) -> datetime:
    """So much later that what was late was not."""
    return moment + timedelta(days=90)


LAST_WEEKS = date(2026, 9, 29)
OFFICE = StepRollup.grain == "office"
IN_ROLLUPS, LIVE = Task.closed_at < ROLLED - rollups.LAG, Task.closed_at >= ROLLED
LIVE_CASE = Case.closed_at >= ROLLED
OFFICERS = Task.role == "officer"
PLANTED: dict[str, Plant] = {
    "a count of a rollup": changed(StepRollup, "count", lambda value: value + 1, OFFICE),
    "how many were late": changed(StepRollup, "late", lambda value: value + 1),
    "seconds of a department": changed(StepRollup, "department_seconds", lambda value: value - 1, StepRollup.whose == "department"),
    "the longest of them": changed(StepRollup, "working_maximum", lambda value: value + 1, StepRollup.grain == "county"),
    "buckets of a histogram": changed(StepRollup, "wall_buckets", lambda value: packed({700: 1}), StepRollup.grain == "person"),
    "a rollup that is gone": gone(StepRollup, StepRollup.grain == "full"),
    "a rollup too many": copied(StepRollup, key="another", state="reviewing_extended"),
    "cases received": changed(CaseRollup, "received", lambda value: value - 1),
    "cases done": changed(CaseRollup, "done", lambda value: value + 1, CaseRollup.closed > 0),
    "visits": changed(CaseRollup, "visits", lambda value: value + 1, CaseRollup.grain == "full"),
    "promised seconds": changed(CaseRollup, "promised_seconds", lambda value: value + 60, CaseRollup.closed > 0),
    "cases of a month that are gone": gone(CaseRollup),
    "cases of a month too many": copied(CaseRollup, key="another", month=date(2025, 1, 1)),
    "a settled case that is forgotten": gone(SettledCase),
    "a settled case kept otherwise": changed(SettledCase, "outcome", lambda value: "failed"),
    "a settled case that there is not": copied(SettledCase, case_id=new_id()),
    "a claim of an opening kept otherwise": changed(JudgedOpening, "claims", lambda value: f"broken:9,{value}"),
    "an opening whose claims are forgotten": gone(JudgedOpening),
    "how many came in on a day": changed(StepArrival, "count", lambda value: value + 1, StepArrival.day >= LAST_WEEKS),
    "a day of arrivals that is gone": gone(StepArrival, StepArrival.day >= LAST_WEEKS),
    "a watermark moved on": changed(RollupState, "until", lambda value: at("2026-11-24 09:00")),
    "a watermark moved back": changed(RollupState, "until", lambda value: at("2026-10-20 09:00")),
    "when a live step began": changed(Task, "opened_at", later, LIVE),
    "when a live step ended": changed(Task, "closed_at", later, LIVE),
    "how a live step ended": changed(Task, "closed_by", lambda value: "withdraw", LIVE),
    "who did a live step": changed(Task, "holder_id", lambda value: None, LIVE, Task.role == "registrar"),
    "where a live step lay": changed(Task, "department", lambda value: "tax", LIVE, Task.role == "registrar"),
    "which step it was": changed(Task, "state", lambda value: "reviewing_extended", LIVE, Task.state == "reviewing"),
    "a live step that is gone": gone(Task, LIVE),
    "a rolled step that ended later": changed(Task, "closed_at", lambda value: at("2026-11-12 09:00"), IN_ROLLUPS, OFFICERS),
    "an ended step that is open": changed(Task, "closed_at", lambda value: None, LIVE),
    "when a live case opened": changed(Case, "opened_at", lambda value: at("2026-06-01 09:00"), Case.closed_at.is_(None)),
    "a live case that is closed": changed(Case, "closed_at", lambda value: ROLLED, Case.closed_at.is_(None)),
    "how a live case came in": changed(Case, "channel", lambda value: "point", Case.closed_at.is_(None)),
    "a promise of a live case": changed(Case, "promised_due_at", in_time, LIVE_CASE),
    "a promise of a settled case": changed(Case, "promised_due_at", in_time, Case.closed_at < ROLLED - rollups.LAG),
    "a promise that is gone": changed(Case, "promised_due_at", lambda value: None, LIVE_CASE),
    "a limit of the law that is gone": changed(Case, "statutory_due_at", lambda value: None, Case.workflow == REGISTRATION, LIVE_CASE),
    "when the clock of a case began": changed(Case, "clock_started_at", later, Case.workflow == REGISTRATION, LIVE_CASE),
    "what a settled case came to": changed(Case, "outcome", lambda value: "failed", Case.closed_at < ROLLED - rollups.LAG),
    "who did a rolled step": changed(Task, "holder_id", lambda value: None, IN_ROLLUPS, Task.role == "registrar"),
    "when a rolled step was due": changed(Task, "due_at", in_time, IN_ROLLUPS, OFFICERS),
    "what a live case was": changed(Case, "workflow", lambda value: "company-seal", Case.closed_at.is_(None)),
}
"""Each is one thing that a fault of ours, a crash or somebody at the database could do."""


@contextmanager
def planted(database: Database, what: str) -> Iterator[None]:
    """The difference is there for a while."""
    undo = database.write(PLANTED[what])
    try:
        yield
    finally:
        database.write(undo)


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_found(rolled: Database, what: str) -> None:
    with planted(rolled, what):
        assert found(rolled), what
    assert found(rolled) == [], "the next test begins with what is true"


def test_a_difference_says_what_is_shown_and_what_is_true(rolled: Database) -> None:
    with planted(rolled, "how many were late"):
        (difference,) = found(rolled)
    assert difference.what == "steps" and difference.figure == "late"
    assert difference.shown == (difference.told or 0) + 1
    assert f"late {difference.shown}" in str(difference) and str(difference.where["workflow"]) in str(difference)


def test_a_history_that_does_not_hold_is_named(engine: Any) -> None:
    database = Database(engine=engine)
    chain = Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00"))
    finish(chain)
    database.write(lambda session: session.execute(update(Event).where(Event.action == "approve").values(actor_name="别人")))
    assert [each.where["case"] for each in found(database) if each.what == "history"] == [chain.case().number]


def test_a_family_taken_up_again_is_no_difference(engine: Any) -> None:
    database = Database(engine=engine)
    chain = Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00"))
    chain.act(REGISTRATION, "approve")
    chain.act("company-seal", "fail")
    chain.settle_matters()
    catch_up(database, ROLLED)
    chain.now = at("2026-11-11 09:00")
    chain.act("company-seal", "restart")
    assert found(database) == []
    catch_up(database, at("2026-11-12 09:00"))
    assert found(database) == []


# ---- where it is asked --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
class TestCommands:
    @pytest.fixture
    def told(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        database = Database(database_url)
        finish(Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00")))
        database.dispose()
        monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
        return lambda *arguments: CliRunner().invoke(main, ["statistics", *arguments])

    def test_what_is_true_ends_well(self, told: Callable[..., Any]) -> None:
        assert "个环节" in told("rollup").output
        result = told("reconcile", "--json")
        assert result.exit_code == 0 and json.loads(result.output)["differences"] == []
        assert told("reconcile").exit_code == 0

    def test_a_difference_ends_with_one_until_all_is_rolled_up_again(self, told: Callable[..., Any], database_url: str) -> None:
        told("rollup")
        database = Database(database_url)
        database.write(PLANTED["a count of a rollup"])
        result = told("reconcile", "--json")
        assert result.exit_code == 1
        assert {each["figure"] for each in json.loads(result.output)["differences"]} == {"count"}
        result = told("reconcile")
        assert result.exit_code == 1 and "rollup --again" in result.output
        with database.reading() as session:
            state = session.scalars(select(RollupState)).one()
        assert state.differences == 1 and state.reconciled_at is not None
        told("rollup", "--again")
        assert told("reconcile").exit_code == 0
        database.dispose()


def test_the_schedules_roll_up_and_reconcile(engine: Any, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(engine=engine)
    finish(Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00")))
    work = Work(database, Gateways("http://127.0.0.1"), "worker", lambda: NOW)
    rolling, reconciling = schedule_named("rollups"), schedule_named("reconciliation")
    assert rolling is not None and reconciling is not None
    assert rolling.run(work) > 10
    assert rolling.run(work) == 0
    assert reconciling.run(work) == 0
    database.write(PLANTED["how many were late"])
    with caplog.at_level(logging.ERROR):
        assert reconciling.run(work) == 1
    assert "late" in caplog.text
