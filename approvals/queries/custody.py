"""Who has which paper: the custody ledger of a case, what is in transit between offices, and the balance of the county."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from approvals.db import Prepared, from_microseconds
from approvals.models import Case, CustodyItem, CustodyMove, HandOver, Person
from workflows.county import county_catalogue
from workflows.network import custody
from workflows.network.balance import Balance, balance, together
from workflows.network.custody import Item, Ledger, Move

items: Any = CustodyItem.__table__
moves: Any = CustodyMove.__table__
hand_overs: Any = HandOver.__table__

_ITEM, _MOVE, _HAND_OVER = 1, 2, 3
"""What a row of ``ledger_rows`` tells: its first column."""

_NUMBERS, _TEXTS = 8, 3


def _row(tag: int, table: Any, numbers: tuple[str, ...], texts: tuple[str, ...]) -> Select[Any]:
    """Rows of a table in the common layout: the tag, then numbers, then texts, the rest empty."""
    found: list[Any] = [type_coerce(table.c[name], BigInteger) for name in numbers]
    found += [cast(null(), BigInteger)] * (_NUMBERS - len(numbers))
    found += [type_coerce(table.c[name], String) for name in texts]
    found += [cast(null(), String)] * (_TEXTS - len(texts))
    labelled = [column.label(f"c{place}") for place, column in enumerate(found, start=1)]
    return select(literal_column(str(tag)).label("c0"), *labelled).where(table.c.root_id == bindparam("root_id"))


ledger_rows = Prepared(
    lambda dialect: union_all(
        _row(_ITEM, items, ("id", "quantity"), ("name", "kind", "remark")),
        _row(_MOVE, moves, ("item_id", "number", "moved_at", "holder_office_id", "holder_id", "hand_over_id"), ("kind", "remark")),
        _row(
            _HAND_OVER, hand_overs,
            ("id", "number", "sent_at", "from_office_id", "to_office_id", "due_at", "received_at", "discrepancies"),
            ("direction", "bag", "remark"),
        ),
    )
)  # fmt: skip


def read_ledger(connection: Connection, root_id: int) -> Ledger:
    """The ledger of a root case as it is stored; one statement."""
    items, moves, hand_overs = [], [], []
    for tag, *values in ledger_rows.rows(connection, {"root_id": root_id}):
        numbers, (first, second, third) = values[:8], values[8:]
        if tag == _ITEM:
            items.append(Item(numbers[0], first, second, numbers[1], third))
        elif tag == _MOVE:
            item_id, number, at, office_id, person_id, hand_over_id = numbers[:6]
            moves.append(Move(item_id, number, first, from_microseconds(at), office_id, person_id, hand_over_id, second))
        else:
            hand_over_id, number, sent_at, from_id, to_id, due_at, received_at, discrepancies = numbers
            hand_overs.append(
                custody.HandOver(
                    hand_over_id, number, first, from_id, to_id, from_microseconds(sent_at), from_microseconds(due_at), second, third,
                    None if received_at is None else from_microseconds(received_at), discrepancies,
                )
            )  # fmt: skip
    return Ledger(sorted(items, key=lambda item: item.id), moves, sorted(hand_overs, key=lambda each: each.number))


# ---- the page of a case ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """The ledger of a case with the names of the people who signed for something, by their identifiers."""

    ledger: Ledger
    names: Mapping[int, str]

    def is_late(self, now: datetime) -> bool:
        """Whether a bag has been on its way for longer than a working day."""
        opened = self.ledger.open_hand_over
        return opened is not None and opened.due_at < now


def custody_of(session: Session, root_id: int) -> Told:
    """The ledger of a case as people read it; two statements, one where nothing was ever taken."""
    ledger = read_ledger(session.connection(), root_id)
    people = {move.person_id for move in ledger.moves if move.person_id is not None}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all() if people else []
    return Told(ledger, {person_id: name for person_id, name in found})


# ---- in transit ------------------------------------------------------------------------------------------------------

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Transit:
    """A hand-over that nobody has confirmed. ``comes`` here, or was sent from here; neither for who only supervises.
    ``receiving`` is the action that signs for it; empty where the case cannot be signed for now."""

    hand_over: HandOver
    number: str
    token: str
    company: str
    pieces: int
    sender: str
    comes: bool
    goes: bool
    late: bool
    receiving: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Hand-overs that nobody has confirmed: to be received here, sent from here, all of both, and late ones among them."""

    comes: int
    goes: int
    every: int
    late: int


def _with(column: Any, offices: Collection[int] | None) -> ColumnElement[bool]:
    """Whether a column names one of these offices; None are all."""
    if offices is None:
        return true()
    return column.in_(sorted(offices)) if offices else false()


