"""Taking papers in, giving them back, entering results, and reporting what was lost or found: by whoever's office holds them.

These stand beside the workflow: they never move a case, and each is an event of its own. The mandate decides what may be taken
(民法典 第一百六十五条); what was taken is given back however the mandate ends (民法典 第九百二十七条).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from approvals.db import new_id
from workflows.engine.definition import DELEGATED, ON_THE_WAY
from workflows.engine.facts import Actor
from workflows.network.custody import COPY, ITEM_KINDS, ORIGINAL, RESULT, Item, Ledger, Move, NotAllowed

from . import statements
from .acting import Acting, Held, stood_in
from .administration.reading import one_line
from .consents import refuse_without_consent
from .custody_effects import CUSTODY
from .custody_ledger import ledger_of, note, refused, standing_at
from .errors import NotFound, Outdated, Refusal
from .mandates import mandate_of, principal_for, today_of
from .moving import Request, request_key
from .permissions import reach
from .reference import office_name_of
from .rows import notice_row
from .snapshot import CaseNow
from .unit import Unit

TAKEN, ISSUED, RETURNED, LOST, FOUND = "custody:taken", "custody:issued", "custody:returned", "custody:lost", "custody:found"
EVENTS = (TAKEN, ISSUED, RETURNED, LOST, FOUND)
KEEPS = "keep_custody"
"""The action of the table of permissions that all of these ask for."""

MOST_ITEMS, MOST_PIECES = 60, 999
LONGEST_NAME, LONGEST_REMARK, LONGEST_REPORT = 100, 200, 300
MANDATE_GUARD = "mandate_in_force"

QUICK_PICKS: Sequence[tuple[Mapping[str, str], str]] = (
    ({"zh": "身份证原件", "en": "Identity card"}, ORIGINAL),
    ({"zh": "营业执照正本", "en": "Business licence, original"}, ORIGINAL),
    ({"zh": "章程原件", "en": "Articles, original"}, ORIGINAL),
    ({"zh": "房产证明复印件", "en": "Proof of premises, copy"}, COPY),
    ({"zh": "公章", "en": "Company seal"}, ORIGINAL),
)
"""What is taken in most often; entered under its Chinese name."""

RESULT_PICKS: Sequence[Mapping[str, str]] = (
    {"zh": "营业执照正本", "en": "Business licence, original"},
    {"zh": "营业执照副本", "en": "Business licence, duplicate"},
    {"zh": "印章", "en": "Seals"},
    {"zh": "发票和税务资料", "en": "Invoices and tax papers"},
)
"""What authorities most often make."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper or thing as somebody lists it when it is taken in. ``kind`` is original, copy or result."""

    name: str
    kind: str = ORIGINAL
    quantity: int = 1
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Who acts on a ledger: as what, from where, and for which offices."""

    unit: Unit
    case: CaseNow
    ledger: Ledger
    actor: Actor
    role: str
    offices: frozenset[int]
    key: str | None

    @property
    def seat(self) -> int:
        """The office where something new is taken in: that of the open task if the person is there, else the first on the way."""
        task = self.case.task
        way = [self.case.offices[symbol] for symbol in ON_THE_WAY if symbol in self.case.offices]
        wanted = ([task.office_id] if task is not None and task.office_id is not None else []) + way
        return standing_at(self.unit, next(office_id for office_id in [*wanted, *sorted(self.offices)] if office_id in self.offices))


def take_in(session: Session, acting: Acting, case_id: int, listed: Sequence[Listed], key: str | None, now: datetime) -> list[int]:
    """Take papers in from the applicant; returns their identifiers, none when this very page was sent before.

    Before anything is filed a mandate must be in force; on a case that has ended nothing more is taken.
    """
    keeper = _keeper(session, acting, case_id, TAKEN, key, now)
    if keeper is None:
        return []
    _refuse_ended(keeper.case)
    _refuse_without_mandate(keeper)
    return _enter(keeper, TAKEN, listed, (ORIGINAL, COPY))


def enter_results(
    session: Session, acting: Acting, case_id: int, listed: Sequence[Listed], key: str | None, now: datetime
) -> list[int]:
    """Enter what an authority made (营业执照正本、印章): it begins its way at the office of whoever enters it."""
    keeper = _keeper(session, acting, case_id, ISSUED, key, now)
    if keeper is None:
        return []
    _refuse_ended(keeper.case)
    return _enter(keeper, ISSUED, listed, (RESULT,))


def give_back(
    session: Session, acting: Acting, case_id: int, item_ids: Sequence[int], receiver: str, key: str | None, now: datetime
) -> int:
    """Give papers to the applicant, or to who fetches them for them; returns how many. All or nothing."""
    keeper = _keeper(session, acting, case_id, RETURNED, key, now)
    if keeper is None:
        return 0
    receiver = receiver.strip()
    if not item_ids:
        raise Refusal("nothing-ticked", {"zh": "请勾选要退还的材料。", "en": "Tick what is given back."})
    if not receiver or len(receiver) > LONGEST_NAME:
        raise Refusal("receiver", {
            "zh": f"请填写领取人的姓名（最多{LONGEST_NAME}个字）。", "en": f"Enter who received it (up to {LONGEST_NAME} characters).",
        })  # fmt: skip
    moves = _acted(keeper, lambda: [
        keeper.ledger.give(item_id, keeper.offices, None, now, receiver) for item_id in dict.fromkeys(item_ids)
    ])  # fmt: skip
    _tell_applicant(keeper, {
        "zh": f"登记：您的材料已退还{len(moves)}份。没有收到的，请马上联系镇街便民服务中心",
        "en": f"{len(moves)} of your papers are noted as given back. If you do not have them, tell the town centre at once",
    })  # fmt: skip
    _record(keeper, RETURNED, {"receiver": receiver}, moves=moves)
    return len(moves)


def report_lost(session: Session, acting: Acting, case_id: int, item_id: int, report: str, key: str | None, now: datetime) -> None:
    """Record that something is lost, how, and what is done about it. The office goes on answering for it."""
    keeper = _keeper(session, acting, case_id, LOST, key, now)
    if keeper is None:
        return
    report = _short(report)
    moves = _acted(keeper, lambda: [keeper.ledger.lose(item_id, report, keeper.offices, acting.person_id, now)])
    _tell_applicant(keeper, {
        "zh": "登记：您的1份材料遗失，由服务点负责查找。详情见办件页面，也可以问镇街便民服务中心",
        "en": "One of your papers is noted as lost, and the point is looking for it. See the case, or ask the town centre",
    })  # fmt: skip
    _record(keeper, LOST, {"report": report}, moves=moves)


def report_found(session: Session, acting: Acting, case_id: int, item_id: int, remark: str, key: str | None, now: datetime) -> None:
    """Record that something missing or lost was found, by the office that answers for it; of a bag, by either end."""
    keeper = _keeper(session, acting, case_id, FOUND, key, now)
    if keeper is None:
        return
    remark = _short(remark)
    moves = _acted(keeper, lambda: [keeper.ledger.find(item_id, keeper.offices, acting.person_id, now, remark)])
    _record(keeper, FOUND, {"remark": remark}, moves=moves)


# ---- who ------------------------------------------------------------------------------------------------------------


def keeping(acting: Acting) -> list[Held]:
    """The positions of a person in which they keep papers."""
    return [held for held in acting.positions if reach(held.role, held.kind, KEEPS) is not None]


def _keeper(session: Session, acting: Acting, case_id: int, action: str, key: str | None, now: datetime) -> _Keeper | None:
    """Who acts on the ledger of a case's family; None when this very request was carried out before.

    Raises NotFound for whoever has no such position at an office that the case is with, or that holds something of it.
    """
    unit = Unit.load(session, case_id, now)
    root = unit.root_of(unit.case(case_id))
    if root.applicant_id == acting.person_id:
        raise Refusal("own", {
            "zh": "这是您自己的申请，材料的收退要请别人登记。", "en": "This is your own application; somebody else keeps its papers.",
        })  # fmt: skip
    ledger = ledger_of(unit, root)
    with_it = {*root.offices.values(), *(ledger.standing(item_id).office_id for item_id in ledger.items)}
    with_it |= {standing_at(unit, office_id) for office_id in with_it if office_id is not None}
    held = [each for each in keeping(acting) if each.office_id in with_it]
    if not held:
        raise NotFound
    refuse_without_consent(session, acting, root, root.office_ids())
    wanted = request_key(acting, Request(root.id, action, None, key))
    if wanted is not None and statements.event_of_request.rows(unit.connection, {"request_key": wanted}):
        return None
    role = min(held, key=lambda each: (root.task is None or each.office_id != root.task.office_id, each.role)).role
    offices = frozenset(each.office_id for each in held)
    behalf = principal_for(unit, acting, root)
    actor = Actor(acting.person_id, acting.name, frozenset({role}), behalf, stood_in(acting, offices))
    return _Keeper(unit, root, ledger, actor, role, offices, wanted)


def _refuse_ended(case: CaseNow) -> None:
    if case.definition.states[case.state].final:
        raise Outdated("ended", {
            "zh": "办件已经结束，不能再收材料。要再办的，请申请人重新委托。", "en": "The case has ended; nothing more is taken in.",
        })  # fmt: skip


def _refuse_without_mandate(keeper: _Keeper) -> None:
    """Without a mandate in force nothing is taken on anybody's behalf, until the application has been filed."""
    case = keeper.case
    if case.definition.kind != DELEGATED or case.submissions:
        return
    mandate = mandate_of(keeper.unit, case)
    message = mandate.fault(today_of(keeper.unit)) if mandate is not None else {
        "zh": "没有委托书，不能收别人的材料。请先起草委托书，让申请人签。",
        "en": "There is no mandate, so nobody's papers are taken in. Draft one and let the applicant sign it.",
    }
    if message is not None:
        raise Refusal(MANDATE_GUARD, message)


