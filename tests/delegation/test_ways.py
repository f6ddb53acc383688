"""The way of a delegated case from each kind of office: hops that are not there are left out, up and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Competence, Office, Person, Place, Position
from approvals.operations import consents, delegation
from approvals.operations.acting import Acting, Held
from approvals.operations.consent_rows import THIRD_PARTIES
from approvals.operations.consents import ConsentMissing
from approvals.operations.reference import network_changed
from approvals.queries import lists
from tests.rules.applications import PLACE, ZHANG
from tests.support.delegating import MATTER, Delegated, carriers
from tests.support.seed import HALL, NOW, SINCE, TOWN, Cast, Member


def agent_at(database: Database, office_id: int, kind: str) -> Member:
    """One more agent, at an office that is there already."""

    def add(session: Session) -> Member:
        person = Person(sign_in_name=f"agent-{kind}", name="羊代办", phone="13700009999", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(Position(person_id=person.id, role="agent", department="approval-bureau", office_id=office_id, valid_from=SINCE))
        session.flush()
        held = (Held("agent", "approval-bureau", office_id, kind),)
        return Member(person.id, f"agent-{kind}", "羊代办", Acting(person.id, "羊代办", held))

    return database.write(add)


def point_below(database: Database, parent_id: int, kind: str) -> int:
    """One more office where cases are taken in."""

    def add(session: Session) -> int:
        office = Office(code=f"new-{kind}", name=f"样例{kind}", kind=kind, place_code=PLACE, parent_id=parent_id, valid_from=SINCE)
        session.add(office)
        session.flush()
        session.add(Competence(office_id=office.id, matter=MATTER, power="take-in", basis="样例依据", valid_from=SINCE))
        network_changed(session)
        return office.id

    return database.write(add)


@pytest.mark.parametrize(
    ("kind", "above", "hand_overs"),
    [
        ("county_hall", None, 0),
        ("town_centre", None, 2),
        ("grid_point", TOWN, 4),
        ("merchant_point", TOWN, 4),
        ("post", HALL, 2),
    ],
)
def test_hops_that_are_not_there_are_left_out(database: Database, cast: Cast, kind: str, above: str | None, hand_overs: int) -> None:
    people = carriers(database, cast)
    own = {"county_hall": HALL, "town_centre": TOWN}.get(kind)
    office_id = cast.offices[own] if own is not None else point_below(database, cast.offices[above or HALL], kind)
    agent = agent_at(database, office_id, kind)
    case = Delegated(database, cast, people, agent=agent, office_id=office_id)
    case.answer()
    if kind in THIRD_PARTIES:
        with pytest.raises(ConsentMissing):
            case.carry("pass_up", agent)
        case.database.write(consents.give, agent.acting, case.filed.token, office_id, case.now)
    case.prepare(member=agent)
    case.carry("pass_up", agent)
    if case.state == "moving_to_town":
        case.carry("receive_at_town", people.town)
        case.carry("pass_on", people.town)
    if case.state == "moving_to_centre":
        case.carry("receive_at_centre", people.centre)
    case.carry("file", people.centre)
    case.through()
    case.carry("send_down", people.centre)
    if case.state == "returning_to_town":
        case.carry("receive_back_at_town", people.town)
        case.carry("relay", people.town)
    if case.state == "returning_to_point":
        case.carry("receive_at_point", agent)
    case.carry("deliver", agent, {"way": "door", "receiver": "钱委托"})
    case.answer()
    assert (case.state, len(case.hand_overs())) == ("completed", hand_overs)
    assert case.faults() == []


def test_the_case_of_a_merged_village_is_routed_by_its_successor(database: Database, cast: Cast) -> None:
    carried = Delegated(database, cast)

    def merge(session: Session) -> None:
        village = session.scalars(select(Place).where(Place.code == "371621105201")).one()
        village.valid_to, village.successor_code = carried.now.date() - timedelta(days=1), PLACE
        network_changed(session)

    database.write(merge)
    lists.forget()
    wish = delegation.Wish("company-opening", "371621105201", {"relation": "self"}, "merged")
    who = delegation.Principal("孙委托", "identity-card", ZHANG, "13900004321")
    filed = database.write(delegation.take_in, carried.people.agent.acting, carried.people.point_id, who, wish, carried.now)
    with database.reading() as session:
        opened = session.get_one(Case, filed.case_id)
    assert opened.offices["centre"] == carried.cast.offices["hall"] and opened.offices["town"] == carried.cast.offices[TOWN]
