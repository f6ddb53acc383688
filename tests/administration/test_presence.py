"""Closures, departments and competences entered and ended, on both databases; what a change of competence would do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import AdministrationChange, Competence, OfficeClosure, OfficeDepartment
from approvals.operations import reference
from approvals.operations.administration import competences, presence
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound
from approvals.queries import competence_matrix
from approvals.queries.county_network import county_network
from tests.administration.conftest import SUB
from tests.support.seed import NOW, Cast
from workflows.network import Competence as Power
from workflows.network import route

MATTERS = ["company-registration", "company-seal"]
DEPARTMENTS = ["tax", "bank"]
TODAY = date(2026, 11, 23)
DAYS = {"closed_from": "2026-11-20", "closed_to": "2026-11-27", "why": "搬家"}


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def refusal(verb: Any, *arguments: Any) -> dict[str, str]:
    with pytest.raises(Faulty) as raised:
        verb(*arguments)
    assert all(each.message["en"] for each in raised.value.faults)
    return {each.column: each.message["zh"] for each in raised.value.faults}


# ---- closures and departments ---------------------------------------------------------------------------------------


def test_a_closure_counts_at_once_and_is_ended(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    database.write(presence.add_closure, acting, SUB, DAYS, NOW)
    (closure,) = rows(database, OfficeClosure)
    with database.reading() as session:
        network = reference.network(session.connection())
        assert not network.is_open_on(network.by_code(SUB), TODAY)
    overlapping = DAYS | {"closed_from": "2026-11-27"}
    assert "重叠" in refusal(database.write, presence.add_closure, acting, SUB, overlapping, NOW)["closed_from"]
    database.write(presence.end_closure, acting, SUB, closure.id, NOW)
    (closure,) = rows(database, OfficeClosure)
    assert closure.closed_to == date(2026, 11, 22)
    database.write(presence.end_closure, acting, SUB, closure.id, NOW + timedelta(days=2))
    assert [line.subject for line in rows(database, AdministrationChange)] == ["closure", "closure"]


def test_a_closure_that_has_not_begun_is_taken_back(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    database.write(presence.add_closure, acting, SUB, DAYS | {"closed_from": "2026-11-24"}, NOW)
    (closure,) = rows(database, OfficeClosure)
    with pytest.raises(NotFound):
        database.write(presence.end_closure, acting, "hall", closure.id, NOW)
    database.write(presence.end_closure, acting, SUB, closure.id, NOW)
    assert rows(database, OfficeClosure) == []
    assert rows(database, AdministrationChange)[-1].after == {}


@pytest.mark.parametrize(
    ("typed", "column", "sentence"),
    [
        ({"closed_from": "2026-11-28"}, "closed_to", "两个日期反了"),
        ({"closed_from": "2026-11-01", "closed_to": "2026-11-02"}, "closed_to", "已经过去"),
        ({"closed_to": "那天"}, "closed_to", "请填日期"),
        ({"closed_to": "20261-01-01"}, "closed_to", "请填日期"),
        ({"why": ""}, "why", "请写原因"),
        ({"why": "长" * 201}, "why", "太长"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_closure_that_cannot_be_is_refused(database: Database, cast: Cast, typed: Any, column: str, sentence: str) -> None:
    found = refusal(database.write, presence.add_closure, cast.administrator.acting, SUB, DAYS | typed, NOW)
    assert sentence in found[column]


def test_departments_come_and_go(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    typed = {"department": "tax", "valid_from": "2026-11-23", "valid_to": ""}
    database.write(presence.add_department, acting, SUB, typed, DEPARTMENTS, NOW)
    other = typed | {"valid_to": "2026-12-31"}
    assert "重叠" in refusal(database.write, presence.add_department, acting, SUB, other, DEPARTMENTS, NOW)["department"]
    early = typed | {"department": "bank", "valid_from": "2019-01-01"}
    assert "才启用" in refusal(database.write, presence.add_department, acting, SUB, early, DEPARTMENTS, NOW)["valid_from"]
    odd = typed | {"department": "magic", "valid_to": "2026-01-01"}
    assert set(refusal(database.write, presence.add_department, acting, SUB, odd, DEPARTMENTS, NOW)) == {"department"}
    (row,) = rows(database, OfficeDepartment)
    assert "之前" in refusal(database.write, presence.end_department, acting, SUB, row.id, "2026-11-01", NOW)["last_day"]
    database.write(presence.end_department, acting, SUB, row.id, "2026-12-31", NOW)
    assert rows(database, OfficeDepartment)[0].valid_to == date(2026, 12, 31)
    database.write(presence.add_department, acting, SUB, typed | {"valid_from": "2027-01-01"}, DEPARTMENTS, NOW)


# ---- competences ----------------------------------------------------------------------------------------------------

WANTED = {
    "office": SUB, "matter": "company-registration", "power": "decide", "basis": "惠政发〔2026〕1号", "valid_from": "2026-11-23",
    "valid_to": "",
}  # fmt: skip


def test_a_competence_changes_the_route_from_its_day_on(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    database.write(competences.add_competence, acting, WANTED | {"valid_from": "2026-12-01"}, MATTERS, NOW)
    with database.reading() as session:
        network = reference.network(session.connection())
    before, after = (route(network, "company-registration", "371621105201", day) for day in (TODAY, date(2026, 12, 1)))
    assert (before.office.code, after.office.code) == ("hall", SUB)
    (row,) = [each for each in rows(database, Competence) if each.basis == WANTED["basis"]]
    database.write(competences.end_competence, acting, row.id, "2026-12-31", NOW, "收回")
    with database.reading() as session:
        network = reference.network(session.connection())
    assert route(network, "company-registration", "371621105201", date(2027, 1, 1)).office.code == "hall"
    assert [line.reason for line in rows(database, AdministrationChange)] == ["惠政发〔2026〕1号", "收回"]


def test_overlapping_competences_are_refused(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    database.write(competences.add_competence, acting, WANTED | {"valid_to": "2026-12-31"}, MATTERS, NOW)
    for days in ({"valid_to": ""}, {"valid_from": "2026-12-31"}, {"valid_from": "2026-01-01", "valid_to": "2026-11-23"}):
        found = refusal(database.write, competences.add_competence, acting, WANTED | days, MATTERS, NOW)
        assert "日期重叠" in found["valid_from"]
    database.write(competences.add_competence, acting, WANTED | {"valid_from": "2027-01-01"}, MATTERS, NOW)
    # A paper of its own beside one on every matter is none too many, nor is the other power.
    database.write(competences.add_competence, acting, WANTED | {"matter": "*"}, MATTERS, NOW)
    database.write(competences.add_competence, acting, WANTED | {"power": "take-in"}, MATTERS, NOW)


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ({"office": "nowhere"}, "office"),
        ({"matter": "weather"}, "matter"),
        ({"power": "guess"}, "power"),
        ({"basis": " "}, "basis"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_to": "2026-11-22"}, "valid_to"),
        ({"valid_to": "later"}, "valid_to"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_competence_that_cannot_be_is_refused(database: Database, cast: Cast, typed: Any, column: str) -> None:
    before = len(rows(database, Competence))
    with database.reading() as session:
        found = refusal(competences.judge_competence, session, WANTED | typed, MATTERS, TODAY)
    assert set(found) == {column}
    assert len(rows(database, Competence)) == before


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_competence_ends_once_and_never_before_yesterday(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    number = database.write(competences.add_competence, acting, WANTED, MATTERS, NOW)
    end = (database.write, competences.end_competence, acting, number)
    assert set(refusal(*end, "2026-11-21", NOW, "")) == {"valid_to", "reason"}
    database.write(competences.end_competence, acting, number, "2026-12-31", NOW, "收回")
    assert "只能提前" in refusal(*end, "2027-12-31", NOW, "再延长")["valid_to"]
    later = NOW + timedelta(days=60)
    assert "已经结束" in refusal(*end, "2027-01-31", later, "再结束")["valid_to"]
    with pytest.raises(NotFound):
        database.write(competences.end_competence, acting, 5, "2026-12-31", NOW, "没有")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_one_that_never_began_is_taken_back(database: Database, cast: Cast) -> None:
    acting, before = cast.administrator.acting, len(rows(database, Competence))
    number = database.write(competences.add_competence, acting, WANTED | {"valid_from": "2027-01-01"}, MATTERS, NOW)
    database.write(competences.end_competence, acting, number, "2026-11-23", NOW, "写错了")
    assert len(rows(database, Competence)) == before


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_preview_tells_what_goes_elsewhere(database: Database, cast: Cast) -> None:
    with database.reading() as session:
        network = county_network(session.connection())
    office = network.by_code(SUB)
    added = Power(office.id, "company-registration", "decide", "", TODAY)
    after = competence_matrix.with_competence(network, added)
    changed, staying = competence_matrix.effects(network, after, "decide", "company-registration", TODAY)
    (effect,) = changed
    assert (effect.places, effect.before, effect.after) == (("李庄镇",), "惠民县政务服务中心", "李庄镇审批服务分中心")
    assert [each.places for each in staying] == [("惠民县",)]
    back, _ = competence_matrix.effects(
        after, competence_matrix.ending(after, added, date(2026, 12, 1)), "decide", "company-registration", date(2026, 12, 2)
    )
    assert [(each.before, each.after) for each in back] == [("李庄镇审批服务分中心", "惠民县政务服务中心")]
