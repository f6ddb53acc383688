"""A supervisor at the hall sees the county; one at a sub-centre or in a town what their own offices have to do with."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.models import Office, Person, Position
from approvals.operations.reference import network_changed
from tests.core.test_ratings import BAD, closed, rate
from tests.permissions.conftest import Enter
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.seed import HALL, NOW, OTHER_TOWN, SINCE, TOWN, Cast, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from tests.web.test_desk import multiply, rows_of

INBOX, OVERVIEW = 5, 13
"""Statements of the two pages; five of the overview read the times of steps out of the rollups and the little that is live."""
OFFICES, POSITIONS = 150, 1000


@pytest.fixture
def supervisors(enter: Enter) -> dict[str, Member]:
    return {place: enter(f"督查{place}", ("supervisor", place)) for place in (HALL, TOWN, OTHER_TOWN)}


@pytest.fixture
def in_town(application: Any, database: Database, cast: Cast) -> Chain:
    """A walk-in's case taken in at the window of a town, decided at the hall."""
    chain = Chain(database, cast, member=cast.town_clerk, office_id=cast.offices[TOWN])
    application.config["NOW"] = lambda: chain.now
    return chain


def test_a_case_is_read_and_found_by_the_supervisors_it_belongs_to(
    application: Any, in_town: Chain, supervisors: dict[str, Member]
) -> None:
    for workflow in ("company-opening", REGISTRATION):
        case = in_town.case(workflow)
        for place, found in ((HALL, True), (TOWN, True), (OTHER_TOWN, False)):
            visitor = Visitor(application, supervisors[place].person_id)
            visitor.get(f"/cases/{case.token}", status=200 if found else 404)
            for query in (case.number, case.company):
                page = visitor.get("/desk/search", query_string={"q": query}).text
                assert (f"/cases/{case.token}" in page) is found, (place, workflow, query)


def test_a_supervisor_reads_and_does_nothing(in_town: Chain, application: Any, supervisors: dict[str, Member]) -> None:
    case = in_town.case(REGISTRATION)
    page = Visitor(application, supervisors[TOWN].person_id).get(f"/cases/{case.token}").text
    assert "/claim" not in page and "/actions/" not in page


def numbers_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<strong>(\d+)</strong> 在办", page)]


def test_the_overview_counts_what_belongs_to_the_offices(
    application: Any, in_town: Chain, database: Database, cast: Cast, supervisors: dict[str, Member]
) -> None:
    online = Chain(database, cast, content_with(name={"trade_name": "云样"}), now=in_town.now)  # decided at the hall, in nobody's town
    pages = {place: Visitor(application, member.person_id).get("/supervision").text for place, member in supervisors.items()}
    assert numbers_of(pages[HALL])[:2] == [2, 2]
    # The whole opening was taken in in town; its registration is a task of the hall.
    assert numbers_of(pages[TOWN])[:2] == [1, 0] and numbers_of(pages[OTHER_TOWN])[:2] == [0, 0]
    assert "只含这些服务点" in pages[TOWN] and "孙武街道便民服务中心" in pages[TOWN] and "只含这些服务点" not in pages[HALL]
    assert online.case().number not in pages[TOWN]
    in_town.now += timedelta(days=30)
    online.now = in_town.now
    late = {place: Visitor(application, member.person_id).get("/supervision").text for place, member in supervisors.items()}
    assert in_town.case().number in late[TOWN] and in_town.case().number not in late[OTHER_TOWN]
    assert in_town.case(REGISTRATION).number not in re.findall(r"HM\d+-\d+", late[TOWN])


def test_the_ratings_of_other_places_are_not_theirs(
    application: Any, database: Database, cast: Cast, supervisors: dict[str, Member]
) -> None:
    done = closed(database, cast=cast, number=1)
    rate(done, BAD)
    application.config["NOW"] = lambda: done.now
    pages = {place: Visitor(application, member.person_id).get("/supervision").text for place, member in supervisors.items()}
    number = done.case().number
    assert number in pages[HALL]
    assert number not in pages[OTHER_TOWN]


# ---- how much it costs in a county of its size ----------------------------------------------------------------------


