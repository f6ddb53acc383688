"""When the next timer runs out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Task


def next_timer(session: Session) -> datetime | None:
    """The earliest timer of all open tasks; None when nothing is timed."""
    return session.scalar(select(func.min(Task.timer_at)).where(Task.closed_at.is_(None), Task.timer_at.is_not(None)))
