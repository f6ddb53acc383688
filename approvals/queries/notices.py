"""What a person was told, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from approvals.models import Case, Notice

PAGE = 20
_RATEABLE = and_(Case.parent_id.is_(None), Case.closed_at.is_not(None), Case.submissions > 0)


@dataclass(frozen=True, slots=True)
class Told:
    """One notice with the case it speaks of, when it speaks of one."""

    text: Mapping[str, str]
    created_at: datetime
    read_at: datetime | None
    number: str | None
    token: str | None
    may_rate: bool = False
    """Whether the case was filed by somebody and is closed, so that they are asked what they think."""


def told(session: Session, person_id: int, page: int) -> tuple[list[Told], int]:
    """One page of notices, and how many there are in all."""
    count = session.scalar(select(func.count(Notice.id)).where(Notice.person_id == person_id)) or 0
    statement = (
        select(Notice.text, Notice.created_at, Notice.read_at, Case.number, Case.token, _RATEABLE)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(Notice.person_id == person_id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [Told(*row[:-1], bool(row[-1])) for row in session.execute(statement)], count
