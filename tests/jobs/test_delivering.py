"""Notices leave through a real SMTP server and a real HTTP server, through every failure, and each arrives once."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.db import Database
from approvals.gateway import SIGNATURE_HEADER, TIMESTAMP_HEADER, Gateways, sign
from approvals.jobs import mail, webhook
from approvals.models import Notice
from approvals.operations import deliveries, messages
from approvals.operations.acting import Acting
from approvals.operations.errors import Refusal
from approvals.operations.message_texts import CODE_FORGOTTEN, LONGEST_SHORT_MESSAGE, SENDER, short_message
from tests.jobs.conftest import NOON, SECRET, Post, Tell
from tests.jobs.receivers import Gateway, MailServer, free_port, mail_server
from tests.support.driving import Chain
from tests.support.seed import seed

Mails, Webhook = tuple[MailServer, str], tuple[Gateway, str]


def states(post: Post) -> dict[str, str]:
    return {channel: each.state for channel, each in post.deliveries().items()}


# ---- planning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"sms": "13800000001", "mail": "zhang@example.cn"}),
        ({"channels": []}, {}),
        ({"channels": ["mail", "wechat"]}, {"mail": "zhang@example.cn", "wechat": "13800000001"}),
        ({"channels": ["mail"], "email": ""}, {}),
        ({"to_phone": "13900000000", "to_email": "li@example.cn"}, {"sms": "13900000000", "mail": "li@example.cn"}),
        ({"to_email": "li@example.cn"}, {"mail": "li@example.cn"}),
        ({"kind": "code", "urgent": True, "to_phone": "13900000000", "to_email": "li@example.cn"}, {"sms": "13900000000"}),
        ({"kind": "code", "urgent": True, "to_email": "li@example.cn"}, {"mail": "li@example.cn"}),
        ({"nobody": True}, {}),
        ({"at": NOON - timedelta(days=3)}, {}),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_notice_goes_by_the_ways_its_receiver_chose(post: Post, tell: Tell, values: Any, expected: dict[str, str]) -> None:
    notice_id = tell(**values)
    assert post.database.write(messages.plan, NOON, post.gateways) == 1
    assert post.database.write(messages.plan, NOON, post.gateways) == 0
    assert {channel: each.address for channel, each in post.deliveries().items()} == expected
    assert post.notice(notice_id).planned_at == NOON


def test_what_is_not_urgent_waits_for_the_morning(post: Post, tell: Tell, webhook: Webhook) -> None:
    post.now = NOON + timedelta(hours=10)  # 22:00
    tell("不急", at=post.now, channels=["sms"])
    tell("验证码 123456", at=post.now, kind="code", urgent=True, to_phone="13900000000")
    post.deliver()
    assert [json.loads(body)["to"] for _, body in webhook[0].requests] == ["13900000000"]
    assert post.next_try() == NOON + timedelta(hours=20)
    post.now = NOON + timedelta(hours=20)
    post.deliver()
    assert len(webhook[0].requests) == 2


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_walk_in_is_told_at_the_number_that_the_window_took_down(database: Database, webhook: Webhook) -> None:
    cast = seed(database)
    walk_in = {"name": "张测试", "id_number": "372321198506120011", "phone": "13800009999"}
    chain = Chain(database, cast, member=cast.clerk, office_id=cast.offices["hall"], walk_in=walk_in)
    gateways = Gateways(site="https://example.cn", webhook=webhook[1], secret=SECRET, demo=True)
    Post(database, gateways).deliver()
    webhook[0].requests.clear()
    database.write(lambda session: session.add(Notice(
        case_id=chain.root_id, root_id=chain.root_id, text={"zh": "办好了", "en": "Done"}, created_at=NOON,
    )))  # fmt: skip
    Post(database, gateways).deliver()
    assert [json.loads(body)["to"] for _, body in webhook[0].requests] == ["13800009999"]


# ---- through failures, each once ------------------------------------------------------------------------------------


def test_mail_arrives_once_through_failures(post: Post, tell: Tell, mails: Mails) -> None:
    server = mails[0]
    tell("您的办件 HM1 有了进展。", channels=["mail"])
    server.script = ["451 4.3.0 try later", "drop", "421 4.3.2 closing", "250 OK"]
    post.go_on(timedelta(hours=2))
    assert states(post) == {"mail": "sent"}
    assert server.tried == 4 and len(server.taken) == 2, "taken before the line was cut, and repeated"
    (letter,) = server.mailbox.values()
    assert letter["To"] == "zhang@example.cn" and letter["Auto-Submitted"] == "auto-generated"
    assert "滨周到·惠办事" in str(letter["From"]) and "您的办件 HM1 有了进展。" in letter.get_content()


def test_the_webhook_gets_each_message_once_through_failures(post: Post, tell: Tell, webhook: Webhook) -> None:
    server = webhook[0]
    tell("您的办件有了进展。", channels=["sms"])
    server.script = [500, "drop", 429, 408, 503, 202]
    post.go_on(timedelta(hours=3))
    delivery = post.deliveries()["sms"]
    assert (delivery.state, delivery.tries, delivery.error) == ("sent", 6, "")
    assert set(server.keys()) == {delivery.key} and len(server.requests) == 6
    for headers, body in server.requests:
        assert headers[SIGNATURE_HEADER] == sign(SECRET, int(headers[TIMESTAMP_HEADER]), body)
    content = json.loads(server.requests[-1][1])
    assert content["id"] == delivery.key and content["text"] == SENDER + "您的办件有了进展。" and content["to"] == "13800000001"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_gateway_that_never_answers_is_a_failed_try(
    post: Post, tell: Tell, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("approvals.jobs.webhook.TIMEOUT_SECONDS", 0.2)
    tell(channels=["sms"])
    webhook[0].script = ["hold"]
    post.deliver()
    assert post.deliveries()["sms"].state == "failed" and "连不上短信网关" in post.deliveries()["sms"].error
    post.go_on(timedelta(hours=1))
    assert states(post) == {"sms": "sent"}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_pause_that_the_gateway_asks_for_is_kept(post: Post, tell: Tell, webhook: Webhook) -> None:
    webhook[0].script, webhook[0].answer_headers = [429], {"Retry-After": "7200"}
    tell(channels=["sms"])
    post.deliver()
    assert (post.next_try() or NOON) >= NOON + timedelta(hours=2)


def test_a_mail_server_that_is_down_for_a_day_loses_nothing(post: Post, tell: Tell, webhook: Webhook) -> None:
    port = free_port()
    post.gateways = replace(post.gateways, smtp_url=f"smtp://127.0.0.1:{port}")
    for _ in range(12):
        tell()
    post.go_on(timedelta(days=1))
    assert {(each.channel, each.state) for each in post.all()} == {("mail", "failed"), ("sms", "sent")}, "others do not wait"
    assert len(webhook[0].requests) == 12
    assert "连不上邮件服务器" in post.deliveries()["mail"].error
    with mail_server(port) as (server, _):
        post.go_on(timedelta(days=1, hours=2))
        assert len(server.taken) == len(server.mailbox) == 12
    assert {each.state for each in post.all()} == {"sent"}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_that_stays_down_is_given_up_after_three_days(post: Post, tell: Tell) -> None:
    post.gateways = replace(post.gateways, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    tell(channels=["mail"])
    post.go_on(timedelta(days=4))
    delivery = post.deliveries()["mail"]
    assert delivery.state == "given-up" and delivery.next_try_at is None and 30 < delivery.tries < 90


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_a_server_refuses_for_good_is_not_tried_again(post: Post, tell: Tell, mails: Mails, webhook: Webhook) -> None:
    webhook[0].script = [422]
    tell(email="nobody@example.cn")
    post.go_on(timedelta(days=1))
    found = post.deliveries()
    assert {channel: (each.state, each.tries) for channel, each in found.items()} == {"sms": ("given-up", 1), "mail": ("given-up", 1)}
    assert "422" in found["sms"].error and "550" in found["mail"].error and "no such user" in found["mail"].error


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_without_a_gateway_messages_wait_and_say_for_what(post: Post, tell: Tell, webhook: Webhook) -> None:
    address, post.gateways = post.gateways.webhook, replace(post.gateways, webhook="")
    tell(channels=["sms"])
    post.deliver()
    delivery = post.deliveries()["sms"]
    assert (delivery.state, delivery.tries) == ("waiting", 0) and "APPROVALS_MESSAGE_WEBHOOK" in delivery.error
    post.now += timedelta(hours=1)
    post.gateways = replace(post.gateways, webhook=address)
    post.deliver()
    assert states(post) == {"sms": "sent"} and len(webhook[0].requests) == 1


# ---- several workers, dead workers ----------------------------------------------------------------------------------


@pytest.mark.real_commits
def test_two_workers_at_once_send_each_message_once(post: Post, tell: Tell, webhook: Webhook) -> None:
    for _ in range(30):
        tell(channels=["sms"])
    both = threading.Barrier(2)

    def work(name: str) -> None:
        both.wait()
        post.deliver(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    post.deliver()
    assert sorted(webhook[0].keys()) == sorted({each.key for each in post.all()}) and len(webhook[0].keys()) == 30
    assert {each.state for each in post.all()} == {"sent"}


def test_what_a_dead_worker_had_taken_is_another_ones(post: Post, tell: Tell, webhook: Webhook) -> None:
    tell(channels=["sms"])
    post.database.write(messages.plan, NOON, post.gateways)
    (taken,) = post.database.write(messages.claim_due, "dead", NOON, post.gateways.site)
    post.deliver("two")
    assert webhook[0].requests == [], "the claim is young"
    post.now = NOON + messages.LEASE + timedelta(seconds=1)
    post.deliver("two")
    assert webhook[0].keys() == [taken.key]
    late = messages.Outcome("again", "too late")
    assert not post.database.write(messages.record, "dead", taken, late, post.now, post.gateways)
    assert states(post) == {"sms": "sent"}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_claims_of_a_worker_that_is_gone_are_free_at_once(post: Post, tell: Tell) -> None:
    tell(channels=["sms"])
    post.database.write(messages.plan, NOON, post.gateways)
    post.database.write(messages.claim_due, "dead", NOON, post.gateways.site)
    assert post.database.write(messages.release_claims, "dead") == 1
    post.deliver("two")
    assert states(post) == {"sms": "sent"}


# ---- codes ----------------------------------------------------------------------------------------------------------


def code(tell: Tell) -> int:
    return tell("您的验证码是 123456。", kind="code", urgent=True, to_phone="13900000000")


def test_a_code_leaves_no_trace_once_it_is_sent(post: Post, tell: Tell, webhook: Webhook) -> None:
    tell(channels=["sms"])
    notice_id = code(tell)
    post.deliver(urgent=True)
    assert ["123456" in body.decode() for _, body in webhook[0].requests] == [True], "what is not urgent is left to others"
    assert post.notice(notice_id).text == CODE_FORGOTTEN


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_code_is_given_up_when_it_is_good_no_longer(post: Post, tell: Tell, webhook: Webhook) -> None:
    notice_id = code(tell)
    webhook[0].script = [500] * 100
    post.go_on(timedelta(hours=1))
    assert states(post) == {"sms": "given-up"} and 10 < len(webhook[0].requests) < 60
    assert post.notice(notice_id).text == CODE_FORGOTTEN


def test_the_demo_shows_a_code_until_it_expires(post: Post, tell: Tell, webhook: Webhook) -> None:
    post.gateways = replace(post.gateways, webhook="", smtp_url="", demo=True)
    notice_id = code(tell)
    post.deliver()
    assert states(post) == {"sms": "sent"} and webhook[0].requests == []
    assert post.database.write(messages.forget_codes, NOON + timedelta(minutes=9)) == 0
    assert "123456" in post.notice(notice_id).text["zh"]
    assert post.database.write(messages.forget_codes, NOON + timedelta(minutes=10)) == 1
    assert post.database.write(messages.forget_codes, NOON + timedelta(minutes=11)) == 0
    assert post.notice(notice_id).text == CODE_FORGOTTEN


# ---- sent anew, reported on -----------------------------------------------------------------------------------------


def test_a_message_sent_anew_has_a_key_of_its_own_and_a_limit(post: Post, tell: Tell, webhook: Webhook) -> None:
    webhook[0].script = [400]
    tell(channels=["sms"])
    post.deliver()
    with post.database.reading() as session:
        person_id = session.connection().exec_driver_sql("SELECT id FROM persons").scalar()
    staff = Acting(person_id, "赵窗口")
    delivery_id = post.deliveries()["sms"].id
    for number in range(1, deliveries.MOST_RESENDS + 1):
        post.database.write(deliveries.resend, staff, delivery_id, post.now)
        with pytest.raises(Refusal, match="还在发送"):
            post.database.write(deliveries.resend, staff, delivery_id, post.now)
        post.deliver()
        assert states(post) == {"sms": "sent"} and webhook[0].keys()[-1] == f"{delivery_id}-{number}"
        if number < deliveries.MOST_RESENDS:
            with pytest.raises(Refusal, match="五分钟"):
                post.database.write(deliveries.resend, staff, delivery_id, post.now)
        post.now += deliveries.PAUSE_BETWEEN
    with pytest.raises(Refusal, match="已重发 3 次"):
        post.database.write(deliveries.resend, staff, delivery_id, post.now)
    found = post.deliveries()["sms"]
    assert (found.resent_by_id, found.resends) == (person_id, 3)


def test_a_report_counts_once_and_for_its_own_sending(post: Post, tell: Tell) -> None:
    tell(channels=["sms"])
    post.deliver()
    key = post.deliveries()["sms"].key

    def report(key: str, state: str) -> bool:
        return post.database.write(deliveries.report, key, state, "停机", NOON)

    assert report(key, "failed") and states(post) == {"sms": "failed"}
    assert post.next_try() is None, "the gateway has tried: a person decides"
    assert report(key, "delivered") and report(key, "failed") and states(post) == {"sms": "delivered"}
    for wrong in ("", "x", "1-0", f"{key}0", "9" * 30 + "-0", "²-0"):
        assert not report(wrong, "failed")


# ---- texts ----------------------------------------------------------------------------------------------------------


def message(**values: Any) -> messages.Message:
    known = {
        "delivery_id": 7, "notice_id": 1, "resends": 0, "channel": "mail", "address": "zhang@example.cn", "kind": "case",
        "language": "zh", "text": "正文", "short": "短信", "case_number": "HM1", "case_path": "/cases/token", "claimed_at": NOON,
    }  # fmt: skip
    return messages.Message(**{**known, **values})


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address", ["a@example.cn\r\nBcc: victim@example.cn", "a@example.cn, b@example.cn", "<a@example.cn>", "", "无", "a@b@c"]
)
def test_an_address_brings_in_no_header_and_no_second_receiver(post: Post, mails: Mails, address: str) -> None:
    assert mail.send(post.gateways, message(address=address)).result == "never"
    assert mails[0].taken == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_texts_stay_texts(post: Post, mails: Mails) -> None:
    hostile = message(case_number="HM1\r\nBcc: victim@example.cn", text="第一行\r\n.\r\nRCPT TO:<victim@example.cn>\r\n终")
    assert mail.send(post.gateways, hostile).result == "sent"
    (letter,) = mails[0].taken
    assert letter["Bcc"] is None and "RCPT TO:<victim@example.cn>" in letter.get_content()
    assert "https://example.cn/cases/token" in letter.get_content()
    assert letter["Message-ID"] == "<delivery-7-0@example.cn>"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_faulty_certificate_is_the_servers_fault(post: Post, mails: Mails) -> None:
    gateways = replace(post.gateways, smtp_url=mails[1].replace("smtp://", "smtps://"))
    outcome = mail.send(gateways, message())
    assert (outcome.result, outcome.unreachable) == ("again", True)
    with_password = replace(post.gateways, smtp_url=mails[1].replace("smtp://", "smtp://user:secret@"))
    refused = mail.send(with_password, message())
    assert refused.result == "again" and "加密" in refused.reason, "no password leaves unencrypted"
    assert mails[0].taken == []


def test_a_short_message_is_cut_before_its_link() -> None:
    assert short_message("办好了") == SENDER + "办好了"
    link = "https://example.cn/sign/" + "x" * 32
    long = short_message("长" * 200 + link + " 请尽快")
    assert len(long) <= LONGEST_SHORT_MESSAGE and long.endswith(f"… {link}")
    assert len(short_message("长" * 200)) == LONGEST_SHORT_MESSAGE
    assert "\n" not in short_message("一\n二")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_wechat_has_room_for_the_whole_text(post: Post) -> None:
    long = "长" * 200
    content = json.loads(webhook.body_of(post.gateways, message(channel="wechat", text=long)))
    assert content["text"] == long and content["link"] == "https://example.cn/cases/token"
