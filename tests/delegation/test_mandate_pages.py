"""Mandates on the pages of a case: shown, renewed, revoked, taken over by a colleague, taken in on paper, and asked for online."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Mandate, Notice, Person, Upload
from approvals.operations.delegation import Principal
from tests.delegation.test_mandate_links import delivered
from tests.rules.applications import PLACE, ZHANG
from tests.support.delegating import PRINCIPAL, Delegated
from tests.support.seed import Member, seed
from tests.support.web import Visitor

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def carried(application: Any, database: Database) -> Delegated:
    driven = Delegated(database, seed(database))
    application.config["NOW"] = lambda: driven.now
    return driven


def visit(application: Any, member: Member) -> Visitor:
    return Visitor(application, member.person_id)


def principal(application: Any, carried: Delegated) -> Visitor:
    """The principal, signed in to an account of theirs."""
    return Visitor(application, carried.root_case().applicant_id)


def page_of(carried: Delegated, part: str = "") -> str:
    return f"/cases/{carried.filed.token}" + (f"/{part}" if part else "")


def text(response: Any) -> str:
    return unescape(response.text)


def photo() -> tuple[BytesIO, str]:
    kept = BytesIO()
    Image.new("RGB", (60, 80), (250, 250, 240)).save(kept, "JPEG")
    return BytesIO(kept.getvalue()), "mandate.jpg"


def mandates(carried: Delegated) -> list[Mandate]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Mandate).where(Mandate.case_id == carried.root_id).order_by(Mandate.number)))


def take_photo(visitor: Visitor, carried: Delegated) -> str:
    sent = visitor.post(page_of(carried, "paper/photo"), {"file": photo()}, status=303, content_type="multipart/form-data")
    return str(sent.headers["Location"]).rpartition("photo=")[2]


def test_the_case_shows_its_mandate_to_everybody_whom_it_concerns(application: Any, carried: Delegated) -> None:
    agent = visit(application, carried.people.agent)
    page = text(agent.get(page_of(carried)))
    assert "等申请人签" in page and "139****1234" in page and "再发一次链接" in page
    assert "收下纸质委托书" not in page, "not for the agent whom it concerns"
    assert "登记申请人撤回委托" not in page
    second = text(visit(application, carried.people.second_agent).get(page_of(carried)))
    assert "收下纸质委托书" in second
    carried.answer()
    town = text(visit(application, carried.people.town).get(page_of(carried)))
    assert "登记申请人撤回委托" in town and "续签委托书" not in town
    own = text(principal(application, carried).get(page_of(carried)))
    assert "撤回委托" in own and "马代办" in own


def test_the_applicant_revokes_and_is_told_before(application: Any, carried: Delegated) -> None:
    carried.answer()
    visitor = principal(application, carried)
    before = text(visitor.get(page_of(carried, "mandate/revocation")))
    assert "申请不会提交" in before and "第九百三十三条" in before
    assert "请先勾选" in visitor.post(page_of(carried, "mandate/revocation"), {"reason": "不办了"}, status=422).text
    assert carried.state == "collecting"
    visitor.post(page_of(carried, "mandate/revocation"), {"confirmed": "y"}, status=303)
    assert carried.state == "withdrawn"
    visitor.post(page_of(carried, "mandate/revocation"), {"confirmed": "y"}, status=303)
    assert len([row for row in mandates(carried) if row.revoked_at is not None]) == 1
    assert "已撤回" in text(visitor.get("/mandates"))
    assert carried.faults() == []


def test_a_coordinator_records_it_with_how_it_was_said_and_the_agent_never(application: Any, carried: Delegated) -> None:
    carried.answer()
    for member in (carried.people.agent, carried.people.second_agent):
        visit(application, member).get(page_of(carried, "mandate/revocation"), status=404)
        visit(application, member).post(page_of(carried, "mandate/revocation"), {"confirmed": "y", "reason": "x"}, status=404)
    town = visit(application, carried.people.town)
    page = town.post(page_of(carried, "mandate/revocation"), {"confirmed": "y"}, status=422)
    assert "请写明申请人怎样说的" in page.text
    town.post(page_of(carried, "mandate/revocation"), {"confirmed": "y", "reason": "本人到窗口说的"}, status=303)
    assert mandates(carried)[0].revoke_reason == "本人到窗口说的"
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "mandate")).all()
    assert [each.person_id for each in told] == [carried.people.agent.person_id]


def test_a_mandate_that_ends_is_renewed_from_the_page(application: Any, carried: Delegated) -> None:
    carried.answer()
    carried.prepare()
    carried.now += timedelta(days=100)
    agent = visit(application, carried.people.agent)
    page = text(agent.get(page_of(carried)))
    assert "已到期" in page and "续签委托书" in page
    form = text(agent.get(page_of(carried, "mandate/renewal")))
    assert "都还在" in form
    wrong = agent.post(page_of(carried, "mandate/renewal"), {"relation": "phone", "valid_to": "2020-01-01"}, status=422)
    assert "委托期限已经过去了" in wrong.text
    agent.post(page_of(carried, "mandate/renewal"), {"relation": "phone", "key": "once"}, status=303)
    agent.post(page_of(carried, "mandate/renewal"), {"relation": "phone", "key": "once"}, status=303)
    assert len(mandates(carried)) == 2
    assert "等申请人签" in text(agent.get(page_of(carried)))
    carried.answer()
    carried.carry("pass_up", carried.people.agent)
    assert carried.faults() == []


def test_a_colleague_takes_over_by_a_new_mandate(application: Any, carried: Delegated) -> None:
    carried.answer()
    second = visit(application, carried.people.second_agent)
    assert "换我来代办" in text(second.get(page_of(carried)))
    assert "换我来代办" in text(second.get(page_of(carried, "mandate/renewal")))
    second.post(page_of(carried, "mandate/renewal"), {"relation": "home"}, status=303)
    carried.answer()
    assert [row.agent_name for row in mandates(carried)] == ["马代办", "牛代办"]
    carried.prepare(member=carried.people.second_agent)
    carried.carry("pass_up", carried.people.second_agent)
    assert carried.faults() == []


def test_the_principal_without_a_telephone_signs_on_paper(application: Any, database: Database) -> None:
    who = Principal("孙老人", "identity-card", "372321194603153826", "")
    carried = Delegated(database, seed(database), principal=who)
    application.config["NOW"] = lambda: carried.now
    agent, second = visit(application, carried.people.agent), visit(application, carried.people.second_agent)
    assert "没有留手机号" in text(agent.get(page_of(carried)))
    assert "另一位工作人员" in agent.get(page_of(carried, "paper"), status=409).text
    paper = agent.get(page_of(carried, "mandate/paper"))
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages)
    assert paper.mimetype == "application/pdf" and "孙老人" in said and "马代办" in said and "签名或按手印" in said
    first = text(second.get(page_of(carried, "paper")))
    assert "念给孙老人听" in first
    empty = second.post(page_of(carried, "paper/photo"), {}, status=422, content_type="multipart/form-data")
    assert "还没有拍照" in empty.text
    taken = take_photo(second, carried)
    assert second.get(page_of(carried, f"paper/{taken}")).mimetype == "image/jpeg"
    values = {"photo": taken, "signed_on": "2020-01-01", "checked_in_person": "y"}
    assert "日期应在" in text(second.post(page_of(carried, "paper"), values, status=422))
    values["signed_on"] = carried.now.date().isoformat()
    missing = second.post(page_of(carried, "paper"), {**values, "checked_in_person": ""}, status=422)
    assert taken in missing.text, "the photo stays"
    second.post(page_of(carried, "paper"), values, status=303)
    second.post(page_of(carried, "paper"), values, status=303)
    assert carried.state == "collecting"
    row = mandates(carried)[0]
    with database.reading() as session:
        kept = session.get_one(Upload, row.upload_id)
    assert (row.way, row.witness_id, kept.material) == ("paper", carried.people.second_agent.person_id, "mandate")
    page = text(second.get(page_of(carried)))
    assert "纸质签署，由牛代办收下" in page and "委托书照片" in page
    assert carried.faults() == []


def test_what_was_signed_is_masked_for_the_point_like_everything_else(application: Any, carried: Delegated) -> None:
    """The number stands in full on the paper that is to be signed; afterwards whoever looks says why, and that is on record."""
    agent, colleague = visit(application, carried.people.agent), visit(application, carried.people.second_agent)

    def shows_number(visitor: Visitor) -> bool:
        paper = visitor.get(page_of(carried, "mandate/paper"))
        return PRINCIPAL.identity_number in "".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages)

    assert shows_number(agent) and not shows_number(visit(application, carried.people.town))
    carried.answer()
    assert not shows_number(agent) and not shows_number(colleague)
    agent.post(page_of(carried, "disclosure"), {"reason": "compare-papers"}, status=303)
    assert shows_number(agent)
    assert shows_number(principal(application, carried))


def test_a_receipt_on_paper_ends_the_case_and_never_by_the_agent(application: Any, carried: Delegated) -> None:
    delivered(carried)
    visit(application, carried.people.agent).get(page_of(carried, "paper"), status=409)
    visit(application, carried.people.agent).get(page_of(carried, "actions/confirm_on_paper"), status=302)
    town = visit(application, carried.people.town)
    taken = take_photo(town, carried)
    values = {"photo": taken, "signed_on": carried.now.date().isoformat(), "checked_in_person": "y"}
    town.post(page_of(carried, "paper"), values, status=303)
    assert carried.state == "completed"
    assert carried.faults() == []


def test_a_renewal_is_signed_on_paper_too(application: Any, carried: Delegated) -> None:
    carried.answer()
    visit(application, carried.people.agent).post(page_of(carried, "mandate/renewal"), {"relation": "home"}, status=303)
    town = visit(application, carried.people.town)
    values = {"photo": take_photo(town, carried), "signed_on": carried.now.date().isoformat(), "checked_in_person": "y"}
    town.post(page_of(carried, "paper"), values, status=303)
    town.post(page_of(carried, "paper"), values, status=303)
    assert [row.way for row in mandates(carried)] == ["online", "paper"]
    assert carried.state == "collecting" and carried.faults() == []


def test_a_wrong_number_is_corrected_and_the_old_one_is_told(application: Any, carried: Delegated) -> None:
    agent, before = visit(application, carried.people.agent), carried.asked()
    agent.post(page_of(carried, "mandate/telephone"), {"phone": "12"}, status=303)
    assert "请填写委托人本人的手机号" in text(agent.get(page_of(carried)))
    with carried.database.reading() as session:
        own = session.get_one(Person, carried.people.agent.person_id).phone
    agent.post(page_of(carried, "mandate/telephone"), {"phone": own}, status=303)
    assert carried.asked().token == before.token, "the agent's own number does not sign"
    agent.post(page_of(carried, "mandate/telephone"), {"phone": "13911112222"}, status=303)
    asked = carried.asked()
    assert asked.phone == "13911112222" and asked.token != before.token
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "mandate")).one()
    assert told.to_phone == PRINCIPAL.phone and told.urgent and "古城社区便民服务点" in told.text["zh"]
    carried.answer()
    agent.post(page_of(carried, "mandate/telephone"), {"phone": "13911113333"}, status=303)
    assert "不用在这里改" in text(agent.get(page_of(carried)))
    assert carried.faults() == []


def test_help_is_asked_for_online_and_signed(application: Any, carried: Delegated) -> None:
    applicant = visit(application, carried.cast.applicant)
    page = text(applicant.get("/help-requests/new"))
    assert "古城社区便民服务点" in page and "马代办" in page
    values = {
        "matter": "company-opening", "place": PLACE, "office": str(carried.people.point_id), "id_kind": "identity-card",
        "id_number": ZHANG, "phone": "13800138000", "key": "once",
    }  # fmt: skip
    assert "请" in text(applicant.post("/help-requests/new", {**values, "office": ""}, status=422))
    with carried.database.reading() as session:
        known = session.get_one(Person, carried.cast.applicant.person_id)
        values["phone"] = known.phone or values["phone"]
        values["id_number"] = known.identity_number or ZHANG
    sent = applicant.post("/help-requests/new", values, status=303)
    again = applicant.post("/help-requests/new", values, status=303)
    assert sent.headers["Location"] == again.headers["Location"], "a second send is the same request"
    token = str(sent.headers["Location"]).rpartition("/")[2]
    with carried.database.reading() as session:
        case = session.scalars(select(Case).where(Case.token == token)).one()
        assert (case.state, case.applicant_id) == ("requested", carried.cast.applicant.person_id)
    assert "待代办员接受" in text(applicant.get(f"/cases/{token}"))
