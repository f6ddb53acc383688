"""What a person does with what they were told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from approvals.models import Notice


def mark_read(session: Session, person_id: int, up_to: datetime, now: datetime) -> int:
    """Note that a person has read what they were told up to a moment; how many notices that were."""
    result = session.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None), Notice.created_at <= up_to)
        .values(read_at=now)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
