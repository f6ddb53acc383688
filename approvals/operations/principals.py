"""Whoever entrusted an agent answers by a link of their own: for whom it was made, and what it is good for.

Their signatures have no submission: on a mandate stands what they sign, on a delivery that the result arrived.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Mandate, Signature
from workflows.rules import comparable, normalise_number
from workflows.rules.signatories import DELIVERY, MANDATE


def is_of_principal(signature: Signature) -> bool:
    """Whether somebody signs a mandate or confirms a delivery, rather than an application."""
    return signature.acts in ([MANDATE], [DELIVERY])


def mandates_of(session: Session, case_id: int) -> Sequence[Mandate]:
    """The mandates of a delegated case, the first one first; one statement."""
    return session.scalars(select(Mandate).where(Mandate.case_id == case_id).order_by(Mandate.number)).all()


def mandate_behind(session: Session, signature: Signature) -> Mandate | None:
    """The mandate that a link is about; of a delivery the one under which it was brought. None where its rows were removed."""
    return mandate_among(mandates_of(session, signature.case_id), signature)


def mandate_among(rows: Sequence[Mandate], signature: Signature) -> Mandate | None:
    """The same out of the mandates of its case."""
    if signature.acts == [DELIVERY]:
        return rows[-1] if rows else None
    return next((row for row in reversed(rows) if row.digest == signature.digest), None)


def is_principal(mandate: Mandate | None, name: str, number: str) -> bool:
    """Whether a name and a number are those that a mandate names."""
    if mandate is None or not name.strip() or not number.strip():
        return False
    typed = comparable(name), normalise_number(number)
    return typed == (comparable(mandate.principal_name), normalise_number(mandate.identity_number))


def waits(case: Case, mandate: Mandate | None) -> bool:
    """Whether a mandate still waits for its signature: a renewed one does so whatever its case does meanwhile, until that ends."""
    return mandate is not None and mandate.signed_at is None and mandate.revoked_at is None and case.outcome == ""


def may_revoke(case: Case, mandate: Mandate | None) -> bool:
    """Whether a signed mandate can still be taken back (民法典 第九百三十三条: at any time)."""
    return mandate is not None and mandate.signed_at is not None and mandate.revoked_at is None and case.outcome == ""
