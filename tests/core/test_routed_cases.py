"""Filing decides where each matter goes: told in the history, held to by who may act, and verified like the rest."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from approvals.db import Database
from approvals.models import Case, Competence, Event, EventPayload, Notice, Office, OfficeClosure, Person, Place, Position, Task
from approvals.operations.acting import Acting, Held
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.reference import network_changed
from tests.rules.applications import PLACE
from tests.support.driving import REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, NOW, OTHER_TOWN, SINCE, Cast, Member
from workflows.network import DECIDE

SUB = "sub-lizhuang"
VILLAGE = "371621105201"
TODAY = NOW.date()


@pytest.fixture
def registrar(database: Database, cast: Cast) -> Member:
    """A registrar at the sub-centre of the town, which the county lets decide registrations."""

    def add(session: Any) -> Member:
        values = {"kind": "sub_centre", "place_code": "371621105", "parent_id": cast.offices[HALL], "valid_from": SINCE}
        office = Office(code=SUB, name="李庄镇审批服务分中心", **values)
        person = Person(name="李登记", phone="13800009999", created_at=NOW)
        session.add_all([office, person])
        session.flush()
        session.add(Competence(office_id=office.id, matter=REGISTRATION, power=DECIDE, basis="县里授权", valid_from=SINCE))
        session.add(
            Position(person_id=person.id, role="registrar", department="approval-bureau", office_id=office.id, valid_from=SINCE)
        )
        network_changed(session)
        held = Held("registrar", "approval-bureau", office.id, "sub_centre")
        return Member(person.id, "", person.name, Acting(person.id, person.name, (held,)))

    return database.write(add)


def opening(database: Database, chain: Chain) -> dict[str, Any]:
    with database.reading() as session:
        rows = (
            select(EventPayload.body)
            .join(Event, Event.id == EventPayload.event_id)
            .where(Event.case_id == chain.root_id, Event.position == 1)
        )
        return dict(json.loads(session.scalars(rows).one()))


def in_the_town(database: Database, cast: Cast) -> Chain:
    return Chain(database, cast, content_with(premises={"place": VILLAGE}))


def test_the_sub_centre_decides_what_the_county_gave_it_and_the_hall_the_rest(
    database: Database, cast: Cast, registrar: Member
) -> None:
    chain = in_the_town(database, cast)
    sub = registrar.acting.positions[0].office_id
    case, task = chain.case(REGISTRATION), chain.task(REGISTRATION)
    assert task is not None
    assert case.deciding_office_id == task.office_id == sub
    assert chain.case(ROOT).deciding_office_id == cast.offices[HALL]
    assert case.offices["deciding"] == cast.offices[HALL] and case.offices[f"deciding.{REGISTRATION}"] == sub
    assert case.offices["receiving"] == sub, "what comes by wire is received by who has the first matter"
    with pytest.raises(NotFound):
        chain.act(REGISTRATION, "approve", cast.registrar)
    chain.act(REGISTRATION, "approve", registrar)
    assert chain.case(SEAL).deciding_office_id == cast.offices[HALL]
    chain.act(SEAL, "complete")
    assert chain.faults() == []


def test_a_case_from_elsewhere_goes_to_the_hall(database: Database, cast: Cast, registrar: Member) -> None:
    chain = Chain(database, cast, content_with(premises={"place": PLACE}))
    assert chain.case(REGISTRATION).deciding_office_id == cast.offices[HALL]
    assert not [symbol for symbol in chain.case(ROOT).offices if symbol.startswith("deciding.")]
    with pytest.raises(NotFound):
        chain.act(REGISTRATION, "approve", registrar)


def test_the_first_event_tells_why(database: Database, cast: Cast, registrar: Member) -> None:
    told = opening(database, in_the_town(database, cast))["routing"]
    by_office = {each["office"]: each for each in told}
    at_the_sub = by_office[registrar.acting.positions[0].office_id]
    assert at_the_sub["matters"] == [REGISTRATION] and "县里授权" in at_the_sub["reason"]["zh"]
    assert "李庄镇审批服务分中心" in at_the_sub["reason"]["en"] and not at_the_sub["alarm"]
    at_the_hall = by_office[cast.offices[HALL]]
    assert {ROOT, SEAL, "tax-registration"} <= set(at_the_hall["matters"]) and not at_the_hall["alarm"]
    assert "bank-account" not in str(told), "the bank is the applicant's own choice"


def test_a_planted_other_office_is_found(database: Database, cast: Cast, registrar: Member) -> None:
    chain = in_the_town(database, cast)

    def move(session: Any) -> None:
        session.get(Case, chain.case(REGISTRATION).id).deciding_office_id = cast.offices[HALL]

    database.write(move)
    assert any("办理机构" in fault.message["zh"] for fault in chain.faults())


def test_a_task_at_another_office_is_found(database: Database, cast: Cast, registrar: Member) -> None:
    chain = in_the_town(database, cast)
    task = chain.task(REGISTRATION)
    assert task is not None

    def move(session: Any) -> None:
        session.get(Task, task.id).office_id = cast.offices[HALL]

    database.write(move)
    assert any("待办的服务点" in fault.message["zh"] for fault in chain.faults())


def test_a_closure_of_the_day_sends_it_on(database: Database, cast: Cast, registrar: Member) -> None:
    def close(session: Any) -> None:
        office_id = registrar.acting.positions[0].office_id
        session.add(OfficeClosure(office_id=office_id, closed_from=TODAY, closed_to=TODAY, reason="停电"))
        network_changed(session)

    database.write(close)
    chain = in_the_town(database, cast)
    assert chain.case(REGISTRATION).deciding_office_id == cast.offices[HALL]
    assert any("停电" in each["reason"]["zh"] for each in opening(database, chain)["routing"])
    later = Chain(
        database, cast, content_with(premises={"place": VILLAGE}, name={"trade_name": "青樾"}), now=NOW + timedelta(days=1)
    )
    assert later.case(REGISTRATION).deciding_office_id == registrar.acting.positions[0].office_id


def test_a_correction_with_another_address_stays_with_who_has_the_case(
    database: Database, cast: Cast, registrar: Member
) -> None:
    chain = in_the_town(database, cast)
    chain.act(REGISTRATION, "return_for_correction", registrar)
    chain.resubmit(content_with(premises={"place": PLACE}))
    sub = registrar.acting.positions[0].office_id
    assert chain.case(REGISTRATION).deciding_office_id == sub == chain.case(ROOT).offices[f"deciding.{REGISTRATION}"]
    chain.act(REGISTRATION, "approve", registrar)
    assert chain.faults() == []


def test_what_nobody_may_decide_waits_at_the_hall_and_every_supervisor_of_the_county_hears_of_it(
    database: Database, cast: Cast
) -> None:
    def strip(session: Any) -> None:
        session.execute(delete(Competence))
        person = Person(name="镇督查", created_at=NOW)
        second = Person(name="已离任", created_at=NOW)
        session.add_all([person, second])
        session.flush()
        values = {"role": "supervisor", "department": "approval-bureau", "valid_from": SINCE}
        session.add(Position(person_id=person.id, office_id=cast.offices[OTHER_TOWN], **values))
        session.add(Position(person_id=second.id, office_id=cast.offices[HALL], valid_to=date(2026, 11, 1), **values))
        network_changed(session)

    database.write(strip)
    chain = Chain(database, cast)
    assert chain.case(REGISTRATION).deciding_office_id == cast.offices[HALL]
    with database.reading() as session:
        alarms = list(session.scalars(select(Notice).where(Notice.kind == "alarm")))
    assert [alarm.person_id for alarm in alarms] == [cast.supervisor.person_id]
    assert "企业设立登记" in alarms[0].text["zh"] and chain.case(ROOT).number in alarms[0].text["zh"]
    assert "银行" not in alarms[0].text["zh"]
    assert all(each["alarm"] for each in opening(database, chain)["routing"])
    chain.act(REGISTRATION, "approve")
    assert chain.faults() == [], "the case goes on where it waits"


def test_with_competence_nobody_is_alarmed(database: Database, cast: Cast) -> None:
    Chain(database, cast)
    with database.reading() as session:
        assert session.scalar(select(Notice.id).where(Notice.kind == "alarm")) is None


def test_without_a_hall_filing_says_so(database: Database, cast: Cast) -> None:
    def end(session: Any) -> None:
        session.get(Office, cast.offices[HALL]).valid_to = date(2026, 1, 1)
        network_changed(session)

    database.write(end)
    with pytest.raises(Refusal) as refused:
        Chain(database, cast)
    assert refused.value.reason == "no-hall"


def test_a_village_that_was_merged_is_told_with_its_successor(database: Database, cast: Cast) -> None:
    def merge(session: Any) -> None:
        place = session.get(Place, VILLAGE)
        place.valid_to, place.successor_code = date(2026, 11, 1), "371621105202"
        network_changed(session)

    database.write(merge)
    with pytest.raises(Refusal) as refused:
        in_the_town(database, cast)
    assert refused.value.reason == "rules"
    said = [finding.message["zh"] for finding in refused.value.details["findings"] if finding.rule == "premises.place"]
    assert said and "示范村村民委员会" in said[0]
