"""Counting imported logs once for each content, so that a page of their statistics costs no pass over their events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import calendar
from approvals.db import Database
from approvals.models import LogFigures, LogFile
from approvals.queries.log_figures import KeptLog, calendar_of, content_of, count, figures_from, kept_logs

from .entering import READING, REMOVING

AT_ONCE = 100_000
"""A log of so many events is counted by who has imported it, in a second or two and little memory; a longer one by the worker."""

PATIENCE = timedelta(hours=1)
"""A file that is being read is waited for so long: its log would be counted again and again while it grows."""


def count_logs(database: Database, now: datetime, *, most: int | None = None, name: str | None = None) -> int:
    """Count the logs that have changed since they were last counted; returns how many.

    Only the one of that name, and only those of at most ``most`` events.
    """
    calendar.forget(database.engine)  # what this process still believes of the working days may be older than the figures
    with database.reading() as session:
        outdated = [each for each in kept_logs(session) if not each.is_current and not _is_growing(each, now)]
    wanted = [each for each in outdated if name in (None, each.log.name) and (most is None or each.events <= most)]
    return sum(_count(database, each, now) for each in wanted)


def keep_figures(session: Session, log_id: int, content: str, figures: dict[str, Any], now: datetime) -> bool:
    """Keep what a log came to; False, and nothing is kept, when its files are no longer those that were counted."""
    files = list(session.scalars(select(LogFile).where(LogFile.log_id == log_id, LogFile.state != REMOVING)))
    if not files or content_of(files) != content:
        return False
    read = figures_from(figures)
    days = calendar_of(read.first, read.last)
    session.merge(LogFigures(log_id=log_id, content=content, calendar=days, figures=figures, counted_at=now))
    return True


def _count(database: Database, log: KeptLog, now: datetime) -> bool:
    content = content_of(log.files)
    with database.reading() as session:
        figures = count(session, log.log.name)
    return database.write(keep_figures, log.log.id, content, figures, now)


def _is_growing(log: KeptLog, now: datetime) -> bool:
    return any(file.state == READING and file.began_at > now - PATIENCE for file in log.files)
