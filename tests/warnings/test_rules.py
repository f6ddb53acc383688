"""The percentages of a workflow: set on a page, recorded, and heeded by the warnings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.app import create_app
from approvals.db import Database
from approvals.models import AdministrationChange, WarningRule
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.warning_rules import set_rule
from approvals.operations.errors import NotFound, Refusal
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import NOW, Cast
from tests.support.web import Visitor, application_settings

from .conftest import Watch

SET = {"near": "50", "due": "100", "escalated": "110", "reason": "年底加快"}
PAGE = "/administration/warnings/company-registration"


def stored(database: Database) -> list[tuple[str, int, int, int]]:
    with database.reading() as session:
        return [(row.workflow, row.near, row.due, row.escalated) for row in session.scalars(select(WarningRule))]


@pytest.fixture
def manager(database: Database, database_url: str, cast: Cast) -> Iterator[Visitor]:
    application: Any = create_app(application_settings(database_url))
    application.config["NOW"] = lambda: NOW
    yield Visitor(application, cast.administrator.person_id)
    application.extensions["database"].dispose()


def test_what_is_set_counts_and_what_is_not_goes_by_the_default(chain: Chain, watch: Watch, database: Database) -> None:
    chain.claim(REGISTRATION)
    assert database.write(set_rule, chain.cast.administrator.acting, REGISTRATION, SET, NOW) is True
    assert watch.run(NOW + timedelta(minutes=44)) == 0
    assert watch.run(NOW + timedelta(minutes=45)) == 1
    assert watch.run(NOW + timedelta(minutes=99)) == 3
    assert [(each.to, each.percent) for each in watch.sent() if each.relation == "supervisor"] == [("supervisor", 110)]


def test_a_change_is_recorded_and_the_default_is_no_row(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    assert database.write(set_rule, acting, REGISTRATION, SET, NOW)
    assert stored(database) == [(REGISTRATION, 50, 100, 110)]
    assert not database.write(set_rule, acting, REGISTRATION, {**SET, "near": " ５０％ "}, NOW)
    assert database.write(set_rule, acting, REGISTRATION, {"near": "75", "due": "100", "escalated": "125"}, NOW)
    assert stored(database) == []
    with database.reading() as session:
        first, second = session.scalars(select(AdministrationChange).order_by(AdministrationChange.id))
    assert (first.subject, first.title, first.reason) == ("warning-rule", "企业设立登记", "年底加快")
    assert (first.before, first.after) == ({"near": "75%", "escalated": "125%"}, {"near": "50%", "escalated": "110%"})
    assert second.after == {"near": "75%", "escalated": "125%"}


def test_the_page_says_from_when_colours_speak_of_near_due(manager: Visitor) -> None:
    assert "“将到期”的颜色和筛选一律从用去75%算起，不随这里改" in manager.get("/administration/warnings").text


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ({"near": "0"}, "near"), ({"near": "100"}, "near"), ({"near": "七十五"}, "near"), ({"near": ""}, "near"),
        ({"near": "-5"}, "near"),
        ({"due": "99"}, "due"), ({"due": "99999999999"}, "due"), ({"due": "120"}, "escalated"), ({"escalated": "1001"}, "escalated"),
        ({"escalated": "1.5"}, "escalated"),
    ],
)  # fmt: skip
def test_what_is_no_percentage_is_refused_at_its_field(database: Database, cast: Cast, typed: dict[str, str], column: str) -> None:
    with pytest.raises(Faulty) as refused:
        database.write(set_rule, cast.administrator.acting, REGISTRATION, {**SET, **typed}, NOW)
    assert [each.column for each in refused.value.faults] == [column]
    assert stored(database) == []


def test_nobody_else_sets_them(database: Database, cast: Cast) -> None:
    for member in (cast.supervisor, cast.registrar_head, cast.applicant):
        with pytest.raises(Refusal):
            database.write(set_rule, member.acting, REGISTRATION, SET, NOW)
    with pytest.raises(NotFound):
        database.write(set_rule, cast.administrator.acting, "unknown", SET, NOW)


def test_the_manager_sets_them_on_a_page(manager: Visitor, database: Database) -> None:
    page = manager.get("/administration/warnings").text
    assert "企业设立登记" in page and "75%" in page and "125%" in page
    assert "/administration/warnings" in manager.get("/administration").text
    wrong = manager.post(PAGE, {**SET, "near": "120"}, status=422).text
    assert "应在 1 到 99 之间" in wrong and 'value="120"' in wrong and 'value="年底加快"' in wrong
    assert manager.post(PAGE, SET, status=303).location == "/administration/warnings"
    page = manager.get("/administration/warnings").text
    assert "已保存" in page and "50%" in page and "110%" in page
    assert stored(database) == [(REGISTRATION, 50, 100, 110)]
    manager.get("/administration/warnings/unknown", status=404)


def test_the_pages_are_the_managers_alone(manager: Visitor, cast: Cast) -> None:
    for member in (cast.supervisor, cast.registrar):
        visitor = Visitor(manager.application, member.person_id)
        visitor.get("/administration/warnings", status=403)
        visitor.get(PAGE, status=403)
