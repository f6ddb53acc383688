"""The demo county, loaded through the verbs with a fixed seed and a simulated clock."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.demo import demo_sign_ins, load_demo
from approvals.demo.earlier import CASES, NAME, YEAR
from approvals.demo.simulation import Tally
from approvals.jobs.rollups import catch_up
from approvals.models import (
    Case,
    DeadlineWarning,
    Document,
    Draft,
    Event,
    EventLog,
    HandOver,
    LogEvent,
    LogFigures,
    Notice,
    Office,
    Person,
    Position,
    Task,
    Urging,
)
from approvals.operations.reference_data import load_reference_data
from approvals.queries.custody import balance_of_county
from approvals.queries.statistics.reconciling import differences
from approvals.queries.verification import verify_all
from tests.demo.support import empty
from workflows.county import county_catalogue
from workflows.engine.definition import OUTSIDE_ROLES

NOW = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
"""A Wednesday, half past ten in the county."""

STANDING_NOWHERE = {("rating-follow-up", "unreached")}
TAKEN_NEVER = {"note_attempt", "close_unreached", "explain"}
"""What happens with a bad rating whose author cannot be reached, or that only needs an explanation: the demo has none such."""

_FILED = select(func.count()).select_from(Case).where(Case.id == Case.root_id, Case.workflow == "company-opening")

pytestmark = pytest.mark.xdist_group("demo")  # one worker loads the county, once


@pytest.fixture(scope="module")
def county(sqlite_databases: Any) -> Iterator[tuple[Database, Tally]]:
    """The whole demo."""
    database = empty(sqlite_databases.create())
    tally = load_demo(database, now=NOW)
    assert tally is not None
    yield database, tally
    database.engine.dispose()


def test_nothing_was_refused_and_every_history_verifies(county: tuple[Database, Tally]) -> None:
    database, tally = county
    assert tally.refused == []
    assert tally.cases >= 280
    assert tally.actions > 3000
    with database.reading() as session:
        assert session.scalar(_FILED) == tally.cases
        assert list(verify_all(session)) == []


def test_cases_stand_in_every_state(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        standing = {tuple(row) for row in session.execute(select(Case.workflow, Case.state))}
    every = {(definition.key, state) for definition in county_catalogue() for state in definition.states}
    # A matter that an applicant gave up by itself is shown by the registration alone.
    given_up = {(definition.key, "withdrawn") for definition in county_catalogue() if definition.kind == "service"}
    failed = {(definition.key, "failed") for definition in county_catalogue() if definition.kind == "service"}
    assert every - standing <= given_up | failed | STANDING_NOWHERE
    assert len(failed & standing) >= 2


def test_every_kind_of_step_was_taken(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        taken = set(session.scalars(select(Event.action).distinct()))
    for key in county_catalogue().keys():
        definition = county_catalogue().latest(key)
        missing = set(definition.actions) - taken - TAKEN_NEVER
        assert not missing, f"{definition.key}: {missing}"
    assert {"task:claimed", "task:released", "case:adopted"} <= taken


def test_some_tasks_are_late_some_nearly_due_and_some_held(county: tuple[Database, Tally]) -> None:
    database, _ = county
    calendar = county_calendar()
    with database.reading() as session:
        tasks = list(session.scalars(select(Task).where(Task.closed_at.is_(None), Task.due_at.is_not(None))))
    left = [calendar.working_seconds(NOW, task.due_at) for task in tasks if task.due_at is not None]
    assert sum(seconds < 0 for seconds in left) >= 8
    assert sum(0 <= seconds < 1800 for seconds in left) >= 3
    assert sum(seconds > 1800 for seconds in left) >= 8
    assert len({task.holder_id for task in tasks}) > 5
    late_roles = {task.role for task in tasks if task.due_at is not None and task.due_at < NOW}
    assert late_roles == {"registrar", "registrar-head", "officer", "clerk", "agent", "coordinator"}


def test_time_only_moves_forward_and_staff_work_in_office_hours(county: tuple[Database, Tally]) -> None:
    database, _ = county
    calendar = county_calendar()
    with database.reading() as session:
        events = session.execute(select(Event.case_id, Event.happened_at, Event.role).order_by(Event.case_id, Event.position)).all()
    last: dict[int, datetime] = {}
    for case_id, happened_at, role in events:
        assert last.get(case_id, happened_at) <= happened_at <= NOW
        last[case_id] = happened_at
        if role in ("clerk", "registrar", "registrar-head", "officer", "coordinator"):
            assert calendar.next_opening(happened_at) == happened_at
    assert min(last.values()) < datetime(2026, 8, 5, tzinfo=UTC)


def test_channels_offices_and_results_are_mixed(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        roots = list(session.scalars(select(Case).where(Case.workflow == "company-opening", Case.parent_id.is_(None))))
        kinds = Counter(session.scalars(select(Document.kind)))
        corrections = session.scalar(select(func.count()).select_from(Draft).where(Draft.case_id.is_not(None)))
    assert {case.channel for case in roots} == {"online", "window"}
    assert len({case.offices["receiving"] for case in roots}) >= 3
    assert len({case.offices["delivery"] for case in roots}) >= 8
    assert len({case.company for case in roots}) >= len(roots) - 2
    assert Counter(case.outcome for case in roots)["done"] > len(roots) / 2
    assert kinds.keys() >= {"correction-notice", "extension-notice", "refusal-notice", "business-licence", "delivery-receipt"}
    assert corrections and corrections > 20


def test_the_applicant_who_signs_in_has_something_to_do(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.sign_in_name == "applicant")).one()
        states = {tuple(row) for row in session.execute(select(Case.workflow, Case.state).where(Case.applicant_id == person.id))}
        drafts = list(session.scalars(select(Draft).where(Draft.person_id == person.id, Draft.filed_case_id.is_(None))))
        signs = demo_sign_ins(session)
    assert states >= {
        ("company-registration", "correcting"), ("company-opening", "processing"), ("company-opening", "delivering"),
        ("company-opening", "delivered"),
    }  # fmt: skip
    assert len(drafts) == 1
    assert len(drafts[0].content) == 2
    assert {sign.sign_in_name for sign in signs} >= {"applicant", "clerk", "registrar", "registrar-head", "supervisor", "administrator"}


def test_everybody_in_the_demo_is_marked_as_such(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        assert set(session.scalars(select(Person.demo))) == {True}


def test_every_office_that_gets_tasks_has_somebody_with_a_sign_in_for_them(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        addressees = select(Task.role, Task.department, Task.office_id).distinct().where(Task.role.not_in(["", *OUTSIDE_ROLES]))
        addressed = {tuple(row) for row in session.execute(addressees.where(Task.closed_at.is_(None)))}
        positions = select(Position.role, Position.department, Position.office_id).join(Person).where(Person.password_hash.is_not(None))
        held = {tuple(row) for row in session.execute(positions)}
        clerks = {office_id for role, _, office_id in held if role == "clerk"}
        counters = set(session.scalars(select(Office.id).where(Office.kind.in_(["county_hall", "sub_centre", "town_centre"]))))
    assert {each for each in addressed if each[0] not in ("clerk", "agent")} <= held
    assert any(role == "agent" and (role, department, office_id) in addressed for role, department, office_id in held)
    assert clerks == counters


def test_cases_are_at_every_stop_of_the_way_in_transit_and_late(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        addressed = select(Office.kind).join(Task, Task.office_id == Office.id)
        kinds = set(session.scalars(addressed.where(Task.workflow == "delegated-handling", Task.closed_at.is_(None))))
        bags = session.scalars(select(HandOver).where(HandOver.received_at.is_(None))).all()
        _counted, imbalances = balance_of_county(session)
    assert kinds >= {"village_point", "town_centre", "county_hall"}
    assert len(bags) >= 6 and any(bag.due_at < NOW for bag in bags) and any(bag.due_at > NOW for bag in bags)
    assert imbalances == []


def test_staff_heads_and_supervisors_were_warned_of_what_is_still_open_and_some_of_it_was_urged(
    county: tuple[Database, Tally],
) -> None:
    database, _ = county
    with database.reading() as session:
        told = {tuple(row) for row in session.execute(select(DeadlineWarning.level, DeadlineWarning.relation))}
        latest = session.execute(
            select(func.max(Task.opened_at), func.min(DeadlineWarning.sent_at))
            .join(DeadlineWarning, DeadlineWarning.case_id == Task.case_id)
            .where(Task.closed_at.is_(None), DeadlineWarning.clock.startswith("step:"))
            .group_by(Task.id)
        ).all()
        urged = Counter(session.scalars(select(Urging.side)))
        waiting = session.scalars(select(Notice.id).where(Notice.planned_at.is_(None))).all()
    assert told >= {("near", "holder"), ("due", "desk"), ("due", "head"), ("escalated", "supervisor")}
    assert latest and all(opened <= sent for opened, sent in latest)
    assert urged == {"applicant": 4, "supervisor": 2}
    assert waiting == [], "nobody gets a message about what is past"


def test_a_log_of_a_year_before_is_there_to_compare_with(county: tuple[Database, Tally]) -> None:
    database, _ = county
    with database.reading() as session:
        assert session.scalars(select(EventLog.name)).all() == [NAME]
        cases, earliest, last = session.execute(
            select(func.count(LogEvent.case_key.distinct()), func.min(LogEvent.happened_at), func.max(LogEvent.happened_at))
        ).one()
        counted = session.scalars(select(LogFigures.counted_at)).all()
    assert cases == CASES and counted == [NOW]
    assert earliest.year == YEAR and last.year in (YEAR, YEAR + 1)


def test_the_statistics_are_what_the_events_tell(county: tuple[Database, Tally]) -> None:
    database, _ = county
    assert catch_up(database, NOW) > 0
    with database.reading() as session:
        assert list(differences(session, NOW)) == []


def test_loading_again_changes_nothing(county: tuple[Database, Tally]) -> None:
    database, tally = county
    assert load_demo(database, now=NOW) is None
    assert not database.write(load_reference_data, example_banks=True)
    with database.reading() as session:
        assert session.scalar(_FILED) == tally.cases
