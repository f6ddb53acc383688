"""Who was warned of which deadline, and who urged which case: for supervisors, and for whoever works on a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, DeadlineWarning, Person, Task, Urging
from workflows.clock import LEVELS
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, State

from .deadlines import STEP
from .supervised import Offices, cases_of

PAGE = 30
MOST_URGINGS = 50
_warned, _applicant = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Warned:
    """One person who was told of one clock. ``state`` is the step of a clock of a step."""

    sent_at: datetime
    level: str
    relation: str
    clock: str
    percent: int
    due_at: datetime
    name: str
    number: str
    token: str
    company: str
    applicant: str | None
    definition: Definition
    state: State | None


@dataclass(frozen=True, slots=True)
class Urged:
    """One time that a case was urged, and who has the step in hand; ``is_over`` when the step has been left since."""

    urged_at: datetime
    side: str
    number: str
    token: str
    company: str
    applicant: str | None
    definition: Definition
    state: State
    holder: str | None
    is_over: bool


def _warnings() -> Select[Any]:
    return (
        select(
            DeadlineWarning, _warned.name, Case.number, Case.token, Case.company, Case.workflow, Case.version,
            _applicant.name.label("applicant"),
        )
        .join(_warned, _warned.id == DeadlineWarning.person_id)
        .join(Case, Case.id == DeadlineWarning.case_id)
        .outerjoin(_applicant, _applicant.id == Case.applicant_id)
        .order_by(DeadlineWarning.sent_at.desc(), DeadlineWarning.id.desc())
    )  # fmt: skip


def _line(row: Any) -> Warned:
    sent: DeadlineWarning = row[0]
    definition = county_catalogue().version(row.workflow, row.version)
    state = definition.states.get(sent.clock.removeprefix(STEP)) if sent.clock.startswith(STEP) else None
    return Warned(
        sent.sent_at, sent.level, sent.relation, sent.clock, sent.percent, sent.due_at, row[1], row.number, row.token, row.company,
        row.applicant, definition, state,
    )  # fmt: skip


def warnings_of(session: Session, root_id: int) -> list[Warned]:
    """Everybody who was warned of a case or of one linked to it, the newest first; one statement."""
    return [_line(row) for row in session.execute(_warnings().where(DeadlineWarning.root_id == root_id))]


def sent_warnings(session: Session, offices: Offices, level: str, page: int) -> tuple[list[Warned], bool]:
    """One page of the warnings about the cases of some offices, the newest first, and whether there are more; one statement."""
    wanted = _warnings().where(cases_of(offices))
    if level in LEVELS:
        wanted = wanted.where(DeadlineWarning.level == level)
    rows = session.execute(wanted.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    return [_line(row) for row in rows[:PAGE]], len(rows) > PAGE


def last_urgings(session: Session, offices: Offices) -> list[Urged]:
    """The last times that cases of some offices were urged, the newest first; one statement."""
    holder = aliased(Person)
    rows = session.execute(
        select(
            Urging.urged_at, Urging.side, Case.number, Case.token, Case.company, _applicant.name, Case.workflow, Case.version,
            Task.state, holder.name, Task.closed_at,
        )
        .join(Case, Case.id == Urging.case_id)
        .join(Task, Task.id == Urging.task_id)
        .outerjoin(holder, holder.id == Task.holder_id)
        .outerjoin(_applicant, _applicant.id == Case.applicant_id)
        .where(cases_of(offices))
        .order_by(Urging.urged_at.desc(), Urging.id.desc())
        .limit(MOST_URGINGS)
    )  # fmt: skip
    found = []
    for *told, workflow, version, state, name, closed_at in rows:
        definition = county_catalogue().version(workflow, version)
        found.append(Urged(*told, definition, definition.states[state], name, closed_at is not None))
    return found
