"""The home page, the guides and the health check: open to all, and true to the definitions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from approvals.language import say
from approvals.queries import guides
from tests.support.web import Visitor
from tests.web.people import NOW, enter
from workflows.county import county_catalogue

TODAY = NOW.date()


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """None of these pages asks the database for more than a person: one kind is enough."""
    return sqlite_databases


@pytest.fixture
def visitor(application: Any) -> Visitor:
    return Visitor(application)


def statements_of(application: Any, visit: Any) -> list[str]:
    """The statements that a page sent."""
    sent: list[str] = []
    engine = application.extensions["database"].engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        visit()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [statement for statement in sent if not statement.startswith(("BEGIN", "PRAGMA"))]


def test_the_home_page_has_one_primary_button(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert page.count("btn-primary") == 1
    assert 'href="/sign-up?next=/applications">开办企业' in page
    for heading in ("办事的人", "部门和窗口工作人员", "督查人员"):
        assert heading in page


def test_whoever_is_signed_in_starts_at_once(application: Any) -> None:
    page = Visitor(application, enter(application, "张测试")).get("/").text
    assert 'action="/applications/start"' in page and 'name="workflow" value="company-opening"' in page
    assert "工作人员登录" not in page


def test_the_footer_names_the_window(visitor: Visitor) -> None:
    assert "县政务服务大厅综合窗口" in visitor.get("/guides").text


@pytest.mark.parametrize("key", county_catalogue().keys())
def test_every_guide_says_what_its_definition_says(visitor: Visitor, key: str) -> None:
    definition = county_catalogue().latest(key)
    page = visitor.get(f"/guides/{key}").text
    assert definition.promised is not None and definition.output is not None
    for text in (definition.title, definition.summary, definition.output, definition.promised.source):
        assert text["zh"] in page
    for material in definition.materials:
        assert material.name["zh"] in page
    for fee in definition.fees:
        assert fee.name["zh"] in page
    if definition.statutory is not None:
        assert definition.statutory.source["zh"] in page
    assert "<svg" in page and "<script" not in page.split("<main", 1)[1]


def test_only_guides_of_registration_speak_of_a_clock_that_restarts(visitor: Visitor) -> None:
    assert "时限重新计算" in visitor.get("/guides/company-registration").text
    assert "时限重新计算" not in visitor.get("/guides/tax-registration").text


def test_the_guide_of_the_chain_tells_the_order(visitor: Visitor) -> None:
    page = visitor.get("/guides/company-opening").text
    steps = page[page.index('class="steps"') : page.index("</ol>")]
    order = ["填一张表", "企业设立登记", "公章刻制备案", "银行预约开户", "已办结，待领取"]
    places = [steps.index(word) for word in order]
    assert places == sorted(places)
    assert "办完以后才开始：公章刻制备案" in steps
    assert "股份有限公司" in page and "滨州市行政审批服务局" in page and "实施细则" in page
    assert "开办企业" in page


def test_a_matter_of_the_chain_sends_to_the_chain(visitor: Visitor) -> None:
    page = visitor.get("/guides/tax-registration").text
    assert 'href="/guides/company-opening">企业开办（一链办理）' in page
    assert "/applications/start" not in page and "next=/applications" not in page


def test_the_way_to_success_ends_well() -> None:
    for definition in county_catalogue():
        last = definition.states[guides.way_to_success(definition)[-1]]
        assert (last.final, last.outcome) == (True, "done")


def test_nobody_pays_for_opening_a_company() -> None:
    found = guides.guide("company-opening", TODAY)
    assert found is not None
    assert found.to_pay == Decimal(0)
    assert {fee.payer for fee in found.fees_above_zero} == {"county"}
    names = [fee.name["zh"] for fee in (*found.fees_above_zero, *found.free_of_charge)]
    assert sorted(names) == sorted(fee.name["zh"] for fee in found.fees)


def test_each_material_is_listed_once() -> None:
    found = guides.guide("company-opening", TODAY)
    assert found is not None
    listed = [(material.name["zh"], material.source) for material, _ in found.materials]
    assert len(listed) == len(set(listed))
    uses = {material.name["zh"]: titles for material, titles in found.materials}
    assert len(uses["营业执照"]) > 3


def test_guides_list_the_chain_first(visitor: Visitor) -> None:
    keys = [definition.key for definition in guides.guides()]
    assert keys[:3] == ["company-opening", "company-registration", "company-seal"]
    assert sorted(keys) == sorted(county_catalogue().keys())
    page = visitor.get("/guides").text
    assert all(definition.title["zh"] in page for definition in county_catalogue())


def test_an_unknown_guide_is_not_found(visitor: Visitor) -> None:
    visitor.get("/guides/no-such-matter", status=404)


def test_guides_are_english_for_those_who_chose_it(application: Any, visitor: Visitor) -> None:
    visitor.post("/language", {"language": "en", "next": "/"})
    assert "Company registration" in visitor.get("/guides/company-opening").text
    assert say({"zh": "甲", "en": "A"}) == "甲", "outside a request Chinese"


def test_healthz_asks_the_database(application: Any, visitor: Visitor) -> None:
    answer = visitor.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    application.extensions["database"].engine.dispose()
    application.config["PROPAGATE_EXCEPTIONS"] = False
    application.extensions["database"] = type(application.extensions["database"])("sqlite:////nowhere/at/all.sqlite")
    assert visitor.client.get("/healthz").status_code == 500


def test_a_page_costs_one_statement_for_who_is_signed_in(application: Any) -> None:
    visitor = Visitor(application, enter(application, "李登记", ("registrar", "approval-bureau")))
    assert len(statements_of(application, lambda: visitor.get("/guides"))) == 1
    assert len(statements_of(application, lambda: visitor.get("/notices"))) <= 3
    assert statements_of(application, lambda: Visitor(application).get("/guides")) == []
