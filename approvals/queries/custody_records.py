"""The custody of a case, held against its history: every item, move and hand-over is one that an event tells, and the whole balances.

When an alarm was given is no history; it is only asked that it was not given too early.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import from_microseconds
from approvals.models import Case, CustodyItem, CustodyMove, HandOver
from workflows.engine.definition import Text
from workflows.network import custody
from workflows.network.balance import imbalances

from .families import Family
from .replay import Problem, problem

_SENT = ("number", "direction", "from_office_id", "to_office_id", "bag", "remark", "sent_by_id", "due_at")
_MOVED = ("kind", "hand_over_id", "holder_office_id", "holder_id", "remark")


@dataclass(slots=True)
class Custody:
    """What the events of a family say of its custody: the columns of each row, and the position of the event that tells them."""

    items: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    moves: dict[tuple[int, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    hand_overs: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)


def told_custody(family: Family) -> Custody:
    """The custody of a family whose histories are sound, from its events alone."""
    told = Custody()
    for event in sorted((event for case in family.cases for event in family.events[case.id]), key=lambda event: event.happened_at):
        payload = family.replayed[event.case_id].payloads[event.position] or {}
        said: Mapping[str, Any] = payload.get("custody") or {}
        at, position = event.happened_at, event.position
        for item_id, name, kind, quantity, remark in said.get("items", ()):
            told.items[item_id] = (position, {"name": name, "kind": kind, "quantity": quantity, "remark": remark, "created_at": at})
        if sent := said.get("hand_over"):
            columns = {name: sent[name] for name in _SENT}
            columns |= {"sent_at": at, "received_by_id": None, "received_at": None, "discrepancies": 0}
            told.hand_overs[sent["id"]] = (position, columns)
        if received := said.get("received"):
            _, columns = told.hand_overs[received["hand_over_id"]]
            columns |= {"received_at": at, "received_by_id": received["received_by_id"], "discrepancies": received["discrepancies"]}
            told.hand_overs[received["hand_over_id"]] = (position, columns)
        for move in said.get("moves", ()):
            told.moves[move["item_id"], move["number"]] = (position, {**{name: move[name] for name in _MOVED}, "moved_at": at})
    return told


def custody_problems(family: Family) -> Iterator[tuple[str, Problem]]:
    """Every item, move and hand-over of a family that its events do not tell, and what cannot be true of them together."""
    root, told = family.root, told_custody(family)
    items = {row.id: row for row in family.custody_items}
    moves = {(row.item_id, row.number): row for row in family.custody_moves}
    hand_overs = {row.id: row for row in family.hand_overs}
    found = [
        *_differing(root, told.items, items, {"zh": "经手材料", "en": "custody item"}),
        *_differing(root, told.hand_overs, hand_overs, {"zh": "交接单", "en": "hand-over"}),
        *_differing(root, told.moves, moves, {"zh": "经手记录", "en": "custody move"}),
    ]
    for row in family.hand_overs:
        if row.alarmed_at is not None and row.alarmed_at < row.due_at:
            found.append(problem(root.position, f"第{row.number}次交接没到时间就报了警", f"hand-over {row.number} alarmed too early"))
    if not found:  # what the rows alone contradict; where they differ from the history that is said already
        found = [problem(root.position, each.message["zh"], each.message["en"]) for each in imbalances(_ledger(family))]
    for each in found:
        yield root.number, each


def _differing(root: Any, told: Mapping[Any, Any], rows: Mapping[Any, Any], kind: Text) -> Iterator[Problem]:
    for key, (position, columns) in told.items():
        zh, en = (f"{word}{_name(key, columns)}" for word in (kind["zh"], kind["en"]))
        row = rows.get(key)
        if row is None:
            yield problem(position, f"{zh}缺失", f"{en} is missing")
            continue
        for column, value in columns.items():
            if getattr(row, column) != value:
                yield problem(position, f"{zh}（{column}）与办理记录不符", f"{en} ({column}) is not what the history says")
    for key, row in rows.items():
        if key not in told:
            zh, en = (f"{word}{_name(key, row._mapping)}" for word in (kind["zh"], kind["en"]))
            yield problem(root.position, f"{zh}没有办理记录", f"no event tells of {en}")


def _name(key: Any, columns: Mapping[str, Any]) -> str:
    """An item by its name, a hand-over by its number, a move by its item and number."""
    if isinstance(key, tuple):
        return " #{}-{}".format(*key)
    return f"“{columns['name']}”" if "name" in columns else f" {columns['number']}"


def _ledger(family: Family) -> custody.Ledger:
    """The rows of a family as the ledger that they are."""
    return custody.Ledger(
        [custody.Item(row.id, row.name, row.kind, row.quantity, row.remark) for row in family.custody_items],
        [
            custody.Move(
                row.item_id, row.number, row.kind, from_microseconds(row.moved_at), row.holder_office_id, row.holder_id,
                row.hand_over_id, row.remark,
            )
            for row in family.custody_moves
        ],
        [
            custody.HandOver(
                row.id, row.number, row.direction, row.from_office_id, row.to_office_id, from_microseconds(row.sent_at),
                from_microseconds(row.due_at), row.bag, row.remark,
                None if row.received_at is None else from_microseconds(row.received_at), row.discrepancies,
            )
            for row in family.hand_overs
        ],
    )  # fmt: skip


def strays(session: Session) -> Iterator[tuple[str, int]]:
    """Tables of custody with the root that rows of theirs name and that is no root case."""
    roots = select(Case.id).where(Case.id == Case.root_id)
    for model in (CustodyItem, CustodyMove, HandOver):
        for root_id in session.scalars(select(model.root_id).where(model.root_id.not_in(roots)).distinct()):
            yield model.__tablename__, root_id
