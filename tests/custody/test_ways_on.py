"""What goes wrong on the way, and how it goes on: a mandate that ends, a result that is missing, two people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.jobs.hand_overs import alarm_late
from approvals.models import Event, Mandate, Notice
from approvals.operations import custody, moving, renewing
from approvals.operations.acting import Acting
from approvals.operations.custody import Listed
from approvals.operations.errors import Outdated, Refusal
from tests.custody.carrying import CARD, SEAL, Carried
from tests.support.seed import Cast, Member


def principal(carried: Carried) -> Acting:
    with carried.database.reading() as session:
        return Acting(session.scalars(select(Mandate.principal_id).where(Mandate.case_id == carried.root_id)).first() or 0, "钱委托")


def test_after_the_mandate_was_revoked_the_case_ends_when_everything_is_given_back(carried: Carried) -> None:
    card, seal = carried.take(CARD, SEAL)
    carried.do(custody.give_back, carried.people.agent, [seal], "钱委托")
    carried.database.write(renewing.revoke, principal(carried), carried.filed.token, "改主意了", carried.now)
    assert carried.state == "giving_back"
    with pytest.raises(Refusal, match="撤回"):
        carried.take(SEAL)
    carried.do(custody.give_back, carried.people.agent, [card], "钱委托")
    assert carried.state == "withdrawn", "the automatic action saw what was given back in the same transaction"
    assert carried.faults() == []


def test_papers_in_transit_when_the_mandate_ends_are_given_back_where_they_arrive(carried: Carried) -> None:
    (card,) = carried.take(CARD)
    carried.send(card)
    carried.database.write(renewing.revoke, principal(carried), carried.filed.token, "改主意了", carried.now)
    assert carried.state == "moving_to_town", "a bag on its way arrives first"
    carried.sign_for("receive_at_town", carried.people.town)
    assert carried.state == "giving_back"
    carried.do(custody.give_back, carried.people.town, [card], "钱委托")
    assert carried.state == "withdrawn" and carried.faults() == []


def test_a_lost_paper_does_not_keep_a_revoked_case_open(carried: Carried) -> None:
    (card,) = carried.take(CARD)
    carried.database.write(renewing.revoke, principal(carried), carried.filed.token, "改主意了", carried.now)
    carried.do(custody.report_lost, carried.people.agent, card, "丢失，已陪本人补办")
    assert carried.state == "withdrawn" and carried.faults() == []


def test_nothing_is_delivered_while_something_is_missing(carried: Carried) -> None:
    people = carried.people
    carried.send()
    carried.sign_for("receive_at_town", people.town)
    carried.send(action="pass_on", member=people.town)
    carried.sign_for("receive_at_centre", people.centre)
    carried.carry("file", people.centre)
    carried.through()
    (licence,) = carried.do(custody.enter_results, people.centre, [Listed("营业执照正本", "result")])
    carried.send(licence, action="send_down", member=people.centre)
    carried.sign_for("receive_back_at_town", people.town, 营业执照正本=("missing", ""))
    carried.send(action="relay", member=people.town)
    carried.sign_for("receive_at_point", people.agent)
    with pytest.raises(Refusal, match="缺少"):
        carried.carry("deliver", people.agent, {"way": "door", "receiver": "钱委托"})
    carried.do(custody.report_lost, people.centre, licence, "寄丢了，已补发")
    carried.carry("deliver", people.agent, {"way": "door", "receiver": "钱委托"})
    assert carried.state == "confirming" and carried.faults() == []


def test_the_history_says_for_whom_papers_were_taken_in(carried: Carried) -> None:
    carried.take(CARD)
    with carried.database.reading() as session:
        lines = select(Event.on_behalf_of).where(Event.case_id == carried.root_id, Event.action == custody.TAKEN)
        assert session.scalars(lines).one() == principal(carried).person_id


# ---- two at once --------------------------------------------------------------------------------------------------------


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, begun at the same moment."""
    barrier, ends = threading.Barrier(len(verbs)), ["did not end"] * len(verbs)

    def run(number: int, verb: Callable[[], Any]) -> None:
        barrier.wait(10)
        try:
            ends[number] = verb()
        except Exception as error:
            ends[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(ends)


@pytest.mark.real_commits
def test_two_who_sign_for_one_bag_at_once(carried: Carried, database: Database) -> None:
    card, seal = carried.take(CARD, SEAL)
    carried.send(card, seal)
    said = {str(each): {"outcome": "confirmed", "remark": ""} for each in (card, seal)}
    order = carried.request("delegated-handling", "receive_at_town", form={"outcomes": said})
    acting = carried.people.town.acting
    verbs = [partial(database.write, moving.act, acting, replace(order, key=f"key-{number}"), carried.now) for number in range(2)]
    ends = at_once(*verbs)
    assert sorted(type(end).__name__ for end in ends) == ["Moved", "Outdated"], ends
    assert [len(carried.ledger().of(each)) for each in (card, seal)] == [3, 3] and carried.faults() == []


@pytest.mark.real_commits
def test_two_who_give_back_one_paper_at_once(carried: Carried, database: Database) -> None:
    (card,) = carried.take(CARD)
    people = carried.people

    def give(member: Member, key: str) -> Callable[[], Any]:
        return partial(database.write, custody.give_back, member.acting, carried.root_id, [card], "钱委托", key, carried.now)

    ends = at_once(give(people.agent, "a"), give(people.second_agent, "b"))
    assert {end if isinstance(end, int) else end.reason for end in ends} == {1, "give-given"}, ends
    assert len(carried.ledger().of(card)) == 2 and carried.faults() == []


@pytest.mark.real_commits
def test_workers_that_meet_at_a_late_bag_tell_once(carried: Carried, database: Database, cast: Cast) -> None:
    carried.send(*carried.take(CARD))
    (bag,) = carried.hand_overs()
    ends = at_once(*[partial(alarm_late, database, bag.due_at) for _ in range(4)])
    assert sorted(ends) == [0, 0, 0, 1], ends
    with database.reading() as session:
        told = session.scalars(select(Notice.person_id).where(Notice.kind == "custody")).all()
    assert len(told) == len(set(told)) == 4


def test_a_bag_is_not_signed_for_from_an_old_page(carried: Carried) -> None:
    carried.send(*carried.take(CARD))
    old = carried.request("delegated-handling", "receive_at_town", form={"outcomes": {}})
    carried.sign_for("receive_at_town", carried.people.town)
    with pytest.raises(Outdated):
        carried.database.write(moving.act, carried.people.town.acting, old, carried.now)
