"""Taking papers in, handing them over, giving them back: through the verbs, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Event, HandOver, Notice, Office, Task
from approvals.operations import custody, delegation, moving
from approvals.operations.acting import Acting, Held
from approvals.operations.custody import Listed
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.reference import network_changed
from tests.custody.carrying import CARD, PROOF, SEAL, Carried
from tests.rules.applications import PLACE
from tests.support.delegating import MATTER, PRINCIPAL, carriers
from tests.support.seed import HALL, TOWN, Cast
from workflows.clock import OFFICE_ZONE
from workflows.network.balance import imbalances


def refused(verb: Callable[[], object], reason: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verb()
    assert caught.value.reason == reason, caught.value.message["zh"]
    assert caught.value.message["zh"] and caught.value.message["en"]
    return caught.value


# ---- the way -----------------------------------------------------------------------------------------------------------


def test_papers_go_from_the_village_to_the_hall_and_results_to_the_door(carried: Carried, cast: Cast) -> None:
    people, offices = carried.people, cast.offices
    items = carried.take(CARD, SEAL, PROOF)
    assert {carried.ledger().standing(each).office_id for each in items} == {people.point_id}
    carried.send(*items[:2])
    (bag,) = carried.hand_overs()
    assert (bag.number, bag.direction, bag.from_office_id, bag.to_office_id) == (1, "up", people.point_id, offices[TOWN])
    assert bag.due_at.astimezone(OFFICE_ZONE).strftime("%m-%d %H:%M") == "11-24 17:30", "a working day after sending"
    assert carried.ledger().custody().in_transit == 2
    assert carried.ledger().standing(items[0]).office_id == people.point_id, "the sender answers until it is confirmed"
    carried.sign_for("receive_at_town", people.town)
    carried.send(*items[:2], action="pass_on", member=people.town, bag="B-002")
    carried.sign_for("receive_at_centre", people.centre)
    assert [carried.ledger().standing(each).office_id for each in items] == [offices[HALL], offices[HALL], people.point_id]
    carried.carry("file", people.centre)
    carried.through()
    results = carried.do(custody.enter_results, people.centre, [Listed("营业执照正本", "result"), Listed("印章", "result", 4)])
    assert carried.ledger().custody().results == 2
    carried.send(*items[:2], *results, action="send_down", member=people.centre, bag="B-003")
    carried.sign_for("receive_back_at_town", people.town)
    carried.send(*items[:2], *results, action="relay", member=people.town, bag="B-004")
    carried.sign_for("receive_at_point", people.agent)
    carried.carry("deliver", people.agent, {"way": "door", "receiver": "钱委托"})
    assert {carried.ledger().standing(each).status for each in [*items, *results]} == {"given"}
    assert {carried.ledger().of(each)[-1].kind for each in results} == {"delivered"}
    assert [each.direction for each in carried.hand_overs()] == ["up", "up", "down", "down"]
    carried.answer()
    assert carried.state == "completed"
    assert not list(imbalances(carried.ledger())) and carried.faults() == []


def test_a_hand_over_of_electronic_papers_alone(carried: Carried) -> None:
    carried.carry("pass_up", carried.people.agent, {"bag": "", "remark": "仅电子材料", "items": []})
    assert len(carried.hand_overs()) == 1 and carried.ledger().open_hand_over is not None
    carried.carry("receive_at_town", carried.people.town, {"outcomes": {}})
    assert carried.ledger().open_hand_over is None and carried.faults() == []


def test_a_point_that_reports_straight_to_the_hall_has_no_town_on_its_way(database: Database, cast: Cast) -> None:
    def detach(session: Session) -> None:
        session.execute(update(Office).where(Office.code == "point-gucheng").values(parent_id=cast.offices[HALL]))
        network_changed(session)

    people = carriers(database, cast)
    database.write(detach)
    case = Carried(database, cast, people)
    case.answer()
    case.prepare()
    case.send(*case.take())
    assert [each.to_office_id for each in case.hand_overs()] == [cast.offices[HALL]]
    assert case.state == "moving_to_centre"


# ---- what is refused -----------------------------------------------------------------------------------------------------


def test_nothing_is_taken_without_a_mandate_in_force(database: Database, cast: Cast) -> None:
    case = Carried(database, cast)
    refusal = refused(lambda: case.take(), "mandate_in_force")
    assert "委托书还没有签" in refusal.message["zh"]
    assert case.ledger().items == {}
    case.answer()
    case.now += timedelta(days=100)
    assert "到期" in refused(lambda: case.take(), "mandate_in_force").message["zh"]


def test_what_cannot_be_taken_in(carried: Carried) -> None:
    agent = carried.people.agent
    for listed, reason in (
        ((), "nothing-listed"), ((Listed("  "),), "name"), ((Listed("x" * 101),), "name"), ((Listed("公章", quantity=0),), "quantity"),
        ((Listed("公章", quantity=1000),), "quantity"), ((Listed("执照", "result"),), "kind"), ((Listed("物", "thing"),), "kind"),
        (tuple(Listed(f"材料{number}") for number in range(61)), "too-many"),
    ):  # fmt: skip
        refused(lambda listed=listed: carried.do(custody.take_in, agent, listed), reason)  # type: ignore[misc]
    assert carried.ledger().items == {}


def test_the_same_page_sent_twice_takes_papers_in_once(carried: Carried) -> None:
    assert len(carried.take(CARD, key="page-1")) == 1
    assert carried.take(CARD, key="page-1") == []
    assert len(carried.ledger().items) == 1
    items = list(carried.ledger().items)
    assert carried.do(custody.give_back, carried.people.agent, items, "钱委托", key="page-2") == 1
    assert carried.do(custody.give_back, carried.people.agent, items, "钱委托", key="page-2") == 0


def test_only_who_is_at_the_office_that_holds_a_paper_acts_on_it(carried: Carried, cast: Cast) -> None:
    (card,) = carried.take(CARD)
    for member in (cast.registrar, cast.outsider, cast.other_applicant, cast.supervisor, cast.clerk):
        with pytest.raises(NotFound):
            carried.do(custody.give_back, member, [card], "钱委托")
    refusal = refused(lambda: carried.do(custody.give_back, carried.people.town, [card], "钱委托"), "elsewhere")
    assert "古城社区便民服务点" in refusal.message["zh"], "says who has it"
    refused(lambda: carried.do(custody.report_lost, carried.people.centre, card, "丢了"), "elsewhere")
    carried.do(custody.give_back, carried.people.second_agent, [card], "钱委托")
    assert carried.ledger().standing(card).status == "given"


def test_a_bag_is_refused_for_what_is_not_here(carried: Carried, database: Database, cast: Cast) -> None:
    other = Carried(database, cast, carried.people)
    other.answer()
    (foreign,) = other.take(CARD)
    card, seal = carried.take(CARD, SEAL)
    assert "刷新" in refused(lambda: carried.send(foreign), "unknown-item").message["zh"], "an item of another case"
    refused(lambda: carried.send(12345), "unknown-item")
    refused(lambda: carried.send("<b>"), "unknown-item")  # type: ignore[arg-type]
    refused(lambda: carried.send(card, card), "twice")
    refused(lambda: carried.send(card, bag=" "), "no-bag")
    refused(lambda: carried.send(card, bag="封" * 41), "too-long")
    carried.do(custody.report_lost, carried.people.agent, seal, "搬家时丢失，已告知本人")
    refused(lambda: carried.send(card, seal), "send-lost")
    assert carried.state == "collecting" and carried.hand_overs() == [], "all or nothing"
    carried.send(card)
    with pytest.raises(Outdated):
        carried.database.write(*_again(carried))


def _again(carried: Carried) -> tuple[Any, ...]:
    """The same bag sent once more, from a page that still shows the case at the point."""
    with carried.database.reading() as session:
        old = session.scalars(select(Task).where(Task.case_id == carried.root_id, Task.state == "collecting")).one()
    items = list(carried.ledger().items)
    order = moving.Request(carried.root_id, "pass_up", old.id, "another-key", {"bag": "B-001", "remark": "", "items": items})
    return moving.act, carried.people.agent.acting, order, carried.now


def test_nothing_is_received_that_is_not_on_its_way(carried: Carried) -> None:
    card, seal = carried.take()
    carried.send(card, seal)
    town = carried.people.town

    def receive(outcomes: dict[str, Any]) -> Callable[[], object]:
        return lambda: carried.carry("receive_at_town", town, {"outcomes": outcomes})

    confirmed = {"outcome": "confirmed", "remark": ""}
    assert "公章" in refused(receive({str(card): confirmed}), "not-all").message["zh"]
    refused(receive({str(card): confirmed, str(seal): confirmed, "77": confirmed}), "not-in-it")
    refused(receive({str(card): confirmed, str(seal): {"outcome": "maybe"}}), "outcome")
    refused(receive({str(card): confirmed, str(seal): {"outcome": "damaged", "remark": ""}}), "how-damaged")
    assert carried.state == "moving_to_town"

    def settle(session: Session) -> None:
        session.execute(update(HandOver).values(received_at=carried.now))

    carried.database.write(settle)
    refused(receive({str(card): confirmed, str(seal): confirmed}), "nothing-in-transit")


# ---- discrepancies, losses ------------------------------------------------------------------------------------------------


def test_a_missing_original_stays_with_the_sender_and_both_ends_are_told(carried: Carried) -> None:
    card, seal = carried.take()
    carried.send(card, seal)
    carried.sign_for("receive_at_town", carried.people.town, 身份证原件=("missing", "袋里没有"), 公章=("damaged", "印面缺口"))
    ledger = carried.ledger()
    assert (ledger.standing(card).status, ledger.standing(card).office_id) == ("missing", carried.people.point_id)
    assert (ledger.standing(seal).status, ledger.standing(seal).office_id) == ("held", carried.hand_overs()[0].to_office_id)
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "custody")).all()
    people = carried.people
    assert {notice.person_id for notice in told} == {each.person_id for each in (people.agent, people.second_agent, people.town)}
    assert "“身份证原件”缺少（袋里没有）" in told[0].text["zh"] and "“公章”破损（印面缺口）" in told[0].text["zh"]
    carried.carry("ask_for_missing", carried.people.town, {"reason": "缺身份证原件"})
    refused(lambda: carried.send(card), "send-missing")
    carried.do(custody.report_found, carried.people.agent, card, "落在抽屉里")
    carried.send(card, bag="B-009")
    carried.sign_for("receive_at_town", carried.people.town)
    assert carried.ledger().custody().missing == 0 and carried.faults() == []


def test_the_receiver_who_finds_it_after_all_holds_it(carried: Carried) -> None:
    card, _seal = carried.take()
    carried.send(card)
    carried.sign_for("receive_at_town", carried.people.town, 身份证原件=("missing", ""))
    carried.do(custody.report_found, carried.people.town, card, "夹在申请表里")
    assert carried.ledger().standing(card).office_id == carried.hand_overs()[0].to_office_id
    assert carried.faults() == []


def test_a_loss_is_reported_and_does_not_hold_the_case_up(carried: Carried) -> None:
    (card,) = carried.take(CARD)
    refused(lambda: carried.do(custody.report_lost, carried.people.agent, card, " "), "no-report")
    refused(lambda: carried.do(custody.report_lost, carried.people.agent, card, "丢" * 301), "too-long")
    carried.do(custody.report_lost, carried.people.agent, card, "路上丢失，已陪本人补办")
    refused(lambda: carried.do(custody.give_back, carried.people.agent, [card], "钱委托"), "give-lost")
    carried.do(custody.report_found, carried.people.agent, card, "派出所送回")
    assert carried.ledger().standing(card).status == "held" and carried.faults() == []


def test_giving_back_needs_a_receiver_and_something_ticked(carried: Carried) -> None:
    (card,) = carried.take(CARD)
    agent = carried.people.agent
    refused(lambda: carried.do(custody.give_back, agent, [card], "  "), "receiver")
    refused(lambda: carried.do(custody.give_back, agent, [], "钱委托"), "nothing-ticked")
    carried.do(custody.give_back, agent, [card], "钱委托")
    last = carried.ledger().of(card)[-1]
    assert (last.kind, last.office_id, last.remark) == ("returned", None, "钱委托")


def test_the_applicant_is_told_of_what_only_the_office_has_put_down(carried: Carried) -> None:
    """An original that was noted as given back or lost and was not is missed by whose it is."""
    card, seal = carried.take(Listed("身份证原件 http://example.org"), SEAL)
    agent = carried.people.agent
    for _twice in range(2):
        carried.do(custody.give_back, agent, [card], "http://example.org", key="back")
    carried.do(custody.report_lost, agent, seal, "找不到了")
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.person_id == carried.root_case().applicant_id).order_by(Notice.id)).all()
    texts = [each.text["zh"] for each in told if "登记：" in each.text["zh"]]
    number = carried.root_case().number
    assert len(texts) == 2 and all("古城社区便民服务点" in each and number in each for each in texts)
    assert "已退还1份" in texts[0] and "遗失" in texts[1]
    assert "example.org" not in "".join(texts), "what was typed does not leave under the county's name"
    assert carried.faults() == []


# ---- offices that close ------------------------------------------------------------------------------------------------


def _close(carried: Carried, code: str, successor: int | None) -> None:
    def close(session: Session) -> None:
        day = carried.now.astimezone(OFFICE_ZONE).date() - timedelta(days=1)
        session.execute(update(Office).where(Office.code == code).values(valid_to=day, successor_id=successor))
        network_changed(session)

    carried.database.write(close)


def test_a_hand_over_to_an_office_that_has_closed_names_the_one_that_took_over(carried: Carried, cast: Cast) -> None:
    (card,) = carried.take(CARD)
    _close(carried, TOWN, None)
    assert "还没有指定由谁承接" in refused(lambda: carried.send(card), "office-closed").message["zh"]
    _close(carried, TOWN, cast.offices["town-lizhuang"])
    refusal = refused(lambda: carried.send(card), "office-closed")
    assert "李庄镇便民服务中心承接" in refusal.message["zh"]
    assert carried.ledger().standing(card).status == "held", "nothing is lost"
    refused(lambda: carried.send(card, to=cast.offices[HALL]), "office-closed")
    carried.send(card, to=cast.offices["town-lizhuang"])
    (bag,) = carried.hand_overs()
    assert bag.to_office_id == cast.offices["town-lizhuang"]


def test_what_a_closed_office_held_is_sent_by_the_one_that_took_over(carried: Carried, cast: Cast) -> None:
    items = carried.to_town(CARD)
    _close(carried, TOWN, cast.offices["town-lizhuang"])
    town = carried.people.town
    new_seat = cast.offices["town-lizhuang"]
    seat = Held("coordinator", "approval-bureau", new_seat, "town_centre")
    positions = (seat, replace(seat, office_id=cast.offices[TOWN], inherited=True))
    moved = type(town)(town.person_id, town.sign_in_name, town.name, Acting(town.person_id, town.name, positions))
    carried.send(*items, action="pass_on", member=moved, bag="B-7")
    assert carried.hand_overs()[-1].from_office_id == new_seat
    carried.sign_for("receive_at_centre", carried.people.centre)
    assert carried.ledger().standing(items[0]).office_id == cast.offices[HALL] and carried.faults() == []


# ---- history -----------------------------------------------------------------------------------------------------------


def test_every_act_is_a_line_of_the_history(carried: Carried) -> None:
    (card,) = carried.take(CARD)
    carried.do(custody.report_lost, carried.people.agent, card, "丢了")
    carried.do(custody.report_found, carried.people.agent, card, "找到了")
    carried.do(custody.give_back, carried.people.agent, [card], "钱委托")
    with carried.database.reading() as session:
        lines = select(Event.action, Event.role).where(Event.case_id == carried.root_id).order_by(Event.position)
        actions = [tuple(line) for line in session.execute(lines)][-4:]
    assert actions == [(f"custody:{act}", "agent") for act in ("taken", "lost", "found", "returned")]


def test_an_ended_case_takes_nothing_in_but_gives_back(carried: Carried) -> None:
    card, _seal = carried.take()

    def end(session: Session) -> None:
        session.execute(update(Case).where(Case.id == carried.root_id).values(state="completed_alone", outcome="done"))
        open_task = update(Task).where(Task.case_id == carried.root_id, Task.closed_at.is_(None))
        session.execute(open_task.values(closed_at=carried.now, closed_by="settled"))

    carried.database.write(end)
    with pytest.raises(Outdated):
        carried.take(CARD)
    assert carried.do(custody.give_back, carried.people.agent, [card], "钱委托") == 1


def test_names_hold_nothing_that_nobody_sees(carried: Carried) -> None:
    """What turns a line around would show another name on paper than the one that stands there."""
    carried.take(Listed("身份\u202e件原证\u202c"), Listed("公\u200b章\x1b[31m"))
    assert [item.name for item in carried.ledger().items.values()] == ["身份件原证", "公章[31m"]
    refused(lambda: carried.take(Listed("\u202e\u200b")), "name")
    who = replace(PRINCIPAL, name="钱\u200b委\u202e托")
    wish = delegation.Wish(MATTER, PLACE, {"relation": "self"}, "unseen")
    filed = carried.database.write(delegation.take_in, carried.people.agent.acting, carried.people.point_id, who, wish, carried.now)
    with carried.database.reading() as session:
        assert session.get_one(Case, filed.case_id).applicant_id == carried.root_case().applicant_id, "the same person as before"
