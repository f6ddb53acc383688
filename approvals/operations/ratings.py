"""Rating a service (好差评): by whoever the matter was for, of their free will, once and once more after a change of mind.

A bad rating opens a follow-up in the same transaction, a root case of its own: there is never one without the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import canonical_json, new_id
from approvals.models import Case, Document, Event, EventPayload, Rating, Signature
from approvals.models.history import digest
from approvals.queries.urging import URGED
from workflows.county import county_catalogue
from workflows.engine.definition import Text
from workflows.engine.facts import SYSTEM_ACTOR, Actor
from workflows.rules.signatories import DELIVERY

from .acting import Acting
from .errors import NotFound, Outdated, Refusal
from .filing import new_number
from .rows import new_case, notice_row
from .snapshot import CaseNow
from .unit import Unit

FOLLOW_UP = "rating-follow-up"
RATED = "case:rated"
ONLINE = "online"
BAD = frozenset({1, 2})
MOST_RATINGS = 2
LONGEST_TEXT = 1000
CHANNELS = ("pc", "mobile", "qr")
"""Where a person rates: signed in at a computer or a telephone, or by the receipt of a window. One more channel, ``default``, is a
score that a system enters when nobody has answered: nobody can choose it, and it never counts as satisfaction."""

NOT_STAFF = frozenset({"", "applicant", "signatory", "system"})
"""Roles of events behind which nobody served."""

WALK_IN: Text = {"zh": "办件人（凭收件凭证）", "en": "Whoever has the receipt"}
"""Who rated, in the history of a case that has no applicant with an account."""

SCORES: Mapping[int, Text] = {
    5: {"zh": "非常满意", "en": "Very satisfied"},
    4: {"zh": "满意", "en": "Satisfied"},
    3: {"zh": "基本满意", "en": "Fairly satisfied"},
    2: {"zh": "不满意", "en": "Dissatisfied"},
    1: {"zh": "非常不满意", "en": "Very dissatisfied"},
}
REASONS: Mapping[str, Text] = {
    "slow": {"zh": "办得慢，没有按承诺的时间办完", "en": "Slow, or later than promised"},
    "unclear": {"zh": "没有一次说清楚，反复补正", "en": "Not told everything at once"},
    "extra-materials": {"zh": "要了指南上没有的材料", "en": "Asked for more than the guide says"},
    "extra-visits": {"zh": "多跑了路", "en": "Needless visits"},
    "attitude": {"zh": "态度不好", "en": "Unfriendly"},
    "fees": {"zh": "收了不该收的钱", "en": "Charged what should be free"},
    "system": {"zh": "网上系统不好用", "en": "The website is hard to use"},
    "result": {"zh": "结果有错", "en": "The result is wrong"},
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says. ``service`` is ``ONLINE`` or the event of a service at a window; ``number`` the rating that the page
    asked for, 1 or 2, so that a second send of the same page is told from a change of mind."""

    score: int
    reasons: tuple[str, ...] = ()
    text: str = ""
    channel: str = "pc"
    service: str = ONLINE
    number: int = 1


@dataclass(frozen=True, slots=True)
class Rated:
    """What became of it; ``follow_up`` is the number of the case that a bad rating opened, or joined."""

    number: int
    follow_up: str = ""
    repeated: bool = False


def rate(session: Session, acting: Acting, case_token: str, opinion: Opinion, now: datetime) -> Rated:
    """The applicant rates their own case. Raises NotFound for an unknown case, Refusal for anybody else and for what is no rating."""
    root_id = session.scalar(select(Case.id).where(Case.token == case_token, Case.parent_id.is_(None), Case.submissions > 0))
    if root_id is None:
        raise NotFound
    unit = Unit.load(session, root_id, now)
    if unit.case(root_id).applicant_id != acting.person_id or acting.on_behalf_of is not None:
        raise _not_yours()
    return _rate(session, unit, Actor(acting.person_id, acting.name, frozenset({"applicant"})), opinion)


def rate_as_walk_in(session: Session, receipt_token: str, acting: Acting | None, opinion: Opinion, now: datetime) -> Rated:
    """Somebody without an account rates the case of a receipt, after the check of their telephone (``operations.progress``).

    ``acting`` is who is signed in at that browser: no member of staff may do it for them. A case that has an applicant with an
    account is theirs to rate, signed in: staff know the last digits of their telephone.
    """
    root_id = session.scalar(
        select(Document.root_id).where(Document.token == receipt_token, Document.kind == "receipt", Document.status != "revoked")
    )
    if root_id is None:
        raise NotFound
    unit = Unit.load(session, root_id, now)
    if unit.case(root_id).applicant_id is not None:
        raise Refusal(
            "sign-in-to-rate",
            {
                "zh": "请申请人本人评价：有账号的登录后在办件页面评价，由代办员办的打开确认收到的那条短信里的链接评价。",
                "en": "The applicant rates this case themselves: signed in, or by the link on which they confirmed the delivery.",
            },
        )
    if acting is not None and (acting.is_staff or acting.on_behalf_of is not None):
        raise _not_yours()
    return _rate(session, unit, Actor(None, WALK_IN["zh"], frozenset({"applicant"})), opinion)


