"""What people are told, each way in which it reaches them, and who sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Notice(Identified, Base):
    """通知: something told to a person. ``text`` is in every language; the row is the record of what was told.

    ``kind`` is case (what an action of a definition tells the applicant), signature, reminder, code, deadline, custody (papers on
    their way), mandate or rating. Whoever has no account is told at ``to_phone`` and ``to_email``. ``urgent`` ones do not wait for
    the end of the quiet hours. Until ``planned_at`` no delivery has been planned for it. ``sms`` is the same in the length of a
    short message, where it has one.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_person_id_created_at", "person_id", "created_at"),
        Index("ix_notices_root_id", "root_id"),
        Index(
            "ix_notices_unplanned", "created_at",
            sqlite_where=text("planned_at IS NULL"), postgresql_where=text("planned_at IS NULL"),
        ),
        Index(
            "ix_notices_codes", "created_at",
            sqlite_where=text("kind = 'code'"), postgresql_where=text("kind = 'code'"),
        ),
    )

    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    text: Mapped[Any] = mapped_column(CanonicalJson)
    sms: Mapped[Any | None] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20), default="case")
    to_name: Mapped[str] = mapped_column(String(200), default="")
    to_phone: Mapped[str] = mapped_column(String(40), default="")
    to_email: Mapped[str] = mapped_column(String(200), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Identified, Base):
    """投递: one notice on one channel. ``channel`` is mail, sms or wechat.

    ``state`` is waiting, sent (the server took it), delivered (the gateway reported so), failed (will be tried again at
    ``next_try_at``, or without one: the gateway took it and could not bring it) or given-up. A worker takes it by setting
    ``claimed_by`` and ``claimed_at``; a claim that grew old is another worker's. ``key`` goes with every try, so that a receiver
    can tell a repetition; ``resends`` counts how often somebody had it sent anew, ``resent_by_id`` who did last.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index(
            "ix_deliveries_next_try_at", "next_try_at",
            sqlite_where=text("state IN ('waiting', 'failed')"), postgresql_where=text("state IN ('waiting', 'failed')"),
        ),
        Index(
            "ix_deliveries_undelivered", "created_at",
            sqlite_where=text("state IN ('failed', 'given-up')"), postgresql_where=text("state IN ('failed', 'given-up')"),
        ),
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")
    resends: Mapped[int] = mapped_column(default=0)
    resent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resent_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    @property
    def key(self) -> str:
        """What tells a repetition from a message that is meant to be sent anew."""
        return delivery_key(self.id, self.resends)


def delivery_key(delivery_id: int, resends: int) -> str:
    """The idempotency key of one sending of a delivery."""
    return f"{delivery_id}-{resends}"


class Worker(Base):
    """A process that does background work, and when it was last heard of: what a dead one left is taken over."""

    __tablename__ = "workers"

    executor_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
