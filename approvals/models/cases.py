"""Cases, their tasks, what was filed, and what was issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Case(Identified, Base):
    """办件: one run of a workflow for one applicant; in exactly one state.

    A linked case (联办件) has a parent; ``root_id`` is the case that was filed, of itself for a root. ``chosen`` are the
    matters the applicant chose. ``offices`` names the office behind each symbol a definition may use (``deciding``,
    ``receiving``, ``delivery``, or a field of the application). ``position`` and ``head`` are the last event's.
    ``clock_started_at`` is when the statutory clock last began; a returned registration restarts it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_root_id", "root_id"),
        Index("ix_cases_applicant_id_opened_at", "applicant_id", "opened_at"),
        # With what supervisors count of it: tens of thousands of cases are counted without reading one.
        Index("ix_cases_workflow_closed_at", "workflow", "closed_at", "outcome", "promised_due_at"),
        Index("ix_cases_company", "company"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    root_id: Mapped[int] = mapped_column(BigInteger)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    workflow: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    company: Mapped[str] = mapped_column(String(400), default="")
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    channel: Mapped[str] = mapped_column(String(20))
    deciding_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    offices: Mapped[Any] = mapped_column(CanonicalJson)
    chosen: Mapped[Any] = mapped_column(CanonicalJson)
    predecessors: Mapped[Any] = mapped_column(CanonicalJson)
    identity_overrides: Mapped[Any] = mapped_column(CanonicalJson)
    submissions: Mapped[int] = mapped_column(default=0)
    linked_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    clock_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    extension_days: Mapped[int] = mapped_column(default=0)
    promised_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    statutory_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim_code_hash: Mapped[str] = mapped_column(String(64), default="")
    position: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")

    tasks: Mapped[list[Task]] = relationship(back_populates="case", order_by="Task.opened_at")


class Task(Identified, Base):
    """待办: one stay of a case in one state. Without ``role`` nobody is addressed and the case waits.

    ``counted_from`` is since when the time of the step counts, where earlier stays have used some of it: before ``opened_at``.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "ix_tasks_inbox", "role", "department", "office_id", "due_at",
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_tasks_case_id", "case_id"),
        Index("ix_tasks_root_id_open", "root_id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
        Index("ix_tasks_timer_at", "timer_at", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
        Index("ix_tasks_closed_at", "closed_at"),
        # The steps behind a figure of the statistics; an open task costs this index nothing.
        Index(
            "ix_tasks_step_closed_at", "workflow", "state", "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"), postgresql_where=text("closed_at IS NOT NULL"),
        ),
        # What somebody holds is little among what is open; a task that nobody holds costs this index nothing.
        Index(
            "ix_tasks_held", "holder_id",
            sqlite_where=text("closed_at IS NULL AND holder_id IS NOT NULL"),
            postgresql_where=text("closed_at IS NULL AND holder_id IS NOT NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int] = mapped_column(BigInteger)
    workflow: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40), default="")
    department: Mapped[str] = mapped_column(String(40), default="")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    timer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(60), default="")
    counted_from: Mapped[datetime | None] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="tasks")


class Submission(Identified, Base):
    """申报: what was filed, numbered per root case. ``content`` is the application, page by page."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    content: Mapped[Any] = mapped_column(CanonicalJson)
    digest: Mapped[str] = mapped_column(String(64))
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Draft(Identified, Base):
    """An application being written, or a correction (``case_id`` is then the root case).

    ``content`` keeps what was typed, valid or not.

    ``office_id`` is set when a window takes in a walk-in; the applicant's identity then lies in ``walk_in``. ``delegated_id`` is
    the delegated-handling case for which an agent prepares it: it is filed when that case reaches the office that decides.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_person_id", "person_id"),)

    token: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    workflow: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    delegated_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    walk_in: Mapped[Any] = mapped_column(CanonicalJson, default=dict)
    content: Mapped[Any] = mapped_column(CanonicalJson, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class EventPayload(Base):
    """What an event carries, apart from the chain so that it can be purged or re-keyed without breaking it."""

    __tablename__ = "event_payloads"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    body: Mapped[str | None] = mapped_column(LongText)
    purged_under: Mapped[str] = mapped_column(String(200), default="")


class Event(Identified, Base):
    """办理记录: one line of a case's append-only history; see ``approvals.models.history`` for what is hashed."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("case_id", "position"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    position: Mapped[int]
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(200))
    on_behalf_of: Mapped[int | None] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    from_state: Mapped[str] = mapped_column(String(60))
    to_state: Mapped[str] = mapped_column(String(60))
    definition: Mapped[str] = mapped_column(String(64))
    payload_digest: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    request_key: Mapped[str | None] = mapped_column(String(60), unique=True)
