"""The separate consents of cases: to whom, of which data, in force or withdrawn. Reading only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Consent

MOST_CASES = 400
"""So many cases of a person, linked ones counted, are looked through for whom their data goes to; the newest."""


def consents_of(session: Session, root_ids: Iterable[int]) -> dict[tuple[int, int], Consent]:
    """The last consent of each root case and office. Costs one statement."""
    found = session.scalars(select(Consent).where(Consent.root_id.in_(list(root_ids))).order_by(Consent.given_at, Consent.id))
    return {(consent.root_id, consent.office_id): consent for consent in found}


def in_force(session: Session, root_id: int) -> frozenset[int]:
    """The offices that may have the data of a root case now. Costs one statement."""
    return frozenset(session.scalars(select(Consent.office_id).where(Consent.root_id == root_id, Consent.withdrawn_at.is_(None))))


def families_of(session: Session, person_id: int) -> list[Sequence[Case]]:
    """The newest cases that a person applied for, each root with what is linked to it, the newest first. Costs one statement."""
    own = select(Case).where(Case.applicant_id == person_id).order_by(Case.root_id.desc(), Case.id).limit(MOST_CASES)
    found: dict[int, list[Case]] = {}
    for case in session.scalars(own):
        found.setdefault(case.root_id, []).append(case)
    return list(found.values())
