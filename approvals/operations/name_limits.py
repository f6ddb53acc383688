"""How often a name may be checked: more than anybody types, less than would slow the product down for others."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Counter
from workflows.clock import OFFICE_ZONE

from .counting import count_one

MOST_OF_A_PERSON = 150
"""Checks of one signed-in person in a minute: two and a half a second, all minute long."""

MOST_OF_AN_ADDRESS = 900
"""Checks from one address in a minute by whoever is not signed in: the computers of a whole hall share one."""

_COUNTER = "name-checks"
_STEP = 15
"""So many checks a process counts by itself before it tells the others: a write for each would cost more than a check."""


def count_checks(session: Session, who: str, checks: int, now: datetime) -> int:
    """Add to what somebody has checked in this minute; returns how many that makes, over all processes."""
    minute = _minute(now)
    session.execute(delete(Counter).where(Counter.name.like(f"{_COUNTER} %"), Counter.name < f"{_COUNTER} {minute}"))
    return count_one(session, f"{_COUNTER} {minute} {who}", checks)


class NameLimits:
    """What this process knows of this minute's checks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = ""
        self._known: dict[str, int] = {}
        self._untold: dict[str, int] = {}

    def admits(self, database: Database, who: str, most: int, now: datetime) -> bool:
        """Count one check of somebody, and whether it is within the limit."""
        minute = _minute(now)
        with self._lock:
            if minute != self._now:
                self._now, self._known, self._untold = minute, {}, {}
            if self._known.get(who, 0) >= most:
                return False
            untold = self._untold[who] = self._untold.get(who, 0) + 1
            if untold < _STEP:
                return self._known.get(who, 0) + untold <= most
            self._untold[who] = 0
        known = database.write(count_checks, who, untold, now)
        with self._lock:
            if minute == self._now:
                self._known[who] = known
        return known <= most


def _minute(now: datetime) -> str:
    return now.astimezone(OFFICE_ZONE).strftime("%Y%m%d%H%M")
