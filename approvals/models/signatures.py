"""Who has to confirm and sign what was filed, and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Signature(Identified, Base):
    """签署: one person asked to confirm who they are and, for some, to sign one submission, and their answer.

    ``task_id`` is the task that all of them decide together. ``paths`` are the places of the person in the application
    ("capital.shareholders.0"), ``acts`` what they owe: real-name, articles, application. ``digest`` is that of the submission,
    which is what they sign. ``vote`` is yes, no or "" while open; ``way`` online, in-person or notarised (实施细则 第十六条).

    ``token`` is the person's own link, good until ``link_expires_at``; the one-time code is kept as a hash. ``superseded_at``:
    the application was changed since, and they are asked again.
    """

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("task_id", "ordinal"),
        Index("ix_signatures_root_id", "root_id"),
        Index("ix_signatures_case_id", "case_id"),
        Index(
            "ix_signatures_open", "asked_at",
            sqlite_where=text("vote = '' AND superseded_at IS NULL"), postgresql_where=text("vote = '' AND superseded_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int]
    submission: Mapped[int]
    token: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    paths: Mapped[Any] = mapped_column(CanonicalJson)
    acts: Mapped[Any] = mapped_column(CanonicalJson)
    digest: Mapped[str] = mapped_column(String(64))
    vote: Mapped[str] = mapped_column(String(5), default="")
    way: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    link_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(default=0)
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    code_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
