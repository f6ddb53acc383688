"""The separate consents of cases: to whom, of which data, in force or withdrawn. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Consent, Office


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that a case goes to, with the consent that was given last; None where there never was one."""

    root_token: str
    number: str
    company: str
    office_id: int
    office: str
    kind: str
    for_account: bool
    consent: Consent | None

    @property
    def is_open(self) -> bool:
        return self.consent is not None and self.consent.withdrawn_at is None

    @property
    def withdrawn_at(self) -> datetime | None:
        return self.consent.withdrawn_at if self.consent is not None else None


def consents_of(session: Session, root_ids: list[int]) -> dict[tuple[int, int], Consent]:
    """The last consent of each case and office. Costs one statement."""
    found = session.scalars(select(Consent).where(Consent.root_id.in_(root_ids)).order_by(Consent.given_at, Consent.id))
    return {(consent.root_id, consent.office_id): consent for consent in found}


def in_force(session: Session, root_id: int) -> frozenset[int]:
    """The offices that may have the data of a case now. Costs one statement."""
    return frozenset(session.scalars(select(Consent.office_id).where(Consent.root_id == root_id, Consent.withdrawn_at.is_(None))))


def roots_of(session: Session, person_id: int, limit: int) -> list[Case]:
    """The newest cases that a person applied for."""
    own = select(Case).where(Case.applicant_id == person_id, Case.parent_id.is_(None))
    return list(session.scalars(own.order_by(Case.id.desc()).limit(limit)))


def partner_offices(session: Session, kinds: frozenset[str], office_ids: set[int]) -> dict[int, Office]:
    """Those of some offices that are of these kinds, by identifier. Costs one statement."""
    if not office_ids:
        return {}
    return {office.id: office for office in session.scalars(select(Office).where(Office.id.in_(office_ids), Office.kind.in_(kinds)))}
