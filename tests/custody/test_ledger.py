"""The ledger of papers: whatever people do, every item has exactly one holder at every moment, and nothing vanishes or doubles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.network.balance import balance, imbalances, together
from workflows.network.custody import (
    ALLOWED,
    CONFIRMED,
    DAMAGED,
    DELIVERED,
    FOUND,
    GIVEN,
    GONE,
    HELD,
    IN_TRANSIT,
    ISSUED,
    LOST,
    MISSING,
    MOVE_KINDS,
    NOWHERE,
    OUTCOMES,
    RETURNED,
    SENT,
    STATUS_AFTER,
    TAKEN,
    WHY_NOT,
    HandOver,
    Item,
    Ledger,
    Move,
    NotAllowed,
)

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
POINT, TOWN, CENTRE = 1, 2, 3
OFFICES = (POINT, TOWN, CENTRE)
AGENT = 11
ACT_OF = {
    TAKEN: "take", ISSUED: "take", SENT: "send", CONFIRMED: "receive", DAMAGED: "receive", MISSING: "receive", LOST: "lose",
    FOUND: "find", RETURNED: "give", DELIVERED: "give",
}  # fmt: skip


def later(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def hand_over(number: int, from_id: int, to_id: int, minutes: int) -> HandOver:
    return HandOver(number, number, "up" if to_id > from_id else "down", from_id, to_id, later(minutes), later(minutes + 480))


def sent_ledger() -> Ledger:
    """An identity card and a seal at the point, on their way to the town."""
    ledger = Ledger()
    for number, name in enumerate(("身份证原件", "公章"), start=1):
        ledger.take(Item(number, name, "original"), POINT, AGENT, later(0))
    ledger.send(hand_over(1, POINT, TOWN, 1), [1, 2], {POINT}, AGENT)
    return ledger


# ---- what may happen next ---------------------------------------------------------------------------------------------


def test_every_state_says_what_may_follow_and_why_the_rest_may_not() -> None:
    assert set(STATUS_AFTER) == set(MOVE_KINDS)
    assert set(ALLOWED) == {NOWHERE, *STATUS_AFTER.values()}
    for status, allowed in ALLOWED.items():
        acts = {ACT_OF[kind] for kind in MOVE_KINDS}
        refused = acts - {ACT_OF[kind] for kind in allowed}
        assert {act for state, act in WHY_NOT if state == status} == refused, status
    assert all(sentence["zh"] and sentence["en"] and "{item}" in sentence["zh"] for sentence in WHY_NOT.values())


def _attempts(ledger: Ledger) -> dict[str, Callable[[], object]]:
    return {
        "take": lambda: ledger.take(ledger.items[1], POINT, AGENT, later(90)),
        "send": lambda: ledger.send(hand_over(9, POINT, TOWN, 90), [1], OFFICES, AGENT),
        "lose": lambda: ledger.lose(1, "路上丢了", OFFICES, AGENT, later(90)),
        "find": lambda: ledger.find(1, OFFICES, AGENT, later(90)),
        "give": lambda: ledger.give(1, OFFICES, AGENT, later(90)),
    }


def _in_status(status: str) -> Ledger:
    if status == HELD:
        ledger = Ledger()
        ledger.take(Item(1, "身份证原件", "original"), POINT, AGENT, later(0))
        return ledger
    ledger = sent_ledger()
    if status == IN_TRANSIT:
        ledger.hand_overs.clear()  # so that the item alone refuses
        return ledger
    ledger.receive(1, {1: (MISSING, ""), 2: (CONFIRMED, "")}, AGENT, later(2))
    if status == GONE:
        ledger.lose(1, "路上丢了", {POINT}, AGENT, later(3))
    if status == GIVEN:
        ledger.find(1, {POINT}, AGENT, later(3))
        ledger.give(1, {POINT}, AGENT, later(4))
    return ledger


@pytest.mark.parametrize("status", [HELD, IN_TRANSIT, "missing", GONE, GIVEN])
def test_an_act_is_done_or_refused_as_the_table_says(status: str) -> None:
    for act in _attempts(Ledger()):
        ledger = _in_status(status)
        assert ledger.standing(1).status == status
        before = list(ledger.moves)
        may = any(ACT_OF[kind] == act for kind in ALLOWED[status])
        if may:
            _attempts(ledger)[act]()
            assert len(ledger.moves) == len(before) + 1
            continue
        with pytest.raises(NotAllowed) as refused:
            _attempts(ledger)[act]()
        assert "身份证原件" in refused.value.message["zh"], "the sentence names the paper"
        assert "{item}" not in refused.value.message["en"]
        assert ledger.moves == before


# ---- hand-overs -------------------------------------------------------------------------------------------------------


def test_the_sender_holds_until_the_receiver_confirms() -> None:
    ledger = sent_ledger()
    assert (ledger.standing(1).status, ledger.standing(1).office_id) == (IN_TRANSIT, POINT)
    assert ledger.open_hand_over == ledger.hand_overs[1]
    ledger.receive(1, {1: (CONFIRMED, ""), 2: (DAMAGED, "印面有缺口")}, 12, later(5))
    assert [ledger.standing(number).office_id for number in (1, 2)] == [TOWN, TOWN]
    assert ledger.open_hand_over is None and ledger.hand_overs[1].discrepancies == 1
    assert ledger.standing(2).last is not None and ledger.standing(2).last.remark == "印面有缺口"


def test_what_is_missing_stays_with_the_sender_until_one_of_the_ends_finds_it() -> None:
    for finder in (POINT, TOWN):
        ledger = sent_ledger()
        ledger.receive(1, {1: (CONFIRMED, ""), 2: (MISSING, "袋里没有")}, 12, later(5))
        assert (ledger.standing(2).status, ledger.standing(2).office_id) == ("missing", POINT)
        with pytest.raises(NotAllowed) as refused:
            ledger.find(2, {CENTRE}, 13, later(6))
        assert refused.value.reason == "elsewhere" and refused.value.holder_id == POINT
        ledger.find(2, {finder}, 12, later(6))
        assert (ledger.standing(2).status, ledger.standing(2).office_id) == (HELD, finder)
        assert not list(imbalances(ledger))


def test_a_receiver_answers_for_every_item_and_for_no_other() -> None:
    cases: list[tuple[dict[int, tuple[str, str]], str]] = [
        ({1: (CONFIRMED, "")}, "not-all"),
        ({1: (CONFIRMED, ""), 2: (CONFIRMED, ""), 3: (CONFIRMED, "")}, "not-in-it"),
        ({1: (CONFIRMED, ""), 2: ("perhaps", "")}, "outcome"),
        ({1: (CONFIRMED, ""), 2: (DAMAGED, "  ")}, "how-damaged"),
    ]
    for outcomes, reason in cases:
        ledger = sent_ledger()
        with pytest.raises(NotAllowed) as refused:
            ledger.receive(1, outcomes, 12, later(5))
        assert refused.value.reason == reason
        assert ledger.open_hand_over is not None and ledger.standing(1).status == IN_TRANSIT


def test_the_same_bag_is_sent_and_received_once() -> None:
    ledger = sent_ledger()
    with pytest.raises(NotAllowed) as refused:
        ledger.send(hand_over(2, POINT, TOWN, 3), [], {POINT}, AGENT)
    assert refused.value.reason == "not-received"
    ledger.receive(1, {1: (CONFIRMED, ""), 2: (CONFIRMED, "")}, 12, later(5))
    with pytest.raises(NotAllowed) as again:
        ledger.receive(1, {1: (CONFIRMED, ""), 2: (CONFIRMED, "")}, 12, later(6))
    assert again.value.reason == "nothing-in-transit"


def test_nothing_is_sent_that_is_elsewhere_unknown_or_listed_twice() -> None:
    ledger = Ledger()
    ledger.take(Item(1, "身份证原件", "original"), POINT, AGENT, later(0))
    for listed, offices, reason in (([1], {TOWN}, "elsewhere"), ([7], {POINT}, "unknown-item"), ([1, 1], {POINT}, "twice")):
        with pytest.raises(NotAllowed) as refused:
            ledger.send(hand_over(1, POINT, TOWN, 1), listed, offices, AGENT)
        assert refused.value.reason == reason
        assert not ledger.hand_overs and len(ledger.moves) == 1, "all or nothing"


def test_a_hand_over_may_carry_nothing_on_paper() -> None:
    ledger = Ledger()
    assert ledger.send(hand_over(1, POINT, TOWN, 1), [], {POINT}, AGENT) == []
    assert ledger.receive(1, {}, 12, later(2)) == []
    assert not list(imbalances(ledger))


def test_a_loss_needs_a_report_and_leaves_the_item_with_who_lost_it() -> None:
    ledger = _in_status(HELD)
    with pytest.raises(NotAllowed):
        ledger.lose(1, "  ", {POINT}, AGENT, later(1))
    ledger.lose(1, "搬办公室时丢失，已告知本人并帮他补办", {POINT}, AGENT, later(1))
    assert (ledger.standing(1).status, ledger.standing(1).office_id) == (GONE, POINT)
    assert ledger.custody().held_by_network == 0 and ledger.custody().lost == 1


def test_results_are_issued_and_delivered_the_applicants_things_taken_and_returned() -> None:
    ledger = Ledger()
    assert ledger.take(Item(1, "营业执照正本", "result"), CENTRE, AGENT, later(0)).kind == ISSUED
    assert ledger.take(Item(2, "身份证原件", "original"), CENTRE, AGENT, later(0)).kind == TAKEN
    assert (ledger.custody().held_by_network, ledger.custody().results) == (1, 1)
    assert ledger.give(1, {CENTRE}, AGENT, later(1)).kind == DELIVERED
    assert ledger.give(2, {CENTRE}, AGENT, later(1)).kind == RETURNED
    assert (ledger.custody().held_by_network, ledger.custody().results) == (0, 0)


# ---- whatever people do -----------------------------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from(("take", "issue", "send", "receive", "receive", "lose", "find", "give")),
        st.sampled_from(OFFICES), st.sampled_from(OFFICES), st.lists(st.integers(0, 7), max_size=5),
        st.lists(st.sampled_from(OUTCOMES), min_size=8, max_size=8),
    ),
    max_size=40,
)  # fmt: skip


def _do(ledger: Ledger, step: tuple[str, int, int, list[int], list[str]], minute: int) -> None:
    act, office, other, listed, outcomes = step
    known = sorted(ledger.items)
    chosen = [known[number % len(known)] for number in listed] if known else listed
    if act in ("take", "issue"):
        kind = "result" if act == "issue" else ("original", "copy")[minute % 2]
        item = Item(len(ledger.items) + 1, f"材料{len(ledger.items) + 1}", kind)
        ledger.take(item, office, AGENT, later(minute))
    elif act == "send":
        ledger.send(hand_over(len(ledger.hand_overs) + 1, office, other, minute), chosen, {office}, AGENT)
    elif act == "receive":
        opened = ledger.open_hand_over
        inside = ledger.sent_in(opened.id) if opened else []
        answers = {item.id: (outcomes[number % 8], "破了") for number, item in enumerate(inside[: len(inside) - (minute % 5 == 0)])}
        ledger.receive(opened.id if opened else 1, answers, AGENT, later(minute))
    else:
        for item_id in chosen[:2]:
            if act == "lose":
                ledger.lose(item_id, "丢了", {office}, AGENT, later(minute))
            elif act == "find":
                ledger.find(item_id, {office}, AGENT, later(minute))
            else:
                ledger.give(item_id, {office}, AGENT, later(minute))


@settings(max_examples=300)
@given(steps)
def test_every_item_has_one_holder_at_every_moment_whatever_people_do(steps: list[tuple[str, int, int, list[int], list[str]]]) -> None:
    ledger = Ledger()
    taken: dict[int, int] = {}
    for minute, step in enumerate(steps):
        count = len(ledger.moves)
        try:
            _do(ledger, step, minute)
        except NotAllowed as refused:
            assert refused.message["zh"] and refused.message["en"] and "{item}" not in refused.message["zh"]
        assert len(ledger.moves) >= count, "lines are only added"
        for item_id in ledger.items:
            taken.setdefault(item_id, minute)
    assert list(imbalances(ledger)) == []
    for item_id, since in taken.items():
        for minute in range(since, len(steps) + 1):
            at = ledger.standing(item_id, later(minute))
            assert (at.office_id is None) == (at.status == GIVEN), "an office holds it or the applicant has it, never both"
    counted = balance(ledger)
    assert sum(counted.held.values()) + counted.statuses[GIVEN] == counted.items == len(taken), "nothing vanishes, nothing doubles"
    # The same lines read back in any order make the same ledger.
    again = Ledger(ledger.items.values(), reversed(ledger.moves), ledger.hand_overs.values())
    assert balance(again) == counted


# ---- what is not true -------------------------------------------------------------------------------------------------


def _received() -> Ledger:
    ledger = sent_ledger()
    ledger.receive(1, {1: (CONFIRMED, ""), 2: (MISSING, "")}, 12, later(5))
    ledger.find(2, {POINT}, AGENT, later(6))
    return ledger


def _changed(change: Callable[[Move], Move | None]) -> Ledger:
    ledger = _received()
    moves = [changed for move in ledger.moves if (changed := change(move)) is not None]
    return Ledger(ledger.items.values(), moves, ledger.hand_overs.values())


LIES: dict[str, Callable[[], Ledger]] = {
    "no first line": lambda: _changed(lambda move: None if (move.item_id, move.number) == (1, 1) else move),
    "a line in the middle is gone": lambda: _changed(lambda move: None if (move.item_id, move.number) == (1, 2) else move),
    "another receiver": lambda: _changed(lambda move: replace(move, office_id=CENTRE) if move.kind == CONFIRMED else move),
    "nobody has it": lambda: _changed(lambda move: replace(move, office_id=None) if move.kind == CONFIRMED else move),
    "sending changed hands": lambda: _changed(lambda move: replace(move, office_id=TOWN) if move.kind == SENT else move),
    "missing with the receiver": lambda: _changed(lambda move: replace(move, office_id=TOWN) if move.kind == MISSING else move),
    "found elsewhere": lambda: _changed(lambda move: replace(move, office_id=CENTRE) if move.kind == FOUND else move),
    "never sent": lambda: _changed(lambda move: replace(move, kind=RETURNED, office_id=None) if move.kind == SENT else move),
    "another hand-over": lambda: _changed(lambda move: replace(move, hand_over_id=5) if move.kind == CONFIRMED else move),
    "without a hand-over": lambda: _changed(lambda move: replace(move, hand_over_id=None) if move.kind == SENT else move),
    "the last line is gone": lambda: _changed(lambda move: None if move.kind in (MISSING, FOUND) else move),
    "a result that was taken": lambda: Ledger(
        [Item(1, "营业执照正本", "result")], [Move(1, 1, TAKEN, later(0), POINT)]
    ),
    "an item without lines": lambda: Ledger([Item(1, "公章", "original")]),
    "lines without an item": lambda: Ledger([], [Move(1, 1, TAKEN, later(0), POINT)]),
    "discrepancies": lambda: Ledger(
        _received().items.values(), _received().moves, [replace(_received().hand_overs[1], discrepancies=0)]
    ),
    "not received after all": lambda: Ledger(
        _received().items.values(), _received().moves, [replace(_received().hand_overs[1], received_at=None, discrepancies=0)]
    ),
    "received before it was sent": lambda: Ledger([], [], [replace(hand_over(1, POINT, TOWN, 5), received_at=later(1))]),
    "two at once": lambda: Ledger([], [], [hand_over(1, POINT, TOWN, 5), hand_over(2, TOWN, CENTRE, 6)]),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_the_balance_finds_what_cannot_be_true(lie: str) -> None:
    assert not list(imbalances(_received()))
    found = list(imbalances(LIES[lie]()))
    assert found and all(each.message["zh"] and each.message["en"] for each in found)


def test_balances_add_up() -> None:
    counted = together([balance(_received()), balance(sent_ledger()), balance(LIES["two at once"]())])
    assert counted.items == 4 and counted.held == {POINT: 3, TOWN: 1}
    assert counted.open_hand_overs == 3 and len(counted.imbalances) == 1
    assert counted.statuses == {HELD: 2, IN_TRANSIT: 2} and counted.originals == counted.statuses
    assert LOST not in counted.statuses
