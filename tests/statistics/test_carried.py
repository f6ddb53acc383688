"""What is on its way between two offices is nobody's working time: the office that receives it has not got it before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.models import Case, HandOver, Mandate, Task
from approvals.operations.rollups import start_again
from approvals.queries.statistics import drill
from approvals.queries.statistics.facts import case_facts
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.reconciling import differences
from approvals.queries.statistics.step_attribution import whose_is, whose_of
from approvals.queries.statistics.tables import edges, steps
from tests.clock.strategies import at
from tests.custody.carrying import CARD, Carried
from tests.statistics.planting import Plant, changed
from tests.support.delegating import ROOT, carriers
from tests.support.seed import seed
from workflows.statistics.attribution import APPLICANT, CLASSES, DEPARTMENT, WAITING

NOW = at("2026-11-27 10:00")
HOUR = 3600
MONTH = Filter(first_month=date(2026, 11, 1), last_month=date(2026, 11, 1), workflow=ROOT)
MOVING = {"moving_to_town", "moving_to_centre"}


@pytest.fixture(scope="module")
def county(module_engine: Any) -> Carried:
    """A bag that took two working days to the town centre, another that took an hour to the hall, and an hour's work at each."""
    database = Database(engine=module_engine)
    cast = seed(database)
    case = Carried(database, cast, carriers(database, cast), now=at("2026-11-16 09:00"))
    case.answer()
    case.prepare()
    item = case.take(CARD)[0]
    case.now = at("2026-11-17 09:00")
    case.send(item)
    case.now = at("2026-11-19 09:00")
    case.sign_for("receive_at_town", case.people.town)
    case.now = at("2026-11-19 10:00")
    case.send(item, action="pass_on", member=case.people.town, bag="B-002")
    case.now = at("2026-11-19 11:00")
    case.sign_for("receive_at_centre", case.people.centre)
    case.now = at("2026-11-19 11:30")
    case.carry("file", case.people.centre)
    return case


@pytest.fixture(params=[False, True], ids=["live", "rolled up"])
def carried(request: pytest.FixtureRequest, county: Carried) -> Carried:
    """The same from the histories and from the rollups."""
    county.database.write(start_again)
    if request.param:
        catch_up(county.database, NOW)
    return county


def ended(case: Carried, **wanted: Any) -> dict[str, Any]:
    with case.database.reading() as session:
        found = steps(session, NOW, None, Filter(first_month=MONTH.first_month, last_month=MONTH.last_month, **wanted), ("state",))
        return {line.keys["state"]: line for line in found}


def test_no_department_has_the_time_of_a_bag_on_its_way(carried: Carried) -> None:
    departments, nobody = ended(carried, workflow=ROOT, whose=DEPARTMENT), ended(carried, workflow=ROOT, whose=WAITING)
    assert set(nobody) >= MOVING and not MOVING & set(departments)
    assert nobody["moving_to_town"].late == 1 and not any(line.late for line in departments.values())
    assert departments["checking"].working.total == HOUR == departments["checking"].seconds.department
    assert nobody["moving_to_town"].seconds.department == nobody["moving_to_town"].seconds.applicant == 0
    assert nobody["moving_to_centre"].working.total == nobody["moving_to_centre"].seconds.waiting == HOUR


def test_who_signs_for_a_bag_is_not_charged_with_its_way(carried: Carried) -> None:
    own = ended(carried, person_id=carried.people.town.person_id, whose=DEPARTMENT)
    assert set(own) == {"checking"}


def test_the_chain_and_the_map_of_steps_say_the_same(carried: Carried) -> None:
    with carried.database.reading() as session:
        ways = edges(session, NOW, None, MONTH)
    by_map = {state: line.seconds.department for state, line in ended(carried, workflow=ROOT, whose=DEPARTMENT).items()}
    by_chain: dict[str, int] = {}
    for line in ways:
        if not line.linked and line.seconds.department:
            by_chain[line.from_state] = by_chain.get(line.from_state, 0) + line.seconds.department
    assert by_chain == {state: seconds for state, seconds in by_map.items() if seconds} and "checking" in by_chain


@pytest.mark.parametrize("whose", [DEPARTMENT, APPLICANT, WAITING, None])
def test_the_list_behind_a_figure_is_what_it_counts(carried: Carried, whose: str | None) -> None:
    wanted = Filter(first_month=MONTH.first_month, last_month=MONTH.last_month, whose=whose)
    lines = ended(carried, whose=whose)
    assert lines or whose == APPLICANT
    with carried.database.reading() as session:
        for state, line in lines.items():
            rows = drill.steps_behind(session, None, wanted, state=state).rows
            assert len(rows) == line.count and {row.fact.whose for row in rows} <= ({whose} if whose else set(CLASSES))
            exact = drill.exact_steps(session, None, wanted, state=state)
            assert exact.working is not None and exact.working.mean * exact.count == line.working.total


def test_the_case_and_its_steps_give_one_answer(carried: Carried) -> None:
    with carried.database.reading() as session:
        (root,) = (fact for fact in case_facts(session, [carried.root_id], NOW) if fact.case_id == carried.root_id)
        lines = steps(session, NOW, None, MONTH, ())
    # Since it was filed the matter below waits for the applicant's signature.
    assert lines[0].seconds.department == root.seconds.department
    nobody = ended(carried, workflow=ROOT, whose=WAITING)
    assert lines[0].seconds.waiting == root.seconds.waiting == sum(line.working.total for line in nobody.values())


@pytest.mark.parametrize("whose", [DEPARTMENT, APPLICANT, WAITING])
def test_statements_say_whose_a_step_is_as_the_rules_do(carried: Carried, whose: str) -> None:
    with carried.database.reading() as session:
        every = session.scalars(select(Task)).all()
        chosen = set(session.scalars(select(Task.id).where(whose_is(whose))))
    assert chosen == {task.id for task in every if whose_of(task.workflow, task.state, task.role) == whose}
    assert all((task.id in chosen) == (whose == WAITING) for task in every if task.state in MOVING), "no office's load either"


def test_the_reconciliation_finds_nothing(carried: Carried) -> None:
    with carried.database.reading() as session:
        assert list(differences(session, NOW)) == []


def mandate_of_another_case(session: Session) -> Callable[[Session], Any]:
    mandate = session.scalars(select(Mandate)).one()
    of_case, other = mandate.case_id, session.scalars(select(Case.id).where(Case.id != Case.root_id).limit(1)).one()
    session.execute(update(Mandate).values(case_id=other))
    return lambda later: later.execute(update(Mandate).values(case_id=of_case))


PLANTED: dict[str, Plant] = {
    "a bag that arrived later": changed(HandOver, "received_at", lambda value: value + timedelta(hours=1), HandOver.number == 1),
    "a bag that was sent earlier": changed(HandOver, "sent_at", lambda value: value - timedelta(hours=1), HandOver.number == 2),
    "a way that is still open": changed(HandOver, "received_at", lambda value: None, HandOver.number == 2),
    "a mandate that is gone": mandate_of_another_case,
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_changed_in_the_rows_alone_is_found(carried: Carried, what: str) -> None:
    undo = carried.database.write(PLANTED[what])
    try:
        with carried.database.reading() as session:
            assert list(differences(session, NOW))
    finally:
        carried.database.write(undo)
