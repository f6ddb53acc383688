"""Filling the rollups of the statistics, and holding them against the events each night."""

from __future__ import annotations

import logging
from datetime import datetime

from approvals import calendar
from approvals.db import Database
from approvals.operations import rollups
from approvals.queries.statistics.reconciling import differences

logger = logging.getLogger(__name__)


def catch_up(database: Database, now: datetime, most: int = rollups.BATCH) -> int:
    """Enter everything that has ended by now, batch by batch, each in a transaction of its own; returns how many steps."""
    calendar.forget(database.engine)  # what this process still believes of the working days may be older than the rollups
    entered = 0
    while True:
        with database.reading() as session:
            batch = rollups.next_batch(session, now, most)
        if batch is None:
            return entered
        if database.write(rollups.enter, batch):
            entered += len(batch.steps)


def begin_again(database: Database, now: datetime) -> int:
    """Fill the rollups from nothing, beside those that pages read until it is done; returns how many steps they hold."""
    database.write(rollups.fill_anew)
    return catch_up(database, now)


def reconcile(database: Database, now: datetime) -> int:
    """Hold the figures against the events; every difference is logged. Returns how many there are."""
    calendar.forget(database.engine)
    with database.reading() as session:
        found = list(differences(session, now))
    for each in found:
        logger.error("statistics differ from the events: %s", each)
    note(database, now, len(found))
    return len(found)


def note(database: Database, now: datetime, differences: int) -> None:
    """Keep when the figures were last held against the events, and with how many differences."""
    database.write(rollups.note_reconciliation, now, differences)
