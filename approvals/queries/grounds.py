"""The legal grounds on which clocks were suspended lately: what the next one probably rests on as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Case, ClockSuspension
from workflows.county import county_catalogue

LATELY = timedelta(days=90)
MOST_OFFERED = 5
_MOST_READ = 500
"""The newest suspensions of the county that are looked at: so many are read however many there have ever been."""


def lately_used(session: Session, kind: str, department: str, now: datetime) -> Sequence[str]:
    """Grounds of a kind of suspension that a department's workflows named lately, the last one first; one statement."""
    stored = ClockSuspension
    newest = (
        select(stored.id, stored.case_id, stored.kind, stored.ground, stored.entered_at)
        .order_by(stored.id.desc())
        .limit(_MOST_READ)
        .subquery()
    )
    workflows = {definition.key for definition in county_catalogue() if definition.department == department}
    found = (
        select(newest.c.ground)
        .join(Case, Case.id == newest.c.case_id)
        .where(newest.c.kind == kind, newest.c.entered_at >= now - LATELY, Case.workflow.in_(sorted(workflows)))
        .group_by(newest.c.ground)
        .order_by(func.max(newest.c.id).desc())
        .limit(MOST_OFFERED)
    )
    return session.scalars(found).all()
