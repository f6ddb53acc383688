"""The public page of a delegated case: the places and times of its way, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Document
from tests.support.delegating import Delegated
from tests.support.seed import seed
from tests.support.web import Visitor


@pytest.fixture
def carried(application: Any) -> Delegated:
    database: Database = application.extensions["database"]
    driven = Delegated(database, seed(database))
    application.config["NOW"] = lambda: driven.now
    return driven


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
    assert page.count("journey-passed") == 6 and "journey-ahead" not in page
    for person in (carried.people.agent, carried.people.town, carried.people.centre):
        assert person.name not in page
    assert "钱委托" not in page


def test_the_claims_of_a_carried_case_are_computed(application: Any, carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.down()
    supervisor = Visitor(application, carried.cast.supervisor.person_id)
    assert "零见面" in supervisor.get(f"/cases/{carried.filed.token}").text
