"""Intervals in which the clocks of a case stand still."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import UtcDateTime

from .base import Base, Identified


class ClockSuspension(Identified, Base):
    """中止计时: an interval that does not count against the promised and the statutory time (行政许可法 第四十五条).

    ``number`` counts within the case. ``kind`` is one of ``workflows.clock.SUSPENSION_KINDS``, ``ground`` the legal ground as it was
    typed, ``paper`` the number of the document by which the applicant was told, ``expected_days`` the working days that it was said
    to take, None where the version of the workflow does not ask. ``starts_at`` and ``ends_at`` are what does not
    count, without end while it lasts; ``entered_at`` and ``ended_at`` say when that was noted, by whom the two persons.
    """

    __tablename__ = "clock_suspensions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    ground: Mapped[str] = mapped_column(String(1000))
    paper: Mapped[str] = mapped_column(String(200))
    expected_days: Mapped[int | None]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
