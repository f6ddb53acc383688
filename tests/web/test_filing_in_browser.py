"""What scripts add to the pages of an application, and that no page is wider than a small telephone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from approvals.models import Submission
from tests.rules.applications import LI, WANG, ZHANG
from tests.support import seed
from tests.support.filing import County, county_on
from tests.support.web import serving


@pytest.fixture
def county(sqlite_databases: Any) -> Iterator[County]:
    url = sqlite_databases.create()
    yield county_on(url)
    sqlite_databases.drop(url)


def signed_in(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/sign-in?next=/applications")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=password]", seed.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/applications")


def go_on(page: Any, then: str) -> None:
    page.click("button:text-is('保存并继续')")
    page.wait_for_url(f"**/{then}")


def test_an_applicant_types_the_whole_form(county: County, page: Any) -> None:
    with serving(county.application) as address:
        signed_in(page, address, "applicant")
        page.click("text=开始新的企业开办申请")
        page.click("text=公司名称")
        page.fill("#trade_name", "禾样")
        page.check("#multi_industry")
        assert page.is_hidden("#industry")
        page.uncheck("#multi_industry")
        page.fill("#industry", "农产品销售")
        go_on(page, "premises")

        page.select_option("#place", "371621001020")
        page.fill("#address", "示例路1号2单元301室")
        page.fill("#staff_number", "５")
        page.click("label:text-is('租的')")
        page.check("#commitment")
        page.select_option("#items-0-item", "S0001")
        assert page.is_hidden("#items-0-approval_number")
        go_on(page, "capital")

        page.fill("#capital", "1,000,000")
        page.fill("#shareholders-0-name", "张测试")
        page.fill("#shareholders-0-id_number", ZHANG)
        page.fill("#shareholders-0-amount", "600000")
        page.click("[data-table=shareholders] [data-add]")
        page.click("[data-table=shareholders] [data-add]")
        page.fill("#shareholders-1-name", "李样例")
        page.fill("#shareholders-1-id_number", LI)
        page.fill("#shareholders-1-amount", "300000")
        assert page.inner_text("[data-tally-difference]") == "100,000.00"
        page.fill("#shareholders-1-amount", "４０００００")
        assert page.inner_text("[data-tally-difference]") == "0.00"
        assert page.locator("[data-tally-shares] dd").all_inner_texts() == ["60.00%", "40.00%"]
        page.locator("[data-table=shareholders] [data-remove]").nth(2).click()
        assert page.locator("[data-table=shareholders] [data-rows] [data-row]").count() == 2
        assert page.is_visible("#owners-group")
        page.check("#owners_exempt")
        assert page.is_hidden("#owners-group")
        go_on(page, "people")

        page.click("button:text-is('填入张测试')")
        page.wait_for_selector("#people-0-name[value='张测试']")
        page.fill("#people-0-phone", "13800000001")
        for place in (1, 2, 4):
            page.check(f"#people-0-positions-{place}")
        page.click("button:text-is('填入李样例')")
        page.fill("#people-1-phone", "13800000002")
        page.check("#people-1-positions-6")
        page.click("[data-table=people] [data-add]")
        page.fill("#people-2-name", "王示范")
        page.fill("#people-2-id_number", WANG)
        page.fill("#people-2-phone", "13800000003")
        page.fill("#people-2-email", "liaison@example.org")
        page.check("#people-2-positions-7")
        page.check("#people-2-positions-8")
        page.press("#people-2-phone", "Enter")
        page.wait_for_url("**/matters")

        assert page.is_hidden("#taxpayer_kind-group")
        page.check("#chosen-2")
        page.click("label:text-is('小规模纳税人')")
        go_on(page, "delivery")
        go_on(page, "declaration")
        page.check("#truthful")
        page.click("label:text-is('没有')")
        page.fill("#signature", "张测试")
        go_on(page, "check")
        page.dblclick("button:text-is('提交申请')")
        page.wait_for_url("**/receipts/**")
        assert "HM2026" in page.inner_text(".receipt-number")
    filed = county.rows(Submission)
    assert len(filed) == 1
    assert [row["amount"] for row in filed[0].content["capital"]["shareholders"]] == ["600000.00", "400000.00"]


def test_no_page_is_wider_than_a_small_telephone(county: County, phone_page: Any) -> None:
    long = {"trade_name": "字" * 200, "industry": "w" * 200, "region": "惠民县"}
    content = {**seed.application(), "name": long}
    seed.draft_of(county.database, county.cast.applicant, content, token="wide")
    with serving(county.application) as address:
        signed_in(phone_page, address, "applicant")
        for path in ("", "/wide", "/wide/check", *(f"/wide/{name}" for name in content)):
            phone_page.goto(f"{address}/applications{path}")
            width = phone_page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360, (path, width)
