"""What agents and coordinators carry beside their tasks: what waits for others, or whose mandate ends soon. Reading only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Mandate, Person, Signature, Task
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, State

MOST_LISTED = 60
ENDS_WITHIN = timedelta(days=7)
"""So long before its last day a mandate is listed as one that ends soon."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A delegated case on its way. ``until`` is the last day of its mandate, None while none is signed.

    ``corrects``: its matter was returned and waits for whoever acts for the applicant; ``waits``: something lies with the
    principal to be signed; ``signs``: the people named in the application have not all signed.
    """

    number: str
    token: str
    company: str
    applicant: str
    state: State
    until: date | None
    corrects: bool
    waits: bool
    signs: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The lists of one person's desk; a case can stand in several."""

    to_correct: tuple[Carried, ...] = ()
    waiting: tuple[Carried, ...] = ()
    ending: tuple[Carried, ...] = ()
    under_way: tuple[Carried, ...] = ()
    more: bool = False


def carried_by(session: Session, points: Collection[int], centres: Collection[int], today: date) -> Desk:
    """The delegated cases of these points, and those filed at these centres whose matter is under way; one statement, or none."""
    if not points and not centres:
        return Desk()
    workflows = sorted({each.key for each in county_catalogue() if each.kind == DELEGATED})
    signed = select(func.max(Mandate.valid_to)).where(
        Mandate.case_id == Case.id, Mandate.signed_at.is_not(None), Mandate.revoked_at.is_(None)
    )
    until = signed.correlate(Case).scalar_subquery()
    below = aliased(Task)
    linked = select(below.id).where(below.root_id == Case.id, below.case_id != Case.id, below.closed_at.is_(None)).correlate(Case)
    asked = select(Signature.id).where(Signature.case_id == Case.id, Signature.vote == "", Signature.superseded_at.is_(None))
    waits = exists(asked.correlate(Case))
    ours = Case.id.in_(select(Mandate.case_id).where(Mandate.office_id.in_(sorted(points)))) if points else false()
    filed_here = Case.deciding_office_id.in_(sorted(centres)) if centres else false()
    waiting_states = or_(Task.role == "", Task.role == "signatory")
    found = session.execute(
        select(
            Case, Person.name, until.label("until"), exists(linked.where(below.role == "applicant")).label("corrects"),
            waits.label("waits"), exists(linked.where(below.role == "signatory")).label("signs"),
        )
        .join(Task, and_(Task.case_id == Case.id, Task.closed_at.is_(None)))
        .join(Person, Person.id == Case.applicant_id)
        .where(
            Case.workflow.in_(workflows),
            or_(and_(ours, or_(waiting_states, waits, until <= today + ENDS_WITHIN)), and_(filed_here, Task.role == "")),
        )
        .order_by(Task.opened_at, Case.id)
        .limit(MOST_LISTED + 1)
    ).all()  # fmt: skip
    rows = [_carried(line) for line in found[:MOST_LISTED]]
    soon = today + ENDS_WITHIN
    return Desk(
        tuple(row for row in rows if row.corrects),
        tuple(row for row in rows if row.waits),
        tuple(row for row in rows if row.until is not None and row.until <= soon),
        tuple(row for row in rows if row.state.task is None and not row.corrects),
        len(found) > MOST_LISTED,
    )


def _carried(line: Any) -> Carried:
    case: Case = line.Case
    state = county_catalogue().version(case.workflow, case.version).states[case.state]
    until = date.fromisoformat(line.until) if isinstance(line.until, str) else line.until
    return Carried(
        case.number, case.token, case.company, line.name, state, until, bool(line.corrects), bool(line.waits), bool(line.signs)
    )
