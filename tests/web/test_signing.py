"""A signatory's own link: from the link to the signature without scripts, and every way in which it does not lead there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Notice, Signature
from approvals.operations import signing
from tests.rules.applications import LI, WANG, ZHANG
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.seed import Member
from tests.support.web import Visitor

PERSONS = {"张测试": ZHANG, "李样例": LI, "王示范": WANG}
COMPANY = "惠民县禾样农产品销售有限公司"
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def chain(application: Any, database: Database) -> Chain:
    """One filed company opening that nobody has signed; the product's clock follows the chain's."""
    driven = Chain(database, signed=False)
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def visit(application: Any, chain: Chain) -> Callable[[Member], Visitor]:
    return lambda member: Visitor(application, member.person_id)


@pytest.fixture
def device(application: Any, chain: Chain) -> Visitor:
    """A telephone on which nobody has signed in."""
    return Visitor(application)


def path_of(asked: Signature, part: str = "") -> str:
    return f"/sign/{asked.token}" + (f"/{part}" if part else "")


def last_code(chain: Chain) -> str:
    with chain.database.reading() as session:
        text = session.scalars(select(Notice.text).where(Notice.kind == "code").order_by(Notice.id.desc())).first()
    found = re.search(r"验证码(\d{6})", text["zh"]) if text else None
    assert found is not None
    return found[1]


def identify(device: Visitor, asked: Signature, status: int = 303, **typed: str) -> Any:
    values = {"name": asked.name, "id_number": PERSONS.get(asked.name, ""), **typed}
    return device.post(path_of(asked, "identity"), values, status=status)


def enter_code(device: Visitor, chain: Chain, asked: Signature) -> None:
    device.post(path_of(asked, "confirmation"), {"code": last_code(chain)}, status=303)


def arrive(device: Visitor, chain: Chain, asked: Signature) -> str:
    """As far as what is to be signed."""
    identify(device, asked)
    enter_code(device, chain, asked)
    return unescape(device.get(path_of(asked)).text)


def sign(device: Visitor, asked: Signature, status: int = 303, **values: str) -> Any:
    return device.post(path_of(asked, "signature"), {"digest": asked.digest, "agreed": "y", **values}, status=status)


def test_from_the_link_to_the_signature(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    first = device.get(path_of(asked)).text
    assert COMPANY in first
    assert not any(told in first for told in ("张测试", "李样例", "示例路", "1,000,000", ZHANG, asked.phone))
    identify(device, asked)
    second = device.get(path_of(asked)).text
    assert "138****0001" in second and asked.phone not in second and "示例路" not in second
    enter_code(device, chain, asked)
    third = unescape(device.get(path_of(asked)).text)
    for told in ("签署章程", "签署申请书", "示例路1号2单元301室", "法定代表人", "认缴600,000.00元", "第四十六条"):
        assert told in third, told
    assert LI not in third and "3723**********" in third, "numbers are masked"
    sign(device, asked)
    done = unescape(device.get(path_of(asked)).text)
    assert "签好了" in done and asked.digest[:16] in done and "李样例" in done and "王示范" in done
    row = chain.signatures()[0]
    assert (row.vote, row.way, row.confirmed_at) == ("yes", "online", chain.now)
    assert chain.faults() == []


def test_whoever_owes_no_articles_is_shown_none(chain: Chain, device: Visitor) -> None:
    page = arrive(device, chain, chain.signatures()[2])
    assert "确认身份" in page and "签署章程" not in page and 'id="articles"' not in page


def test_a_wrong_person_is_turned_away_and_counted(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[1]
    page = unescape(identify(device, asked, 422, name="张测试", id_number=ZHANG).text)
    assert "还可以试4次" in page and 'value="张测试"' in page
    for _ in range(4):
        identify(device, asked, 422, id_number="0")
    assert "一小时后再试" in identify(device, asked, 422).text
    assert "李样例" not in device.get(path_of(asked)).text
    other = Visitor(device.application)
    assert "一小时后再试" in identify(other, asked, 422).text, "another device does not begin anew"


def test_nothing_typed_is_a_sentence_and_costs_no_try(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    for _ in range(6):
        page = identify(device, asked, 422, name=" ", id_number="").text
    assert "请填写您的姓名" in page and "请填写您的证件号码" in page
    identify(device, asked)


def test_wrong_codes(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    identify(device, asked)
    wrong = f"{(int(last_code(chain)) + 1) % 10**6:06d}"
    assert "请填写短信里的6位验证码" in device.post(path_of(asked, "confirmation"), {"code": ""}, status=422).text
    assert "还可以试4次" in device.post(path_of(asked, "confirmation"), {"code": wrong}, status=422).text
    for _ in range(4):
        page = device.post(path_of(asked, "confirmation"), {"code": wrong}, status=422).text
    assert "重新发送验证码" in page
    device.post(path_of(asked, "confirmation"), {"code": last_code(chain)}, status=422)
    assert "没有可用的验证码" in device.get(path_of(asked)).text


def test_the_time_of_a_code_can_be_had_anew(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    identify(device, asked)
    device.post(path_of(asked, "code"), status=303)
    assert "一分钟后可以再发" in device.get(path_of(asked)).text
    old = last_code(chain)
    chain.now += timedelta(minutes=9)
    device.post(path_of(asked, "code"), status=303)
    assert "新的验证码已经发出" in device.get(path_of(asked)).text
    chain.now += timedelta(minutes=9)
    if old != last_code(chain):
        device.post(path_of(asked, "confirmation"), {"code": old}, status=422)
    enter_code(device, chain, asked)


def test_a_confirmed_device_confirms_nobody_elses_link(chain: Chain, device: Visitor) -> None:
    first, second, _ = chain.signatures()
    arrive(device, chain, first)
    assert "确认您是谁" in device.get(path_of(second)).text
    sign(device, second)
    assert chain.signatures()[1].vote == ""
    assert "再确认一次身份" in device.get(path_of(second)).text


def test_the_confirmation_ends_after_half_an_hour(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    arrive(device, chain, asked)
    chain.now += timedelta(minutes=30)
    sign(device, asked)
    assert "确认您是谁" in device.get(path_of(asked)).text and chain.signatures()[0].vote == ""


def test_the_tick_is_asked_for(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    arrive(device, chain, asked)
    page = sign(device, asked, 422, agreed="")
    assert 'href="#agreed"' in page.text and chain.signatures()[0].vote == ""


def test_a_double_click_signs_once_and_a_used_link_says_so(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    arrive(device, chain, asked)
    sign(device, asked)
    sign(device, asked)
    assert "签好了" in device.get(path_of(asked)).text
    other = Visitor(device.application)
    page = other.get(path_of(asked), 410).text
    assert "这个链接已经用过" in page and "张测试" not in page
    assert identify(other, asked, 410).status_code == 410
    assert chain.faults() == []


def test_two_devices_and_only_one_answer(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    arrive(device, chain, asked)
    other = Visitor(device.application)
    chain.now += timedelta(minutes=2)
    arrive(other, chain, asked)
    sign(device, asked)
    other.post(path_of(asked, "objection"), {"digest": asked.digest, "reason": "不同意"}, status=303)
    page = other.get(path_of(asked)).text
    assert "这次没有改变它" in page and "签好了" in page
    assert chain.signatures()[0].vote == "yes"


def test_an_expired_link_sends_a_new_one_elsewhere(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    chain.now += timedelta(days=7)
    page = device.get(path_of(asked), 410).text
    assert "这个链接过期了" in page and "张测试" not in page
    assert identify(device, asked, 410).status_code == 410
    answer = device.post(path_of(asked, "new-link"), status=200)
    renewed = chain.signatures()[0]
    assert "新的链接已经发出" in answer.text and renewed.token not in answer.text
    assert "没有这个链接" in device.get(path_of(asked), 404).text
    arrive(device, chain, renewed)


def test_a_link_that_expires_while_its_page_is_read_still_signs(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    chain.now = asked.link_expires_at - timedelta(minutes=5)
    arrive(device, chain, asked)
    chain.now = asked.link_expires_at + timedelta(minutes=5)
    sign(device, asked)
    assert chain.signatures()[0].vote == "yes"


def test_unknown_links(chain: Chain, device: Visitor) -> None:
    assert "没有这个链接" in device.get("/sign/" + "x" * 32, 404).text
    device.post("/sign/nothing/signature", {"agreed": "y"}, status=404)
    device.post("/sign/nothing/new-link", status=404)


def test_an_objection_needs_a_reason_and_reaches_the_applicant(
    chain: Chain, device: Visitor, visit: Callable[[Member], Visitor]
) -> None:
    asked = chain.signatures()[1]
    arrive(device, chain, asked)
    path = path_of(asked, "objection")
    assert 'href="#reason"' in device.post(path, {"digest": asked.digest, "reason": " "}, status=422).text
    long = device.post(path, {"digest": asked.digest, "reason": "长" * 501}, status=422).text
    assert "最多500个字" in long and "长" * 501 in long
    device.post(path, {"digest": asked.digest, "reason": "出资额<写错>了"}, status=303)
    assert "您没有同意签署" in device.get(path_of(asked)).text
    assert chain.case(REGISTRATION).state == "correcting"
    page = unescape(visit(chain.cast.applicant).get(f"/cases/{chain.case().token}").text)
    assert "出资额<写错>了" in page and "去修改" in page and "一次性告知" not in page
    assert chain.faults() == []


def test_after_a_change_only_the_change_is_shown_first(chain: Chain, device: Visitor) -> None:
    before = chain.signatures()[0]
    chain.sign(leave=1)
    arrive_old = Visitor(device.application)
    chain.act(REGISTRATION, "change", chain.cast.applicant)
    assert "现在不用签了" in arrive_old.get(path_of(chain.signatures()[2]), 410).text
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    assert "申请改过了" in device.get(path_of(before), 410).text
    asked, _, newcomer = chain.signatures()
    page = arrive(device, chain, asked)
    assert "您上次签过以后，改了这些" in page and "示例路1号2单元301室" in page and "示例路2号" in page
    assert '<details class="panel" id="everything">' in page
    assert "您上次签过以后" not in arrive(Visitor(device.application), chain, newcomer), "who had not signed reads all"
    sign(device, asked, digest=before.digest)
    assert chain.signatures()[0].vote == "", "what was shown before is not what is signed now"
    sign(device, asked)
    assert chain.signatures()[0].vote == "yes"


def test_who_was_confirmed_when_the_application_changed_signs_nothing(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]
    arrive(device, chain, asked)
    chain.act(REGISTRATION, "change", chain.cast.applicant)
    sign(device, asked)
    assert "现在不用签了" in device.get(path_of(asked), 410).text
    with chain.database.reading() as session:
        assert set(session.scalars(select(Signature.vote))) == {""}


def test_a_signature_without_a_telephone_says_where_to_go(chain: Chain, device: Visitor) -> None:
    asked = chain.signatures()[0]

    def forget_phone(session: Any) -> None:
        session.get(Signature, asked.id).phone = session.get(Signature, asked.id).email = ""

    chain.database.write(forget_phone)
    assert "带身份证到窗口当面签署" in identify(device, asked, 422).text


def test_signing_through_the_pages_is_what_the_verb_does(chain: Chain, device: Visitor) -> None:
    for asked in chain.signatures():
        each = Visitor(device.application)
        arrive(each, chain, asked)
        sign(each, asked)
    assert chain.case(REGISTRATION).state == "reviewing" and chain.faults() == []
    chain.database.write(signing.answer, chain.signatures()[0].id, signing.SIGN, "anything", chain.now)


def test_a_step_that_was_reached_by_another_telephone_is_void(
    chain: Chain, device: Visitor, visit: Callable[[Member], Visitor]
) -> None:
    """Whoever looks after the case must not confirm at a telephone of theirs and sign after the true number is back."""
    applicant, asked = visit(chain.cast.applicant), chain.signatures()[1]
    address = f"/cases/{chain.case(REGISTRATION).token}/signatures/{asked.id}/telephone"
    applicant.post(address, {"phone": "13800009999"}, status=303)
    arrive(device, chain, chain.signatures()[1])
    applicant.post(address, {"phone": asked.phone}, status=303)
    true = chain.signatures()[1]
    sign(device, true)
    device.post(path_of(true, "objection"), {"digest": true.digest, "reason": "不同意"}, status=303)
    assert chain.signatures()[1].vote == "" and 'name="id_number"' in device.get(path_of(true)).text
    page = unescape(visit(chain.cast.registrar).get(f"/cases/{chain.case(REGISTRATION).token}").text)
    assert "验证码发到的手机号由" in page and "13800009999" not in page
