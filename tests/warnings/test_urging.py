"""催办: who may urge what, how often, who is told, and that the history stays sound."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Event, Notice, Rating, Urging
from approvals.operations import urging
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.ratings import Opinion
from tests.core.test_ratings import rate
from tests.support.delegating import ROOT as DELEGATED
from tests.support.delegating import Delegated
from tests.support.driving import BANK, REGISTRATION, ROOT, Chain
from tests.support.seed import HALL, OTHER_TOWN, Cast, Member
from tests.support.statements import counted

from .conftest import Watch

MOST_STATEMENTS = 11


def urge(chain: Chain, member: Member, workflow: str = ROOT) -> int:
    chain.now += timedelta(minutes=1)
    return chain.database.write(urging.urge, member.acting, chain.case(workflow).token, chain.now)


def refusal(chain: Chain, member: Member, workflow: str = ROOT) -> str:
    with pytest.raises(Refusal) as refused:
        urge(chain, member, workflow)
    assert set(refused.value.message) == {"zh", "en"}
    return refused.value.reason


def test_the_holder_and_the_head_are_told_and_the_history_says_so(chain: Chain, watch: Watch, database: Database) -> None:
    chain.claim(REGISTRATION)
    assert urge(chain, chain.cast.applicant) == 1
    told = watch.told("urging")
    assert set(told) == {"registrar", "registrar-head"}
    case = chain.case(REGISTRATION)
    assert told["registrar"] == told["registrar-head"] and case.number in told["registrar"][0]
    assert told["registrar"][0].startswith("申请人催办")
    with database.reading() as session:
        event = session.scalars(select(Event).where(Event.action == "case:urged")).one()
        row = session.scalars(select(Urging)).one()
        roots = set(session.scalars(select(Notice.root_id).where(Notice.kind == "urging")))
    task = chain.task(REGISTRATION)
    assert task is not None
    assert (event.case_id, event.task_id, event.role, event.from_state, event.to_state) == (
        case.id, task.id, "applicant", "reviewing", "reviewing",
    )  # fmt: skip
    assert (row.task_id, row.side, row.person_id) == (task.id, "applicant", chain.cast.applicant.person_id)
    assert roots == {None}, "what staff are told stays out of what the applicant reads"
    assert chain.faults() == []


def test_a_step_that_nobody_holds_is_told_to_its_desk(chain: Chain, watch: Watch) -> None:
    urge(chain, chain.cast.applicant)
    assert set(watch.told("urging")) == {"registrar", "other-registrar", "registrar-head"}


def test_once_a_working_day_and_three_times_a_step(chain: Chain, watch: Watch) -> None:
    for day in range(3):
        assert urge(chain, chain.cast.applicant) == 1, day
        assert refusal(chain, chain.cast.applicant) == "urged-today"
        chain.now += timedelta(days=1)
    assert refusal(chain, chain.cast.applicant) == "urged-enough"
    # The limit is each side's own.
    assert urge(chain, chain.cast.supervisor) == 1
    assert len(watch.told("urging")["registrar"]) == 4
    assert chain.faults() == []


def test_a_weekend_counts_for_the_next_working_day(chain: Chain) -> None:
    chain.now += timedelta(days=5)  # Saturday
    assert urge(chain, chain.cast.applicant) == 1
    chain.now += timedelta(days=2)  # Monday
    assert refusal(chain, chain.cast.applicant) == "urged-today"
    chain.now += timedelta(days=1)
    assert urge(chain, chain.cast.applicant) == 1


def test_the_next_step_can_be_urged_three_times_again(chain: Chain) -> None:
    for _ in range(3):
        urge(chain, chain.cast.applicant)
        chain.now += timedelta(days=1)
    chain.act(REGISTRATION, "approve")
    matters = urge(chain, chain.cast.applicant)
    assert matters >= 3, "every matter that a department has in hand"
    assert refusal(chain, chain.cast.applicant) == "urged-today"


def test_nothing_is_urged_while_it_waits_for_the_people_who_apply(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, signed=False)
    assert refusal(chain, cast.applicant) == "with-applicant"
    chain.sign()
    chain.act(REGISTRATION, "return_for_correction")
    assert refusal(chain, cast.supervisor, REGISTRATION) == "with-applicant"


def test_what_is_settled_is_not_urged(chain: Chain) -> None:
    chain.act(REGISTRATION, "refuse")
    assert refusal(chain, chain.cast.applicant, REGISTRATION) == "settled"


def test_what_waits_for_another_matter_is_in_nobodys_hands(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    assert refusal(chain, chain.cast.applicant, BANK) == "nobody-has-it"
    assert chain.faults() == []


def test_others_neither_urge_nor_learn_that_there_is_a_case(chain: Chain) -> None:
    assert refusal(chain, chain.cast.registrar, REGISTRATION) == "not-permitted"
    for member in (chain.cast.other_applicant, chain.cast.outsider, chain.cast.administrator):
        with pytest.raises(NotFound):
            urge(chain, member)
    with pytest.raises(NotFound):
        chain.database.write(urging.urge, chain.cast.applicant.acting, "unknown", chain.now)


def test_a_supervisor_urges_in_their_own_offices_alone(chain: Chain) -> None:
    supervisor, offices = chain.cast.supervisor, chain.cast.offices
    held = supervisor.acting.positions[0]
    elsewhere = replace(supervisor.acting, positions=(replace(held, office_id=offices[OTHER_TOWN], kind="town_centre"),))
    with pytest.raises(NotFound):
        chain.database.write(urging.urge, elsewhere, chain.case().token, chain.now)
    assert held.office_id == offices[HALL] and urge(chain, supervisor) == 1


def test_at_once_it_is_urged_once(chain: Chain, watch: Watch) -> None:
    token, acting = chain.case().token, chain.cast.applicant.acting

    def attempt(_: int) -> str:
        try:
            chain.database.write(urging.urge, acting, token, chain.now)
        except Refusal as refused:
            return refused.reason
        return "urged"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["urged"] + ["urged-today"] * 3
    assert {len(texts) for texts in watch.told("urging").values()} == {1}
    assert chain.faults() == []


def test_what_it_costs_does_not_grow_with_the_matters(chain: Chain, database: Database) -> None:
    acting, token = chain.cast.applicant.acting, chain.case().token
    with counted(database) as one:
        assert database.write(urging.urge, acting, token, chain.now) == 1
    chain.act(REGISTRATION, "approve")
    with counted(database) as many:
        assert database.write(urging.urge, acting, token, chain.now + timedelta(days=1)) >= 3
    assert len(many) == len(one) <= MOST_STATEMENTS, many


def test_a_carried_case_is_urged_with_the_agent_and_the_coordinator_above_them(database: Database, cast: Cast, watch: Watch) -> None:
    carried = Delegated(database, cast)
    carried.answer()
    carried.prepare()
    assert carried.state == "collecting"
    assert database.write(urging.urge, cast.supervisor.acting, carried.case(DELEGATED).token, carried.now) == 1
    people = carried.people
    assert {people.agent.sign_in_name, people.town.sign_in_name} <= set(watch.told("urging"))
    assert people.centre.sign_in_name not in watch.told("urging"), "who leads at the hall leads those at the hall"
    assert carried.faults() == []


def test_who_carries_a_case_on_a_mandate_urges_for_the_applicant(database: Database, cast: Cast, watch: Watch) -> None:
    carried = Delegated(database, cast)
    carried.up()
    carried.sign()
    token, agent = carried.case(DELEGATED).token, carried.people.agent
    assert database.write(urging.urge, agent.acting, token, carried.now) == 1
    with database.reading() as session:
        event = session.scalars(select(Event).where(Event.action == "case:urged")).one()
    assert (event.role, event.actor_id) == ("applicant", agent.person_id)
    assert carried.case(REGISTRATION).id == event.case_id and "registrar" in watch.told("urging")
    assert carried.faults() == []


def test_whoever_only_urged_is_not_rated_for_the_service(chain: Chain, database: Database) -> None:
    urge(chain, chain.cast.supervisor)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    rate(chain, Opinion(5))
    with database.reading() as session:
        rated = session.scalars(select(Rating.rated)).one()
    assert chain.cast.registrar.person_id in rated and chain.cast.supervisor.person_id not in rated
    assert chain.faults() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE urgings SET side = 'supervisor'", ["催办记录缺失或者被改动", "有一次催办没有办理记录"]),
        ("UPDATE urgings SET urged_at = urged_at + 1", ["催办记录缺失或者被改动", "有一次催办没有办理记录"]),
        ("UPDATE urgings SET counted_on = '2026-03-01'", ["催办记录缺失或者被改动"]),
        ("UPDATE urgings SET root_id = root_id + 1", ["催办记录缺失或者被改动"]),
        ("DELETE FROM urgings", ["催办记录缺失或者被改动"]),
    ],
)
def test_verification_finds_an_urging_that_was_changed(
    chain: Chain, database: Database, change: str, said: list[str]
) -> None:
    urge(chain, chain.cast.applicant)
    assert chain.faults() == []

    def harm(session: Session) -> None:
        session.execute(text(change))

    database.write(harm)
    assert sorted(fault.message["zh"] for fault in chain.faults()) == sorted(said)