# ---- what -----------------------------------------------------------------------------------------------------------


def _enter(keeper: _Keeper, action: str, listed: Sequence[Listed], kinds: tuple[str, ...]) -> list[int]:
    if not listed:
        raise Refusal("nothing-listed", {"zh": "请至少写一份材料。", "en": "List at least one item."})
    if len(keeper.ledger.items) + len(listed) > MOST_ITEMS:
        raise Refusal("too-many", {
            "zh": f"一个办件最多登记{MOST_ITEMS}份，同样的材料请写在一行，用份数区分。",
            "en": f"A case has at most {MOST_ITEMS} items; list equal ones once, with their quantity.",
        })  # fmt: skip
    items = [_item(each, kinds) for each in listed]
    seat, person_id, at = keeper.seat, keeper.actor.person_id, keeper.unit.now
    moves = _acted(keeper, lambda: [keeper.ledger.take(item, seat, person_id, at) for item in items])
    _record(keeper, action, {}, items=items, moves=moves)
    return [item.id for item in items]


def _item(listed: Listed, kinds: tuple[str, ...]) -> Item:
    name, remark = one_line(listed.name), listed.remark.strip()
    if not name or len(name) > LONGEST_NAME or len(remark) > LONGEST_REMARK:
        raise Refusal("name", {
            "zh": f"材料名称要填写，最多{LONGEST_NAME}个字；备注最多{LONGEST_REMARK}个字。",
            "en": f"An item needs a name of up to {LONGEST_NAME} characters, and a remark of up to {LONGEST_REMARK}.",
        })  # fmt: skip
    if not 1 <= listed.quantity <= MOST_PIECES:
        raise Refusal("quantity", {
            "zh": f"“{name}”的份数应在1到{MOST_PIECES}之间。", "en": f"The quantity of “{name}” is between 1 and {MOST_PIECES}.",
        })  # fmt: skip
    if listed.kind not in kinds or listed.kind not in ITEM_KINDS:
        raise Refusal("kind", {"zh": f"请选“{name}”是原件还是复印件。", "en": f"Say whether “{name}” is an original or a copy."})
    return Item(new_id(), name, listed.kind, listed.quantity, remark)


