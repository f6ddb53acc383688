"""Closed company openings with the six “4011” claims of each, so that those which break one can be read and followed.

The claims are worked out of the history of each case, which costs the same few statements for every one: so a page holds few.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case
from approvals.queries.cases import family_of, submissions_of
from approvals.queries.claims import claims_of
from approvals.queries.history import history_of
from approvals.queries.matters import in_order
from workflows.rules.claims import Claims

from .conditions import Key, after_key, closed_cases_of
from .drill import Page
from .filters import Filter, Offices

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Opening:
    """One closed company opening and what its six claims come to."""

    case: Case
    claims: Claims


def openings(
    session: Session, offices: Offices, filter: Filter, today: date, *, after: Key | None = None, size: int = PAGE_SIZE
) -> Page[Opening]:
    """The company openings that closed in the months of the filter, the newest first, each with its claims."""
    chains = [each.key for each in in_order() if each.kind == "chain"]
    which = closed_cases_of(session, offices, filter, None, None)
    asked = select(Case).where(which, Case.workflow.in_(chains), *after_key(Case.closed_at, Case.id, after))
    found = session.scalars(asked.order_by(Case.closed_at.desc(), Case.id.desc()).limit(size + 1)).all()
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    following = Key(last.closed_at, last.id) if last is not None and last.closed_at is not None else None
    return Page(tuple(Opening(case, _claims(session, case, today)) for case in shown), following)


def _claims(session: Session, case: Case, today: date) -> Claims:
    family = family_of(session, case.token)
    assert family is not None
    return claims_of(session, family, history_of(session, family), submissions_of(session, family), today)
