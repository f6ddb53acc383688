"""The register of names as people ask it: what is like a name, and what a person has reserved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, CompanyName
from workflows.rules import RegisteredName, comparable, normalise_number
from workflows.rules.name import still_protected

from .name_index import alike_in_sound, alike_in_writing, index_of, joined, share_of_industry, written_sound

MOST_SHOWN = 10
SHOWN_FROM = 50
"""The lowest score that is shown: two characters of which one is the same."""

SOUND_SHOWN_FROM = 60
"""The lowest score of what is only heard: many names share a syllable that nobody confuses."""

_CANDIDATES = 40
BY_WRITING, BY_SOUND = "writing", "sound"


@dataclass(frozen=True, slots=True)
class SimilarName:
    """A name like the one asked for. ``score`` is 0 to 100, ``why`` says by what: writing, sound, or both."""

    full_name: str
    trade_name: str
    industry: str
    status: str
    score: int
    why: tuple[str, ...]


def similar_names(session: Session, page: Mapping[str, Any], today: date) -> list[SimilarName]:
    """The names most like the one on the page ``name`` that stand today, best first; two statements.

    The name itself, reserved under the number on the page, is none of them.
    """
    trade_name, industry, number = (_text(page, name) for name in ("trade_name", "industry", "reservation_number"))
    wanted = comparable(trade_name)
    if len(wanted) < 2:
        return []
    own, industry, sound = normalise_number(number), comparable(industry), written_sound(wanted)
    candidates = index_of(session).similar(session, wanted, industry, _CANDIDATES)
    if not candidates:
        return []
    rows = session.execute(
        select(
            CompanyName.full_name, CompanyName.trade_name, CompanyName.industry, CompanyName.status, CompanyName.since,
            CompanyName.until, CompanyName.holder, CompanyName.sound,
        ).where(CompanyName.id.in_([candidate.name_id for candidate in candidates]))
    )  # fmt: skip
    found = []
    for full, trade, other_industry, status, since, until, holder, other_sound in rows:
        entry = RegisteredName(
            full, trade, other_industry, status, date.fromisoformat(since), date.fromisoformat(until) if until else None, holder
        )
        if not still_protected(entry, own, today):
            continue
        other = comparable(trade)
        written, heard = alike_in_writing(wanted, other), alike_in_sound(sound, other_sound or written_sound(other))
        score = round(joined(written, heard) * share_of_industry(industry, comparable(other_industry)))
        why = _why(written, heard)
        if score >= (SHOWN_FROM if BY_WRITING in why else SOUND_SHOWN_FROM):
            found.append(SimilarName(full, trade, other_industry, status, score, why))
    found.sort(key=lambda name: (-name.score, name.full_name))
    unique = {name.full_name: name for name in reversed(found)}
    return [name for name in found if unique[name.full_name] is name][:MOST_SHOWN]


def _why(written: float, heard: float) -> tuple[str, ...]:
    by_writing, by_sound = written >= SHOWN_FROM, heard >= 80 or heard > written
    return (*([BY_WRITING] if by_writing else []), *([BY_SOUND] if by_sound else []))


def _text(page: Mapping[str, Any], name: str) -> str:
    value = page.get(name)
    return value.strip() if isinstance(value, str) else ""


def is_own_company(session: Session, person_id: int, full_name: str) -> bool:
    """Whether a company that stands registered under this name was applied for by that person; one statement."""
    root = aliased(Case)
    own = select(CompanyName.id).join(Case, Case.id == CompanyName.case_id).join(root, root.id == Case.root_id)
    named = CompanyName.comparable_full == comparable(full_name)
    return session.scalar(own.where(named, CompanyName.status == "registered", root.applicant_id == person_id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A person's reservation. ``number`` is as stored; ``until`` its last day; ``released_at`` when it was given up, if it was."""

    number: str
    full_name: str
    status: str
    since: date
    until: date
    prior_approval: str
    released_at: datetime | None


def reservations_of(session: Session, person_id: int) -> list[Reservation]:
    """Everything a person has reserved, what is still reserved first, then the newest; one statement."""
    rows = session.scalars(select(CompanyName).where(CompanyName.person_id == person_id).order_by(CompanyName.id.desc()).limit(50))
    found = [
        Reservation(
            row.holder, row.full_name, row.status, date.fromisoformat(row.since), date.fromisoformat(row.until or row.since),
            str(row.content.get("prior_approval") or ""), _moment(row.content.get("released_at")),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.status != "reserved")


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
