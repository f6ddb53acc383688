"""A mandate or a receipt on paper: taken in with its photo by a second person, for principals who cannot use a telephone."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Signature, Upload
from approvals.queries.mandates import is_of_principal
from workflows.clock import OFFICE_ZONE
from workflows.engine.facts import Actor
from workflows.network.mandate_guards import NOT_A_SECOND_PERSON
from workflows.rules.signatories import DELIVERY

from .acting import Acting, roles_on_case
from .errors import NotFound, Outdated, Refusal
from .moving import Request, act
from .permissions import reach
from .renewing import answer_renewal, delegated_root, is_renewal
from .snapshot import CaseNow
from .unit import Unit
from .uploads import File

WITNESS, PAPER = "witness_mandate", "paper"
SIGN_ON_PAPER, CONFIRM_ON_PAPER = "sign_on_paper", "confirm_on_paper"
MATERIALS = {SIGN_ON_PAPER: "mandate", CONFIRM_ON_PAPER: "delivery"}
"""What the photo is of, by the action that takes it in; a renewed mandate is taken in like the first."""

MOST_PHOTOS = 10
"""Photos that may be kept for one case before they are used: a blurred one is taken anew."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What the second person enters: the date on the paper, the photo's token, a remark, and the key of the sent page."""

    signed_on: date
    photo: str
    checked_in_person: bool
    remark: str = ""
    key: str | None = None


def keep_photo(session: Session, acting: Acting, token: str, file: File, now: datetime) -> str:
    """Keep the photo of a signed paper with its case; returns its token. The same photo sent twice is kept once."""
    unit, case = delegated_root(session, token, now)
    action, _asked = _open(session, unit, acting, case)
    material = MATERIALS[action]
    kept = select(Upload).where(Upload.root_id == case.id, Upload.material == material, Upload.removed_at.is_(None))
    own = [each for each in session.scalars(kept) if each.person_id == acting.person_id]
    same = next((each for each in own if each.sent_digest == file.sent_digest), None)
    if same is not None:
        return same.token
    if len(own) >= MOST_PHOTOS:
        raise Refusal(
            "too-many-files",
            {"zh": f"这个办件已经拍了{MOST_PHOTOS}张，请用已经拍好的一张。", "en": f"{MOST_PHOTOS} photos are kept already; use one."},
        )
    upload = Upload(
        token=secrets.token_urlsafe(18), draft_id=None, root_id=case.id, person_id=acting.person_id, workflow=case.workflow,
        material=material, subject="", name=file.name, media_type=file.media_type, size=len(file.content), digest=file.digest,
        sent_digest=file.sent_digest, content=file.content, uploaded_at=now,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload.token


def take_in(session: Session, acting: Acting, token: str, paper: Paper, now: datetime) -> str:
    """Take in what the principal signed on paper: the mandate, its renewal, or that the result arrived. Returns the state.

    Raises Refusal for the mandated agent and whoever stands in for them, without a photo of one's own, and for a date that
    cannot be; Outdated when it was answered meanwhile.
    """
    unit, case = delegated_root(session, token, now)
    action, asked = _open(session, unit, acting, case, repeated=True)
    if asked.vote:
        return case.state  # a second send of the same page
    kept = select(Upload).where(Upload.token == paper.photo, Upload.root_id == case.id, Upload.removed_at.is_(None))
    photo = session.scalar(kept)
    if photo is None or (photo.material, photo.person_id) != (MATERIALS[action], acting.person_id):
        raise Refusal("no-photo", {"zh": "请先拍一张签好字的纸，再登记。", "en": "Take a photo of the signed paper first."})
    if not paper.checked_in_person:
        raise Refusal("unchecked", {
            "zh": "请当面核对本人身份以后，勾选再登记。",
            "en": "Check in person who signed, and tick the box.",
        })
    _refuse_impossible_day(paper.signed_on, asked, now)
    form: dict[str, Any] = {
        "signatory": str(asked.id), "way": PAPER, "upload": str(photo.id), "photo_digest": photo.digest,
        "signed_on": paper.signed_on.isoformat(), "checked_in_person": True, **({"remark": paper.remark} if paper.remark else {}),
    }  # fmt: skip
    if is_renewal(unit, case, asked):
        return _renew(unit, case, acting, asked, form)
    task = case.task.id if case.task is not None else None
    return act(session, acting, Request(case.id, action, task, paper.key, form), now).state


def _renew(unit: Unit, case: CaseNow, acting: Acting, asked: Signature, form: Mapping[str, Any]) -> str:
    role = _role(acting, case)
    answer_renewal(unit, case, Actor(acting.person_id, acting.name, frozenset({role})), asked, True, form)
    unit.settle()
    unit.write()
    return case.state


def witnessing_role(acting: Acting, applicant_id: int | None, department: str, offices: Collection[int]) -> str:
    """The role with which somebody takes papers in at one of the offices that a case is with; "" when they may not."""
    roles = roles_on_case(acting, applicant_id=applicant_id, department=department, offices=offices)
    held = (each.role for each in acting.positions if each.office_id in offices and reach(each.role, each.kind, WITNESS) is not None)
    return next((role for role in held if role in roles), "")


def _role(acting: Acting, case: CaseNow) -> str:
    return witnessing_role(acting, case.applicant_id, case.definition.department, tuple(case.office_ids()))


def _open(session: Session, unit: Unit, acting: Acting, case: CaseNow, repeated: bool = False) -> tuple[str, Signature]:
    """What is asked of the principal now, and the action by which its paper is taken in."""
    if not _role(acting, case):
        raise NotFound
    wanted = select(Signature).where(Signature.case_id == case.id, Signature.superseded_at.is_(None))
    newest_first = session.scalars(wanted.order_by(Signature.asked_at.desc()))
    asked = next((each for each in newest_first if is_of_principal(each)), None)
    if asked is None or (asked.vote and not (repeated and asked.way == PAPER)):
        raise Outdated(
            "signing-over",
            {
                "zh": "现在没有要申请人签的文书：可能已经签过，或者办件已经往下走了。请看办件页面。",
                "en": "Nothing is to be signed by the applicant now: it was signed already, or the case went on. See its page.",
            },
        )
    refuse_concerned(unit, acting, case)
    return (CONFIRM_ON_PAPER if asked.acts == [DELIVERY] else SIGN_ON_PAPER), asked


def refuse_concerned(unit: Unit, acting: Acting, case: CaseNow) -> None:
    """Raise Refusal for every agent who was or is to be entrusted in this case, and for whoever stands in for one of them."""
    agents = {row.agent_id for row in unit.mandate_rows(case) if row.revoked_at is None}
    if agents & (acting.stands_in_for | {acting.person_id}):
        raise Refusal("second-person", NOT_A_SECOND_PERSON)


def _refuse_impossible_day(signed_on: date, asked: Signature, now: datetime) -> None:
    first, today = asked.asked_at.astimezone(OFFICE_ZONE).date(), now.astimezone(OFFICE_ZONE).date()
    if first <= signed_on <= today:
        return
    raise Refusal(
        "signed-on",
        {
            "zh": f"纸上写的日期应在{first.isoformat()}（起草或者送达的那天）到今天之间。日期写错的，请本人重写一份再拍。",
            "en": f"The date on the paper lies between {first.isoformat()}, when it was drafted or delivered, and today.",
        },
    )
