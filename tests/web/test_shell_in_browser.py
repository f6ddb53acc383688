"""The shell in a real browser: nothing is stopped by the content policy, nothing sticks out on a telephone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.people import PASSWORD, enter

PAGES = ("/", "/guides", "/guides/company-opening", "/sign-in", "/sign-up", "/no-such-page")


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """What the browser sees does not depend on the kind of database."""
    return sqlite_databases


def wider_than_window(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def too_small_targets(page: Any) -> list[str]:
    """Buttons and fields below 44 pixels, which fingers miss."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]):not([type=checkbox]), select, .btn, nav a")]
            .filter(each => !each.closest(".visually-hidden") && !each.classList.contains("visually-hidden"))
            .filter(each => { const box = each.getBoundingClientRect(); return box.height > 0 && box.height < 43.5 })
            .map(each => each.outerHTML.slice(0, 80))"""
    )
    return found


def test_pages_fit_a_telephone(live_server: str, phone_page: Any) -> None:
    for path in PAGES:
        phone_page.goto(live_server + path)
        assert wider_than_window(phone_page) <= 0, path
        assert too_small_targets(phone_page) == [], path


def test_somebody_new_signs_up_signs_out_and_comes_back(live_server: str, page: Any) -> None:
    page.goto(live_server)
    page.get_by_role("link", name="开办企业").click()
    page.get_by_label("姓名").fill("张测试")
    page.get_by_label("手机号", exact=True).fill("13800000001")
    page.get_by_label("设置密码").fill("short")
    page.get_by_label("再输入一次密码").fill("short")
    page.get_by_role("button", name="注册并登录").click()
    assert page.get_by_role("alert").get_by_text("密码太短").is_visible()
    assert page.get_by_label("姓名").input_value() == "张测试"
    page.get_by_label("设置密码").fill(PASSWORD)
    page.get_by_label("再输入一次密码").fill(PASSWORD)
    page.get_by_role("button", name="注册并登录").click()
    assert page.url.endswith("/applications")
    page.get_by_role("button", name="退出").click()
    assert page.get_by_role("status").get_by_text("您已退出").is_visible()
    page.get_by_role("link", name="登录", exact=True).click()
    page.get_by_label("登录名或手机号").fill("13800000001")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    assert page.get_by_role("link", name="张测试").is_visible()


@pytest.mark.parametrize("name", ["长" * 200, "x" * 200, "\u202e" + "反" * 80])
def test_a_long_name_does_not_push_the_header_apart(application: Any, live_server: str, phone_page: Any, name: str) -> None:
    enter(application, name, ("clerk", "approval-bureau"), sign_in_name="long-name")
    phone_page.goto(f"{live_server}/sign-in?next=/account")
    phone_page.get_by_label("登录名或手机号").fill("long-name")
    phone_page.get_by_label("密码").fill(PASSWORD)
    phone_page.get_by_role("main").get_by_role("button", name="登录").click()
    phone_page.wait_for_url("**/account")
    assert wider_than_window(phone_page) <= 0
    header = phone_page.locator("header").bounding_box()
    assert header is not None and header["height"] < 200
    assert phone_page.get_by_role("link", name="窗口收件").is_visible()


def test_the_drawing_of_a_guide_is_seen_on_demand(live_server: str, page: Any) -> None:
    page.goto(f"{live_server}/guides/company-opening")
    drawing = page.get_by_role("img", name="企业开办（一链办理）")
    assert not drawing.is_visible()
    page.get_by_text("看流程图").click()
    box = drawing.bounding_box()
    assert box is not None and box["width"] > 400 and box["height"] > 300
    assert "工作日" in page.locator(".facts").inner_text()
