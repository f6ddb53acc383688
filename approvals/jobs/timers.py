"""Timers of cases that have run out."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.operations.moving import due_timers, fire_timer
from approvals.queries.timers import next_timer

logger = logging.getLogger(__name__)


def is_due(session: Session, now: datetime) -> bool:
    """Whether a timer has run out."""
    due = next_timer(session)
    return due is not None and due <= now


def fire_due(database: Database, now: datetime) -> int:
    """Fire every timer that has run out; one that fails is logged and does not hold up the others. Returns how many moved."""
    moved = 0
    while True:
        with database.reading() as session:
            case_ids = due_timers(session, now)
        fired = sum(_fire(database, case_id, now) for case_id in case_ids)
        moved += fired
        if not fired:
            return moved


def _fire(database: Database, case_id: int, now: datetime) -> bool:
    try:
        return database.write(fire_timer, case_id, now)
    except Exception:
        logger.exception("the timer of case %s failed", case_id)
        return False
