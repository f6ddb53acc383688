"""The custody ledger of a family during one action: read with one statement, kept while the action lasts, written with it.

Automatic actions that follow see what an act has just added, before anything is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from approvals.db import new_id, to_microseconds
from approvals.queries.custody import read_ledger
from workflows.clock import OFFICE_ZONE
from workflows.network.custody import HandOver, Item, Ledger, Move, NotAllowed

from . import custody_statements as statements
from .errors import Refusal
from .reference import network

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

_kept: WeakKeyDictionary[Unit, Ledger] = WeakKeyDictionary()


def ledger_of(unit: Unit, case: CaseNow) -> Ledger:
    """The ledger of the family of a case, with what this action has added."""
    found = _kept.get(unit)
    if found is None:
        found = _kept[unit] = read_ledger(unit.connection, case.root_id)
    return found


def custody_facts(unit: Unit, case: CaseNow, needs: frozenset[str]) -> dict[str, Any]:
    """What guards ask for as ``custody``: one statement, at the first time of an action."""
    if "custody" not in needs:
        return {}
    ledger = ledger_of(unit, case)
    office_id = case.task.office_id if case.task is not None else None
    offices = here(unit.connection, office_id, day_of(unit.now)) if office_id is not None else ()
    return {"custody": replace(ledger.custody(), here=frozenset(item.id for item in ledger.held_at(offices)))}


def day_of(now: datetime) -> date:
    """The day of a moment in the county."""
    return now.astimezone(OFFICE_ZONE).date()


def here(connection: Connection, office_id: int, on: date) -> frozenset[int]:
    """An office, the one that does its work on a day, and the closed ones whose work that one does: for papers one place."""
    county = network(connection)
    standing = county.successor(office_id, on)
    if standing is None:
        return frozenset({office_id})
    return frozenset({office_id, standing.id}) | county.predecessors(standing.id, on)


def standing_at(unit: Unit, office_id: int) -> int:
    """The office that does the work of this one today; itself where nobody took over."""
    office = network(unit.connection).successor(office_id, day_of(unit.now))
    return office.id if office is not None else office_id


def refused(unit: Unit, error: NotAllowed) -> Refusal:
    """What the ledger refuses, as a verb says it, with the office named."""
    office = network(unit.connection).offices.get(error.holder_id or 0)
    name = office.name if office is not None else ""
    message = {language: sentence.replace("{holder}", name) for language, sentence in error.message.items()}
    return Refusal(error.reason, message)


# ---- writing ----------------------------------------------------------------------------------------------------------


def note(
    unit: Unit, case: CaseNow, payload: dict[str, Any], *, items: Sequence[Item] = (), moves: Iterable[Move] = (),
    hand_over: HandOver | None = None, sender_id: int | None = None, received: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Add the rows of an act to the unit, and to the payload of its event all that is needed to tell them again."""
    told: dict[str, Any] = payload.setdefault("custody", {})
    for item in items:
        unit.add(
            statements.insert_items,
            {
                "id": item.id, "root_id": case.root_id, "name": item.name, "kind": item.kind, "quantity": item.quantity,
                "remark": item.remark, "created_at": unit.at,
            },
        )  # fmt: skip
        told.setdefault("items", []).append([item.id, item.name, item.kind, item.quantity, item.remark])
    if hand_over is not None:
        row = {
            "id": hand_over.id, "number": hand_over.number, "direction": hand_over.direction, "from_office_id": hand_over.from_id,
            "to_office_id": hand_over.to_id, "bag": hand_over.bag, "remark": hand_over.remark, "sent_by_id": sender_id,
            "due_at": to_microseconds(hand_over.due_at),
        }  # fmt: skip
        told["hand_over"] = row
        unit.add(
            statements.insert_hand_overs,
            {
                **row, "root_id": case.root_id, "sent_at": unit.at, "received_by_id": None, "received_at": None, "discrepancies": 0,
                "alarmed_at": None,
            },
        )  # fmt: skip
    if received is not None:
        told["received"] = dict(received)
        unit.add(statements.receive_hand_over, {**received, "received_at": unit.at})
    for move in moves:
        row = {
            "item_id": move.item_id, "number": move.number, "kind": move.kind, "hand_over_id": move.hand_over_id,
            "holder_office_id": move.office_id, "holder_id": move.person_id, "remark": move.remark,
        }  # fmt: skip
        told.setdefault("moves", []).append(row)
        unit.add(statements.insert_moves, {**row, "id": new_id(), "root_id": case.root_id, "moved_at": unit.at})
