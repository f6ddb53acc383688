"""The product's verbs as the simulation calls them: one transaction each, answering with the tasks that are open then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Person, Signature, Task
from approvals.operations import claiming, confirming, drafts, moving, signing
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound

WORKFLOW = "company-opening"


@dataclass(frozen=True, slots=True)
class Open:
    """An open task of a family of cases."""

    task_id: int
    case_id: int
    workflow: str
    state: str
    role: str
    department: str
    office_id: int | None
    opened_at: datetime
    timer_at: datetime | None

    @property
    def place(self) -> str:
        """Where the case stands: workflow and state."""
        return f"{self.workflow}.{self.state}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the simulation knows after a verb: the root, and every open task of the family; a walk-in's receipt when filed."""

    root_id: int
    tasks: tuple[Open, ...]
    number: str = ""
    claim_code: str = ""


def _look(session: Session, root_id: int) -> Seen:
    columns = (
        Task.id, Task.case_id, Task.workflow, Task.state, Task.role, Task.department, Task.office_id, Task.opened_at, Task.timer_at
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Task.root_id == root_id, Task.closed_at.is_(None)).order_by(Task.id))
    return Seen(root_id, tuple(Open(*row) for row in rows))


def _save(session: Session, acting: Acting, token: str, content: Mapping[str, Any], now: datetime) -> int:
    """Save the pages that differ from what the draft holds; returns its revision then."""
    draft = session.scalars(select(Draft).where(Draft.token == token)).one()
    for page, values in content.items():
        drafts.save_page(session, acting, token, page, values, drafts.page_mark(draft.content, page), now)
    return draft.revision


def keep_draft(session: Session, acting: Acting, content: Mapping[str, Any], now: datetime) -> None:
    """Leave an application half-filled."""
    _save(session, acting, drafts.start(session, acting, WORKFLOW, now), content, now)


def file(
    session: Session, acting: Acting, content: Mapping[str, Any], now: datetime, office_id: int | None = None,
    walk_in: Mapping[str, Any] | None = None, workflow: str = WORKFLOW,
) -> Seen:  # fmt: skip
    """Write a draft and submit it; with an office, as a window does for a walk-in."""
    token = drafts.start(session, acting, workflow, now, office_id)
    if walk_in is not None:
        drafts.save_identity(session, acting, token, walk_in, now)
    revision = _save(session, acting, token, content, now)
    submitted = drafts.submit(session, acting, token, revision, now, confirmed=walk_in is not None)
    root_id, number = session.execute(select(Case.id, Case.number).where(Case.token == submitted.case_token)).one()
    return replace(_look(session, root_id), number=number, claim_code=submitted.claim_code)


def adopt(session: Session, acting: Acting, root_id: int, number: str, claim_code: str, now: datetime) -> Seen:
    """Take a walk-in's case over with the code of its receipt."""
    if not claiming.adopt(session, acting, number, claim_code, now).case_token:
        raise NotFound
    return _look(session, root_id)


def correct(session: Session, acting: Acting, root_id: int, content: Mapping[str, Any], now: datetime) -> Seen:
    """Answer a correction with a changed application."""
    root_token = session.scalars(select(Case.token).where(Case.id == root_id)).one()
    token = drafts.start_correction(session, acting, root_token, now)
    drafts.submit(session, acting, token, _save(session, acting, token, content, now), now)
    return _look(session, root_id)


def act(session: Session, acting: Acting, root_id: int, request: moving.Request, now: datetime) -> Seen:
    """Do one action of a definition."""
    moving.act(session, acting, request, now)
    return _look(session, root_id)


def unsigned(session: Session, root_id: int) -> list[Signature]:
    """Who has not answered yet, in the order of the application."""
    asked = select(Signature).where(Signature.root_id == root_id, Signature.superseded_at.is_(None), Signature.vote == "")
    return list(session.scalars(asked.order_by(Signature.ordinal)))


def sign(session: Session, signature: Signature, now: datetime) -> Seen:
    """Let one person sign by their own link."""
    confirming.mark_confirmed(session, signature.id, now)
    signing.answer(session, signature.id, signing.SIGN, signature.digest, now)
    return _look(session, signature.root_id)


def decline(session: Session, signature: Signature, reason: str, now: datetime) -> Seen:
    """Let one person say why they do not sign."""
    confirming.mark_confirmed(session, signature.id, now)
    signing.answer(session, signature.id, signing.DECLINE, signature.digest, now, reason)
    return _look(session, signature.root_id)


def claim(session: Session, acting: Acting, root_id: int, task: Open, now: datetime) -> Seen:
    """Take a task into one's hands."""
    moving.claim(session, acting, task.case_id, task.task_id, now)
    return _look(session, root_id)


def release(session: Session, acting: Acting, root_id: int, task: Open, now: datetime) -> Seen:
    """Give a task back."""
    moving.release(session, acting, task.case_id, task.task_id, now)
    return _look(session, root_id)


def fire(session: Session, root_id: int, task: Open, now: datetime) -> Seen:
    """Let a timer act."""
    moving.fire_timer(session, task.case_id, now)
    return _look(session, root_id)


def identity_of(session: Session, person_id: int) -> tuple[str, str]:
    """Identity number and telephone of somebody with an account."""
    number, phone = session.execute(select(Person.identity_number, Person.phone).where(Person.id == person_id)).one()
    return number, phone


def state_of(session: Session, case_id: int) -> str:
    """The state a case is in."""
    return session.scalars(select(Case.state).where(Case.id == case_id)).one()


def has_open_matters(session: Session, root_id: int) -> bool:
    """Whether a linked case of a root is open, be it still or again."""
    return session.scalars(select(Case.id).where(Case.parent_id == root_id, Case.outcome == "").limit(1)).first() is not None
