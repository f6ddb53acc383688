"""Hand-overs that nobody confirmed in time."""

from __future__ import annotations

import logging
from datetime import datetime

from approvals.db import Database
from approvals.operations.custody_alarms import alarm, late_hand_overs

logger = logging.getLogger(__name__)


def alarm_late(database: Database, now: datetime) -> int:
    """Alarm for every hand-over that is late, those of an outage too; one that fails does not hold up the others. Returns how many."""
    alarmed = 0
    while True:
        with database.reading() as session:
            late = late_hand_overs(session, now)
        told = sum(_alarm(database, hand_over_id, now) for hand_over_id in late)
        alarmed += told
        if not told:
            return alarmed


def _alarm(database: Database, hand_over_id: int, now: datetime) -> bool:
    try:
        return database.write(alarm, hand_over_id, now)
    except Exception:
        logger.exception("the alarm of hand-over %s failed", hand_over_id)
        return False
