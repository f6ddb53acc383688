"""Where people meet similar names, and the nine facts of the licence on the page of a case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.filing import began, typed
from tests.support.web import Visitor
from workflows.rules import LICENCE_LABELS

SIMILAR = "已有相近的名称：“惠民县禾样农产品销售有限公司”"


@pytest.fixture
def registered(application: Any) -> Chain:
    """A registered company; the product's clock follows the chain's."""
    chain = Chain(application.extensions["database"])
    application.config["NOW"] = lambda: chain.now
    chain.act(REGISTRATION, "approve")
    return chain


def test_similar_names_are_shown_to_the_applicant_who_may_go_on(application: Any, registered: Chain) -> None:
    visitor = Visitor(application, registered.cast.other_applicant.person_id)
    token = began(visitor)
    content = content_with(name={"trade_name": "禾例"})
    typed(visitor, token, content)
    page = visitor.get(f"/applications/{token}/name").text
    assert "近似的名称" in page and "惠民县禾样农产品销售有限公司" in page and "第十六条" in page
    assert "需要修改" not in visitor.get(f"/applications/{token}").text


def test_similar_names_are_shown_to_the_registrar(application: Any, registered: Chain) -> None:
    content = content_with(name={"trade_name": "禾例"})
    second = Chain(registered.database, registered.cast, content, now=registered.now, member=registered.cast.other_applicant)
    visitor = Visitor(application, registered.cast.registrar.person_id)
    second.claim(REGISTRATION)
    page = visitor.get(f"/cases/{second.case(REGISTRATION).token}/actions/approve").text
    assert SIMILAR in page and "企业名称登记管理规定 第十六条" in page


@pytest.mark.parametrize(("language", "called"), [("zh", "统一社会信用代码"), ("en", "Unified social credit code")])
def test_the_case_page_says_the_nine_facts_of_the_licence(
    application: Any, registered: Chain, language: str, called: str
) -> None:
    visitor = Visitor(application, registered.cast.applicant.person_id)
    if language == "en":
        visitor.post("/language", {"language": "en", "next": "/"})
    page = visitor.get(f"/cases/{registered.case(REGISTRATION).token}").text.split('id="results"')[1].split("</ul>")[0]
    assert called in page
    for label in LICENCE_LABELS.values():
        assert page.count(f"<dt>{label[language]}</dt>") == 1, label
    facts = ("有限责任公司（自然人投资或控股）", "人民币 1,000,000.00 元", "一般项目：初级农产品销售", "惠民县行政审批服务局")
    for fact in (*facts, "惠民县孙武街道古城社区示例路1号2单元301室", "2026-11-23"):
        assert fact in page
    assert "符合法定条件" not in page
