"""Error pages: what happened, what was kept, what to do next."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import abort

from approvals.language import language
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.settings import LARGEST_REQUEST
from approvals.views.access import public, requires
from tests.support.pages import token_in
from tests.support.web import Visitor
from tests.web.people import enter

SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def faulty(application: Any) -> Any:
    """The application with pages that go wrong in every way."""

    def add(path: str, view: Any) -> None:
        application.add_url_rule(path, path.strip("/"), view, methods=["GET", "POST"])

    def raising(error: Exception) -> Any:
        def view() -> str:
            raise error

        return view

    add("/test-refused", public(raising(Refusal("no", {"zh": "公司名称已被占用。", "en": "The name is taken."}))))
    add("/test-outdated", public(raising(Outdated("old", {"zh": "这一步已由李登记办理。", "en": "Already handled."}))))
    add("/test-foreign", public(raising(NotFound())))
    add("/test-broken", public(raising(ValueError("a fault"))))
    add("/test-frequent", public(lambda: abort(429)))
    add("/test-echo", public(lambda: language()))
    add("/test-desk", requires("desk")(lambda: "desk"))
    add("/test-closed", lambda: "never")
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


@SQLITE
def test_unknown_and_foreign_look_the_same(faulty: Any) -> None:
    visitor = Visitor(faulty)
    assert visitor.get("/test-foreign", status=404).text.replace("/test-foreign", "") == visitor.get(
        "/test-nobody", status=404
    ).text.replace("/test-nobody", "")


@SQLITE
def test_a_refusal_is_its_sentence_and_what_was_typed(faulty: Any) -> None:
    visitor = Visitor(faulty)
    page = visitor.post("/test-refused", {"trade_name": "青禾<b>", "password": "secret words"}, status=409).text
    assert "公司名称已被占用。" in page and "青禾&lt;b&gt;" in page
    assert "secret words" not in page and "什么也没有改动" in page


@SQLITE
def test_an_outdated_page_leads_to_the_present_one(faulty: Any) -> None:
    headers = {"Origin": "http://localhost", "Referer": "http://localhost/notices?page=2"}
    page = Visitor(faulty).post("/test-outdated", {"opinion": "同意"}, status=409, headers=headers).text
    assert "这一步已由李登记办理。" in page and 'href="/notices?page=2"' in page and "同意" in page


@SQLITE
def test_an_old_page_can_be_sent_again(faulty: Any) -> None:
    visitor = Visitor(faulty)
    typed = {"csrf_token": "of another session", "trade_name": "青禾\r\n农业", "password": "secret words", "positions": ["甲", "乙"]}
    answer = visitor.client.post("/test-echo", data=typed, headers={"Origin": "http://localhost"})
    page = answer.text
    assert answer.status_code == 400
    assert "页面打开得太久了" in page and "再次提交" in page and "secret words" not in page
    assert page.count('name="positions"') == 2
    again = visitor.client.post("/test-echo", data={"csrf_token": token_in(page.split("再次提交")[0].rsplit("<form", 1)[1])})
    assert again.status_code == 200


@SQLITE
@pytest.mark.parametrize("headers", [{}, {"Origin": "https://example.cn"}, {"Origin": "null"}])
def test_a_strangers_form_does_not_come_back_with_a_button(faulty: Any, headers: dict[str, str]) -> None:
    page = Visitor(faulty).client.post("/test-echo", data={"trade_name": "青禾"}, headers=headers).text
    assert "页面打开得太久了" in page and "青禾" not in page


@SQLITE
def test_sending_after_a_time_out_keeps_what_was_typed(faulty: Any) -> None:
    visitor = Visitor(faulty)
    page = visitor.post("/test-desk", {"opinion": "写了很久"}, status=401).text
    assert "请重新登录" in page and "写了很久" in page and 'href="/sign-in"' in page


@SQLITE
def test_whoever_has_signed_out_elsewhere_is_asked_to_sign_in_and_not_told_of_an_old_page(faulty: Any) -> None:
    typed = {"csrf_token": "of the session that ended", "opinion": "写了很久"}
    answer = Visitor(faulty).client.post("/test-desk", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert "请重新登录" in answer.text and "写了很久" in answer.text and "页面打开得太久了" not in answer.text


@pytest.mark.parametrize("field", ["name", "na\0me"])
def test_a_nul_byte_is_refused_with_a_sentence_and_the_rest_kept(application: Any, field: str) -> None:
    visitor = Visitor(application)
    page = visitor.post("/sign-up", {field: "张\0测试", "phone": "13800000001"}, status=400).text
    assert "看不见的字符" in page
    assert "\0" not in page and 'value="张测试"' in page and 'value="13800000001"' in page


def test_a_nul_byte_in_an_address_is_not_found(application: Any) -> None:
    visitor = Visitor(application, enter(application, "张测试"))
    visitor.get("/cases/%00", status=404)
    visitor.get("/guides/company%00opening", status=404)
    visitor.get("/notices?page=%00", status=400)


@SQLITE
def test_too_much_at_once_is_refused(faulty: Any) -> None:
    answer = Visitor(faulty).client.post("/test-echo", data={"text": "x" * (LARGEST_REQUEST + 1)})
    assert answer.status_code == 413
    assert "2 MB" in answer.text


@SQLITE
def test_a_whole_megabyte_goes_through(faulty: Any) -> None:
    assert Visitor(faulty).post("/test-echo", {"text": "x" * 1_000_000}, status=200).text == "zh"


@SQLITE
@pytest.mark.parametrize(
    ("path", "method", "status", "sentence"),
    [
        ("/language", "get", 405, "这个地址不能这样打开"),
        ("/test-frequent", "get", 429, "操作太频繁了"),
        ("/test-broken", "get", 500, "系统出了差错"),
        ("/no-such-page", "get", 404, "没有找到这个页面"),
    ],
)
def test_each_error_has_a_page_of_its_own(faulty: Any, path: str, method: str, status: int, sentence: str) -> None:
    page = getattr(Visitor(faulty), method)(path, status=status).text
    assert f"<h1>{sentence}</h1>" in page
    assert "县政务服务大厅" in page
    assert "ValueError" not in page and "Traceback" not in page


@SQLITE
def test_the_page_of_a_fault_needs_no_database(faulty: Any) -> None:
    visitor = Visitor(faulty, 1)
    faulty.extensions["database"] = type(faulty.extensions["database"])("sqlite:////nowhere/at/all.sqlite")
    assert "系统出了差错" in visitor.get("/guides", status=500).text


@SQLITE
def test_a_page_for_others_says_so(faulty: Any) -> None:
    applicant = Visitor(faulty, enter(faulty, "张测试"))
    assert "不对您的岗位开放" in applicant.get("/test-desk", status=403).text
    clerk = Visitor(faulty, enter(faulty, "窗口员样例", ("clerk", "approval-bureau")))
    assert clerk.get("/test-desk").text == "desk"
    assert Visitor(faulty).get("/test-desk", status=302).headers["Location"] == "/sign-in?next=/test-desk"


@SQLITE
def test_a_view_without_a_permission_is_closed(faulty: Any) -> None:
    visitor = Visitor(faulty, enter(faulty, "李登记", ("registrar", "approval-bureau")))
    visitor.get("/test-closed", status=500)
    faulty.config["TESTING"] = False
    visitor.get("/test-closed", status=404)


@SQLITE
def test_the_token_is_checked_before_who_may(faulty: Any) -> None:
    assert Visitor(faulty).client.post("/test-desk", data={}).status_code == 400


@SQLITE
@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/test-refused"])
def test_a_file_is_refused_with_a_sentence_and_the_rest_is_kept(faulty: Any, path: str) -> None:
    visitor = Visitor(faulty)
    data = {"sign_in_name": (io.BytesIO("张".encode()), "name.txt"), "name": "李样例", "csrf_token": token_in(visitor.get("/").text)}
    answer = visitor.client.post(path, data=data, headers={"Origin": "http://localhost"}, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert "这里不收文件" in answer.text and "李样例" in answer.text


@SQLITE
def test_what_is_no_form_is_refused(faulty: Any) -> None:
    visitor = Visitor(faulty)
    headers = {"X-CSRFToken": token_in(visitor.get("/").text)}
    assert visitor.client.post("/sign-in", json={"sign_in_name": 5, "password": []}, headers=headers).status_code == 400
