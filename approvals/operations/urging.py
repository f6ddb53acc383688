"""催办: the applicant or a supervisor asks whoever has a case in hand to go on with it. It moves nothing; the history keeps it.

Each side may do so once a working day for a case and three times while one step lasts, so that it stays something to listen to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Document, Urging
from approvals.queries.deadlines import InHand, in_hand
from approvals.queries.urging import APPLICANT, MOST_A_STEP, SUPERVISOR, URGED, Asked, asked_of, counted_day
from workflows.engine.clock_states import suspended_states
from workflows.engine.definition import OUTSIDE_STAGES, Text
from workflows.engine.facts import Actor

from .acting import Acting
from .custody_ledger import day_of
from .errors import NotFound, Refusal
from .moving import actor_on
from .permissions import COUNTY, DESK_ROLES, holds, jurisdiction
from .ratings import WALK_IN
from .recipients import Staff
from .reference import network
from .rows import notice_row
from .snapshot import CaseNow
from .unit import Unit

URGING = "urging"
"""The kind of its notices."""

_WHO: dict[str, Text] = {
    APPLICANT: {"zh": "申请人", "en": "The applicant"},
    SUPERVISOR: {"zh": "督查人员", "en": "A supervisor"},
}


def urge(session: Session, acting: Acting, case_token: str, now: datetime) -> int:
    """Urge a case, or whatever is linked below it, for its applicant or a supervisor of one of its offices; returns how many tasks.

    Raises NotFound for anybody else, Refusal when nobody of staff has it in hand, or when this side has urged it often enough.
    """
    case_id = session.scalar(select(Case.id).where(Case.token == case_token))
    if case_id is None:
        raise NotFound
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    actor, side = _actor(unit, acting, case)
    return _urge(session, unit, case, actor, side)


def urge_by_receipt(session: Session, acting: Acting | None, receipt_token: str, now: datetime) -> int:
    """Urge the case of a receipt; the caller has checked the telephone of who applied. Raises NotFound for an unknown receipt.

    ``acting`` is who is signed in at that browser: staff know those digits, and must not ask themselves in the applicant's name.
    """
    if acting is not None and acting.is_staff:
        raise _not_yours()
    root_id = session.scalar(
        select(Document.root_id).where(Document.token == receipt_token, Document.kind == "receipt", Document.status != "revoked")
    )
    if root_id is None:
        raise NotFound
    unit = Unit.load(session, root_id, now)
    return _urge(session, unit, unit.case(root_id), Actor(None, WALK_IN["zh"], frozenset({APPLICANT})), APPLICANT)


def _actor(unit: Unit, acting: Acting, case: CaseNow) -> tuple[Actor, str]:
    """The person as the applicant, or who acts for them on a mandate; else as a supervisor of one of the offices of the family."""
    actor = None
    # Whoever acts on a mandate does so on the matter that they carry, not on the case that carries it.
    for each in dict.fromkeys([case.id, *(other.id for other in in_hand(case, unit.linked_of, unit.at))]):
        try:
            actor = actor_on(acting, unit.case(each), unit)
        except NotFound:
            continue
        if APPLICANT in actor.roles:
            return actor, APPLICANT
    if holds(acting, "urge"):
        reach = jurisdiction(acting, "urge", network(unit.connection), day_of(unit.now))
        if reach is COUNTY or any(not reach.isdisjoint(_offices(each)) for each in unit.cases.values()):
            return Actor(acting.person_id, acting.name, frozenset({SUPERVISOR}), acting.on_behalf_of), SUPERVISOR
    if actor is not None and not actor.roles.isdisjoint(DESK_ROLES):
        raise _not_yours()
    raise NotFound


def _not_yours() -> Refusal:
    return Refusal(
        "not-permitted",
        {
            "zh": "只有申请人和督查人员可以催办。自己经办的，请直接办理；要问别的部门，请打电话。",
            "en": "The applicant and supervisors urge a case. What you have in hand you can finish; call other departments.",
        },
    )


def _offices(case: CaseNow) -> frozenset[int]:
    return frozenset({case.deciding_office_id, *case.offices.values()})


def _urge(session: Session, unit: Unit, case: CaseNow, actor: Actor, side: str) -> int:
    with_staff = list(in_hand(case, unit.linked_of, unit.at))
    if not with_staff:
        raise _nobody_to_urge(unit, case)
    asked = asked_of(session, [each.id for each in with_staff], side)
    left = [each for each in with_staff if each.task is not None and asked.may_again(each.id, unit.now)]
    if not left:
        raise _often_enough(asked, with_staff, unit.now)
    staff, day = Staff(unit.connection, unit.now), counted_day(unit.now)
    for each in left:
        assert each.task is not None
        number = asked.times.get(each.id, 0) + 1
        unit.record(each, actor, side, URGED, each.state, each.state, {"urging": {"number": number}}, each.task.id)
        session.add(
            Urging(
                case_id=each.id, root_id=each.root_id, task_id=each.task.id, side=side, person_id=actor.person_id, counted_on=day,
                urged_at=unit.now,
            )
        )  # fmt: skip
        _tell(unit, each, staff, side)
    unit.write()
    session.flush()
    return len(left)


def _tell(unit: Unit, case: CaseNow, staff: Staff, side: str) -> None:
    """Tell those who have the task in hand and who leads them."""
    task = case.task
    assert task is not None and task.office_id is not None
    hand = InHand(
        task.id, task.role, task.department, task.office_id, task.holder_id, "", case.workflow, case.version, case.applicant_id
    )
    step, who = case.definition.states[case.state].title, _WHO[side]
    text = {
        "zh": f"{who['zh']}催办：{case.number}（{case.definition.title['zh']}·{step['zh']}）。请尽快办理，办不了的请说明原因。",
        "en": f"{who['en']} urges {case.number} ({case.definition.title['en']}, {step['en']}). Please go on, or tell them why not.",
    }
    for person_id in dict.fromkeys([*staff.having(hand), *staff.heads(hand)]):
        unit.notices.append({**notice_row(case, text, unit.at, person_id=person_id, kind=URGING), "root_id": None})


def _nobody_to_urge(unit: Unit, case: CaseNow) -> Refusal:
    below = list(_below(unit, case))
    if all(each.definition.states[each.state].final for each in below):
        return Refusal("settled", {"zh": "这个办件已经办完了，不用催办。", "en": "This case is settled; there is nothing to urge."})
    if any(each.definition.states[each.state].stage in OUTSIDE_STAGES for each in unit.cases.values()):
        return Refusal(
            "with-applicant",
            {
                "zh": "现在等申请人补正或者签署，部门没有在办，不用催办。请看办件页面上要做什么。",
                "en": "The case waits for the applicant to correct or to sign; no department has it in hand.",
            },
        )
    if any(each.state in suspended_states(each.definition) for each in below):
        return Refusal(
            "suspended",
            {
                "zh": "正在进行特别程序，按规定中止计时，现在不能催办。这一步过了自己的时限还没有办完的，可以催办。",
                "en": "A special procedure is under way and the clock stands still; urge it when it takes longer than its own time.",
            },
        )
    return Refusal(
        "nobody-has-it",
        {
            "zh": "现在没有部门在办这一步，不用催办。请看办件页面上要做什么。",
            "en": "Nobody has this in hand; see its page.",
        },
    )


def _below(unit: Unit, case: CaseNow) -> Iterable[CaseNow]:
    yield case
    for other in unit.linked_of(case):
        yield from _below(unit, other)


def _often_enough(asked: Asked, cases: Sequence[CaseNow], now: datetime) -> Refusal:
    if any(asked.today(each.id, now) for each in cases):
        return Refusal(
            "urged-today",
            {
                "zh": "今天已经催办过，经办人和负责人都收到了通知。每个工作日可以催一次，请下一个工作日再看。",
                "en": "This was urged today, and those concerned were told. It can be urged once each working day.",
            },
        )
    return Refusal(
        "urged-enough",
        {
            "zh": f"这一步已经催办过{MOST_A_STEP}次，不能再催。超期的办件督查人员会看到；也可以拨打服务点电话询问。",
            "en": f"This step was urged {MOST_A_STEP} times. Supervisors see what is overdue; you can also call the office.",
        },
    )
