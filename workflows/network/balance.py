"""Whether a custody ledger is true: every item has exactly one holder at every moment. Told from its lines alone. Pure.

This asks nothing of the acts that wrote the lines, so that it finds what they, or whoever changed the rows, got wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .custody import (
    ALLOWED,
    CONFIRMED,
    DAMAGED,
    DELIVERED,
    FOUND,
    GIVEN,
    IN_TRANSIT,
    ISSUED,
    MISSING,
    NOWHERE,
    ORIGINAL,
    OUTCOMES,
    RESULT,
    RETURNED,
    SENT,
    STATUS_AFTER,
    TAKEN,
    Ledger,
    Move,
    Text,
)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Something that a true ledger cannot say, of an item, of a hand-over or of both."""

    item_id: int | None
    hand_over_id: int | None
    message: Text


@dataclass(frozen=True, slots=True)
class Balance:
    """What is with whom. ``held`` counts the items that an office answers for, whatever their state; ``statuses`` all items by
    state, ``originals`` those that are originals; ``open_hand_overs`` are in transit."""

    items: int
    held: Mapping[int, int]
    statuses: Mapping[str, int]
    originals: Mapping[str, int]
    open_hand_overs: int
    imbalances: tuple[Imbalance, ...]


def balance(ledger: Ledger) -> Balance:
    """The balance of one ledger, with every imbalance."""
    standings = {item_id: ledger.standing(item_id) for item_id in ledger.items}
    return Balance(
        items=len(ledger.items),
        held=Counter(each.office_id for each in standings.values() if each.office_id is not None),
        statuses=Counter(each.status for each in standings.values()),
        originals=Counter(each.status for item_id, each in standings.items() if ledger.items[item_id].kind == ORIGINAL),
        open_hand_overs=sum(each.received_at is None for each in ledger.hand_overs.values()),
        imbalances=tuple(imbalances(ledger)),
    )


def together(balances: Iterable[Balance]) -> Balance:
    """The balance of many ledgers as one."""
    held: Counter[int] = Counter()
    statuses: Counter[str] = Counter()
    originals: Counter[str] = Counter()
    items = open_hand_overs = 0
    found: list[Imbalance] = []
    for each in balances:
        held.update(each.held)
        statuses.update(each.statuses)
        originals.update(each.originals)
        items += each.items
        open_hand_overs += each.open_hand_overs
        found += each.imbalances
    return Balance(items, held, statuses, originals, open_hand_overs, tuple(found))


def imbalances(ledger: Ledger) -> Iterator[Imbalance]:
    """Everything that a true ledger cannot say."""
    for item_id in sorted(ledger.items.keys() | {move.item_id for move in ledger.moves}):
        if item_id not in ledger.items:
            yield Imbalance(item_id, None, {"zh": "有交接记录的材料不在清单里", "en": "an item with moves is not on the list"})
        else:
            yield from _of_item(ledger, item_id)
    for hand_over in ledger.hand_overs.values():
        yield from _of_hand_over(ledger, hand_over.id)
    if sum(each.received_at is None for each in ledger.hand_overs.values()) > 1:
        yield Imbalance(None, None, {"zh": "同时有两次没有签收的交接", "en": "two hand-overs are in transit at once"})


def _of_item(ledger: Ledger, item_id: int) -> Iterator[Imbalance]:
    item, moves = ledger.items[item_id], ledger.of(item_id)
    name = item.name
    if not moves:
        yield _wrong(item_id, None, f"“{name}”没有保管人", f"nobody ever held “{name}”")
    before: Move | None = None
    for place, move in enumerate(moves, start=1):
        if move.number != place:
            yield _wrong(item_id, None, f"“{name}”第{place}条记录缺失或重复", f"line {place} of “{name}” is missing or repeated")
            return
        status = STATUS_AFTER[before.kind] if before is not None else NOWHERE
        if move.kind not in ALLOWED[status] or not _fits(item.kind, move.kind):
            yield _wrong(item_id, None, f"“{name}”第{place}条记录不可能发生", f"line {place} of “{name}” cannot have happened")
            return
        if not _has_right_holder(ledger, before, move):
            yield _wrong(item_id, None, f"“{name}”第{place}条保管人不对", f"line {place} of “{name}” names a wrong holder")
        if (move.kind in (SENT, *OUTCOMES)) != (move.hand_over_id in ledger.hand_overs):
            yield _wrong(item_id, move.hand_over_id, f"“{name}”第{place}条没有交接单", f"line {place} of “{name}” has no hand-over")
        if move.kind in OUTCOMES and before is not None and before.hand_over_id != move.hand_over_id:
            yield _wrong(item_id, move.hand_over_id, f"“{name}”签收的不是交出的那次", f"“{name}” was received in another hand-over")
        before = move


def _fits(item_kind: str, move_kind: str) -> bool:
    """Whether a move can be made with such an item: authorities issue results, applicants give the rest."""
    if move_kind in (ISSUED, DELIVERED):
        return item_kind == RESULT
    return not (move_kind in (TAKEN, RETURNED) and item_kind == RESULT)


def _has_right_holder(ledger: Ledger, before: Move | None, move: Move) -> bool:
    """Whether whoever holds an item after a move can be the one: exactly one office, or the applicant at its end."""
    if STATUS_AFTER[move.kind] == GIVEN:
        return move.office_id is None
    if before is None:
        return move.office_id is not None
    # What was found was missing from the hand-over that its line before names, and may have been at either end.
    named = before.hand_over_id if move.kind == FOUND else move.hand_over_id
    hand_over = ledger.hand_overs.get(named) if named is not None else None
    if move.kind in (CONFIRMED, DAMAGED):
        return hand_over is not None and move.office_id == hand_over.to_id
    if move.kind == FOUND and before.kind == MISSING and hand_over is not None:
        return move.office_id in (before.office_id, hand_over.to_id)
    return move.office_id is not None and move.office_id == before.office_id


def _of_hand_over(ledger: Ledger, hand_over_id: int) -> Iterator[Imbalance]:
    hand_over = ledger.hand_overs[hand_over_id]
    of_it = [move for move in ledger.moves if move.hand_over_id == hand_over_id]
    sent = {move.item_id for move in of_it if move.kind == SENT}
    answered = {move.item_id for move in of_it if move.kind in OUTCOMES}
    number = hand_over.number
    if hand_over.received_at is None:
        stray = {item_id for item_id in sent if ledger.standing(item_id).status != IN_TRANSIT} | answered
        if stray:
            yield _wrong(None, hand_over_id, f"第{number}次交接没签收，材料却不在途中", f"hand-over {number} is open, its items not")
        return
    if sent != answered:
        yield _wrong(None, hand_over_id, f"第{number}次交接没有逐一确认就签收了", f"hand-over {number} was received without every item")
    if hand_over.discrepancies != sum(move.kind in (MISSING, DAMAGED) for move in of_it):
        yield _wrong(None, hand_over_id, f"第{number}次交接的差异数不对", f"hand-over {number} counts its discrepancies wrongly")
    if hand_over.received_at < hand_over.sent_at:
        yield _wrong(None, hand_over_id, f"第{number}次交接签收早于送出", f"hand-over {number} was received before it was sent")


def _wrong(item_id: int | None, hand_over_id: int | None, zh: str, en: str) -> Imbalance:
    return Imbalance(item_id, hand_over_id, {"zh": zh, "en": en})
