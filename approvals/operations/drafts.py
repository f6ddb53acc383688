"""Drafts: begun, saved page by page, taken up again anywhere, and filed once. Saving never refuses what was typed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from approvals.db import canonical_json
from approvals.models import Case, Draft, Person, Submission, Task, Upload
from approvals.queries.cases import filed_definition
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import Definition
from workflows.rules import Finding, blocking, findings_for

from . import filing
from .acting import Acting, roles_on_case
from .delegation import WORKFLOW, refuse_preparing
from .errors import NotFound, Outdated, Refusal
from .registration import context_for
from .walk_ins import refuse_faulty_identity, refuse_intake, window_now

MOST_DRAFTS = 50
"""Open drafts of one person, a clerk's walk-ins included."""

RESUBMIT = "resubmit"
"""The action that files a correction."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A page that was saved. ``overwritten`` is what another device had saved there meanwhile, None when nothing."""

    overwritten: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a draft: the token of its case; a walk-in's ``claim_code`` is given this once."""

    case_token: str
    claim_code: str = ""
    repeated: bool = False


def page_mark(content: Mapping[str, Any], page: str) -> str:
    """A short mark of what a page holds, by which a device notices that another one has changed it."""
    return hashlib.sha256(canonical_json(content.get(page)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_untouched(draft: Draft) -> bool:
    """Whether nothing has been saved in a draft yet."""
    return not draft.content and not draft.walk_in


def _new(acting: Acting, definition: Definition, now: datetime, **values: Any) -> Draft:
    return Draft(
        token=secrets.token_urlsafe(18), person_id=acting.person_id, workflow=definition.key, version=definition.version,
        created_at=now, changed_at=now, **{"content": {}, "walk_in": {}, **values},
    )  # fmt: skip


def _own(session: Session, acting: Acting, token: str, now: datetime) -> Draft:
    """The person's draft of that token, locked. Raises NotFound for unknown and foreign ones alike.

    What is written on a mandate belongs to it: whoever acts on it that day goes on with it, and nobody else, be it who began it.
    """
    draft = session.scalar(select(Draft).where(Draft.token == token).with_for_update())
    if draft is None:
        raise NotFound
    if draft.delegated_id is not None:
        refuse_preparing(session, acting, draft.delegated_id, now)
    elif draft.person_id != acting.person_id:
        raise NotFound
    return draft


def open_draft(session: Session, acting: Acting, token: str, now: datetime) -> Draft:
    """The person's draft of that token, locked. Raises NotFound for a foreign one, Refusal for one that was filed.

    Raises Refusal also for one that is written on a mandate which is not in force any more.
    """
    draft = _own(session, acting, token, now)
    if draft.filed_case_id is not None:
        raise Refusal(
            "filed", {"zh": "这份申请已经提交，不能再修改。", "en": "This application has been submitted and cannot be changed."}
        )
    return draft


def start(session: Session, acting: Acting, workflow: str, now: datetime, office_id: int | None = None) -> str:
    """Begin an application and return its token; one that was begun and left untouched is taken up instead of a second.

    With ``office_id`` a window takes in a walk-in: the person must be a clerk there, and the office take the matter in today.
    """
    if office_id is not None:
        refuse_intake(session, acting, office_id, workflow, now.astimezone(OFFICE_ZONE).date())
    own = select(Draft).where(Draft.person_id == acting.person_id, Draft.workflow == workflow, Draft.filed_case_id.is_(None))
    same = own.where(Draft.case_id.is_(None), Draft.office_id == office_id if office_id else Draft.office_id.is_(None))
    for draft in session.scalars(same.with_for_update()):
        if is_untouched(draft):
            return draft.token
    begun = session.scalar(select(func.count(Draft.id)).where(Draft.person_id == acting.person_id, Draft.filed_case_id.is_(None)))
    if (begun or 0) >= MOST_DRAFTS:
        raise Refusal(
            "too-many-drafts",
            {
                "zh": f"您还有{begun}份没有提交的草稿，最多同时保留{MOST_DRAFTS}份。请先提交或删除不用的草稿，再开始新的申请。",
                "en": f"You have {begun} drafts that were not submitted; {MOST_DRAFTS} are kept. Submit or delete some first.",
            },
        )
    draft = _new(acting, county_catalogue().latest(workflow), now, office_id=office_id)
    session.add(draft)
    session.flush()
    return draft.token


def start_correction(session: Session, acting: Acting, case_token: str, now: datetime) -> str:
    """Begin or take up the correction of a returned case, filled with what was last filed; returns the draft's token.

    Raises NotFound for whoever may not correct it, Outdated when the case does not wait for a correction.
    """
    case = session.scalar(select(Case).where(Case.token == case_token))
    if case is None:
        raise NotFound
    root = session.scalars(select(Case).where(Case.id == case.root_id).with_for_update()).one()
    delegated_id = _refuse_correcting(session, acting, root, now)
    if _returned(session, root.id) is None:
        raise _not_returned()
    whose = Draft.delegated_id == delegated_id if delegated_id is not None else Draft.person_id == acting.person_id
    open_drafts = select(Draft).where(Draft.case_id == root.id, whose, Draft.filed_case_id.is_(None))
    draft = session.scalars(open_drafts).first()
    if draft is None:
        filed = select(Submission.content).where(Submission.case_id == root.id).order_by(Submission.number.desc()).limit(1)
        definition = filed_definition(session, root)
        draft = _new(acting, definition, now, case_id=root.id, delegated_id=delegated_id, content=session.scalar(filed) or {})
        session.add(draft)
        session.flush()
    return draft.token


def may_correct(acting: Acting, root: Case) -> bool:
    """Whether a person answers corrections of a case: its applicant, or for a walk-in without account a clerk it is with."""
    if root.applicant_id is not None:
        return root.applicant_id == acting.person_id
    offices = [root.deciding_office_id, *(root.offices[name] for name in ("receiving", "delivery") if name in root.offices)]
    return "clerk" in roles_on_case(acting, applicant_id=None, department="", offices=offices)


def _refuse_correcting(session: Session, acting: Acting, root: Case, now: datetime) -> int | None:
    """Raise NotFound or Refusal unless a person answers corrections of a case; the case on whose mandate they do so, or None."""
    if may_correct(acting, root):
        return None
    if root.workflow != WORKFLOW:
        raise NotFound
    if _corrects_at_window(session, acting, root):
        return None
    refuse_preparing(session, acting, root.id, now)
    return root.id


def _corrects_at_window(session: Session, acting: Acting, root: Case) -> bool:
    """Whether a clerk corrects together with somebody without an account whom an agent served: they may have revoked the mandate."""
    applicant = session.get(Person, root.applicant_id)
    if applicant is None or applicant.password_hash is not None or applicant.id == acting.person_id:
        return False
    offices = [root.deciding_office_id, *root.offices.values()]
    return "clerk" in roles_on_case(acting, applicant_id=None, department="", offices=offices)


def _returned(session: Session, root_id: int) -> tuple[Case, Task | None] | None:
    """The case of a family that waits for a correction, with its open task."""
    found = session.execute(
        select(Case, Task)
        .outerjoin(Task, (Task.case_id == Case.id) & Task.closed_at.is_(None))
        .where(Case.root_id == root_id, Case.closed_at.is_(None))
    )
    for case, task in found:
        action = county_catalogue().version(case.workflow, case.version).actions.get(RESUBMIT)
        if action is not None and case.state in action.source:
            return case, task
    return None


def _not_returned() -> Outdated:
    return Outdated(
        "not-returned",
        {
            "zh": "这个办件现在不在补正中，可能已经重新提交、撤回或办结。请到办件页面查看；您填写的内容没有丢失。",
            "en": "This case does not wait for corrections now. See its page; what you typed is kept.",
        },
    )


def save_page(session: Session, acting: Acting, token: str, page: str, values: Mapping[str, Any], seen: str, now: datetime) -> Saved:
    """Keep what was typed on a page, valid or not. ``seen`` is the mark of the page as this device showed it, "" when it is not known.

    The last device to save a page wins it, and is given what the other one had saved, so that nothing is lost unseen.
    """
    draft = open_draft(session, acting, token, now)
    stored = draft.content.get(page)
    if stored == values:
        return Saved()
    overwritten = stored if stored is not None and seen not in ("", page_mark(draft.content, page)) else None
    draft.content = {**draft.content, page: dict(values)}
    draft.revision += 1
    draft.changed_at = now
    return Saved(overwritten)


def save_identity(session: Session, acting: Acting, token: str, walk_in: Mapping[str, Any], now: datetime) -> None:
    """Keep who the walk-in is and that the clerk saw the paper."""
    draft = open_draft(session, acting, token, now)
    if draft.office_id is None:
        raise NotFound
    if draft.walk_in != walk_in:
        draft.walk_in = dict(walk_in)
        draft.revision += 1
        draft.changed_at = now


def discard(session: Session, acting: Acting, token: str, now: datetime) -> None:
    """Throw a draft away that was not filed, with its files."""
    draft = open_draft(session, acting, token, now)
    session.execute(delete(Upload).where(Upload.draft_id == draft.id))
    session.delete(draft)


def check_draft(session: Session, draft: Draft, now: datetime, stage: str) -> tuple[Finding, ...]:
    """Everything the law finds in a draft today; for a correction with the numbers that a clerk has confirmed before."""
    overrides = session.scalar(select(Case.identity_overrides).where(Case.id == draft.case_id)) if draft.case_id else ()
    context = context_for(session.connection(), draft.content, now.astimezone(OFFICE_ZONE).date(), overrides or ())
    return findings_for(draft.workflow, draft.content, replace(context, stage=stage))


def submit(session: Session, acting: Acting, token: str, revision: int, now: datetime, confirmed: bool = False) -> Submitted:
    """File a draft, once, as the page showed it at ``revision``; a second send returns what the first one opened.

    ``confirmed``: the walk-in has checked the answers on the screen. Raises Outdated when the draft has changed since,
    Refusal with the findings (``details["findings"]``) when the law says no.
    """
    draft = _own(session, acting, token, now)
    if draft.filed_case_id is not None:
        return _already(session, draft)
    if draft.delegated_id is not None and draft.case_id is None:
        raise Refusal(
            "delegated",
            {
                "zh": "代办的申请不在这里提交：填好以后回到代办件，封袋上送，由办理中心核对后提交。",
                "en": "What is filled in on a mandate is not filed here: send it up from its case; the centre checks and files it.",
            },
        )
    if draft.revision != revision:
        raise Outdated(
            "draft-changed",
            {
                "zh": "这份申请在您核对之后又改过，可能是在另一台设备上。请再核对一遍，然后提交。",
                "en": "This application was changed after you checked it, perhaps on another device. Check it again, then submit.",
            },
        )
    if draft.office_id is not None:
        today = now.astimezone(OFFICE_ZONE).date()
        draft.office_id = window_now(session, acting, draft.office_id, today)
        refuse_intake(session, acting, draft.office_id, draft.workflow, today)
        _confirm(session, draft, confirmed, now)
    found = blocking(check_draft(session, draft, now, "submission"))
    if found:
        raise Refusal(
            "rules",
            {"zh": f"还有{len(found)}处需要修改，改好后再提交。", "en": f"{len(found)} things need to be changed before you submit."},
            findings=found,
        )
    if draft.case_id is not None:
        return _resubmit(session, acting, draft, now)
    filed = filing.file_draft(session, acting, draft.id, now)
    return Submitted(filed.token, filed.claim_code, filed.repeated)


def _already(session: Session, draft: Draft) -> Submitted:
    case_token = session.scalars(select(Case.token).where(Case.id == draft.filed_case_id)).one()
    return Submitted(case_token, repeated=True)


def _confirm(session: Session, draft: Draft, confirmed: bool, now: datetime) -> None:
    refuse_faulty_identity(draft.walk_in, now.astimezone(OFFICE_ZONE).date())
    if not confirmed:
        raise Refusal(
            "unconfirmed",
            {
                "zh": "请让申请人本人在屏幕上核对，并勾选确认后再提交。",
                "en": "Let the applicant check the screen and tick the confirmation.",
            },
        )
    draft.walk_in = {**draft.walk_in, "confirmed_at": now.isoformat()}
    session.flush()  # filing reads the row itself


def _resubmit(session: Session, acting: Acting, draft: Draft, now: datetime) -> Submitted:
    root = session.scalars(select(Case).where(Case.id == draft.case_id).with_for_update()).one()
    _refuse_correcting(session, acting, root, now)
    returned = _returned(session, root.id)
    if returned is None:
        raise _not_returned()
    case, task = returned
    filing.resubmit_draft(session, acting, draft.id, case.id, task.id if task is not None else None, f"draft-{draft.id}", now)
    return Submitted(root.token)
