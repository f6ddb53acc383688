"""The public page of a delegated case: the places and times of its way, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from approvals.models import Document, Signature
from approvals.operations import ratings
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.ratings import ONLINE, Opinion
from tests.support.delegating import Delegated
from tests.support.web import Visitor


def page_of(application: Any, carried: Delegated) -> str:
    with carried.database.reading() as session:
        token = session.scalars(select(Document.token).where(Document.root_id == carried.root_id, Document.kind == "receipt")).one()
    text = Visitor(application).get(f"/progress/{token}").text
    return str(text[text.index("<main") : text.index("</main>")])


def test_the_public_page_follows_the_way_with_its_places(application: Any, carried: Delegated) -> None:
    assert "打开短信里的链接" in page_of(application, carried)
    carried.answer()
    carried.prepare()
    carried.carry("pass_up", carried.people.agent)
    page = page_of(application, carried)
    assert "孙武街道便民服务中心" in page and "正在送来" in page
    carried.carry("receive_at_town", carried.people.town)
    carried.carry("pass_on", carried.people.town)
    carried.carry("receive_at_centre", carried.people.centre)
    carried.carry("file", carried.people.centre)
    page = page_of(application, carried)
    assert "各部门办理" in page and page.count("journey-passed") == 3 and "journey-here" in page
    carried.through()
    carried.down()
    page = page_of(application, carried)
    assert page.count("journey-passed") == 7 and "journey-ahead" not in page
    for person in (carried.people.agent, carried.people.town, carried.people.centre):
        assert person.name not in page
    assert "钱委托" not in page


def test_the_claims_of_a_carried_case_are_computed(application: Any, carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.down()
    supervisor = Visitor(application, carried.cast.supervisor.person_id)
    assert "零见面" in supervisor.get(f"/cases/{carried.case('company-opening').token}").text


def test_the_principal_rates_by_the_link_that_confirmed_the_delivery(application: Any, carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.down()
    with carried.database.reading() as session:
        asked = session.scalars(select(Signature).where(Signature.root_id == carried.root_id, Signature.vote == "yes")).all()[-1]
    opinion = Opinion(5, (), "送到家了", "mobile", ONLINE, 1)
    carried.database.write(ratings.rate_by_signature, asked.id, opinion, carried.now)
    mandate = next(each for each in asked_of(carried) if each.acts == ["mandate"])
    with pytest.raises(NotFound):
        carried.database.write(ratings.rate_by_signature, mandate.id, opinion, carried.now)
    with pytest.raises(Refusal):
        carried.database.write(ratings.rate, carried.people.agent.acting, carried.filed.token, opinion, carried.now)
    assert carried.faults() == []


def asked_of(carried: Delegated) -> list[Signature]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Signature).where(Signature.case_id == carried.root_id)))


def test_nobody_rates_by_a_link_without_the_code(application: Any, carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.down()
    asked = next(each for each in asked_of(carried) if each.acts == ["delivery"])
    response = Visitor(application).get(f"/sign/{asked.token}/rating", status=302)
    assert response.location.endswith(f"/sign/{asked.token}")
