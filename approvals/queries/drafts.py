"""Drafts and what stands beside them while they are written. Reading only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from approvals.models import Case, Document, Draft, Signature, Submission, Task
from workflows.rules import subject_name

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the department's list of corrections: the page it names and what to do there."""

    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What a correction answers: the root case, the department's list, and what was last filed.

    Without a list the applicant changes it on their own account, or because of the ``objections`` of those who declined to sign:
    (name, reason).
    """

    number: str
    case_token: str
    asked: tuple[Asked, ...]
    asked_at: datetime | None
    filed: Mapping[str, Any]
    objections: tuple[tuple[str, str], ...] = ()

    def open_pages(self, content: Mapping[str, Any]) -> frozenset[str]:
        """Pages that the list names and that still stand as they were filed."""
        return frozenset(line.page for line in self.asked if content.get(line.page) == self.filed.get(line.page))


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list."""

    token: str
    company: str
    changed_at: datetime
    walk_in: str
    is_correction: bool


def draft_of(session: Session, token: str) -> Draft | None:
    """The draft of that token, whosever it is; the caller asks who may open it."""
    return session.scalar(select(Draft).where(Draft.token == token))


def prepared_for(session: Session, root_id: int) -> Draft | None:
    """What an agent fills in for a delegated case that is not filed yet."""
    wanted = select(Draft).where(Draft.delegated_id == root_id, Draft.case_id.is_(None), Draft.filed_case_id.is_(None))
    return session.scalar(wanted.limit(1))


def case_token_of(session: Session, case_id: int) -> str:
    """The token of a case."""
    return session.scalars(select(Case.token).where(Case.id == case_id)).one()


def returned(session: Session, root_id: int) -> Returned:
    """What the correction of a root case answers; three statements."""
    filed = select(Case.number, Case.token, Submission.content).join(Submission, Submission.case_id == Case.id)
    last = session.execute(filed.where(Case.id == root_id).order_by(Submission.number.desc()).limit(1)).one()
    notices = select(Document).where(Document.root_id == root_id, Document.kind == "correction-notice")
    # A list of an earlier return has been answered: what is open now began after it.
    since = select(func.max(Task.opened_at)).where(Task.root_id == root_id, Task.closed_at.is_(None), Task.role == "applicant")
    notices = notices.where(or_(since.scalar_subquery().is_(None), Document.issued_at >= since.scalar_subquery()))
    notice = session.scalars(notices.order_by(Document.issued_at.desc(), Document.id.desc()).limit(1)).first()
    lines = notice.content.get("facts", {}).get("items", []) if notice is not None else []
    asked = tuple(Asked(str(line.get("page", "")), str(line.get("text", ""))) for line in lines if isinstance(line, Mapping))
    issued_at = notice.issued_at if notice is not None else None
    declined = select(Signature.name, Signature.reason).where(
        Signature.root_id == root_id, Signature.vote == "no", Signature.superseded_at.is_(None)
    )
    objections = () if asked else tuple((name, reason) for name, reason in session.execute(declined.order_by(Signature.ordinal)))
    return Returned(last.number, last.token, asked, issued_at, last.content, objections)


def open_drafts(session: Session, person_id: int, *, walk_ins: bool) -> list[DraftLine]:
    """The person's drafts that were not filed, the last changed first: their own, or those taken in at a window.

    What they fill in on a mandate stands with the delegated case.
    """
    own = select(Draft).where(Draft.person_id == person_id, Draft.filed_case_id.is_(None), Draft.delegated_id.is_(None))
    asked = own.where(Draft.office_id.is_not(None) if walk_ins else Draft.office_id.is_(None))
    found = session.scalars(asked.order_by(Draft.changed_at.desc()).limit(MOST_LISTED))
    return [
        DraftLine(
            draft.token, _company(draft.content), draft.changed_at, str(draft.walk_in.get("name", "")), draft.case_id is not None
        )
        for draft in found
    ]  # fmt: skip


def _company(content: Mapping[str, Any]) -> str:
    """The name of the company, once its trade name is known, or of the operator who applies."""
    page = content.get("name")
    return "" if isinstance(page, Mapping) and page and not page.get("trade_name") else subject_name(content)
