"""The product's verbs as the simulation calls them: one transaction each, answering with the tasks that are open then."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Task
from approvals.operations import filing, moving
from approvals.operations.acting import Acting
from workflows.county import county_catalogue

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
    """What the simulation knows after a verb: the root, and every open task of the family."""

    root_id: int
    tasks: tuple[Open, ...]


def _look(session: Session, root_id: int) -> Seen:
    columns = (
        Task.id, Task.case_id, Task.workflow, Task.state, Task.role, Task.department, Task.office_id, Task.opened_at, Task.timer_at
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Task.root_id == root_id, Task.closed_at.is_(None)).order_by(Task.id))
    return Seen(root_id, tuple(Open(*row) for row in rows))


def _draft(
    acting: Acting, content: Mapping[str, Any], now: datetime, *, office_id: int | None = None, case_id: int | None = None,
    walk_in: Mapping[str, Any] | None = None,
) -> Draft:  # fmt: skip
    version = county_catalogue().latest(WORKFLOW).version
    return Draft(
        token=secrets.token_urlsafe(18), person_id=acting.person_id, workflow=WORKFLOW, version=version, office_id=office_id,
        case_id=case_id, walk_in=dict(walk_in or {}), content=dict(content), created_at=now, changed_at=now,
    )  # fmt: skip


def keep_draft(session: Session, acting: Acting, content: Mapping[str, Any], now: datetime) -> None:
    """Leave an application half-filled."""
    session.add(_draft(acting, content, now))
    session.flush()


def file(
    session: Session, acting: Acting, content: Mapping[str, Any], now: datetime, office_id: int | None = None,
    walk_in: Mapping[str, Any] | None = None,
) -> Seen:  # fmt: skip
    """Write a draft and submit it; with an office, as a window does for a walk-in."""
    draft = _draft(acting, content, now, office_id=office_id, walk_in=walk_in)
    session.add(draft)
    session.flush()
    filed = filing.file_draft(session, acting, draft.id, now)
    return _look(session, filed.case_id)


def correct(
    session: Session, acting: Acting, root_id: int, task: Open, content: Mapping[str, Any], key: str, now: datetime,
    office_id: int | None = None,
) -> Seen:  # fmt: skip
    """Answer a correction with a changed application."""
    draft = _draft(acting, content, now, case_id=root_id, office_id=office_id)
    session.add(draft)
    session.flush()
    filing.resubmit_draft(session, acting, draft.id, task.case_id, task.task_id, key, now)
    return _look(session, root_id)


def act(session: Session, acting: Acting, root_id: int, request: moving.Request, now: datetime) -> Seen:
    """Do one action of a definition."""
    moving.act(session, acting, request, now)
    return _look(session, root_id)


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


def state_of(session: Session, case_id: int) -> str:
    """The state a case is in."""
    return session.scalars(select(Case.state).where(Case.id == case_id)).one()
