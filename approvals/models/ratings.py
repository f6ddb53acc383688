"""What people say of the service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Rating(Identified, Base):
    """评价（好差评）: 1 非常不满意 to 5 非常满意, by the person who handled the matter. Bad (1 and 2) has ``reasons`` or a ``text``.

    ``service`` is what is rated: "online" for the case, or the event of a service at a window; ``number`` 1 or, for the one
    change of mind, 2. ``channel`` is pc, mobile, qr (by a receipt) or default; a default one never counts as an answer.
    ``rated`` are the persons who served, none of whom may close the follow-up ``follow_up_id``, which a bad rating opens.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("root_id", "service", "number"),
        Index("ix_ratings_created_at", "created_at"),
        Index("ix_ratings_follow_up_id", "follow_up_id"),
    )

    root_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    service: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    score: Mapped[int]
    reasons: Mapped[Any] = mapped_column(CanonicalJson)
    text: Mapped[str] = mapped_column(String(1000), default="")
    channel: Mapped[str] = mapped_column(String(10))
    rated: Mapped[Any] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    follow_up_id: Mapped[int | None] = mapped_column(BigInteger)
