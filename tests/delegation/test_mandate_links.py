"""The link of whoever entrusts an agent: who they are, the mandate in plain words, what was brought, and taking it back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Mandate, Notice, Signature
from approvals.operations import renewing, signing
from tests.support.delegating import PRINCIPAL, Delegated
from tests.support.seed import seed
from tests.support.web import Visitor

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def carried(application: Any, database: Database) -> Delegated:
    driven = Delegated(database, seed(database))
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def device(application: Any, carried: Delegated) -> Visitor:
    """A telephone on which nobody has signed in."""
    return Visitor(application)


def path_of(asked: Signature, part: str = "") -> str:
    return f"/sign/{asked.token}" + (f"/{part}" if part else "")


def codes(carried: Delegated) -> list[Notice]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == "code").order_by(Notice.id)))


def identify(device: Visitor, asked: Signature, status: int = 303, **typed: str) -> Any:
    values = {"name": PRINCIPAL.name, "id_number": PRINCIPAL.identity_number, **typed}
    return device.post(path_of(asked, "identity"), values, status=status)


def arrive(device: Visitor, carried: Delegated, asked: Signature) -> str:
    """As far as what stands behind the link."""
    carried.now += timedelta(minutes=2)
    identify(device, asked)
    sent = codes(carried)[-1]
    assert sent.to_phone == PRINCIPAL.phone
    code = re.search(r"验证码(\d{6})", sent.text["zh"])
    assert code is not None
    device.post(path_of(asked, "confirmation"), {"code": code[1]}, status=303)
    return unescape(device.get(path_of(asked)).text)


def sign(device: Visitor, asked: Signature) -> str:
    device.post(path_of(asked, "signature"), {"digest": asked.digest, "agreed": "y"}, status=303)
    return unescape(device.get(path_of(asked), status=None).text)


def mandates(carried: Delegated) -> list[Mandate]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Mandate).where(Mandate.case_id == carried.root_id).order_by(Mandate.number)))


def test_a_mandate_is_read_in_full_and_signed(carried: Delegated, device: Visitor) -> None:
    asked = carried.asked()
    first = unescape(device.get(path_of(asked)).text)
    assert "委托书" in first and not any(told in first for told in ("钱委托", "马代办", PRINCIPAL.phone))
    page = arrive(device, carried, asked)
    for told in ("钱委托", "马代办", "古城社区便民服务点", "企业开办", "随时可以撤回", "不收一分钱", "由您负责"):
        assert told in page, told
    assert "代您确认收到结果" in page and "第九百三十三条" in page
    assert PRINCIPAL.identity_number not in page, "the number is masked"
    assert "代办员也不行" in codes(carried)[-1].text["zh"]
    assert "委托书签好了" in sign(device, asked)
    assert carried.state == "collecting"
    assert "委托书签好了" in sign(device, asked), "a second send changes nothing"
    assert carried.faults() == []


def test_somebody_else_is_turned_away(carried: Delegated, device: Visitor) -> None:
    asked = carried.asked()
    assert "还可以试4次" in identify(device, asked, 422, name="马代办").text
    assert "不能代签" in identify(device, asked, 422, id_number="1").text
    assert codes(carried) == []


def test_a_mandate_is_declined_with_a_reason(carried: Delegated, device: Visitor) -> None:
    asked = carried.asked()
    arrive(device, carried, asked)
    device.post(path_of(asked, "objection"), {"digest": asked.digest, "reason": " "}, status=422)
    device.post(path_of(asked, "objection"), {"digest": asked.digest, "reason": "期限写错了"}, status=303)
    assert "期限写错了" in device.get(path_of(asked)).text
    assert carried.state == "not_mandated"
    assert carried.faults() == []


def test_an_expired_link_is_replaced_and_the_new_one_signs(carried: Delegated, device: Visitor) -> None:
    asked = carried.asked()
    carried.now += timedelta(days=8)
    assert "链接过期" in device.get(path_of(asked), status=410).text
    assert "委托书上写的手机" in device.post(path_of(asked, "new-link"), status=200).text
    newer = carried.asked()
    assert newer.token != asked.token
    device.get(path_of(asked), status=404)
    assert "随时可以撤回" in arrive(device, carried, newer)


def test_a_delivery_is_confirmed_and_rated(carried: Delegated, device: Visitor) -> None:
    delivered(carried)
    asked = carried.asked()
    first = unescape(device.get(path_of(asked)).text)
    assert "代办员不能替您确认" in first and "企业开办" in first
    page = arrive(device, carried, asked)
    assert "营业执照" in page and "送到家门口" in page and "钱委托" in page
    done = sign(device, asked)
    assert carried.state == "completed"
    assert f"/sign/{asked.token}/rating" in done and "/progress/" in done
    assert carried.faults() == []


def test_a_delivery_that_did_not_arrive_goes_back_to_the_agent(carried: Delegated, device: Visitor) -> None:
    delivered(carried)
    asked = carried.asked()
    arrive(device, carried, asked)
    device.post(path_of(asked, "objection"), {"digest": asked.digest, "reason": "公章没有送来"}, status=303)
    assert carried.state == "delivering"
    assert "公章没有送来" in device.get(path_of(asked)).text
    assert carried.faults() == []


def delivered(carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.carry("send_down", carried.people.centre)
    carried.carry("receive_back_at_town", carried.people.town)
    carried.carry("relay", carried.people.town)
    carried.carry("receive_at_point", carried.people.agent)
    carried.carry("deliver", carried.people.agent, {"way": "door", "receiver": "钱委托"})


def test_a_signed_mandate_is_revoked_by_its_link(carried: Delegated, device: Visitor) -> None:
    asked = carried.asked()
    carried.answer()
    carried.now += timedelta(days=20)
    assert device.get(path_of(asked, "revocation"), status=302).headers["Location"].endswith(path_of(asked))
    device.post(path_of(asked, "revocation"), {"confirmed": "y"}, status=303)
    assert carried.state == "collecting", "nobody had shown who they are"
    page = arrive(device, carried, asked)
    assert "撤回您给代办员的委托" in codes(carried)[-1].text["zh"]
    assert "撤回委托" in page
    before = unescape(device.get(path_of(asked, "revocation")).text)
    assert "申请不会提交" in before and "退还给您" in before
    assert "请先勾选" in device.post(path_of(asked, "revocation"), {}, status=422).text
    assert carried.state == "collecting"
    device.post(path_of(asked, "revocation"), {"confirmed": "y", "reason": "自己去办"}, status=303)
    assert "委托已撤回" in device.get(path_of(asked)).text
    assert carried.state == "withdrawn", "nothing was held, so nothing is to be given back"
    assert mandates(carried)[0].revoke_reason == "自己去办"
    assert carried.faults() == []


def test_a_renewed_mandate_is_signed_while_the_case_goes_on(carried: Delegated, device: Visitor) -> None:
    carried.answer()
    carried.prepare()
    carried.database.write(renewing.renew, carried.people.agent.acting, carried.filed.token, {"relation": "phone"}, carried.now)
    asked = carried.asked()
    carried.carry("pass_up", carried.people.agent)
    page = arrive(device, carried, asked)
    assert "这是续签" in page
    assert "委托书签好了" in sign(device, asked)
    assert carried.state == "moving_to_town"
    assert [row.signed_at is not None for row in mandates(carried)] == [True, True]
    assert carried.faults() == []


def test_two_renewals_in_one_stay(carried: Delegated) -> None:
    carried.answer()
    for key in ("a", "a", "b"):
        carried.now += timedelta(minutes=1)
        carried.database.write(
            renewing.renew, carried.people.agent.acting, carried.filed.token, {"relation": "phone"}, carried.now, key
        )
    assert len(mandates(carried)) == 3, "the second send of a page drafts nothing"
    carried.answer(signing.DECLINE, "不续了")
    assert carried.state == "collecting" and carried.faults() == []
