"""The working calendar as it is administered: a year, and each notice that was entered for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import UtcDateTime

from .base import Base, Identified


class CalendarYear(Identified, Base):
    """工作日历年度: one year as it was entered; the revision with the highest number is in force. Append-only but ``settled_at``.

    ``working`` is one character per day from 1 January, 1 a working day, 0 a rest day. An entry names the State Council's notice and
    its number, so it is ``official``; one that takes a notice back says again what stood before: an earlier notice, or the rule of a
    provisional year, and then it is not. Until ``settled_at`` open deadlines are still looked for that have
    to move.
    """

    __tablename__ = "calendar_years"
    __table_args__ = (
        UniqueConstraint("year", "revision"),
        Index(
            "ix_calendar_years_unsettled", "entered_at",
            sqlite_where=text("settled_at IS NULL"), postgresql_where=text("settled_at IS NULL"),
        ),
    )

    year: Mapped[int]
    revision: Mapped[int]
    official: Mapped[bool]
    notice_name: Mapped[str] = mapped_column(String(200))
    notice_number: Mapped[str] = mapped_column(String(60))
    working: Mapped[str] = mapped_column(String(366))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
