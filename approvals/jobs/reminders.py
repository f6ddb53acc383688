"""Reminders of people who have not signed."""

from __future__ import annotations

import logging
from datetime import datetime

from approvals.db import Database
from approvals.operations.reminding import remind_due, unsigned

logger = logging.getLogger(__name__)


def remind_unsigned(database: Database, now: datetime) -> int:
    """Remind everybody whose reminder has come, case by case; one that fails is logged and does not hold up the others."""
    with database.reading() as session:
        case_ids = unsigned(session, now)
    return sum(_remind(database, case_id, now) for case_id in case_ids)


def _remind(database: Database, case_id: int, now: datetime) -> int:
    try:
        return database.write(remind_due, case_id, now)
    except Exception:
        logger.exception("the reminder of case %s failed", case_id)
        return 0
