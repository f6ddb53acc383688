"""Who has to sign what was filed, and how far they are. Reading only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Case, Event, EventPayload, Mandate, Signature, Submission, Task
from workflows.rules import comparable, normalise_number, normalise_phone
from workflows.rules.signatories import DELIVERY, person_of

from .cases import Family, Member
from .mandates import is_of_principal, mandate_behind
from .replay import CONTACT_CHANGED


@dataclass(frozen=True, slots=True)
class Line:
    """One person who is asked, as they stand now: signed, declined, missing, expired (their link), or unreachable."""

    signature: Signature
    status: str

    @property
    def is_open(self) -> bool:
        return self.status in ("missing", "expired", "unreachable")


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of the telephone to which a signatory's code goes: by whom, when, and both numbers."""

    by: str
    at: datetime
    before: str
    phone: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everybody who is asked to sign what was last filed. ``member`` is the case that they sign for.

    ``ever`` are also those who were asked before the application was changed. ``changed`` are the changes of the telephones to
    which codes go, the oldest first, by the signature's identifier.
    """

    member: Member
    lines: tuple[Line, ...]
    is_signing: bool
    ever: tuple[Signature, ...]
    changed: Mapping[int, Sequence[Changed]] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        return sum(line.is_open for line in self.lines)

    @property
    def signed(self) -> int:
        return sum(line.status == "signed" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a signatory's link needs: who is asked, their case and its root, the task, and what was filed.

    Whoever entrusted an agent is asked about a ``mandate`` instead, and has no submission.
    """

    signature: Signature
    case: Case
    root: Case
    task: Task | None
    submission: Submission | None
    mandate: Mandate | None = None


def asked(session: Session, token: str) -> Asked | None:
    """Whom a link was made for; None for an unknown one. Two statements, one more for a principal."""
    found = session.execute(
        select(Signature, Case, Task, Submission)
        .join(Case, Case.id == Signature.case_id)
        .outerjoin(Task, Task.id == Signature.task_id)
        .outerjoin(Submission, (Submission.case_id == Signature.root_id) & (Submission.number == Signature.submission))
        .where(Signature.token == token)
    ).one_or_none()
    if found is None:
        return None
    signature, case, task, submission = found
    root = session.get(Case, signature.root_id)
    assert root is not None
    mandate = mandate_behind(session, signature) if is_of_principal(signature) else None
    return Asked(signature, case, root, task, submission, mandate)


def delivery_of(session: Session, token: str) -> Signature | None:
    """The request to confirm a delivery behind a link; None for any other link."""
    found = session.scalar(select(Signature).where(Signature.token == token))
    return found if found is not None and found.acts == [DELIVERY] else None


def progress_of(session: Session, family: Family, now: datetime) -> Progress | None:
    """The signatures of what was last filed, in the order of the application; None where nobody is asked. One statement, and one
    more where somebody was sent a link anew. What a principal signs is no part of it.
    """
    found = list(
        session.scalars(
            select(Signature)
            .where(Signature.root_id == family.root.case.id)
            .order_by(Signature.case_id, Signature.asked_at, Signature.ordinal)
        )
    )
    rows = [row for row in found if not is_of_principal(row)]
    member = next((each for each in family.members if rows and each.case.id == rows[0].case_id), None)
    if member is None:
        return None
    lines = tuple(Line(row, _status(row, now)) for row in rows if row.superseded_at is None)
    changed = _changes(session, member.case.id, rows) if any(row.reminders for row in rows) else {}
    return Progress(member, lines, member.state.stage == "signing", tuple(rows), changed)


def _changes(session: Session, case_id: int, rows: Sequence[Signature]) -> dict[int, list[Changed]]:
    """Every change of a telephone as the history tells it; each sends a link anew."""
    told = session.execute(
        select(Event.actor_name, Event.happened_at, EventPayload.body)
        .join(EventPayload, EventPayload.event_id == Event.id)
        .where(Event.case_id == case_id, Event.action == CONTACT_CHANGED)
        .order_by(Event.position)
    )
    known = {str(row.id): row.id for row in rows}
    found: dict[int, list[Changed]] = {}
    for by, at, body in told:
        payload = json.loads(body or "{}")
        signature_id = known.get(str(payload.get("signatory")))
        if signature_id is not None:
            found.setdefault(signature_id, []).append(Changed(by, at, str(payload.get("before", "")), str(payload.get("phone", ""))))
    return found


def _status(signature: Signature, now: datetime) -> str:
    if signature.vote:
        return "signed" if signature.vote == "yes" else "declined"
    if not (signature.phone or signature.email):
        return "unreachable"
    return "missing" if now < signature.link_expires_at else "expired"


def open_of_case(session: Session, case_id: int) -> list[Signature]:
    """Everybody who has not signed what was last filed for a case, in the order of the application."""
    wanted = select(Signature).where(Signature.case_id == case_id, Signature.vote == "", Signature.superseded_at.is_(None))
    return list(session.scalars(wanted.order_by(Signature.ordinal)))


def of_task(session: Session, task_id: int) -> list[Signature]:
    """Everybody who was asked together, in the order of the application."""
    return list(session.scalars(select(Signature).where(Signature.task_id == task_id).order_by(Signature.ordinal)))


def missing_of(session: Session, root_ids: Sequence[int]) -> dict[int, int]:
    """How many people have not signed yet, for each of these cases that waits for signatures. One statement."""
    counted = (
        select(Signature.root_id, func.count())
        .join(Task, Task.id == Signature.task_id)
        .where(Signature.root_id.in_(root_ids), Signature.superseded_at.is_(None), Signature.vote == "", Task.closed_at.is_(None))
        .group_by(Signature.root_id)
    )
    return {root_id: count for root_id, count in session.execute(counted)}


def signed_before(session: Session, now_asked: Asked) -> Mapping[str, Any] | None:
    """What the same person signed last of this case before it was changed; None when they have not signed any of it."""
    found = session.execute(
        select(Signature, Submission.content)
        .join(Submission, (Submission.case_id == Signature.root_id) & (Submission.number == Signature.submission))
        .where(Signature.root_id == now_asked.root.id, Signature.vote == "yes", Signature.id != now_asked.signature.id)
        .order_by(Signature.submission.desc())
    )
    assert now_asked.submission is not None
    person = person_of(now_asked.submission.content, tuple(now_asked.signature.paths))
    return next((content for earlier, content in found if person_of(content, tuple(earlier.paths)) == person), None)


def own_of(lines: Sequence[Line], content: Mapping[str, Any], identity_number: str, name: str, phone: str) -> Line | None:
    """The signature that somebody with an account owes themselves: by their identity number, else by name and telephone."""
    for line in lines:
        signer, number = person_of(content, tuple(line.signature.paths))
        by_number = bool(identity_number) and normalise_number(identity_number) == number
        by_phone = bool(phone) and normalise_phone(phone) == normalise_phone(line.signature.phone) and comparable(name) == signer
        if by_number or by_phone:
            return line
    return None
