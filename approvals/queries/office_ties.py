"""What hangs on an office: tasks, papers and people that somebody has to take over when it closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from approvals.models import Competence, CustodyMove, HandOver, Mandate, Position, Task


@dataclass(frozen=True, slots=True)
class Ties:
    """Counts: open tasks; hand-overs from or to the office that nobody has received; papers that it keeps; positions and
    competences that reach beyond the day; mandates of its agents that do.
    """

    tasks: int
    under_way: int
    held: int
    positions: int
    competences: int
    mandates: int


def ties_of(session: Session, office_id: int, last_day: date) -> Ties:
    """What hangs on an office now, and on the day after ``last_day``; one statement."""
    beyond = last_day + timedelta(days=1)
    tasks = select(func.count(Task.id)).where(Task.office_id == office_id, Task.closed_at.is_(None))
    under_way = select(func.count(HandOver.id)).where(
        HandOver.received_at.is_(None), or_(HandOver.from_office_id == office_id, HandOver.to_office_id == office_id)
    )
    latest = select(CustodyMove.item_id, func.max(CustodyMove.number).label("number")).group_by(CustodyMove.item_id).subquery()
    held = (
        select(func.count())
        .select_from(CustodyMove)
        .join(latest, (latest.c.item_id == CustodyMove.item_id) & (latest.c.number == CustodyMove.number))
        .where(CustodyMove.holder_office_id == office_id)
    )
    positions = select(func.count(Position.id)).where(
        Position.office_id == office_id, or_(Position.valid_to.is_(None), Position.valid_to >= beyond)
    )
    competences = select(func.count(Competence.id)).where(
        Competence.office_id == office_id, or_(Competence.valid_to.is_(None), Competence.valid_to >= beyond)
    )
    mandates = select(func.count(Mandate.id)).where(
        Mandate.office_id == office_id, Mandate.revoked_at.is_(None), Mandate.valid_to >= beyond, Mandate.signed_at.is_not(None)
    )
    counted = (tasks, under_way, held, positions, competences, mandates)
    return Ties(*session.execute(select(*(each.scalar_subquery() for each in counted))).one())
