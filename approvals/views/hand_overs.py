"""The pages of a hand-over: what goes into the bag, and what came out of it. Both send the form of the workflow's action."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request as asked

from approvals.db import from_microseconds
from approvals.forms import Note
from approvals.language import _
from approvals.operations import clocks
from approvals.operations.custody_effects import CONFIRM_WITHIN, LONGEST_REMARK, next_office
from approvals.operations.custody_ledger import here
from approvals.queries.custody import Told, custody_of
from workflows.engine.definition import Action
from workflows.network import Office
from workflows.network.custody import CONFIRMED, DAMAGED, MISSING, HandOver, Item

from . import request
from .case_access import Seen
from .filters import office_name

SEND, RECEIVE = "send", "receive"
_EFFECTS = {"send_hand_over": SEND, "receive_hand_over": RECEIVE}
_OUTCOMES = (CONFIRMED, MISSING, DAMAGED)


@dataclass(frozen=True, slots=True)
class Bag:
    """What one of the two pages shows, with what was typed there: ``payload`` goes into the action's form, ``faults`` stand
    against sending it. ``goes_to`` is where a bag is sent; ``closed`` the office that it was to go to, if that has closed since.
    """

    kind: str
    told: Told
    goes_to: Office | None = None
    closed: Office | None = None
    due_at: datetime | None = None
    items: tuple[Item, ...] = ()
    hand_over: HandOver | None = None
    ticked: frozenset[str] = frozenset()
    payload: dict[str, Any] = field(default_factory=dict)
    faults: tuple[tuple[str, Note], ...] = ()

    @property
    def template(self) -> str:
        return f"custody/{self.kind}.html"

    def fault(self, name: str) -> str:
        """What is wrong with a field of the page; empty when nothing is."""
        return next((note.message for id, note in self.faults if id == name), "")


def bag_of(view: Seen, action: Action) -> Bag | None:
    """What the page of an action shows beside its form; None for an action that hands nothing over.

    A sending action whose way ends at this office hands nothing over either.
    """
    effect = next((named for named in action.effects if named.name in _EFFECTS), None)
    task = view.subject.task
    if effect is None or task is None or task.office_id is None:
        return None
    told = custody_of(request.session(), view.family.root.case.id)
    if _EFFECTS[effect.name] == RECEIVE:
        return _arriving(told)
    next_id = next_office(view.subject.case.offices, task.office_id, effect.parameters["direction"])
    return _leaving(told, task.office_id, next_id) if next_id is not None else None


def _leaving(told: Told, sender: int, next_id: int) -> Bag:
    network, today = request.network(), request.today()
    wanted, standing = network.offices.get(next_id), network.successor(next_id, today)
    closed = wanted if wanted is not None and (standing is None or standing.id != next_id) else None
    items = tuple(told.ledger.held_at(here(request.session().connection(), sender, today)))
    due_at = from_microseconds(clocks.due(request.now(), CONFIRM_WITHIN))
    bag = Bag(SEND, told, goes_to=standing, closed=closed, due_at=due_at, items=items)
    if asked.method != "POST":
        return bag
    ticked = frozenset(asked.form.getlist("items"))
    listed = [item.id for item in items if str(item.id) in ticked]
    # What is ticked and no longer here is sent all the same: the verb says where it is.
    listed += [int(each) for each in sorted(ticked - {str(item.id) for item in items}) if each.isdecimal() and len(each) < 20]
    faults = []
    if items and not listed and asked.form.get("electronic") != "y":
        faults.append(("items", Note(_("请勾选装进封袋的材料；这次没有纸质材料的，请勾选最后一项。"))))
    if listed and not asked.form.get("bag", "").strip():
        faults.append(("bag", Note(_("请填写封袋编号：材料装袋封好后，把袋上的编号填在这里。"))))
    payload: dict[str, Any] = {"items": listed}
    if closed is not None and standing is not None and asked.form.get("to") == str(standing.id):
        payload["to"] = standing.id
    return Bag(SEND, told, standing, closed, due_at, items, None, ticked, payload, tuple(faults))


def _arriving(told: Told) -> Bag:
    hand_over = told.ledger.open_hand_over
    items = tuple(told.ledger.sent_in(hand_over.id)) if hand_over is not None else ()
    if asked.method != "POST":
        return Bag(RECEIVE, told, items=items, hand_over=hand_over)
    everything = asked.form.get("all") == "y"
    outcomes: dict[str, dict[str, str]] = {}
    faults = []
    for item in items:
        said, remark = asked.form.get(f"outcome-{item.id}", ""), asked.form.get(f"remark-{item.id}", "").strip()[:LONGEST_REMARK]
        if everything and said in (MISSING, DAMAGED):
            faults.append((f"outcome-{item.id}", Note(_("“%(name)s”选了缺少或破损，不能按全部齐全签收。", name=item.name))))
        elif not everything and said not in _OUTCOMES:
            faults.append((f"outcome-{item.id}", Note(_("“%(name)s”还没有确认，请选齐全、缺少或破损。", name=item.name))))
        elif said == DAMAGED and not remark:
            faults.append((f"remark-{item.id}", Note(_("请写明“%(name)s”破损的情况。", name=item.name))))
        outcomes[str(item.id)] = {"outcome": CONFIRMED if everything else said, "remark": remark}
    return Bag(RECEIVE, told, items=items, hand_over=hand_over, payload={"outcomes": outcomes}, faults=tuple(faults))


def delivered(view: Seen, action: Action) -> tuple[Item, ...] | None:
    """What an action hands to the applicant: all that lies at the office of the task; None for an action that hands nothing out."""
    task = view.subject.task
    if task is None or task.office_id is None or not any(named.name == "deliver_items" for named in action.effects):
        return None
    ledger = custody_of(request.session(), view.family.root.case.id).ledger
    return tuple(ledger.held_at(here(request.session().connection(), task.office_id, request.today())))


def done_in_words(bag: Bag, number: str) -> str:
    """What a person reads after a hand-over."""
    if bag.kind == SEND:
        to, count = bag.goes_to.name if bag.goes_to is not None else "", len(bag.payload["items"])
        return _("%(number)s：已交出%(count)d份，送往%(office)s，等对方签收。", number=number, count=count, office=to)
    differing = [each for each in bag.payload["outcomes"].values() if each["outcome"] != CONFIRMED]
    if differing:
        return _("%(number)s：已签收，其中%(count)d份有缺少或破损，已告诉双方。", number=number, count=len(differing))
    return _("%(number)s：已签收，全部齐全。", number=number)


def words() -> dict[str, dict[str, str]]:
    """The words of custody for templates: kinds of items, states, lines of a ledger, outcomes."""
    return {
        "kinds": {"original": _("原件"), "copy": _("复印件"), "result": _("办理结果")},
        "states": {
            "held": _("在册"), "in_transit": _("在途"), "missing": _("缺少，正在查找"), "lost": _("遗失"), "given": _("已交给申请人"),
        },
        "badges": {"held": "good", "in_transit": "running", "missing": "late", "lost": "late", "given": "neutral"},
        "moves": {
            "taken": _("从申请人收取"), "issued": _("办理结果登记"), "sent": _("装袋送出"), "confirmed": _("签收，齐全"),
            "damaged": _("签收，有破损"), "missing": _("签收时缺少"), "lost": _("登记遗失"), "found": _("登记找回"),
            "returned": _("退还申请人"), "delivered": _("交给申请人"),
        },
        "outcomes": {CONFIRMED: _("齐全"), MISSING: _("缺少"), DAMAGED: _("破损")},
    }  # fmt: skip


def closed_in_words(bag: Bag) -> str:
    """What a sender is told when the next office has closed since; empty while it stands."""
    if bag.closed is None:
        return ""
    if bag.goes_to is None:
        return _("%(office)s已经撤销，还没有指定由谁承接。材料请先留在手里，请系统管理员指定承接的服务点。", office=bag.closed.name)
    return _("%(office)s已经撤销，由%(successor)s承接，材料交给%(successor)s。", office=bag.closed.name, successor=bag.goes_to.name)


def sender_of(bag: Bag) -> str:
    """The name of the office that a bag came from."""
    return office_name(bag.hand_over.from_id) if bag.hand_over is not None else ""


