"""Moving open deadlines after a notice of holidays, until every one of them follows."""

from __future__ import annotations

from datetime import datetime

from approvals.db import Database
from approvals.operations import deadline_moves


def move_deadlines(database: Database, now: datetime) -> int:
    """Go through all open deadlines that a notice may move; returns how many cases moved. One statement when nothing is left."""
    with database.reading() as session:
        if not deadline_moves.is_unsettled(session):
            return 0
    moved, after = 0, 0
    while True:
        last, count = database.write(deadline_moves.move_next, after, now)
        moved += count
        if last is None:
            break
        after = last
    if not moved:
        database.write(deadline_moves.settle, now)
    return moved
