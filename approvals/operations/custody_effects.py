"""What the effects of hand-overs do: a bag leaves for the next office, arrives there, and its contents reach the door."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from approvals.db import from_microseconds, new_id
from approvals.models import Position
from workflows.engine.definition import ON_THE_WAY
from workflows.engine.facts import Actor
from workflows.network import Office
from workflows.network.custody import CONFIRMED, DAMAGED, MISSING, HandOver, Ledger, NotAllowed

from . import clocks
from .custody_ledger import day_of, here, ledger_of, note, refused, standing_at
from .effects import carries_out
from .errors import Refusal
from .reference import network
from .rows import notice_row

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

CUSTODY = "custody"
"""Kind of the notices that those who carry papers get, and whose papers they are when one was given back or lost."""

CARRIERS = ("agent", "coordinator")
CONFIRM_WITHIN = {"working_days": 1}
"""A hand-over that nobody confirmed for a working day alarms both ends."""

_DIFFERING = {MISSING: {"zh": "缺少", "en": "missing"}, DAMAGED: {"zh": "破损", "en": "damaged"}}
LONGEST_BAG, LONGEST_REMARK = 40, 300
UP, DOWN = "up", "down"


def next_office(offices: Mapping[str, int], office_id: int, direction: str) -> int | None:
    """The office on the way of a case that comes after this one, up or down; None where the way ends there."""
    way = [offices[symbol] for symbol in ON_THE_WAY if symbol in offices]
    if direction == DOWN:
        way.reverse()
    return dict(pairwise(way)).get(office_id)


@carries_out("send_hand_over")
def send_hand_over(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Send the items that the form ticks to the next office of the way: the sender answers for them until it confirms.

    ``form`` is {"bag", "remark", "items": [identifiers], "to": office}, the last one only where the next office has closed since
    and the sender agrees to the one that took over. Where the way ends here nothing is handed over.
    """
    sender = _office_of_task(case)
    next_id = next_office(case.offices, sender, parameters["direction"])
    if next_id is None:
        return
    listed = [_identifier(each) for each in form.get("items") or ()]
    bag, remark = str(form.get("bag") or "").strip(), str(form.get("remark") or "").strip()
    if listed and not bag:
        raise Refusal("no-bag", {
            "zh": "请填写封袋编号：材料装袋封好后，把袋上的编号填在这里。", "en": "Enter the number of the bag with the papers.",
        })  # fmt: skip
    if len(bag) > LONGEST_BAG or len(remark) > LONGEST_REMARK:
        raise Refusal("too-long", {
            "zh": f"封袋编号最多{LONGEST_BAG}个字，备注最多{LONGEST_REMARK}个字，请写短一些。",
            "en": f"A bag number has at most {LONGEST_BAG} characters, a remark {LONGEST_REMARK}; shorten them.",
        })  # fmt: skip
    ledger = ledger_of(unit, case)
    hand_over = HandOver(
        new_id(), max((each.number for each in ledger.hand_overs.values()), default=0) + 1, parameters["direction"],
        standing_at(unit, sender), _receiver(unit, next_id, form), unit.now, from_microseconds(clocks.due(unit.now, CONFIRM_WITHIN)),
        bag, remark,
    )  # fmt: skip
    try:
        moves = ledger.send(hand_over, listed, here(unit.connection, sender, day_of(unit.now)), actor.person_id)
    except NotAllowed as error:
        raise refused(unit, error) from None
    note(unit, case, payload, hand_over=hand_over, sender_id=actor.person_id, moves=moves)


