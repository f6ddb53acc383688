"""The home page, the guides and the health check: open to all, and true to the definitions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select

from approvals.language import say
from approvals.models import Office, OfficeClosure
from approvals.operations.reference import network_changed
from approvals.operations.reference_data import load_reference_data
from approvals.queries import guides, network
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


def test_whoever_signs_in_for_a_licence_comes_back_to_it(visitor: Visitor) -> None:
    page = visitor.get("/guides/food-permit").text
    assert page.count('href="/sign-up?next=/guides/food-permit">网上申请') == 2


def test_whoever_is_signed_in_starts_at_once(application: Any) -> None:
    page = Visitor(application, enter(application, "张测试")).get("/").text
    assert 'action="/applications/start"' in page and 'name="workflow" value="company-opening"' in page
    assert "工作人员登录" not in page


def test_the_footer_names_the_window(visitor: Visitor) -> None:
    assert "县政务服务大厅综合窗口" in visitor.get("/guides").text


@pytest.mark.parametrize("key", [definition.key for definition in guides.guides()])
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
    assert {fee.payer for fee in found.fees_above_zero if not fee.on_request} == {"county"}
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
    assert sorted(keys) == sorted(set(county_catalogue().keys()) - {"rating-follow-up"}), "nobody applies for a follow-up"
    page = visitor.get("/guides").text
    assert all(definition.title["zh"] in page for definition in guides.guides())
    visitor.get("/guides/rating-follow-up", status=404)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("刻章", "company-seal"),
        ("gongzhang", "company-seal"),
        ("ＧＯＮＧ ZHANG", "company-seal"),
        ("kz", "company-seal"),
        ("qyzc", "company-opening"),
        ("营业执照", "company-registration"),
        ("shebao", "social-insurance"),
        ("gjj", "housing-fund"),
        ("公积金", "housing-fund"),
        ("飞机", ""),
        ("%", ""),
        ("'; --", ""),
        ("xyzzy", ""),
    ],
)
def test_guides_are_found_by_characters_pinyin_and_initials(visitor: Visitor, typed: str, first: str) -> None:
    page = visitor.get("/guides", query_string={"q": typed}).text
    keys = re.findall(r'data-key="([a-z-]+)"', page)
    if typed.strip("%'; -"):
        assert keys[:1] == ([first] if first else [])
    assert first or "没有找到" in page


def test_the_words_of_the_guides_hold_pinyin_and_initials(visitor: Visitor) -> None:
    words = visitor.get("/guides/words.json").get_json()
    assert set(words) == {definition.key for definition in guides.guides()}
    assert {"刻章", "kezhang", "kz", "gongzhangkezhibeian", "gzkzba"} <= set(words["company-seal"].split())


def test_a_guide_says_when_too_few_cases_tell_how_long_it_takes(visitor: Visitor) -> None:
    assert "最近办结的同类办件还太少（0 件）" in visitor.get("/guides/company-seal").text


@pytest.fixture
def with_offices(application: Any) -> Any:
    application.extensions["database"].write(load_reference_data)
    return application


def test_offices_by_town_with_both_sub_centres(with_offices: Any) -> None:
    with_offices.config["NOW"] = lambda: datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    page = Visitor(with_offices).get("/offices").text
    for name in ("惠民县政务服务中心", "李庄镇审批服务分中心", "皂户李镇审批服务分中心", "李庄镇便民服务中心", "皂户李镇便民服务中心"):
        assert name in page
    assert page.index("惠民县政务服务中心") < page.index("孙武街道便民服务中心")
    assert page.count('<details class="town">') == 14 and page.count("社区便民服务点") == 109
    assert "15 个服务点" in page and "公安局" in page
    assert "以大厅公布为准" in page and "现在开放" in page and "08:30–12:00、14:00–17:30" in page and "12:00" in page


@pytest.mark.parametrize(
    ("typed", "windows", "points"),
    [("lizhuang", 2, 8), ("李庄", 2, 8), ("lzz", 2, 8), ("皂户李", 2, 5), ("古城社区", 0, 1), ("zhulaohu", 0, 1), ("火星", 0, 0)],
)
def test_offices_are_found_by_name_and_sound(with_offices: Any, typed: str, windows: int, points: int) -> None:
    page = Visitor(with_offices).get("/offices", query_string={"q": typed}).text
    listed = page[page.index("<div class=\"towns\">") :]
    assert (listed.count('class="office-card"'), listed.count('class="point-name"')) == (windows, points)
    assert windows or points or "没有找到" in page
    assert page.count('<details class="town">') == 0, "what was found stands open"


def test_it_says_who_serves_a_village(with_offices: Any) -> None:
    page = Visitor(with_offices).get("/offices", query_string={"q": "华李社区"}).text
    served = page[page.index('class="served-offices"') : page.index("</section>", page.index('class="served-offices"'))]
    names = re.findall(r'class="point-name">([^<]+)<', served)
    assert names == ["华李社区便民服务点", "李庄镇便民服务中心", "李庄镇审批服务分中心", "惠民县政务服务中心"]
    assert "开办企业的登记由李庄镇审批服务分中心办理" in served
    other = Visitor(with_offices).get("/offices", query_string={"q": "371621001020"}).text
    assert "古城社区居民委员会" in other and "开办企业的登记由惠民县政务服务中心办理" in other


def test_a_closure_is_shown_and_moves_the_next_opening(with_offices: Any) -> None:
    def close(session: Any) -> None:
        hall = session.scalars(select(Office).where(Office.code == "hall")).one()
        session.add(
            OfficeClosure(office_id=hall.id, closed_from=date(2026, 11, 20), closed_to=date(2026, 11, 22), reason="搬迁<新址>")
        )
        network_changed(session)

    with_offices.extensions["database"].write(close)
    with_offices.config["NOW"] = lambda: datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    page = Visitor(with_offices).get("/offices").text
    hall = page[: page.index('<div class="towns">')]
    assert "临时闭门：11月20日至11月22日" in hall and "搬迁&lt;新址&gt;" in hall
    assert "现在不开放" in hall and "现在开放" not in hall
    assert "11月23日 08:30" in hall, "the Monday after"


def test_a_closed_office_says_when_it_opens_by_the_calendar(with_offices: Any) -> None:
    # The eve of the National Day holidays, after hours: they end with the make-up days of that year's notice.
    with_offices.config["NOW"] = lambda: datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
    page = Visitor(with_offices).get("/offices").text
    assert "现在不开放" in page and "10月8日 08:30" in page


@pytest.mark.parametrize(
    ("hours", "is_open", "at"),
    [
        ("", True, "12:00"),
        ("8:30-11:30，13:00-17:00", True, "11:30"),
        ("09:45至17:00", True, "17:00"),
        ("12:00-17:00", False, "12:00"),
        ("集日上午", False, None),
        ("17:00-9:00", False, None),
    ],
)
def test_an_office_keeps_hours_of_its_own(hours: str, is_open: bool, at: str | None) -> None:
    opening = network.opening(hours, datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    assert (opening.is_open, f"{opening.at:%H:%M}" if opening.at else None) == (is_open, at)


def test_the_pages_of_offices_cost_two_statements(with_offices: Any) -> None:
    Visitor(with_offices).get("/offices")
    assert len(statements_of(with_offices, lambda: Visitor(with_offices).get("/offices"))) == 2


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
    visitor.get("/guides")  # a process reads the network once
    assert len(statements_of(application, lambda: visitor.get("/guides"))) == 1
    assert len(statements_of(application, lambda: visitor.get("/notices"))) <= 3
    assert statements_of(application, lambda: Visitor(application).get("/guides")) == []
