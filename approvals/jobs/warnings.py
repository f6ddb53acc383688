"""Warnings of deadlines that are near or over."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from approvals.db import Database
from approvals.operations.warnings import DueWarning, due_warnings, warn

logger = logging.getLogger(__name__)


def warn_due(database: Database, now: datetime) -> int:
    """Tell everybody what they have not been told yet; one who cannot be told does not hold up the others. Returns how many were."""
    with database.reading() as session:
        found = due_warnings(session, now)
    return sum(_warn(database, person_id, warnings, now) for person_id, warnings in sorted(found.items()))


def _warn(database: Database, person_id: int, warnings: Sequence[DueWarning], now: datetime) -> bool:
    try:
        return database.write(warn, person_id, warnings, now)
    except Exception:
        logger.exception("the warning of person %s failed", person_id)
        return False