def _tell_applicant(keeper: _Keeper, text: Mapping[str, str]) -> None:
    """Tell the applicant of what only the office itself has put down: nothing vanishes unseen by whose it is.

    Nothing that was typed stands in the message: it leaves under the county's name.
    """
    case, unit = keeper.case, keeper.unit
    where, number = office_name_of(unit.connection, keeper.seat), case.number
    whole = {"zh": f"{where}{text['zh']}，办件号{number}。", "en": f"{where}: {text['en']}. Case {number}."}
    unit.notices.append(notice_row(case, whole, unit.at, person_id=case.applicant_id, kind=CUSTODY))


def _short(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_REPORT:
        raise Refusal("too-long", {"zh": f"说明最多{LONGEST_REPORT}个字。", "en": f"At most {LONGEST_REPORT} characters."})
    return text


def _acted(keeper: _Keeper, act: Callable[[], list[Move]]) -> list[Move]:
    try:
        return act()
    except NotAllowed as error:
        raise refused(keeper.unit, error) from None


def _record(
    keeper: _Keeper, action: str, form: dict[str, Any], *, items: Sequence[Item] = (), moves: Sequence[Move] = ()
) -> None:
    """Add the event with its rows, let the automatic actions see it, and write."""
    unit, case = keeper.unit, keeper.case
    payload: dict[str, Any] = {"form": form} if form else {}
    note(unit, case, payload, items=items, moves=moves)
    task_id = case.task.id if case.task is not None else None
    unit.record(case, keeper.actor, keeper.role, action, case.state, case.state, payload, task_id, keeper.key)
    unit.settle()
    unit.write()