def rate_by_signature(session: Session, signature_id: int, opinion: Opinion, now: datetime) -> Rated:
    """Whoever entrusted an agent rates the case by the link on which they confirmed that its result arrived.

    The caller has made sure who it is by a code to their telephone: its last digits are known to the agent, who must not rate.
    """
    asked = session.get(Signature, signature_id)
    if asked is None or asked.acts != [DELIVERY] or not asked.vote or asked.confirmed_at is None:
        raise NotFound
    unit = Unit.load(session, asked.root_id, now)
    root = unit.case(asked.root_id)
    return _rate(session, unit, Actor(root.applicant_id, asked.name, frozenset({"applicant"})), opinion)


def _not_yours() -> Refusal:
    return Refusal(
        "not-the-applicant",
        {
            "zh": "只有办这件事的申请人本人可以评价，工作人员和代办员都不能替申请人评价。",
            "en": "Only the applicant can rate a case; neither staff nor agents can do it for them.",
        },
    )


def _rate(session: Session, unit: Unit, actor: Actor, opinion: Opinion) -> Rated:
    root = next(case for case in unit.cases.values() if case.id == case.root_id)
    _refuse_nonsense(opinion)
    if root.closed_at is None and opinion.service == ONLINE:
        raise Refusal(
            "not-closed",
            {"zh": "办件还没有办结，办结以后再请您评价。", "en": "The case is not closed yet; rate it afterwards."},
        )
    ratings = select(Rating).where(Rating.root_id == root.id).order_by(Rating.number)
    every = list(session.scalars(ratings))
    before = [rating for rating in every if rating.service == opinion.service and rating.channel != "default"]
    if repeated := _repeated(session, before, opinion):
        return repeated
    if opinion.score in BAD and not opinion.reasons and not opinion.text.strip():
        raise Refusal(
            "reason-missing",
            {
                "zh": "请选一个不满意的原因，或者写几句，我们才知道要改什么。",
                "en": "Choose a reason or write a few words, so that we know what to mend.",
            },
        )
    rated = _rated(session, root.id, opinion.service)
    said = digest("", canonical_json([sorted(opinion.reasons), opinion.text.strip()]))
    content: dict[str, Any] = {
        "service": opinion.service, "number": opinion.number, "score": opinion.score, "channel": opinion.channel, "digest": said,
    }  # fmt: skip
    payload: dict[str, Any] = {"rating": content, "rated": digest("", canonical_json(sorted(rated)))}
    follow_up: CaseNow | None = None
    number, follow_up_id = "", None
    if opinion.score in BAD:
        still_open = [rating.follow_up_id for rating in every if rating.follow_up_id is not None]
        found = session.execute(select(Case.id, Case.number).where(Case.id.in_(still_open), Case.closed_at.is_(None))).first()
        if found is not None:
            follow_up_id, number = found
        else:
            follow_up = _open_follow_up(session, unit, root, content)
            follow_up_id, number = follow_up.id, follow_up.number
        payload["follow_up"] = number
    unit.record(root, actor, "applicant", RATED, root.state, root.state, payload, root.task.id if root.task else None)
    unit.write()
    session.add(
        Rating(
            id=new_id(), root_id=root.id, service=opinion.service, number=opinion.number, person_id=actor.person_id,
            score=opinion.score, reasons=sorted(opinion.reasons), text=opinion.text.strip(), channel=opinion.channel,
            rated=sorted(rated), created_at=unit.now, follow_up_id=follow_up_id,
        )
    )  # fmt: skip
    session.flush()
    return Rated(opinion.number, number)