@pytest.fixture
def county(database: Database, cast: Cast) -> list[int]:
    """150 offices as a tree below the hall and 1,000 positions at them; the ids of the offices."""

    def fill(session: Session) -> list[int]:
        hall, ids = cast.offices[HALL], [cast.offices[TOWN]]
        rows: list[dict[str, Any]] = []
        for number in range(OFFICES - 5):
            town = number % 15 == 0
            parent = hall if town else ids[-(number % 15)]
            kind = "town_centre" if town else "village_point"
            office_id = new_id()
            rows.append({
                "id": office_id, "code": f"made-{number}", "name": f"第{number}服务点", "kind": kind, "place_code": "371621",
                "parent_id": parent, "address": "", "phone": "", "hours": "", "valid_from": SINCE, "valid_to": None,
            })  # fmt: skip
            ids.append(office_id)
        session.execute(insert(Office), rows)
        person_ids = [new_id() for _ in range(POSITIONS)]
        session.execute(insert(Person), [
            {"id": each, "name": f"第{number}人", "sign_in_name": f"made-{number}", "created_at": NOW}
            for number, each in enumerate(person_ids)
        ])  # fmt: skip
        session.execute(insert(Position), [
            {
                "id": new_id(), "person_id": each, "role": "clerk", "department": "approval-bureau",
                "office_id": ids[number % len(ids)], "valid_from": SINCE, "valid_to": None,
            }
            for number, each in enumerate(person_ids)
        ])  # fmt: skip
        network_changed(session)
        return ids

    return database.write(fill)


def cost(application: Any, database: Database, member: Member, path: str) -> int:
    visitor = Visitor(application, member.person_id)
    visitor.get(path)  # the network and the names of offices are kept from now on
    with counted(database) as sent:
        visitor.get(path)
    return len(sent)


def hold_everywhere(database: Database, member: Member, role: str, offices: list[int]) -> None:
    def store(session: Session) -> None:
        session.add_all(
            Position(person_id=member.person_id, role=role, department="approval-bureau", office_id=each, valid_from=SINCE)
            for each in offices
        )

    database.write(store)


def test_an_inbox_page_is_few_statements_in_a_whole_county(
    application: Any, in_town: Chain, database: Database, cast: Cast, county: list[int], enter: Enter, supervisors: dict[str, Member]
) -> None:
    multiply(database, in_town.case(REGISTRATION).id, [in_town.now + timedelta(hours=1)] * 30)
    everywhere = enter("全县窗口", ("clerk", HALL))
    hold_everywhere(database, everywhere, "clerk", county)
    both = enter("督查兼窗口", ("supervisor", HALL), ("clerk", HALL), ("registrar", HALL))
    hold_everywhere(database, both, "agent", county[:60])
    for member in (cast.registrar, cast.town_clerk, everywhere, both):
        assert cost(application, database, member, "/desk") <= INBOX, member.name
    assert len(rows_of(Visitor(application, both.person_id).get("/desk"))) == 20
    for member in (cast.registrar, everywhere, both, supervisors[HALL], supervisors[TOWN]):
        assert cost(application, database, member, "/desk/search?q=HM") <= INBOX, member.name


def test_the_overview_costs_the_same_in_a_whole_county_and_for_a_part_of_it(
    application: Any, in_town: Chain, database: Database, supervisors: dict[str, Member], request: Any
) -> None:
    few = cost(application, database, supervisors[HALL], "/supervision")
    offices: list[int] = request.getfixturevalue("county")
    for number in range(3):
        hold_everywhere(database, supervisors[TOWN], "supervisor", [each for each in offices if number == 0][:14])
    assert cost(application, database, supervisors[HALL], "/supervision") == few <= OVERVIEW
    assert cost(application, database, supervisors[TOWN], "/supervision") == few
    page = Visitor(application, supervisors[TOWN].person_id).get("/supervision").text
    assert page.count("第1服务点") >= 1


def test_a_closed_offices_cases_go_on_in_the_inbox_of_its_successor(
    application: Any, in_town: Chain, database: Database, cast: Cast, supervisors: dict[str, Member]
) -> None:
    """The town's office closes, and the other town takes over; nobody moves the cases."""
    chain = Chain(
        database, cast, content_with(delivery={"way": "point", "office": TOWN}, name={"trade_name": "麦样"}), now=in_town.now
    )
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    number, token = chain.case().number, chain.case().token
    successor = Visitor(application, cast.outsider.person_id)
    assert number not in successor.get("/desk").text
    successor.get(f"/cases/{token}", status=404)

    def close(session: Session) -> None:
        town = session.get_one(Office, cast.offices[TOWN])
        town.valid_to, town.successor_id = date(2026, 11, 22), cast.offices[OTHER_TOWN]
        network_changed(session)

    database.write(close)
    in_town.now = chain.now
    assert number in Visitor(application, cast.outsider.person_id).get("/desk").text
    Visitor(application, supervisors[OTHER_TOWN].person_id).get(f"/cases/{token}")
    Visitor(application, cast.town_clerk.person_id).get("/desk", status=403)
    task = chain.task("company-opening")
    assert task is not None
    Visitor(application, cast.outsider.person_id).post(f"/tasks/{task.id}/claim", {}, page=f"/cases/{token}")
    held = chain.task("company-opening")
    assert held is not None and held.holder_id == cast.outsider.person_id


