"""Working in somebody's place: what may be done, what the history says, and who goes on with what was left in hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Event, EventPayload, Position, StandIn
from approvals.operations.acting import Acting, Held
from approvals.operations.errors import NotFound, Outdated, Refusal
from tests.permissions.conftest import Enter
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import HALL, TOWN, Cast, Member
from tests.support.statements import counted
from tests.support.web import Visitor

TODAY = date(2026, 11, 23)


@pytest.fixture
def chain(application: Any, database: Database, cast: Cast) -> Chain:
    driven = Chain(database, cast)
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def stand_in(database: Database, cast: Cast, enter: Enter) -> Member:
    """Somebody of the town who stands in for the registrar for two days."""
    member = enter("替岗人", ("clerk", TOWN))

    def store(session: Any) -> None:
        position_id = session.scalars(select(Position.id).where(Position.person_id == cast.registrar.person_id)).one()
        days = {"valid_from": TODAY, "valid_to": TODAY + timedelta(days=1)}
        session.add(StandIn(position_id=position_id, person_id=member.person_id, reason="假", **days))

    database.write(store)
    for_registrar = Held("registrar", "approval-bureau", cast.offices[HALL], "county_hall", cast.registrar.person_id)
    acting = Acting(member.person_id, member.name, (*member.acting.positions, for_registrar))
    return Member(member.person_id, member.sign_in_name, member.name, acting)


def last_event(database: Database, case_id: int) -> tuple[str, str, dict[str, Any]]:
    with database.reading() as session:
        event, body = session.execute(
            select(Event, EventPayload.body)
            .join(EventPayload, EventPayload.event_id == Event.id)
            .where(Event.case_id == case_id)
            .order_by(Event.position.desc())
        ).first()
    return event.actor_name, event.role, json.loads(body)


def end_of(database: Database, member: Member, last: date) -> None:
    def store(session: Any) -> None:
        session.scalars(select(Position).where(Position.person_id == member.person_id)).one().valid_to = last

    database.write(store)


def test_what_was_done_for_somebody_names_who_did_it_and_for_whom(
    application: Any, chain: Chain, stand_in: Member, database: Database
) -> None:
    chain.act(REGISTRATION, "request_extension", stand_in)
    name, role, payload = last_event(database, chain.case(REGISTRATION).id)
    assert (name, role, payload["stand_in_for"]) == ("替岗人", "registrar", chain.cast.registrar.person_id)
    assert chain.faults() == []
    page = Visitor(application, stand_in.person_id).get(f"/cases/{chain.case(REGISTRATION).token}").text
    assert "替岗人（登记员，替岗）" in page
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    chain.act(REGISTRATION, "request_extension")
    assert "stand_in_for" not in last_event(database, chain.case(REGISTRATION).id)[2]


def test_a_colleague_of_the_same_position_acts_for_themselves(chain: Chain, database: Database, cast: Cast) -> None:
    stood_in = Held("registrar", "approval-bureau", cast.offices[HALL], "county_hall", cast.registrar.person_id)
    both = Acting(cast.other_registrar.person_id, "周登记", (*cast.other_registrar.acting.positions, stood_in))
    chain.act(REGISTRATION, "request_extension", Member(both.person_id, "other-registrar", "周登记", both))
    assert "stand_in_for" not in last_event(database, chain.case(REGISTRATION).id)[2]


def test_the_stand_in_sees_the_inbox_and_the_case_for_those_days_alone(
    application: Any, chain: Chain, stand_in: Member, cast: Cast
) -> None:
    number, token = chain.case(REGISTRATION).number, chain.case(REGISTRATION).token
    visitor = Visitor(application, stand_in.person_id)
    assert number in visitor.get("/desk").text
    visitor.get(f"/cases/{token}")
    assert "替孙登记" in visitor.get("/account").text
    chain.now += timedelta(days=2)
    later = Visitor(application, stand_in.person_id)
    assert number not in later.get("/desk").text
    later.get(f"/cases/{token}", status=404)


def test_the_stand_in_goes_on_with_what_the_holder_had_in_hand(
    application: Any, chain: Chain, stand_in: Member, cast: Cast, database: Database
) -> None:
    chain.claim(REGISTRATION, cast.registrar)
    with pytest.raises(Outdated):
        chain.act(REGISTRATION, "approve", cast.other_registrar)
    token = chain.case(REGISTRATION).token
    page = Visitor(application, stand_in.person_id).get(f"/cases/{token}").text
    assert "孙登记现在不在这个岗位上" in page and "接办" in page
    other = Visitor(application, cast.other_registrar.person_id)
    assert "孙登记正在办理" in other.get(f"/cases/{token}").text
    task = chain.task(REGISTRATION)
    assert task is not None
    Visitor(application, stand_in.person_id).post(f"/tasks/{task.id}/claim", {}, page=f"/cases/{token}")
    held = chain.task(REGISTRATION)
    assert held is not None and held.holder_id == stand_in.person_id
    chain.act(REGISTRATION, "approve", stand_in)
    assert chain.faults() == []


@pytest.mark.parametrize("take", ["claim", "act"])
def test_what_somebody_held_whose_position_ended_falls_to_the_others(
    application: Any, chain: Chain, cast: Cast, database: Database, take: str
) -> None:
    chain.claim(REGISTRATION, cast.registrar)
    end_of(database, cast.registrar, TODAY - timedelta(days=1))
    token = chain.case(REGISTRATION).token
    assert "现在不在这个岗位上" in Visitor(application, cast.other_registrar.person_id).get(f"/cases/{token}").text
    if take == "claim":
        chain.claim(REGISTRATION, cast.other_registrar)
        task = chain.task(REGISTRATION)
        assert task is not None and task.holder_id == cast.other_registrar.person_id
    chain.act(REGISTRATION, "approve", cast.other_registrar)
    assert chain.faults() == []


def test_whose_position_ended_does_nothing_more_on_the_case(chain: Chain, cast: Cast, application: Any, database: Database) -> None:
    token = chain.case(REGISTRATION).token
    visitor = Visitor(application, cast.registrar.person_id)
    visitor.get(f"/cases/{token}")
    end_of(database, cast.registrar, TODAY - timedelta(days=1))
    task = chain.task(REGISTRATION)
    assert task is not None
    page = visitor.post(f"/tasks/{task.id}/claim", {}, status=None, page="/account")
    assert page.status_code in (403, 404) and "登记员”岗位已于 2026年11月22日 结束" in page.text
    gone = Acting(cast.registrar.person_id, cast.registrar.name)
    with pytest.raises(NotFound):
        chain.act(REGISTRATION, "approve", Member(gone.person_id, "registrar", gone.name, gone))


def test_asking_who_is_away_costs_one_statement_and_only_where_somebody_holds_a_task(
    application: Any, chain: Chain, cast: Cast, database: Database
) -> None:
    token = chain.case(REGISTRATION).token
    measured: list[int] = []
    look: Callable[[], None] = lambda: measured.append(_statements(application, database, cast.other_registrar, token))  # noqa: E731
    look()
    chain.claim(REGISTRATION, cast.registrar)
    look()
    assert measured[1] - measured[0] <= 1


def _statements(application: Any, database: Database, member: Member, token: str) -> int:
    visitor = Visitor(application, member.person_id)
    visitor.get(f"/cases/{token}")
    with counted(database) as sent:
        visitor.get(f"/cases/{token}")
    return len(sent)


def test_nobody_decides_on_their_own_application_as_a_stand_in(chain: Chain, cast: Cast) -> None:
    held = Held("registrar", "approval-bureau", cast.offices[HALL], "county_hall", cast.registrar.person_id)
    acting = Acting(cast.applicant.person_id, "张申请", (held,))
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve", Member(acting.person_id, "applicant", "张申请", acting))
    assert refused.value.reason == "not-permitted"