def in_transit(session: Session, offices: Collection[int] | None, now: datetime) -> list[Transit]:
    """What is on its way to or from these offices (None: anywhere), the longest due first; one statement."""
    pieces = (
        select(func.count()).where(CustodyMove.hand_over_id == HandOver.id, CustodyMove.kind == custody.SENT).correlate(HandOver)
    )
    found = session.execute(
        select(HandOver, Case, pieces.scalar_subquery(), Person.name)
        .join(Case, Case.id == HandOver.root_id)
        .join(Person, Person.id == HandOver.sent_by_id)
        .where(HandOver.received_at.is_(None), or_(_with(HandOver.to_office_id, offices), _with(HandOver.from_office_id, offices)))
        .order_by(HandOver.due_at, HandOver.id)
        .limit(MOST_LISTED)
    ).all()
    here = frozenset(offices) if offices is not None else frozenset()
    return [
        Transit(
            hand_over, case.number, case.token, case.company, count, sender, hand_over.to_office_id in here,
            hand_over.from_office_id in here, hand_over.due_at < now, _receiving(case),
        )
        for hand_over, case, count, sender in found
    ]  # fmt: skip


def _receiving(case: Case) -> str:
    actions = county_catalogue().version(case.workflow, case.version).actions.values()
    fitting = (action for action in actions if case.state in action.source)
    return next((each.name for each in fitting if any(named.name == "receive_hand_over" for named in each.effects)), "")


def counts_of(session: Session, offices: Collection[int] | None, now: datetime) -> Counts:
    """How many hand-overs nobody has confirmed, to and from these offices (None: anywhere); one statement."""
    comes, goes = _with(HandOver.to_office_id, offices), _with(HandOver.from_office_id, offices)
    every = or_(comes, goes)
    counted = (comes, goes, every, and_(every, HandOver.due_at < now))
    columns = (func.count().filter(condition) for condition in counted)
    return Counts(*session.execute(select(*columns).select_from(HandOver).where(HandOver.received_at.is_(None))).one())


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something that an office still has though its case has ended: it is to be given back."""

    name: str
    quantity: int
    number: str
    token: str
    company: str
    office_id: int
    since: datetime


def left_behind(session: Session, offices: Collection[int]) -> list[LeftBehind]:
    """What these offices still have of cases that have ended, the longest held first; one statement."""
    later = aliased(CustodyMove)
    is_last = ~exists().where(later.item_id == CustodyMove.item_id, later.number > CustodyMove.number)
    found = session.execute(
        select(
            CustodyItem.name, CustodyItem.quantity, Case.number, Case.token, Case.company, CustodyMove.holder_office_id,
            CustodyMove.moved_at,
        )
        .join(CustodyMove, CustodyMove.item_id == CustodyItem.id)
        .join(Case, Case.id == CustodyItem.root_id)
        .where(Case.outcome != "", _with(CustodyMove.holder_office_id, offices), CustodyMove.kind != custody.LOST, is_last)
        .order_by(CustodyMove.moved_at)
        .limit(MOST_LISTED)
    )  # fmt: skip
    return [LeftBehind(*line) for line in found]


# ---- the whole county -------------------------------------------------------------------------------------------------

_CASES_AT_ONCE = 200


def balance_of_county(session: Session) -> tuple[Balance, list[tuple[str, Mapping[str, str]]]]:
    """The balance of every ledger together, and each imbalance with the number of its case; three statements for 200 cases."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def balances() -> Iterator[Balance]:
        for numbers in _roots(session):
            for root_id, ledger in _ledgers(session, list(numbers)):
                counted = balance(ledger)
                found.extend((numbers[root_id], each.message) for each in counted.imbalances)
                yield counted

    return together(balances()), found


def _roots(session: Session) -> Iterator[dict[int, str]]:
    """The cases that custody was ever taken in, or handed over for, some at a time."""
    after = -1
    while True:
        kept = select(CustodyItem.root_id).union(select(CustodyMove.root_id), select(HandOver.root_id)).subquery()
        page = (
            select(kept.c.root_id, Case.number)
            .outerjoin(Case, Case.id == kept.c.root_id)
            .where(kept.c.root_id > after)
            .order_by(kept.c.root_id)
            .limit(_CASES_AT_ONCE)
        )
        numbers = {root_id: number or f"#{root_id}" for root_id, number in session.execute(page)}
        if not numbers:
            return
        yield numbers
        after = max(numbers)


def _ledgers(session: Session, root_ids: Iterable[int]) -> Iterator[tuple[int, Ledger]]:
    wanted = list(root_ids)
    found: dict[int, tuple[list[Item], list[Move], list[custody.HandOver]]] = {root_id: ([], [], []) for root_id in wanted}
    for item in session.scalars(select(CustodyItem).where(CustodyItem.root_id.in_(wanted)).order_by(CustodyItem.id)):
        found[item.root_id][0].append(Item(item.id, item.name, item.kind, item.quantity, item.remark))
    for move in session.scalars(select(CustodyMove).where(CustodyMove.root_id.in_(wanted))):
        found[move.root_id][1].append(
            Move(
                move.item_id, move.number, move.kind, move.moved_at, move.holder_office_id, move.holder_id, move.hand_over_id,
                move.remark,
            )
        )  # fmt: skip
    for each in session.scalars(select(HandOver).where(HandOver.root_id.in_(wanted)).order_by(HandOver.number)):
        found[each.root_id][2].append(
            custody.HandOver(
                each.id, each.number, each.direction, each.from_office_id, each.to_office_id, each.sent_at, each.due_at, each.bag,
                each.remark, each.received_at, each.discrepancies,
            )
        )  # fmt: skip
    for root_id, rows in found.items():
        yield root_id, Ledger(*rows)
    session.expunge_all()
