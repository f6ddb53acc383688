"""Three shareholders sign on three telephones, the application is changed in between, and each signs what it is in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Notice, Signature
from tests.browser.walking import sign_in
from tests.rules.applications import LI, WANG, ZHANG, shareholder
from tests.support import web
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import NOW, PASSWORD, application

NUMBERS = {"张测试": ZHANG, "李样例": LI, "王示范": WANG}
pytestmark = [pytest.mark.real_commits, pytest.mark.parametrize("databases", ["sqlite"], indirect=True)]


@pytest.fixture
def chain(application: Any) -> Chain:
    """A company of three shareholders, filed a moment ago; the product's clock moves on a little whenever it is read."""
    driven = Chain(application.extensions["database"], content=three_shareholders(), signed=False)

    def now() -> datetime:
        driven.now += timedelta(milliseconds=20)
        return driven.now

    application.config["NOW"] = now
    return driven


def three_shareholders() -> dict[str, Any]:
    content = application(NOW.date())
    owners = content["capital"]["shareholders"]
    owners[0]["amount"] = "500000.00"
    owners.append(shareholder("王示范", WANG, "100000.00", NOW.date()))
    return content


@pytest.fixture
def telephones(browser: Any) -> Iterator[dict[str, Any]]:
    """A telephone for each of the three."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(web.open_page(browser, 360, 740, touch=True)) for name in NUMBERS}


def link_of(chain: Chain, name: str) -> str:
    """The link as the message has it that this person was sent last."""
    with chain.database.reading() as session:
        texts = session.scalars(
            select(Notice.text).where(Notice.to_name == name, Notice.kind == "signature").order_by(Notice.id.desc())
        )
        found = re.search(r"\{site\}(/sign/\S+)", next(iter(texts))["zh"])
    assert found is not None
    return found[1]


def code_of(chain: Chain, name: str) -> str:
    with chain.database.reading() as session:
        texts = session.scalars(select(Notice.text).where(Notice.to_name == name, Notice.kind == "code").order_by(Notice.id.desc()))
        found = re.search(r"验证码(\d{6})", next(iter(texts))["zh"])
    assert found is not None
    return found[1]


def no_sideways_scrolling(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def arrive(page: Any, address: str, chain: Chain, name: str) -> None:
    """Open one's link and show who one is."""
    page.goto(address + link_of(chain, name))
    no_sideways_scrolling(page)
    page.fill("#name", name)
    page.fill("#id_number", NUMBERS[name].lower())
    page.click("main form button[type=submit]")
    page.wait_for_selector("#code")
    no_sideways_scrolling(page)
    page.fill("#code", code_of(chain, name))
    page.click("main form button[type=submit]")
    page.wait_for_selector("#agreed")
    no_sideways_scrolling(page)


def sign(page: Any) -> str:
    page.check("#agreed")
    page.click(".submit-panel button[type=submit]")
    page.wait_for_selector("text=签好了")
    no_sideways_scrolling(page)
    text: str = page.locator("main").inner_text()
    return text


def change_address(page: Any, address: str, chain: Chain, applicant: str = "applicant") -> None:
    """As the applicant: change the application and submit it again."""
    sign_in(page, address, applicant, PASSWORD)
    page.goto(f"{address}/cases/{chain.case().token}")
    page.click("main a:has-text('修改申请')")
    page.click(".action-form .button-row button[type=submit]")
    page.wait_for_selector("text=申请正在修改")
    page.click("main button:has-text('去修改')")
    page.wait_for_url("**/applications/*")
    page.click('main a[href$="/premises"]')
    page.fill('[name="address"]', "示例路2号")
    page.click(".save-bar button.btn-primary")
    page.wait_for_url("**/check")
    page.click(".submit-panel button[type=submit]")
    page.wait_for_url("**/receipts/*")


def test_three_shareholders_on_three_telephones_one_after_a_change(
    page: Any, telephones: dict[str, Any], application: Any, chain: Chain
) -> None:
    first, second, third = telephones.values()
    with web.serving(application) as address:
        arrive(first, address, chain, "张测试")
        assert "示例路1号2单元301室" in first.locator("#everything").inner_text()
        assert "认缴500,000.00元" in first.locator("#articles").inner_text()
        assert "李样例" in sign(first)
        first.go_back()
        first.reload()
        assert "签好了" in first.locator("main").inner_text() or first.locator("#agreed").count() == 0

        arrive(second, address, chain, "李样例")
        change_address(page, address, chain)
        # What the second one had open is no longer what is filed: nothing is signed with it.
        second.check("#agreed")
        second.click(".submit-panel button[type=submit]")
        second.wait_for_selector("text=这个链接作废")
        assert {each.vote for each in chain.signatures()} == {""}

        arrive(first, address, chain, "张测试")
        changed = first.locator("main").inner_text()
        assert "您上次签过以后，改了这些" in changed and "示例路2号" in changed
        assert not first.locator("#everything .filed-page").first.is_visible()
        first.click("#everything > summary")
        assert first.locator("#everything .filed-page").first.is_visible()
        sign(first)
        chain.now = chain.now.replace(minute=30)
        for name, telephone in (("李样例", second), ("王示范", third)):
            arrive(telephone, address, chain, name)
            assert "您上次签过以后" not in telephone.locator("main").inner_text()
            last = sign(telephone)
        assert "还差谁" not in last

        page.goto(f"{address}/cases/{chain.case().token}")
        page.locator("#signatures summary").first.click()
        panel = page.locator("#signatures").inner_text()
        assert "3人全部签署" in panel and panel.count("网上签署") == 3
    assert chain.case(REGISTRATION).state == "reviewing"
    database: Database = application.extensions["database"]
    with database.reading() as session:
        rows = list(session.scalars(select(Signature).order_by(Signature.submission, Signature.ordinal)))
    assert [(each.submission, each.vote) for each in rows] == [(1, "yes"), (1, ""), (1, ""), (2, "yes"), (2, "yes"), (2, "yes")]
    assert len({each.digest for each in rows}) == 2 and {each.way for each in rows[3:]} == {"online"}
    assert chain.faults() == []
