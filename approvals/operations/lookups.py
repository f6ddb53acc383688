"""Looking things up by a number that can be guessed is counted by where it comes from, so that nobody reads them off in a row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from approvals.models import Counter
from workflows.clock import OFFICE_ZONE

from .counting import count_one

LOOKUPS_OF_AN_ADDRESS = 60
"""In an hour of the clock: enough for a hall behind one address, nothing for a list of all numbers."""

_COUNTER = "lookups"


def may_look_up(session: Session, whence: str, now: datetime) -> bool:
    """Count one look-up, whether it is still within this hour's number. ``whence`` is a digest of the network address."""
    hour = now.astimezone(OFFICE_ZONE).strftime("%Y%m%d%H")
    session.execute(delete(Counter).where(Counter.name.like(f"{_COUNTER} %"), Counter.name < f"{_COUNTER} {hour}"))
    return count_one(session, f"{_COUNTER} {hour} {whence}") <= LOOKUPS_OF_AN_ADDRESS
