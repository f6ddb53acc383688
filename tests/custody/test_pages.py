"""The pages of custody: taking in, the bag that leaves, the bag that arrives, the lists, and what they say when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from approvals.db import Database
from approvals.models import Case
from approvals.operations import custody
from tests.custody.carrying import CARD, PROOF, SEAL, Carried
from tests.support.seed import Cast, Member, seed
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def carried(application: Any, database: Database, cast: Cast) -> Carried:
    case = Carried(database, cast)
    application.config["NOW"] = lambda: case.now
    case.answer()
    case.prepare()
    return case


@pytest.fixture
def visit(application: Any) -> Visit:
    return lambda member: Visitor(application, member.person_id)


def tokens_of(html: str) -> dict[str, str]:
    """The task and the key of the last form of a page."""
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[-1] for name in ("task", "key")}


def action(carried: Carried, name: str) -> str:
    return f"/cases/{carried.filed.token}/actions/{name}"


def custody_page(carried: Carried) -> str:
    return f"/cases/{carried.filed.token}/custody"


# ---- taking in and giving back ---------------------------------------------------------------------------------------


def test_papers_are_taken_in_and_seen_on_the_page_of_the_case(carried: Carried, visit: Visit) -> None:
    agent = visit(carried.people.agent)
    form = {
        "key": "k1", "pick-0": "y", "pick-0-quantity": "1", "pick-4": "y", "pick-4-quantity": "2", "pick-4-remark": "木盒装",
        "other-0-name": "租赁合同", "other-0-kind": "copy", "other-0-quantity": "3",
    }  # fmt: skip
    agent.post(f"{custody_page(carried)}/taken", form, status=303)
    agent.post(f"{custody_page(carried)}/taken", form, status=303)
    assert [(item.name, item.kind, item.quantity, item.remark) for item in carried.ledger().items.values()] == [
        ("身份证原件", "original", 1, ""), ("公章", "original", 2, "木盒装"), ("租赁合同", "copy", 3, ""),
    ]  # fmt: skip
    page = agent.get(f"/cases/{carried.filed.token}").text
    assert "材料在谁手里" in page and "身份证原件" in page and "古城社区便民服务点" in page and "马代办经手" in page
    assert "收取申请人的材料" in page, "the history says so as well"


def test_what_was_typed_stays_when_it_is_refused(carried: Carried, visit: Visit) -> None:
    agent = visit(carried.people.agent)
    typed = {"key": "k", "pick-0": "y", "pick-0-quantity": "0", "pick-0-remark": "旧证"}
    answer = agent.post(f"{custody_page(carried)}/taken", typed, 422)
    assert "份数应在1到999之间" in answer.text and 'value="旧证"' in answer.text
    assert 'id="pick-0" name="pick-0" value="y" checked' in answer.text
    assert "请至少写一份材料" in agent.post(f"{custody_page(carried)}/taken", {"key": "k"}, 422).text
    (card,) = carried.take(CARD)
    answer = agent.post(f"{custody_page(carried)}/returned", {"key": "k", "items": str(card)}, 422)
    assert "请填写领取人" in answer.text and f'value="{card}" checked' in answer.text
    agent.post(f"{custody_page(carried)}/returned", {"key": "k", "items": str(card), "receiver": "钱委托"}, 303)
    assert carried.ledger().standing(card).status == "given"


def test_losses_finds_and_results_are_entered(carried: Carried, visit: Visit) -> None:
    (card,) = carried.take(CARD)
    agent = visit(carried.people.agent)
    assert "怎样遗失的" in agent.post(f"{custody_page(carried)}/{card}/lost", {"key": "1", "report": " "}, 422).text
    agent.post(f"{custody_page(carried)}/{card}/lost", {"key": "1", "report": "路上丢失，已陪本人补办"}, 303)
    assert "遗失" in agent.get(f"/cases/{carried.filed.token}").text
    agent.post(f"{custody_page(carried)}/{card}/found", {"key": "2", "report": "找到了"}, 303)
    agent.post(f"{custody_page(carried)}/issued", {"key": "3", "result-0": "y", "other-0-name": "发票领用簿"}, 303)
    assert [item.name for item in carried.ledger().items.values()] == ["身份证原件", "营业执照正本", "发票领用簿"]
    assert "没有在" not in agent.get(custody_page(carried)).text
    assert agent.post(f"{custody_page(carried)}/{card + 1}/lost", {"key": "4", "report": "丢了"}, 422).text.count("不在这个办件里") == 1


def test_only_who_keeps_papers_of_the_case_opens_the_page(carried: Carried, visit: Visit, cast: Cast) -> None:
    visit(carried.people.town).get(custody_page(carried))
    visit(cast.outsider).get(custody_page(carried), status=404)
    visit(cast.applicant).get(custody_page(carried), status=403)
    visit(cast.registrar).get(custody_page(carried), status=404)


# ---- bags -------------------------------------------------------------------------------------------------------------


def test_a_bag_is_sent_by_ticking_what_goes_into_it(carried: Carried, visit: Visit) -> None:
    card, seal = carried.take(CARD, SEAL)
    agent = visit(carried.people.agent)
    page = agent.get(action(carried, "pass_up")).text
    assert "送往孙武街道便民服务中心" in page and "封袋编号" in page
    assert f'value="{card}" checked' not in page, "nothing goes into a bag unseen"
    tokens = tokens_of(page)
    answer = agent.post(action(carried, "pass_up"), {**tokens, "bag": "", "remark": "易折"}, 422)
    assert "请勾选装进封袋的材料" in answer.text and 'value="易折"' in answer.text
    answer = agent.post(action(carried, "pass_up"), {**tokens, "items": [str(card)], "bag": " "}, 422)
    assert "请填写封袋编号" in answer.text and f'value="{card}" checked' in answer.text
    sent = agent.post(action(carried, "pass_up"), {**tokens, "items": [str(card)], "bag": "B-100", "remark": "易折"}, 302)
    assert carried.state == "moving_to_town" and carried.hand_overs()[0].bag == "B-100"
    assert "已交出1份，送往孙武街道便民服务中心" in agent.get(sent.location).text
    again = agent.post(action(carried, "pass_up"), {**tokens, "items": [str(card)], "bag": "B-100"}, None)
    assert again.status_code in (302, 409) and len(carried.hand_overs()) == 1, "a repeated send is one send"
    assert carried.ledger().standing(seal).status == "held"
    assert "在途" in agent.get(f"/cases/{carried.filed.token}").text


def test_a_bag_with_nothing_on_paper_has_to_be_said(carried: Carried, visit: Visit) -> None:
    carried.take(CARD)
    agent = visit(carried.people.agent)
    tokens = tokens_of(agent.get(action(carried, "pass_up")).text)
    agent.post(action(carried, "pass_up"), {**tokens, "electronic": "y", "bag": "", "remark": ""}, 302)
    assert carried.hand_overs()[0].bag == "" and carried.ledger().custody().in_transit == 0


def test_a_bag_is_received_item_by_item(carried: Carried, visit: Visit) -> None:
    card, seal, proof = carried.take(CARD, SEAL, PROOF)
    carried.send(card, seal, proof)
    town = visit(carried.people.town)
    page = town.get(action(carried, "receive_at_town")).text
    assert "B-001" in page and "全部齐全，签收" in page
    assert f'id="outcome-{card}-confirmed" name="outcome-{card}" value="confirmed">' in page, "an original is never ticked beforehand"
    assert f'name="outcome-{proof}" value="confirmed" checked' in page
    tokens = tokens_of(page)
    said = {f"outcome-{card}": "missing", f"remark-{card}": "袋里没有", f"outcome-{proof}": "confirmed"}
    answer = town.post(action(carried, "receive_at_town"), {**tokens, **said}, 422)
    assert "“公章”还没有确认" in answer.text and 'value="袋里没有"' in answer.text
    answer = town.post(action(carried, "receive_at_town"), {**tokens, **said, "all": "y"}, 422)
    assert "“身份证原件”选了缺少或破损，不能按全部齐全签收" in answer.text
    answer = town.post(action(carried, "receive_at_town"), {**tokens, **said, f"outcome-{seal}": "damaged"}, 422)
    assert "请写明“公章”破损的情况" in answer.text
    town.post(action(carried, "receive_at_town"), {**tokens, **said, f"outcome-{seal}": "damaged", f"remark-{seal}": "缺口"}, 302)
    ledger = carried.ledger()
    assert [ledger.standing(each).status for each in (card, seal, proof)] == ["missing", "held", "held"]
    assert "缺少，正在查找" in town.get(f"/cases/{carried.filed.token}").text


def test_one_button_signs_for_a_bag_that_is_complete(carried: Carried, visit: Visit) -> None:
    items = carried.take(CARD, SEAL)
    carried.send(*items)
    town = visit(carried.people.town)
    tokens = tokens_of(town.get(action(carried, "receive_at_town")).text)
    answer = town.post(action(carried, "receive_at_town"), {**tokens, "all": "y"}, 302)
    assert carried.state == "checking" and carried.ledger().custody().in_transit == 0
    assert "已签收，全部齐全" in town.get(answer.location).text


def test_a_bag_that_somebody_else_signed_for_is_said_to_be(carried: Carried, visit: Visit) -> None:
    items = carried.take(CARD)
    carried.send(*items)
    town = visit(carried.people.town)
    tokens = tokens_of(town.get(action(carried, "receive_at_town")).text)
    carried.sign_for("receive_at_town", carried.people.town)
    town.post(action(carried, "receive_at_town"), {**tokens, "key": "other", "all": "y"}, 409)


def test_the_sender_agrees_to_the_office_that_took_over(carried: Carried, visit: Visit, cast: Cast) -> None:
    from tests.custody.test_verbs import _close

    (card,) = carried.take(CARD)
    successor = cast.offices["town-lizhuang"]
    _close(carried, "town-sunwu", successor)
    agent = visit(carried.people.agent)
    page = agent.get(action(carried, "pass_up")).text
    assert "由李庄镇便民服务中心承接" in page
    tokens, bag = tokens_of(page), {"items": [str(card)], "bag": "B-1"}
    assert "请勾选“交给李庄镇便民服务中心”" in agent.post(action(carried, "pass_up"), {**tokens, **bag}, 422).text
    agent.post(action(carried, "pass_up"), {**tokens, **bag, "to": str(successor)}, 302)
    assert carried.hand_overs()[0].to_office_id == successor


def test_hostile_input_is_refused_with_a_sentence(carried: Carried, visit: Visit) -> None:
    carried.take(CARD)
    agent = visit(carried.people.agent)
    tokens = tokens_of(agent.get(action(carried, "pass_up")).text)
    for items in (["<script>"], ["9" * 18], ["-1", "1' or '1"], ["²"]):
        answer = agent.post(action(carried, "pass_up"), {**tokens, "items": items, "bag": "B"}, 422)
        assert "请勾选装进封袋的材料" in answer.text or "不在这个办件里" in answer.text
    assert carried.hand_overs() == []


def test_a_number_of_full_width_is_a_number(carried: Carried, visit: Visit) -> None:
    form = {"key": "k1", "other-0-name": "房产证", "other-0-kind": "original", "other-0-quantity": "１２"}
    visit(carried.people.agent).post(f"{custody_page(carried)}/taken", form, status=303)
    assert [item.quantity for item in carried.ledger().items.values()] == [12]


# ---- lists -------------------------------------------------------------------------------------------------------------


def test_what_is_on_its_way_is_listed_at_both_ends_and_late_ones_in_red(carried: Carried, visit: Visit, cast: Cast) -> None:
    carried.send(*carried.take(CARD))
    town, agent = visit(carried.people.town).get("/custody").text, visit(carried.people.agent).get("/custody").text
    assert "等我这里签收（1）" in town and "B-001" in town and "inbox-green" in town
    assert "对方没有签收（1）" in agent
    carried.now += timedelta(days=2)
    late = visit(carried.people.town).get("/custody").text
    assert "超过一个工作日" in late and "inbox-red" in late
    page = visit(carried.people.agent).get(f"/cases/{carried.filed.token}").text
    assert "在途，超过一个工作日没有签收" in page
    supervised = visit(cast.supervisor).get("/supervision/custody").text
    assert "B-001" in supervised and "inbox-red" in supervised
    assert "您的岗位不经手纸质材料" in visit(cast.registrar).get("/custody").text
    visit(cast.applicant).get("/custody", status=403)


def test_the_desk_and_the_overview_count_what_is_on_its_way(carried: Carried, visit: Visit, cast: Cast) -> None:
    carried.send(*carried.take(CARD))
    assert re.search(r"<strong>1</strong>\s*等我签收", visit(carried.people.town).get("/desk").text)
    assert "等我签收" not in visit(cast.registrar).get("/desk").text
    carried.now += timedelta(days=2)
    assert re.search(r"count-late[^>]*><strong>1</strong>\s*在途超时", visit(carried.people.agent).get("/desk").text)
    assert re.search(r"<strong>1</strong>\s*在途超时", visit(cast.supervisor).get("/supervision").text)


def test_what_an_ended_case_left_behind_is_to_be_given_back(carried: Carried, visit: Visit, database: Database) -> None:
    card, seal = carried.take(CARD, SEAL)
    agent = visit(carried.people.agent)
    assert "办件已结束、材料还在我这里" not in agent.get("/custody").text
    database.write(lambda session: session.execute(update(Case).where(Case.id == carried.root_id).values(outcome="withdrawn")))
    assert "办件已结束、材料还在我这里（2）" in agent.get("/custody").text
    carried.do(custody.give_back, carried.people.agent, [card], "钱委托")
    carried.do(custody.report_lost, carried.people.agent, seal, "丢失，已赔付")
    assert "办件已结束、材料还在我这里" not in agent.get("/custody").text
    assert "材料还在我这里" not in visit(carried.people.town).get("/custody").text