def _refuse_nonsense(opinion: Opinion) -> None:
    if opinion.score not in SCORES:
        raise Refusal("score-missing", {"zh": "请先选一个满意程度。", "en": "Choose how satisfied you are."})
    if len(opinion.text.strip()) > LONGEST_TEXT:
        raise Refusal(
            "text-too-long",
            {
                "zh": f"文字请不超过{LONGEST_TEXT}个字，您写的内容还在下面。",
                "en": f"At most {LONGEST_TEXT} characters; your text is kept below.",
            },
        )
    if opinion.channel not in CHANNELS or not set(opinion.reasons) <= set(REASONS) or opinion.number not in (1, MOST_RATINGS):
        raise Refusal(
            "no-rating",
            {"zh": "这个评价的内容无法识别，请从评价页面重新提交。", "en": "This is no rating; send it from its page."},
        )


def _repeated(session: Session, before: list[Rating], opinion: Opinion) -> Rated | None:
    """The same rating when it has been stored already. Raises Refusal for a third, Outdated for a page that was overtaken."""
    same = next((rating for rating in before if rating.number == opinion.number), None)
    if same is not None and (same.score, same.reasons, same.text) == (opinion.score, sorted(opinion.reasons), opinion.text.strip()):
        follow_up = session.scalar(select(Case.number).where(Case.id == same.follow_up_id)) if same.follow_up_id is not None else ""
        return Rated(same.number, follow_up or "", repeated=True)
    if len(before) >= MOST_RATINGS:
        raise Refusal(
            "rated-twice",
            {
                "zh": "每次服务可以评价一次、再修改一次，您都用过了，以第二次的评价为准。",
                "en": "You have rated this twice; the second rating counts.",
            },
        )
    if opinion.number != len(before) + 1:
        raise Outdated(
            "rated-meanwhile",
            {
                "zh": "您已经在别处评价过一次，请核对后再决定要不要修改。您填的内容还在下面。",
                "en": "You have rated this elsewhere; look at it first.",
            },
        )
    return None


def _rated(session: Session, root_id: int, service: str) -> set[int]:
    """Who served: everybody who acted on the family for the authorities and did not merely urge it, or at a window whoever was there.

    Raises Refusal for a service at a window that there was not.
    """
    acted = select(Event.id, Event.actor_id, Event.role).join(Case, Case.id == Event.case_id)
    acted = acted.where(Case.root_id == root_id, Event.actor_id.is_not(None), Event.role.not_in(NOT_STAFF), Event.action != URGED)
    if service == ONLINE:
        return {actor_id for _, actor_id, _ in session.execute(acted)}
    found = None
    if service.isascii() and service.isdigit() and len(service) < 19:
        contact = acted.add_columns(EventPayload.body).join(EventPayload, EventPayload.event_id == Event.id)
        found = session.execute(contact.where(Event.id == int(service))).first()
    if found is None or "contact" not in json.loads(found.body or "{}"):
        raise Refusal(
            "no-service",
            {"zh": "没有找到要评价的窗口服务，请从办件页面重新进入。", "en": "There was no such service at a window."},
        )
    return {found.actor_id}


def _open_follow_up(session: Session, rated: Unit, root: CaseNow, rating: Mapping[str, Any]) -> CaseNow:
    """Open the follow-up of a bad rating: a root case without an application, for the office that decided the rated one."""
    unit, now = Unit(session, rated.now, []), rated.now
    number = new_number(unit)
    case = new_case(
        county_catalogue().latest(FOLLOW_UP),
        number=number,
        parent=None,
        root_id=None,
        now=now,
        company=root.company,
        applicant_id=root.applicant_id,
        filed_by_id=None,
        channel="system",
        deciding_office_id=root.deciding_office_id,
        offices={"deciding": root.deciding_office_id},
        chosen=[],
    )
    payload: dict[str, Any] = {
        "number": number, "channel": case.channel, "offices": case.offices, "applicant": case.applicant_id, "company": case.company,
        "rating": {"case": root.number, **rating},
    }  # fmt: skip
    if root.applicant_id is None:
        payload["walk_in"] = _walk_in(session, root.id)
    unit.open_case(case, SYSTEM_ACTOR, payload)
    told = {
        "zh": f"已收到您对“{root.company}”办件的评价，1个工作日内有评价回访员联系您。回访编号{number}。",
        "en": f"We have your rating of {root.company}; a rating officer contacts you within 1 working day. Follow-up {number}.",
    }
    unit.notices.append(notice_row(case, told, unit.at, person_id=case.applicant_id, kind="rating"))
    unit.settle()
    unit.write()
    return case


def _walk_in(session: Session, root_id: int) -> dict[str, str]:
    """Name and telephone of who came to the window, for the call."""
    opening = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id)
    body = session.scalar(opening.where(Event.case_id == root_id, Event.position == 1))
    known = json.loads(body or "{}").get("walk_in", {})
    return {name: str(known.get(name, "")) for name in ("name", "phone")}
