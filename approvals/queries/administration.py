"""The record of administration: what managers changed, found by subject, person, day and words; the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from approvals.models import AdministrationChange
from workflows.clock import OFFICE_ZONE

PAGE = 30


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the record is asked for; "" and None are no condition. Both days are included."""

    subject: str = ""
    subject_id: int | None = None
    person: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None


def changes(
    session: Session, filters: Filters | None = None, page: int = 1, size: int = PAGE
) -> tuple[list[AdministrationChange], int]:
    """One page of the record and how many lines there are in all; two statements."""
    chosen = _conditions(filters or Filters())
    count = session.scalar(select(func.count()).select_from(AdministrationChange).where(*chosen)) or 0
    order = (AdministrationChange.changed_at.desc(), AdministrationChange.id.desc())
    rows = select(AdministrationChange).where(*chosen).order_by(*order).limit(size).offset((max(page, 1) - 1) * size)
    return list(session.scalars(rows)), count


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.subject:
        found.append(AdministrationChange.subject == filters.subject)
    if filters.subject_id is not None:
        found.append(AdministrationChange.subject_id == filters.subject_id)
    if filters.person:
        found.append(AdministrationChange.person_name.contains(filters.person, autoescape=True))
    if filters.words:
        columns = (AdministrationChange.title, AdministrationChange.reason)
        found.append(or_(*(column.contains(filters.words, autoescape=True) for column in columns)))
    if filters.since is not None:
        found.append(AdministrationChange.changed_at >= _begin(filters.since))
    if filters.until is not None:
        found.append(AdministrationChange.changed_at < _begin(filters.until + timedelta(days=1)))
    return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE)
