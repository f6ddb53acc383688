"""Who was shown the personal data of a case in full, when, and why. Reading only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Disclosure


def last_disclosure(session: Session, person_id: int, root_id: int) -> Disclosure | None:
    """The last time this person was shown a case in full; None where they never were. Costs one statement."""
    asked = select(Disclosure).where(Disclosure.root_id == root_id, Disclosure.person_id == person_id)
    return session.scalars(asked.order_by(Disclosure.disclosed_at.desc(), Disclosure.id.desc()).limit(1)).first()
