"""Whoever entrusted an agent answers by a link of their own: whether they are the one it was made for, and what it is good for.

Their signatures have no submission: on a mandate stands what they sign, on a delivery that the result arrived.
"""

from __future__ import annotations

from approvals.models import Case, Mandate
from workflows.rules import comparable, normalise_number


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
