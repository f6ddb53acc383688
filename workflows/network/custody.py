"""Who has which paper in hand: a ledger of moves, in which every item has exactly one holder at every moment. Pure.

While a bag is on its way its sender still answers for what is in it; the receiver does from the moment of confirming it. What
was listed and is not in the bag stays with the sender; what was lost stays with the office that lost it until it is found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

Text = Mapping[str, str]

ORIGINAL, COPY, RESULT = "original", "copy", "result"
ITEM_KINDS = (ORIGINAL, COPY, RESULT)

TAKEN, ISSUED, SENT, CONFIRMED, DAMAGED, MISSING = "taken", "issued", "sent", "confirmed", "damaged", "missing"
LOST, FOUND, RETURNED, DELIVERED = "lost", "found", "returned", "delivered"
MOVE_KINDS = (TAKEN, ISSUED, SENT, CONFIRMED, DAMAGED, MISSING, LOST, FOUND, RETURNED, DELIVERED)
OUTCOMES = (CONFIRMED, MISSING, DAMAGED)
"""What a receiver says of each item of a bag."""

NOWHERE, HELD, IN_TRANSIT, ASTRAY, GONE, GIVEN = "nowhere", "held", "in_transit", "missing", "lost", "given"

STATUS_AFTER: Mapping[str, str] = {
    TAKEN: HELD, ISSUED: HELD, SENT: IN_TRANSIT, CONFIRMED: HELD, DAMAGED: HELD, MISSING: ASTRAY, LOST: GONE, FOUND: HELD,
    RETURNED: GIVEN, DELIVERED: GIVEN,
}  # fmt: skip
ALLOWED: Mapping[str, frozenset[str]] = {
    NOWHERE: frozenset({TAKEN, ISSUED}),
    HELD: frozenset({SENT, LOST, RETURNED, DELIVERED}),
    IN_TRANSIT: frozenset(OUTCOMES),
    ASTRAY: frozenset({FOUND, LOST}),
    GONE: frozenset({FOUND}),
    GIVEN: frozenset(),
}
"""What may happen next to an item, by what became of it last."""

_ACTS = {
    TAKEN: "take", ISSUED: "take", SENT: "send", CONFIRMED: "receive", DAMAGED: "receive", MISSING: "receive", LOST: "lose",
    FOUND: "find", RETURNED: "give", DELIVERED: "give",
}  # fmt: skip
_NOT_HERE = {"zh": "“{item}”还没有收下，请先登记收取。", "en": "“{item}” has not been taken in yet; enter it first."}
_GIVEN_BACK = {
    "zh": "“{item}”已经交给申请人，不在网络里了；又收到的，请重新登记收取。",
    "en": "“{item}” was handed to the applicant; if it came in again, take it in anew.",
}
_LOST_NOW = {
    "zh": "“{item}”登记为遗失，找到以后先登记找回。",
    "en": "“{item}” is recorded as lost; record that it was found first.",
}
_MISSING_NOW = {
    "zh": "“{item}”签收时缺少，请送出方先找：找到的登记找回，找不到的登记遗失。",
    "en": "“{item}” was missing from its bag: the sender records it as found, or as lost.",
}
_HELD_ALREADY = {"zh": "“{item}”已经收下，不用再收一次。", "en": "“{item}” has been taken in already."}
_NOT_SENT = {"zh": "“{item}”不在途中，没有要签收的。", "en": "“{item}” is not in transit; there is nothing to sign for."}
_NOT_LOST = {"zh": "“{item}”没有缺少也没有遗失，不用登记找回。", "en": "“{item}” is neither missing nor lost."}
_ON_ITS_WAY = {
    "zh": "“{item}”还在途中，要等接收方签收；路上丢了的，由接收方签收时登记“缺少”。",
    "en": "“{item}” is in transit until the receiver signs; if it got lost on the way, the receiver records it as missing.",
}
WHY_NOT: Mapping[tuple[str, str], Text] = {
    **{(NOWHERE, act): _NOT_HERE for act in ("send", "receive", "lose", "find", "give")},
    (HELD, "take"): _HELD_ALREADY, (HELD, "receive"): _NOT_SENT, (HELD, "find"): _NOT_LOST,
    **{(IN_TRANSIT, act): _ON_ITS_WAY for act in ("take", "send", "lose", "find", "give")},
    **{(ASTRAY, act): _MISSING_NOW for act in ("take", "send", "receive", "give")},
    **{(GONE, act): _LOST_NOW for act in ("take", "send", "receive", "lose", "give")},
    **{(GIVEN, act): _GIVEN_BACK for act in ("take", "send", "receive", "lose", "find", "give")},
}  # fmt: skip
"""Why an act cannot follow what became of an item last, a sentence for each such pair."""


class NotAllowed(Exception):
    """A move that the ledger refuses. ``reason`` is a code; ``holder_id`` the office to be named at ``{holder}`` in ``message``."""

    def __init__(self, reason: str, message: Text, holder_id: int | None = None) -> None:
        super().__init__(message["zh"])
        self.reason, self.message, self.holder_id = reason, message, holder_id


@dataclass(frozen=True, slots=True)
class Item:
    """经手材料. ``kind`` is original, copy or result."""

    id: int
    name: str
    kind: str
    quantity: int = 1
    remark: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """交接. Open until ``received_at``; ``discrepancies`` counts what was missing or damaged."""

    id: int
    number: int
    direction: str
    from_id: int
    to_id: int
    sent_at: datetime
    due_at: datetime
    bag: str = ""
    remark: str = ""
    received_at: datetime | None = None
    discrepancies: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """One line of an item's ledger. ``office_id`` holds the item from ``at`` on, None when the applicant does."""

    item_id: int
    number: int
    kind: str
    at: datetime
    office_id: int | None
    person_id: int | None = None
    hand_over_id: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item is: ``office_id`` answers for it since ``since``, and there whoever signed for it last, ``person_id``.
    ``last`` is the last move of all."""

    status: str
    office_id: int | None
    since: datetime | None
    last: Move | None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Custody:
    """What guards may ask: how many of the applicant's things the network has, the missing and those in transit included,
    the lost ones not; how many results it has; how many items are missing, in transit, lost. ``here`` are the items at the
    office whose turn it is."""

    held_by_network: int = 0
    results: int = 0
    missing: int = 0
    in_transit: int = 0
    lost: int = 0
    here: frozenset[int] = frozenset()


class Ledger:
    """The items of one case with all that happened to them. Its acts add to it and return the moves that they added."""

    def __init__(self, items: Iterable[Item] = (), moves: Iterable[Move] = (), hand_overs: Iterable[HandOver] = ()) -> None:
        self.items: dict[int, Item] = {item.id: item for item in items}
        self.hand_overs: dict[int, HandOver] = {each.id: each for each in hand_overs}
        self.moves: list[Move] = sorted(moves, key=lambda move: (move.at, move.item_id, move.number))
        self._of: dict[int, list[Move]] = defaultdict(list)
        for move in sorted(self.moves, key=lambda move: move.number):
            self._of[move.item_id].append(move)

    # ---- reading ----------------------------------------------------------------------------------------------------

    def of(self, item_id: int) -> tuple[Move, ...]:
        """The moves of an item in their order."""
        return tuple(self._of.get(item_id, ()))

    def standing(self, item_id: int, at: datetime | None = None) -> Standing:
        """Where an item is, or was at a moment. Before its first move it was nowhere in the network."""
        moves = [move for move in self._of.get(item_id, ()) if at is None or move.at <= at]
        if not moves:
            return Standing(NOWHERE, None, None, None)
        last = moves[-1]
        since = last.at
        for move in reversed(moves):
            if move.office_id != last.office_id:
                break
            since = move.at
        signed = next(move for move in reversed(moves) if STATUS_AFTER[move.kind] in (HELD, GIVEN))
        return Standing(STATUS_AFTER[last.kind], last.office_id, since, last, signed.person_id)

    @property
    def open_hand_over(self) -> HandOver | None:
        """The one that is in transit, the first sent where there are several."""
        open_ones = [each for each in self.hand_overs.values() if each.received_at is None]
        return min(open_ones, key=lambda each: each.number, default=None)

    def sent_in(self, hand_over_id: int) -> list[Item]:
        """What a hand-over lists, in the order in which it was taken in."""
        listed = {move.item_id for move in self.moves if move.kind == SENT and move.hand_over_id == hand_over_id}
        return [item for item in self.items.values() if item.id in listed]

    def with_status(self, *statuses: str) -> list[Item]:
        """The items in one of these states."""
        return [item for item in self.items.values() if self.standing(item.id).status in statuses]

    def held_at(self, offices: Iterable[int]) -> list[Item]:
        """What lies at one of these offices and is not on its way."""
        here = frozenset(offices)
        return [item for item in self.with_status(HELD) if self.standing(item.id).office_id in here]

    def custody(self) -> Custody:
        """What guards may ask."""
        counted = Counter((self.standing(item.id).status, item.kind == RESULT) for item in self.items.values())
        return Custody(
            held_by_network=sum(counted[status, False] for status in (HELD, IN_TRANSIT, ASTRAY)),
            results=sum(counted[status, True] for status in (HELD, IN_TRANSIT, ASTRAY)),
            missing=counted[ASTRAY, False] + counted[ASTRAY, True],
            in_transit=counted[IN_TRANSIT, False] + counted[IN_TRANSIT, True],
            lost=counted[GONE, False] + counted[GONE, True],
        )

    # ---- acts -------------------------------------------------------------------------------------------------------

    def take(self, item: Item, office_id: int, person_id: int | None, at: datetime, remark: str = "") -> Move:
        """Take an item from the applicant, or from the authority that made it: then it is a result."""
        if item.id in self.items:
            raise NotAllowed("taken", _named(_HELD_ALREADY, item))
        if item.kind not in ITEM_KINDS:
            raise NotAllowed("kind", {"zh": "请选原件、复印件或办理结果。", "en": "Choose original, copy or result."})
        self.items[item.id] = item
        return self._add(item.id, ISSUED if item.kind == RESULT else TAKEN, at, office_id, person_id, remark=remark)

    def send(self, hand_over: HandOver, item_ids: Iterable[int], offices: Iterable[int], person_id: int | None) -> list[Move]:
        """Send items on their way; ``offices`` are those for which the sender acts. All or nothing. None is a hand-over too:
        of what is kept electronically alone."""
        if self.open_hand_over is not None:
            raise NotAllowed("not-received", {
                "zh": f"第{self.open_hand_over.number}次交接还没有签收，签收以后才能再交接。",
                "en": f"Hand-over {self.open_hand_over.number} has not been received yet; wait until it is.",
            })  # fmt: skip
        listed, here = list(item_ids), frozenset(offices)
        if len(set(listed)) != len(listed):
            raise NotAllowed("twice", {"zh": "同一份材料列了两次，请去掉一个。", "en": "An item is listed twice; leave one out."})
        for item_id in listed:
            self._check(item_id, SENT, here)
        self.hand_overs[hand_over.id] = hand_over
        return [
            self._add(item_id, SENT, hand_over.sent_at, self.standing(item_id).office_id, person_id, hand_over.id) for item_id in listed
        ]

    def receive(
        self, hand_over_id: int, outcomes: Mapping[int, tuple[str, str]], person_id: int | None, at: datetime
    ) -> list[Move]:
        """Answer for every item of a hand-over: outcome and remark by item. Raises NotAllowed when one is left out, or is not in it."""
        hand_over = self.hand_overs.get(hand_over_id)
        if hand_over is None or hand_over.received_at is not None:
            raise NotAllowed("nothing-in-transit", {
                "zh": "没有在途的交接要签收，可能已经签收过。请看办件页面的交接记录。",
                "en": "No hand-over is in transit; it may have been received already. See the custody ledger of the case.",
            })  # fmt: skip
        listed = {item.id: item for item in self.sent_in(hand_over_id)}
        if foreign := outcomes.keys() - listed.keys():
            raise NotAllowed("not-in-it", {
                "zh": f"有{len(foreign)}份材料不在这次交接里，请刷新页面后再签收。",
                "en": f"{len(foreign)} of these items are not in this hand-over; reload the page.",
            })  # fmt: skip
        if open_ones := [item for item in listed.values() if item.id not in outcomes]:
            names = "、".join(item.name for item in open_ones)
            raise NotAllowed("not-all", {
                "zh": f"还有{len(open_ones)}份没有逐一确认：{names}。请每份选齐全、缺少或破损。",
                "en": f"{len(open_ones)} items are not answered for: {names}. Say of each whether it is there, missing or damaged.",
            })  # fmt: skip
        for item_id, (outcome, remark) in outcomes.items():
            if outcome not in OUTCOMES:
                raise NotAllowed("outcome", {"zh": "每份材料请选齐全、缺少或破损。", "en": "Choose complete, missing or damaged."})
            if outcome == DAMAGED and not remark.strip():
                raise NotAllowed("how-damaged", _named(
                    {"zh": "“{item}”破损，请写明破损的情况。", "en": "Say what is wrong with “{item}”."}, listed[item_id]
                ))  # fmt: skip
            self._check(item_id, outcome)
        differing = sum(outcome != CONFIRMED for outcome, _ in outcomes.values())
        self.hand_overs[hand_over_id] = replace(hand_over, received_at=at, discrepancies=differing)
        return [
            self._add(
                item_id, outcome, at, self.standing(item_id).office_id if outcome == MISSING else hand_over.to_id, person_id,
                hand_over_id, remark.strip(),
            )
            for item_id, (outcome, remark) in outcomes.items()
        ]  # fmt: skip

    def lose(self, item_id: int, report: str, offices: Iterable[int], person_id: int | None, at: datetime) -> Move:
        """Record that an item is lost: its office goes on answering for it."""
        self._check(item_id, LOST, frozenset(offices))
        if not report.strip():
            raise NotAllowed("no-report", {
                "zh": "请写明怎样遗失的、怎样处理（是否已告知申请人、怎样补办）。",
                "en": "Say how it was lost and what is done about it (is the applicant told, how is it replaced).",
            })  # fmt: skip
        return self._add(item_id, LOST, at, self.standing(item_id).office_id, person_id, remark=report.strip())

    def find(self, item_id: int, offices: Iterable[int], person_id: int | None, at: datetime, remark: str = "") -> Move:
        """Record that an item was found: by the office that answers for it; of a bag that came without it, by either end."""
        here = frozenset(offices)
        self._check(item_id, FOUND)
        standing = self.standing(item_id)
        assert standing.last is not None
        ends = {standing.office_id}
        if standing.status == ASTRAY and standing.last.hand_over_id in self.hand_overs:
            ends.add(self.hand_overs[standing.last.hand_over_id].to_id)
        if ends.isdisjoint(here):
            raise self._elsewhere(item_id)
        office_id = standing.office_id if standing.office_id in here else next(iter(ends & here))
        return self._add(item_id, FOUND, at, office_id, person_id, remark=remark.strip())

    def give(self, item_id: int, offices: Iterable[int], person_id: int | None, at: datetime, remark: str = "") -> Move:
        """Give an item to the applicant: back what is theirs, and what an authority made for them."""
        item = self.items.get(item_id)
        kind = DELIVERED if item is not None and item.kind == RESULT else RETURNED
        self._check(item_id, kind, frozenset(offices))
        return self._add(item_id, kind, at, None, person_id, remark=remark.strip())

    def _check(self, item_id: int, kind: str, offices: frozenset[int] | None = None) -> None:
        item = self.items.get(item_id)
        if item is None:
            raise NotAllowed("unknown-item", {
                "zh": "这份材料不在这个办件里，请刷新页面后重选。", "en": "This item does not belong to this case; reload the page.",
            })  # fmt: skip
        standing = self.standing(item_id)
        if kind not in ALLOWED[standing.status]:
            raise NotAllowed(f"{_ACTS[kind]}-{standing.status}", _named(WHY_NOT[standing.status, _ACTS[kind]], item))
        if offices is not None and standing.office_id not in offices:
            raise self._elsewhere(item_id)

    def _elsewhere(self, item_id: int) -> NotAllowed:
        message = {
            "zh": "“{item}”现在由{holder}保管，请由那里的人办理。",
            "en": "“{item}” is with {holder}; somebody there has to do this.",
        }
        return NotAllowed("elsewhere", _named(message, self.items[item_id]), self.standing(item_id).office_id)

    def _add(
        self, item_id: int, kind: str, at: datetime, office_id: int | None, person_id: int | None,
        hand_over_id: int | None = None, remark: str = "",
    ) -> Move:  # fmt: skip
        move = Move(item_id, len(self._of[item_id]) + 1, kind, at, office_id, person_id, hand_over_id, remark)
        self._of[item_id].append(move)
        self.moves.append(move)
        return move


def _named(message: Text, item: Item) -> Text:
    return {language: sentence.replace("{item}", item.name) for language, sentence in message.items()}
