"""Pages and the machine's door of messages: where each stands, who sends it anew, what the gateway reports, the demo's telephone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.app import create_app
from approvals.db import Database
from approvals.gateway import LONGEST_JOURNEY, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from approvals.models import Delivery, Notice, Person
from tests.support.driving import Chain
from tests.support.seed import Member, seed
from tests.support.web import Visitor, application_settings
from tests.web.people import NOW, PASSWORD, enter

SECRET = "shared-with-the-gateway"
Visit = Callable[[Member], Visitor]


def deliver(database: Database, notice: dict[str, Any], **values: Any) -> int:
    """A notice with one delivery; returns the id of the delivery."""

    def store(session: Any) -> int:
        told = Notice(**{"text": {"zh": "办好了", "en": "Done"}, "created_at": NOW, "planned_at": NOW, **notice})
        session.add(told)
        session.flush()
        known = {"channel": "sms", "address": "13800001234", "state": "sent", "sent_at": NOW, "created_at": NOW}
        sent = Delivery(notice_id=told.id, **{**known, **values})
        session.add(sent)
        session.flush()
        return int(sent.id)

    return database.write(store)


def found(database: Database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery_id)


# ---- reports of the gateway -----------------------------------------------------------------------------------------


@pytest.fixture
def report(application: Any, database: Database) -> Callable[..., Any]:
    """Send a report as the gateway would; values of the headers can be replaced."""
    application.config.update(MESSAGE_WEBHOOK_SECRET=SECRET, NOW=lambda: NOW)

    def send(body: Any, at: Any = None, signature: str | None = None) -> Any:
        content = body if isinstance(body, bytes) else json.dumps({"reports": body}).encode()
        at = int(NOW.timestamp()) if at is None else at
        headers = {TIMESTAMP_HEADER: str(at), SIGNATURE_HEADER: sign(SECRET, int(at), content) if signature is None else signature}
        return application.test_client().post("/gateway/reports", data=content, headers=headers, content_type="application/json")

    return send


def test_a_signed_report_says_what_became_of_messages(database: Database, report: Callable[..., Any]) -> None:
    arrived, lost = deliver(database, {}), deliver(database, {})
    answer = report([
        {"id": f"{arrived}-0", "state": "delivered"}, {"id": f"{lost}-0", "state": "failed", "reason": "停机"},
        {"id": "1-0", "state": "delivered"}, {"id": f"{1 << 63}-0", "state": "delivered"}, {"id": f"{'9' * 19}-0", "state": "failed"},
    ])  # fmt: skip
    assert (answer.status_code, answer.json) == (200, {"accepted": 2, "unknown": 3})
    assert (found(database, arrived).state, found(database, arrived).delivered_at) == ("delivered", NOW)
    assert (found(database, lost).state, found(database, lost).error) == ("failed", "停机")
    report([{"id": f"{arrived}-0", "state": "failed"}])
    assert found(database, arrived).state == "delivered"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nobody_else_reports(application: Any, database: Database, report: Callable[..., Any]) -> None:
    delivery_id, now = deliver(database, {}), int(NOW.timestamp())
    body = [{"id": f"{delivery_id}-0", "state": "delivered"}]
    assert report(body, signature="0" * 64).status_code == 403
    assert report(body, signature="密").status_code == 403
    assert report(body, at=now - LONGEST_JOURNEY - 1).status_code == 403, "what was listened to is no good later"
    assert report(body, at=now + LONGEST_JOURNEY + 1).status_code == 403
    signature = sign(SECRET, now, b'{"reports": []}')
    assert report(body, signature=signature).status_code == 403
    client = application.test_client()
    assert client.post("/gateway/reports", json={"reports": body}).status_code == 400
    application.config["MESSAGE_WEBHOOK_SECRET"] = ""
    assert report(body, signature=sign("", now, json.dumps({"reports": body}).encode())).status_code == 403
    assert found(database, delivery_id).state == "sent"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b'{"reports": 3}', b'{"reports": [3]}', b'{"reports": [{"id": 7, "state": "delivered"}]}',
        b'{"reports": [{"id": "7-0", "state": "read"}]}', b'{"reports": [{"id": "7-0", "state": "failed", "reason": "\\u0000"}]}',
        b"[" * 100_000, b"\xff", json.dumps({"reports": [{"id": "7-0", "state": "failed"}] * 201}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_report_gets_a_sentence(report: Callable[..., Any], body: bytes) -> None:
    answer = report(body)
    assert answer.status_code == 422 and "reports" in answer.json["error"]


# ---- the case page and the administrator ----------------------------------------------------------------------------


def of_case(chain: Chain, **values: Any) -> dict[str, Any]:
    return {"case_id": chain.root_id, "root_id": chain.root_id, "person_id": chain.cast.applicant.person_id, **values}


def test_staff_see_where_messages_stand_and_send_them_anew(chain: Chain, database: Database, visit: Visit) -> None:
    given_up = deliver(database, of_case(chain), state="given-up", error="短信网关答复 422", sent_at=None)
    token = chain.case().token
    clerk, applicant = visit(chain.cast.clerk), visit(chain.cast.applicant)
    page = clerk.get(f"/cases/{token}").text
    address = f"/cases/{token}/deliveries/{given_up}/resend"
    assert "已放弃" in page and "短信网关答复 422" in page and "138****1234" in page and address in page
    assert "13800001234" not in page
    assert "已放弃" in applicant.get(f"/cases/{token}").text and address not in applicant.get(f"/cases/{token}").text
    applicant.post(address, status=403)
    visit(chain.cast.outsider).post(address, status=404)
    assert found(database, given_up).state == "given-up"
    clerk.post(address)
    sent = found(database, given_up)
    assert (sent.state, sent.resends, sent.resent_by_id) == ("waiting", 1, chain.cast.clerk.person_id)
    assert sent.address == "13800000001", "it goes to the number that the person has now"
    again = clerk.post(address, status=302)
    assert "还在发送" in clerk.get(again.headers["Location"]).text
    assert "赵窗口" in clerk.get(f"/cases/{token}").text


def test_a_delivery_of_another_case_is_not_found(chain: Chain, database: Database, visit: Visit) -> None:
    foreign = deliver(database, {"person_id": chain.cast.other_applicant.person_id}, state="given-up")
    clerk = visit(chain.cast.clerk)
    clerk.post(f"/cases/{chain.case().token}/deliveries/{foreign}/resend", status=404)
    clerk.post(f"/cases/{chain.case().token}/deliveries/{1 << 70}/resend", status=404)
    assert found(database, foreign).state == "given-up"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_links_and_codes_are_for_their_receiver_alone(chain: Chain, database: Database, visit: Visit) -> None:
    deliver(database, of_case(chain, kind="signature", person_id=None, to_name="李股东", to_phone="1", text={
        "zh": "请打开 {site}/sign/secret-token ，请 https://example.cn/sign/other-token 。", "en": "Open {site}/sign/secret-token",
    }))  # fmt: skip
    deliver(database, of_case(chain, kind="code", person_id=None, text={"zh": "验证码 123456", "en": "Code 123456"}))
    for member in (chain.cast.clerk, chain.cast.applicant):
        page = visit(member).get(f"/cases/{chain.case().token}").text
        assert "李股东" in page and "验证码已发送" in page
        assert "secret-token" not in page and "other-token" not in page and "123456" not in page


def test_the_administrator_sees_what_did_not_arrive(chain: Chain, database: Database, visit: Visit, application: Any) -> None:
    administrator = visit(chain.cast.administrator)
    assert "没有发送失败的消息" in administrator.get("/administration/deliveries").text
    lost = deliver(database, of_case(chain), state="given-up", channel="mail", address="zhang@example.cn", error="550 no such user")
    deliver(database, of_case(chain), state="sent")
    for _ in range(25):
        deliver(database, {}, state="failed", created_at=NOW - timedelta(days=1))
    page = administrator.get("/administration/deliveries").text
    assert "共 26 条" in page and "z***@example.cn" in page and "550 no such user" in page and "第 1 页，共 2 页" in page
    assert "APPROVALS_SMTP_URL" in page and "APPROVALS_MESSAGE_WEBHOOK" in page
    administrator.get("/administration/deliveries?page=99999999999999999999")
    visit(chain.cast.clerk).post(f"/administration/deliveries/{lost}/resend", status=403)
    visit(chain.cast.clerk).get("/administration/deliveries", status=403)
    administrator.post(f"/administration/deliveries/{lost}/resend")
    assert found(database, lost).state == "waiting"
    application.config.update(SMTP_URL="smtp://mail", MESSAGE_WEBHOOK="http://gateway")
    assert "APPROVALS_SMTP_URL" not in administrator.get("/administration/deliveries").text


# ---- the demo's telephone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_telephone_of_the_demo_shows_messages_as_received(database_url: str) -> None:
    product = create_app({**application_settings(database_url), "DEMO": True, "PUBLIC_URL": "https://example.cn"})
    database = product.extensions["database"]
    seed(database)
    visitor = Visitor(product)
    assert "还没有消息" in visitor.get("/demo/phone").text
    deliver(database, {"kind": "code", "text": {"zh": "验证码 123456", "en": "Code"}})
    deliver(database, {"text": {"zh": "请打开 {site}/sign/token <b>", "en": "x"}}, channel="mail", address="a@example.cn")
    deliver(database, {"text": {"zh": "还没有发出", "en": "x"}}, state="waiting")
    page = visitor.get("/demo/phone").text
    assert "【滨周到·惠办事】验证码 123456" in page and "a@example.cn" in page and "还没有发出" not in page
    assert 'href="https://example.cn/sign/token"' in page and "&lt;b&gt;" in page


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_outside_the_demo_there_is_no_telephone(application: Any) -> None:
    Visitor(application).get("/demo/phone", status=404)


# ---- one's own channels ---------------------------------------------------------------------------------------------


def test_people_choose_how_they_are_told(application: Any, database: Database) -> None:
    person_id = enter(application, "张测试", sign_in_name="zhang")
    visitor = Visitor(application, person_id)

    def kept() -> tuple[list[str], str]:
        with database.reading() as session:
            person = session.scalars(select(Person).where(Person.id == person_id)).one()
            return person.channels, person.email

    assert kept() == (["sms"], "")
    page = visitor.get("/account").text
    assert 'name="sms" value="y" checked' in page and 'name="mail" value="y">' in page
    refused = visitor.post("/account/channels", {"mail": "y", "email": ""}, status=422, page="/account").text
    assert "选了邮件，请填写邮箱" in refused and 'name="mail" value="y" checked' in refused
    wrong = visitor.post("/account/channels", {"mail": "y", "email": "zhang@example"}, status=422, page="/account").text
    assert "邮箱不对" in wrong and 'value="zhang@example"' in wrong
    visitor.post("/account/channels", {"email": "a@example.cn\r\nBcc: b@example.cn"}, status=422, page="/account")
    assert kept() == (["sms"], "")
    visitor.post("/account/channels", {"mail": "y", "wechat": "y", "email": " zhang@example.cn "}, page="/account")
    assert kept() == (["mail", "wechat"], "zhang@example.cn")
    visitor.post("/account/channels", {"email": "zhang@example.cn"}, page="/account")
    assert kept() == ([], "zhang@example.cn")
    assert PASSWORD not in visitor.get("/account").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_inbox_shows_notices_of_no_case_with_their_link(application: Any, database: Database) -> None:
    person_id = enter(application, "张测试")
    deliver(database, {"person_id": person_id, "text": {"zh": "您保留的名称快到期：{site}/names", "en": "x"}})
    application.config["PUBLIC_URL"] = "https://example.cn"
    page = Visitor(application, person_id).get("/notices").text
    assert "您保留的名称快到期" in page and 'href="https://example.cn/names"' in page