@carries_out("receive_hand_over")
def receive_hand_over(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Answer for every item of the bag that is on its way here, and tell both ends what was missing or damaged.

    ``form`` is {"outcomes": {item: {"outcome": confirmed, missing or damaged, "remark"}}}.
    """
    ledger = ledger_of(unit, case)
    hand_over = ledger.open_hand_over
    if hand_over is None or hand_over.to_id not in here(unit.connection, _office_of_task(case), day_of(unit.now)):
        raise Refusal("nothing-in-transit", {
            "zh": "没有送到这里的在途交接，可能已经签收过。请看办件页面的交接记录。",
            "en": "No hand-over is on its way here; it may have been received. See the custody ledger of the case.",
        })  # fmt: skip
    outcomes = {
        _identifier(item_id): (str(said.get("outcome") or ""), str(said.get("remark") or "")[:LONGEST_REMARK])
        for item_id, said in (form.get("outcomes") or {}).items()
    }
    try:
        moves = ledger.receive(hand_over.id, outcomes, actor.person_id, unit.now)
    except NotAllowed as error:
        raise refused(unit, error) from None
    differing = ledger.hand_overs[hand_over.id].discrepancies
    received = {"hand_over_id": hand_over.id, "received_by_id": actor.person_id, "discrepancies": differing}
    note(unit, case, payload, received=received, moves=moves)
    if differing:
        _tell_both_ends(unit, case, ledger, hand_over, {item_id: said for item_id, said in outcomes.items() if said[0] != CONFIRMED})


@carries_out("deliver_items")
def deliver_items(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Hand the applicant everything that lies at the office of the task: results, and back what is theirs."""
    ledger = ledger_of(unit, case)
    place = here(unit.connection, _office_of_task(case), day_of(unit.now))
    receiver = str(form.get("receiver") or "").strip()[:100]
    moves = [ledger.give(item.id, place, None, unit.now, receiver) for item in ledger.held_at(place)]
    if moves:
        note(unit, case, payload, moves=moves)


def _office_of_task(case: CaseNow) -> int:
    task = case.task
    return task.office_id if task is not None and task.office_id is not None else case.deciding_office_id


def _identifier(value: Any) -> int:
    """An item's identifier as a form has it; 0, which nothing has, for what is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _receiver(unit: Unit, next_id: int, form: Mapping[str, Any]) -> int:
    """Who receives. Raises Refusal where the office has closed since and the sender has not agreed to the one that took over."""
    county, today = network(unit.connection), day_of(unit.now)
    wanted, standing = county.offices.get(next_id), county.successor(next_id, today)
    if standing is not None and (standing.id == next_id or _identifier(form.get("to")) == standing.id):
        return standing.id
    raise _closed(wanted, standing)


def _closed(wanted: Office | None, standing: Office | None) -> Refusal:
    name = wanted.name if wanted is not None else "?"
    if standing is None:
        return Refusal("office-closed", {
            "zh": f"{name}已经撤销，还没有指定由谁承接。材料仍由您保管；请系统管理员指定承接的服务点后再交接。",
            "en": f"{name} has closed and nobody took over. Keep the papers and ask the system administrator to name a successor.",
        })  # fmt: skip
    return Refusal("office-closed", {
        "zh": f"{name}已经撤销，由{standing.name}承接。请勾选“交给{standing.name}”，再点一次。",
        "en": f"{name} has closed; {standing.name} has taken over. Tick that the bag goes there, and send it again.",
    }, successor_id=standing.id)  # fmt: skip


def _tell_both_ends(
    unit: Unit, case: CaseNow, ledger: Ledger, hand_over: HandOver, differing: Mapping[int, tuple[str, str]]
) -> None:
    county = network(unit.connection)
    sender, receiver, number = county.offices[hand_over.from_id].name, county.offices[hand_over.to_id].name, hand_over.number
    zh, en = [], []
    for item_id, (outcome, remark) in differing.items():
        name = ledger.items[item_id].name
        said = f"（{remark}）" if remark else ""
        zh.append(f"“{name}”{_DIFFERING[outcome]['zh']}{said}")
        en.append(f"“{name}” {_DIFFERING[outcome]['en']}{f' ({remark})' if remark else ''}")
    zh_list, en_list = "；".join(zh), "; ".join(en)
    text = {
        "zh": f"{case.number}：{sender}交给{receiver}的第{number}次交接有不符：{zh_list}。缺少的仍由{sender}负责，请马上查找。",
        "en": f"{case.number}: hand-over {number} from {sender} to {receiver}: {en_list}. {sender} still answers for what is missing.",
    }
    people = carriers_at(unit.connection, {hand_over.from_id, hand_over.to_id}, day_of(unit.now))
    unit.notices += [notice_row(case, text, unit.at, person_id=person_id, kind=CUSTODY) for person_id in people]


def carriers_at(connection: Connection, offices: Iterable[int], today: date, roles: Collection[str] = CARRIERS) -> list[int]:
    """The agents and coordinators (or those of other roles) who hold a position at one of these offices today; one statement."""
    places = frozenset().union(*(here(connection, office_id, today) for office_id in offices))
    held = select(Position.person_id).where(
        Position.office_id.in_(sorted(places)), Position.role.in_(roles), Position.valid_from <= today,
        or_(Position.valid_to.is_(None), Position.valid_to >= today),
    ).distinct()  # fmt: skip
    return sorted(connection.scalars(held))
