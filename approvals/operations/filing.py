"""Filing an application: a draft becomes a submission, and the submission opens its case with everything linked to it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from approvals.db import canonical_json, new_id
from approvals.models.history import digest
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.facts import Actor
from workflows.rules import BLOCK, Finding, findings_for, records, subject_name

from . import statements
from .acting import Acting
from .consent_rows import follow_application
from .effects import issue
from .errors import NotFound, Refusal
from .moving import Moved, Request, act
from .registration import context_for
from .routing import asked_for, offices_of, tell_supervisors
from .rows import new_case
from .unit import Unit
from .upload_files import take_files
from .walk_ins import refuse_intake

CODE_LENGTH = 10
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters of a claim code that nobody confuses on paper."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A case that was filed. ``claim_code`` is shown once, on a walk-in's receipt."""

    case_id: int
    number: str
    token: str
    claim_code: str = ""
    repeated: bool = False


def _blocking(session: Session, workflow: str, content: Mapping[str, Any], now: datetime) -> tuple[Finding, ...]:
    """What forbids filing an application today."""
    context = context_for(session.connection(), content, now.astimezone(OFFICE_ZONE).date(), similar=False)
    return findings_for(workflow, content, replace(context, stage="submission"), only=BLOCK)


def number_check_digit(digits: str) -> str:
    """The check digit of a case number.

    The digits are weighted 3 and 1 in turn, as on a bar code, so that one wrong digit and most swaps show.
    """
    total = sum(int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def new_number(unit: Unit) -> str:
    """The number of the next root case of the day: HM, the day, six digits that count up, and the check digit."""
    day = unit.now.astimezone(OFFICE_ZONE).strftime("%Y%m%d")
    digits = f"{day}{unit.count(f'cases of {day}'):06d}"
    return f"HM{digits}{number_check_digit(digits)}"


def file_draft(session: Session, acting: Acting, draft_id: int, now: datetime) -> Filed:
    """Submit a draft, once: a second send of the same draft returns the case that the first one opened.

    Raises NotFound for a foreign draft, Refusal with the findings (``details["findings"]``) when the law says no.
    """
    draft = _draft(session, draft_id)
    if draft is None or draft.person_id != acting.person_id or draft.delegated_id is not None:
        raise NotFound
    if draft.filed_case_id is not None:
        case = Unit.load(session, draft.filed_case_id, now).case(draft.filed_case_id)
        return Filed(case.id, case.number, case.token, repeated=True)
    if draft.office_id is not None:
        refuse_intake(session, acting, draft.office_id, draft.workflow, now.astimezone(OFFICE_ZONE).date())
    application = json.loads(draft.content)
    found = _blocking(session, draft.workflow, application, now)
    if found:
        raise Refusal(
            "rules",
            {"zh": f"还有{len(found)}处需要修改，改好后再提交。", "en": f"{len(found)} things need to be changed before you submit."},
            findings=found,
        )
    applicant_id = None if draft.office_id is not None else acting.person_id
    filed = _open(session, acting, draft, application, applicant_id, now)
    statements.mark_draft.write(session.connection(), [{"draft_id": draft.id, "filed_case_id": filed.case_id}])
    return filed


def _draft(session: Session, draft_id: int) -> statements.DraftNow | None:
    """A draft as it is now, locked: the second of two who submit it at once sees that it was filed."""
    session.flush()
    rows = statements.lock_draft.rows(session.connection(), {"draft_id": draft_id})
    return statements.DraftNow(*rows[0]) if rows else None


def _open(
    session: Session,
    acting: Acting,
    draft: statements.DraftNow,
    application: Mapping[str, Any],
    applicant_id: int | None,
    now: datetime,
) -> Filed:
    definition = county_catalogue().latest(draft.workflow)
    unit = Unit(session, now, [])
    today = now.astimezone(OFFICE_ZONE).date()
    routed = offices_of(unit.connection, definition, application, draft.office_id, today)
    offices = routed.offices
    claim_code = "" if applicant_id is not None else new_code()
    case = new_case(
        definition,
        number=new_number(unit),
        parent=None,
        root_id=None,
        now=now,
        company=subject_name(application),
        applicant_id=applicant_id,
        filed_by_id=acting.person_id,
        channel="window" if draft.office_id is not None else "online",
        deciding_office_id=offices["deciding"],
        offices=offices,
        chosen=sorted(application.get("matters", {}).get("chosen", [])),
    )
    case.submissions = 1
    case.claim_code_hash = claim_hash(claim_code) if claim_code else ""
    body = canonical_json(application)
    content_digest = digest("", body)
    unit.file(application, {})
    unit.submissions.append(
        {
            "id": new_id(), "case_id": case.id, "number": 1, "content": body, "digest": content_digest,
            "filed_by_id": acting.person_id, "filed_at": unit.at,
        }
    )  # fmt: skip
    role = "applicant" if applicant_id is not None else "clerk"
    payload: dict[str, Any] = {
        "submission": {"number": 1, "digest": content_digest}, "channel": case.channel, "offices": case.offices,
        "routing": routed.why,
    }  # fmt: skip
    payload["records"] = records(application, today)
    if draft.office_id is not None:
        payload["contact"] = {"kind": "intake", "office": draft.office_id}
        payload["walk_in"] = json.loads(draft.walk_in)
    actor = Actor(acting.person_id, acting.name, frozenset({role}), acting.on_behalf_of)
    if files := take_files(session.connection(), draft.id, case.id):
        payload["uploads"] = files
    unit.cases[case.id] = case
    issue(unit, case, "receipt", {}, payload)
    unit.open_case(case, actor, payload, hashlib.sha256(f"file/{draft.id}".encode()).hexdigest()[:60])
    follow_application(unit, case, actor, application, None)
    if routed.alarm:
        tell_supervisors(unit, case, routed)
    unit.settle()
    unit.write()
    return Filed(case.id, case.number, case.token, claim_code)


def resubmit_draft(
    session: Session, acting: Acting, draft_id: int, case_id: int, task_id: int | None, key: str | None, now: datetime
) -> Moved:
    """Answer a correction: file the draft of a returned case as its next submission and give the case back to the registrar.

    What is written on a mandate, whoever acts on it may send; the caller has asked for it.
    """
    draft = _draft(session, draft_id)
    if draft is None or draft.case_id is None or (draft.person_id != acting.person_id and draft.delegated_id is None):
        raise NotFound
    application = json.loads(draft.content)
    asked = asked_for(session.connection(), application)
    files = take_files(session.connection(), draft.id, draft.case_id)
    wanted = Request(case_id, "resubmit", task_id, key, application=application, offices=asked, files=files)
    moved = act(session, acting, wanted, now)
    statements.mark_draft.write(session.connection(), [{"draft_id": draft.id, "filed_case_id": draft.case_id}])
    return moved


def new_code() -> str:
    """A claim code that nobody can guess."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def claim_hash(code: str) -> str:
    """The keyless digest of a claim code; ten letters of thirty-one cannot be searched through over the sign-in limits."""
    return hashlib.sha256(f"claim:{code.strip().upper()}".encode()).hexdigest()
