"""Showing somebody on the authorities' side the personal data of a case in full, for a reason that is put on record.

Identity numbers, telephones, addresses and papers are masked for everybody but the applicant (个人信息保护法 第六条: no more than
the purpose needs). Whoever needs them says why, and sees them for some minutes; the applicant reads in the history who did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.queries.disclosures import last_disclosure
from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import OUTSIDE_ROLES
from workflows.engine.facts import Actor

from . import statements
from .acting import Acting
from .consents import refuse_without_consent
from .errors import NotFound, Refusal
from .moving import actor_on
from .permissions import COUNTY, jurisdiction, reach
from .reference import network
from .snapshot import CaseNow
from .unit import Unit

DISCLOSED = "case:disclosed"
OPEN_FOR = timedelta(minutes=10)
"""How long one person sees one case in full after they have said why."""

LONGEST_REMARK = 200
OTHER, AGAIN = "other", "again"
REASONS: Mapping[str, Mapping[str, str]] = {
    "compare-papers": {"zh": "核对证件、材料", "en": "Comparing papers"},
    "examine": {"zh": "审查、办理需要完整信息", "en": "Needed for the examination"},
    "contact": {"zh": "联系本人", "en": "Contacting the person"},
    "hand-over": {"zh": "发放、寄送结果", "en": "Handing out or posting results"},
    "supervise": {"zh": "督查、处理投诉", "en": "Supervision or a complaint"},
    OTHER: {"zh": "其他（请写明）", "en": "Other (please say)"},
}
"""Why somebody looks, as offered for choice; ``OTHER`` needs words of its own."""

DATA = ("identity-numbers", "phones", "emails", "addresses", "files")
"""What is shown in full then."""


def disclose(session: Session, acting: Acting, case_id: int, now: datetime, reason: str = "", remark: str = "") -> datetime:
    """Put on record that this person sees a case in full, and why; returns until when.

    ``reason`` is one of ``REASONS``, or ``AGAIN`` for the one that the person gave on this case before. Nothing is added
    while an earlier disclosure is open: a second press is none. Raises NotFound for whoever may not read the case, Refusal
    for a reason that is missing and for the applicant, from whom nothing is hidden.
    """
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    refuse_without_consent(session, acting, case, case.office_ids())
    role, office_id = _capacity(session, acting, case, now)
    before = last_disclosure(session, acting.person_id, case.root_id)
    if before is not None and before.disclosed_at + OPEN_FOR > now:
        return before.disclosed_at + OPEN_FOR
    said = before.reason if reason == AGAIN and before is not None else in_words(reason, remark)
    payload: dict[str, Any] = {"disclosure": {"reason": said, "data": list(DATA), "role": role, "office": office_id}}
    actor = Actor(acting.person_id, acting.name, frozenset({role}))
    unit.record(case, actor, role, DISCLOSED, case.state, case.state, payload, case.task.id if case.task else None)
    row = {
        "id": new_id(), "root_id": case.root_id, "person_id": acting.person_id, "person_name": acting.name, "office_id": office_id,
        "role": role, "reason": said, "disclosed_at": unit.at,
    }  # fmt: skip
    unit.add(statements.insert_disclosures, row)
    unit.write()
    return now + OPEN_FOR


def in_words(reason: str, remark: str) -> str:
    """The reason as it is put on record. Raises Refusal where none was chosen, or "other" without saying what."""
    remark = " ".join(remark.split())
    if reason not in REASONS:
        raise Refusal("reason", {"zh": "请选择为什么要查看完整信息。", "en": "Choose why you need the full data."})
    if reason == OTHER and not remark:
        raise Refusal("remark", {"zh": "选了“其他”的，请写明原因。", "en": "With “other”, say why."})
    if len(remark) > LONGEST_REMARK:
        raise Refusal(
            "remark",
            {"zh": f"补充说明最多{LONGEST_REMARK}个字，请写短一些。", "en": f"At most {LONGEST_REMARK} characters; please be brief."},
        )
    chosen = REASONS[reason]["zh"]
    if reason == OTHER:
        return remark
    return f"{chosen}：{remark}" if remark else chosen


def _capacity(session: Session, acting: Acting, case: CaseNow, now: datetime) -> tuple[str, int | None]:
    """As what, and for which office, a person looks at a case."""
    if case.applicant_id == acting.person_id:
        raise Refusal(
            "own", {"zh": "这是您自己的申请，信息本来就是完整的。", "en": "This is your own application; nothing is hidden from you."}
        )
    offices = frozenset({case.deciding_office_id, *case.offices.values()})
    held = [each for each in acting.positions if reach(each.role, each.kind, "disclose_identity") is not None]
    try:
        roles = actor_on(acting, case).roles - OUTSIDE_ROLES
    except NotFound:
        found = jurisdiction(acting, "supervise", network(session.connection()), now.astimezone(OFFICE_ZONE).date())
        if found is not COUNTY and found.isdisjoint(offices):
            raise
        roles = frozenset({"supervisor"})
    # Whoever stands in for the applicant, or is at another office than the open task, acts in the position they hold.
    held = [each for each in held if each.role in roles] or [each for each in held if each.office_id in offices]
    if not held:
        raise NotFound
    task_role = case.task.role if case.task is not None else ""
    best = min(held, key=lambda each: (each.role != task_role, each.office_id not in offices, each.role))
    return best.role, best.office_id
