"""A lost connection, a killed tab, a second press: nothing typed is lost, and what is sent again is sent once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals.models import Case, Draft, Position
from tests.support import seed
from tests.support.filing import County, began, typed
from tests.support.seed import Member

pytestmark = pytest.mark.browser

SAVE = "button:text-is('保存并继续')"
SignIn = Callable[[Any, Member], None]


@pytest.fixture
def draft(county: County) -> str:
    """The token of a draft of the applicant, nothing typed."""
    return began(county.visitor(county.cast.applicant))


@pytest.fixture
def name_page(page: Any, address: str, county: County, sign_in: SignIn, draft: str) -> str:
    """The address of the first page of the draft, opened."""
    sign_in(page, county.cast.applicant)
    path = f"{address}/applications/{draft}/name"
    page.goto(path)
    return path


def kept(page: Any) -> int:
    """How many forms this browser keeps something of."""
    found: int = page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('kept:')).length")
    return found


def when_kept(page: Any) -> None:
    page.wait_for_selector("form[data-kept]")


def test_what_was_typed_offline_is_sent_when_the_connection_is_back(page: Any, name_page: str, county: County, draft: str) -> None:
    page.context.set_offline(True)
    page.fill("#trade_name", "禾样")
    page.click(SAVE)
    page.wait_for_selector("text=没有网络，内容已保存在这台设备上")
    assert page.url == name_page
    assert county.draft(draft).content == {}
    page.context.set_offline(False)
    page.wait_for_url("**/name")
    page.wait_for_selector("text=这一页还有")
    assert county.draft(draft).content["name"]["trade_name"] == "禾样"
    assert kept(page) == 0


def test_the_button_sends_again(page: Any, name_page: str, county: County, draft: str) -> None:
    page.route("**/applications/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill("#trade_name", "禾样")
    page.click(SAVE)
    page.wait_for_selector("text=没有网络")
    page.unroute("**/applications/**")
    page.click("button:text-is('点这里再送')")
    page.wait_for_selector("text=这一页还有")
    assert county.draft(draft).content["name"]["trade_name"] == "禾样"


def test_what_somebody_still_works_on_is_not_sent_behind_their_back(page: Any, name_page: str, county: County, draft: str) -> None:
    page.context.set_offline(True)
    page.fill("#trade_name", "禾样")
    page.click(SAVE)
    page.wait_for_selector("text=没有网络")
    page.locator("#trade_name").press("End")
    page.keyboard.type("二")
    page.wait_for_selector("text=改好后请再送")
    page.context.set_offline(False)
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.click(SAVE)
    assert sent.value.status == 204
    page.wait_for_selector("text=这一页还有")
    assert county.draft(draft).content["name"]["trade_name"] == "禾样二"


def test_a_killed_tab_gives_back_what_was_typed(page: Any, name_page: str, county: County) -> None:
    page.fill("#trade_name", "禾样")
    when_kept(page)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(name_page)
    again.wait_for_selector("text=上次没有送出的内容还在，已填回")
    assert again.input_value("#trade_name") == "禾样"
    again.click("button:text-is('不要了，清空')")
    again.wait_for_selector(".kept-note", state="detached")
    assert again.input_value("#trade_name") == "" and kept(again) == 0


def test_rows_that_were_added_come_back(page: Any, name_page: str, address: str, draft: str) -> None:
    page.goto(f"{address}/applications/{draft}/capital")
    for number, name in enumerate(("张测试", "李样例", "王三例")):
        if number:
            page.click("[data-table=shareholders] [data-add]")
        page.locator("[data-table=shareholders] [data-row]:last-child [name$='-name']").fill(name)
    page.locator("[data-table=shareholders] [data-remove]").nth(1).click()
    page.fill("#capital", "5000")
    when_kept(page)
    page.reload()
    page.wait_for_selector("text=已填回")
    names = page.locator("[data-table=shareholders] [data-rows] [name$='-name']")
    assert [names.nth(number).input_value() for number in range(names.count())] == ["张测试", "王三例"]
    assert page.inner_text("[data-tally-capital]") == "5,000.00"


def test_two_tabs_do_not_mix(page: Any, name_page: str) -> None:
    page.fill("#trade_name", "禾样")
    when_kept(page)
    other = page.context.new_page()
    other.goto(name_page)
    other.fill("#trade_name", "麦样")
    when_kept(other)
    assert kept(page) == 2
    assert other.locator(".kept-note").count() == 0
    page.reload()
    page.wait_for_selector("text=已填回")
    assert page.input_value("#trade_name") == "禾样"


def test_what_was_saved_elsewhere_meanwhile_is_not_overwritten_unasked(page: Any, name_page: str, county: County, draft: str) -> None:
    page.fill("#trade_name", "禾样")
    when_kept(page)
    county.visitor(county.cast.applicant).post(f"/applications/{draft}/name", {"trade_name": "别处"}, status=303)
    page.goto(name_page)
    page.wait_for_selector("text=这一页后来在别处改过")
    assert page.input_value("#trade_name") == "别处"
    page.click("button:text-is('填回没有送出的')")
    assert page.input_value("#trade_name") == "禾样"


def test_signing_out_clears_and_another_person_finds_nothing(
    page: Any, name_page: str, county: County, address: str, sign_in: SignIn
) -> None:
    page.fill("#trade_name", "禾样")
    when_kept(page)
    page.click("button:text-is('退出')")
    page.wait_for_selector("text=您已退出")
    assert kept(page) == 0
    sign_in(page, county.cast.applicant)
    page.goto(name_page)
    page.fill("#trade_name", "禾样")
    when_kept(page)
    page.context.clear_cookies()
    sign_in(page, county.cast.other_applicant)
    page.wait_for_load_state("load")
    assert kept(page) == 0


def test_passwords_are_never_kept(page: Any, name_page: str, address: str) -> None:
    page.goto(f"{address}/account")
    secret = page.locator("input[type=password]")
    if secret.count():
        secret.first.fill("a secret of mine")
    assert "secret of mine" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_lost_answer_and_a_second_send_open_one_case(page: Any, address: str, county: County, sign_in: SignIn, draft: str) -> None:
    typed(county.visitor(county.cast.applicant), draft, seed.application())
    sign_in(page, county.cast.applicant)
    page.goto(f"{address}/applications/{draft}/check")
    arrived: list[int] = []

    def lose(route: Any) -> None:
        arrived.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route("**/submit", lose)
    page.click("button:text-is('提交申请')")
    page.wait_for_selector("text=没有网络")
    assert arrived == [204]
    page.unroute("**/submit")
    page.click("button:text-is('点这里再送')")
    page.wait_for_selector("h1:has-text('收到'), .receipt-number")
    assert len([case for case in county.rows(Case) if case.parent_id is None]) == 1


def test_a_double_click_sends_once(page: Any, name_page: str, county: County) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.fill("#trade_name", "禾样")
    page.dblclick(SAVE)
    page.wait_for_selector("text=这一页还有")
    assert len(sent) == 1


PRESSED_AGAIN = """() => {
  const send = window.fetch;
  window.fetch = async (to, how = {}) => {
    const answer = await send(to, how);
    const press = () => { document.querySelector("#trade_name").form.requestSubmit(); console.log("pressed again"); };
    if (how.method === "POST") setTimeout(press, 50);
    return answer;
  };
}"""
"""Has a page press the button once more when the answer is there: a person would, while nothing seems to happen."""


@pytest.fixture
def on_its_way(page: Any, name_page: str) -> list[Any]:
    """Where the page that comes after sending waits until it is let through."""
    waiting: list[Any] = []
    page.route(name_page, lambda route: waiting.append(route) if route.request.method == "GET" else route.continue_())
    return waiting


def save(page: Any) -> None:
    """Save the page, until the next one is asked for."""
    page.fill("#trade_name", "禾样")
    with page.expect_request(lambda request: request.is_navigation_request() and request.method == "GET"):
        page.click(SAVE)


def test_pressing_again_while_the_next_page_is_on_its_way_sends_nothing_more(page: Any, on_its_way: list[Any]) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(PRESSED_AGAIN)
    with page.expect_console_message(lambda message: message.text == "pressed again"):
        save(page)
    on_its_way[0].continue_()
    page.wait_for_selector("text=这一页还有")
    assert len(sent) == 1


def test_an_answer_that_comes_late_beside_the_page_takes_nothing_away(page: Any, on_its_way: list[Any], county: County) -> None:
    asked, answers = threading.Event(), threading.Event()
    check = county.application.view_functions["names.check_json"]

    @functools.wraps(check)
    def late() -> Any:
        asked.set()
        answers.wait(10)
        return check()

    county.application.view_functions["names.check_json"] = late
    with page.expect_request("**/names/check.json*"):
        page.fill("#trade_name", "禾")
    assert asked.wait(10)
    save(page)
    with page.expect_response("**/names/check.json*"):
        answers.set()
    on_its_way[0].continue_()
    page.wait_for_selector("text=这一页还有")


def test_an_answer_that_complains_shows_in_place_and_keeps_what_it_shows(
    page: Any, address: str, county: County, sign_in: SignIn
) -> None:
    clerk = county.visitor(county.cast.town_clerk)
    token = clerk.post("/desk/intake", status=303).location.split("/")[2]
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}/identity")
    page.fill("#id_number", "123")
    page.click("button:text-is('保存并继续')")
    page.wait_for_selector(".error-summary")
    assert page.input_value("#id_number") == "123"
    page.fill("#name", "周到访")
    when_kept(page)
    page.reload()
    page.wait_for_selector(".kept-note")
    assert page.input_value("#name") == "周到访"
    assert county.rows(Draft)[0].walk_in["id_number"] == "123"


def test_signed_out_meanwhile_the_page_stays(page: Any, name_page: str, county: County, sign_in: SignIn, draft: str) -> None:
    page.fill("#trade_name", "禾样")
    county.now += timedelta(hours=13)
    page.click(SAVE)
    page.wait_for_selector("text=已自动退出")
    assert page.input_value("#trade_name") == "禾样"
    sign_in(page.context.new_page(), county.cast.applicant)
    page.click("button:text-is('点这里再送')")
    page.click("button:text-is('再次提交')")
    page.wait_for_selector("text=这一页还有")
    assert county.draft(draft).content["name"]["trade_name"] == "禾样"
    assert kept(page) == 0


def test_where_every_client_begins_on_the_same_page_nothing_shows_unasked(
    page: Any, address: str, county: County, sign_in: SignIn
) -> None:
    agent = county.cast.town_clerk
    held = {"role": "agent", "department": "approval-bureau", "office_id": county.cast.offices[seed.TOWN], "valid_from": seed.SINCE}
    county.database.write(lambda session: session.add(Position(person_id=agent.person_id, **held)))
    sign_in(page, agent)
    page.goto(f"{address}/desk/delegation")
    field = page.locator("main form input[type=text]").first
    field.fill("上一位")
    when_kept(page)
    page.goto(f"{address}/desk/delegation")
    page.wait_for_selector("text=可能是上一位的")
    assert field.input_value() == ""
    page.click("button:text-is('填回没有送出的')")
    assert field.input_value() == "上一位"
