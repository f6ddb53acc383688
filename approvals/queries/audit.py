"""What the auditor reads: who was shown personal data in full. Reading only; a page costs two statements, a file one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from approvals.models import Case, Disclosure, Office
from workflows.clock import OFFICE_ZONE

PAGE = 30
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at a case in full: at which case, by whom, where and why."""

    disclosure: Disclosure
    number: str
    office: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the record is asked for; empty is no condition. Both days are included."""

    person: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None


def disclosures(session: Session, asked: Asked, page: int) -> tuple[list[Looked], int]:
    """One page of the record, the newest first, and how many lines there are in all."""
    chosen = list(_conditions(asked))
    counted = select(func.count()).select_from(Disclosure).join(Case, Case.id == Disclosure.root_id).where(*chosen)
    count = session.scalar(counted) or 0
    return _read(session, chosen, PAGE, (max(page, 1) - 1) * PAGE), count


def every_disclosure(session: Session, asked: Asked) -> list[Looked]:
    """What a file of the record holds, the newest ``MOST_EXPORTED`` lines."""
    return _read(session, list(_conditions(asked)), MOST_EXPORTED, 0)


def _read(session: Session, chosen: list[ColumnElement[bool]], most: int, offset: int) -> list[Looked]:
    rows = session.execute(
        select(Disclosure, Case.number, Office.name)
        .join(Case, Case.id == Disclosure.root_id)
        .outerjoin(Office, Office.id == Disclosure.office_id)
        .where(*chosen)
        .order_by(Disclosure.disclosed_at.desc(), Disclosure.id.desc())
        .limit(most)
        .offset(offset)
    )
    return [Looked(disclosure, number, office or "") for disclosure, number, office in rows]


def _conditions(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.person:
        yield Disclosure.person_name.contains(asked.person, autoescape=True)
    if asked.number:
        yield or_(Case.number == asked.number.upper(), Disclosure.reason.contains(asked.number, autoescape=True))
    if asked.since is not None:
        yield Disclosure.disclosed_at >= _begin(asked.since)
    if asked.until is not None:
        yield Disclosure.disclosed_at < _begin(asked.until + timedelta(days=1))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE)
