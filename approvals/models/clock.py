"""What the clock leaves behind: who was warned of a deadline, who asked for more speed, and the percentages that are set."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import UtcDateTime

from .base import Base, Identified


class DeadlineWarning(Identified, Base):
    """时限预警: one person was told once that a clock had passed a part of its time.

    ``clock`` is promised, statutory or "step:" with the state; ``due_at`` the deadline that was warned of: when that moves, people
    are warned of the new one. ``level`` is near, due or escalated, ``percent`` how much of the working time had gone by.
    ``relation`` says why this person: the holder, one of the desk where nobody holds it, the head, a supervisor. One notice may
    tell of several.
    """

    __tablename__ = "deadline_warnings"
    __table_args__ = (
        UniqueConstraint("case_id", "clock", "due_at", "person_id", "level"),
        Index("ix_deadline_warnings_root_id", "root_id"),
        Index("ix_deadline_warnings_sent_at", "sent_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int] = mapped_column(BigInteger)
    clock: Mapped[str] = mapped_column(String(70))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(10))
    percent: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    relation: Mapped[str] = mapped_column(String(10))
    notice_id: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Urging(Identified, Base):
    """催办: the applicant or a supervisor asked whoever has a case in hand to go on with it.

    ``side`` is applicant or supervisor, ``counted_on`` the working day it counts for: once a day for each side. Without
    ``person_id`` it was asked with a receipt.
    """

    __tablename__ = "urgings"
    __table_args__ = (
        UniqueConstraint("case_id", "side", "counted_on"),
        Index("ix_urgings_root_id", "root_id"),
        Index("ix_urgings_task_id", "task_id"),
        Index("ix_urgings_urged_at", "urged_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    side: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    counted_on: Mapped[date]
    urged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WarningRule(Identified, Base):
    """预警比例: at which percent of their time the cases of a workflow are warned of; without a row the default counts."""

    __tablename__ = "warning_rules"

    workflow: Mapped[str] = mapped_column(String(60), unique=True)
    near: Mapped[int]
    due: Mapped[int]
    escalated: Mapped[int]
