"""Names are checked while they are typed, on the public page and in the application, at a desk and on a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import CompanyName
from tests.support.seed import PASSWORD, seed


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """What the browser sees does not depend on the kind of database."""
    return sqlite_databases


@pytest.fixture
def county(application: Any, live_server: str) -> str:
    database: Database = application.extensions["database"]
    seed(database)

    def store(session: Session) -> None:
        for trade_name in ("青和", "乐禾"):
            full = f"惠民县{trade_name}商贸有限公司"
            session.add(
                CompanyName(
                    full_name=full, trade_name=trade_name, comparable_full=full, comparable_trade=trade_name, industry="商贸",
                    status="registered", since="2020-01-01", holder="",
                )
            )  # fmt: skip

    database.write(store)
    return live_server


def sign_in(page: Any, address: str) -> None:
    page.goto(address + "/sign-in")
    page.get_by_label("登录名或手机号").fill("applicant")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@pytest.mark.parametrize("eyes", ["page", "phone_page"])
def test_the_check_follows_what_is_typed(county: str, request: pytest.FixtureRequest, eyes: str) -> None:
    page = request.getfixturevalue(eyes)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "check.json" in sent.url else None)
    page.goto(county + "/names")
    board, status = page.locator("[data-name-board]"), page.locator("[data-name-summary]")
    page.get_by_label("行业或经营特点").fill("商贸")
    page.get_by_label("字号", exact=True).press_sequentially("青禾园林", delay=20)
    page.get_by_role("heading", name="惠民县青禾园林商贸有限公司").wait_for()
    assert len(asked) == 1, "keys that follow each other are one question"
    page.get_by_label("字号", exact=True).fill("青禾")
    page.get_by_role("heading", name="惠民县青禾商贸有限公司").wait_for()
    assert "惠民县青和商贸有限公司" in board.inner_text() and "音近" in board.inner_text() and "相似度" in board.inner_text()
    assert "近似名称" in status.inner_text() and status.get_attribute("role") == "status"
    page.get_by_label("字号", exact=True).fill("樂禾")
    board.get_by_text("只有写法不同").wait_for()
    assert "不能使用" in status.inner_text()
    board.get_by_text("依据：企业名称登记管理规定 第十七条").click()
    assert board.get_by_text("在同一企业登记机关").is_visible()
    page.get_by_label("公司跨多个行业经营").check()
    page.get_by_role("heading", name="惠民县樂禾有限公司").wait_for()
    page.get_by_label("字号", exact=True).fill("")
    board.locator(".checked-name").wait_for(state="detached")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_dead_connection_loses_nothing_and_says_so(county: str, page: Any) -> None:
    page.goto(county + "/names")
    page.route("**/names/check.json*", lambda route: route.abort())
    page.get_by_label("字号", exact=True).fill("青禾")
    page.get_by_text("现在查不到，网络可能断了").wait_for()
    assert page.get_by_label("字号", exact=True).input_value() == "青禾"
    page.unroute("**/names/check.json*")
    page.get_by_label("行业或经营特点").fill("商贸")
    page.get_by_role("heading", name="惠民县青禾商贸有限公司").wait_for()


def test_a_name_goes_from_the_check_into_the_application(county: str, page: Any) -> None:
    sign_in(page, county)
    page.goto(county + "/names")
    page.get_by_label("行业或经营特点").fill("商贸")
    page.get_by_label("字号", exact=True).fill("青禾")
    page.get_by_role("link", name="保留这个名称").click()
    approval = page.get_by_label("要先办哪一项许可")
    assert not approval.is_visible()
    page.get_by_label("登记前须先办许可").check()
    page.get_by_label("要先办许可的经营项目").select_option(index=1)
    approval.fill("危险化学品经营许可")
    page.get_by_role("button", name="保留这个名称").click()
    page.get_by_role("heading", name="我保留的名称").wait_for()
    page.get_by_role("button", name="取消保留").click()
    page.get_by_role("button", name="撤回取消").click()
    page.get_by_role("button", name="用这个名称申请登记").click()
    board = page.locator("[data-name-board]")
    assert page.get_by_label("字号", exact=True).input_value() == "青禾"
    assert page.get_by_label("名称保留编号").input_value().startswith("MB20")
    assert "没有发现不能使用的情形" in board.inner_text() and board.get_by_role("link", name="保留这个名称").count() == 0
    page.get_by_label("名称保留编号").fill("")
    board.get_by_text("正在保留期内").wait_for()
