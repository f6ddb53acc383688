"""What a supervisor sees first: what is open and how late, and what was closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from approvals.models import Case, Office, Person, Task
from workflows.county import county_catalogue
from workflows.engine.definition import CHAIN, INTERNAL, Definition, State

from .colours import Due, due_of
from .inbox import near_due
from .matters import in_order, place_of
from .promises import earliest_due, near_promise, promised_due
from .supervised import Offices, cases_of, tasks_of

DAYS = 90
RECENT_DAYS = 30
MOST_OVERDUE = 50


@dataclass(frozen=True, slots=True)
class Open:
    """Open cases in one state at one office, and how many of them are late, near due and in time.

    A whole company opening is late by its promise, a matter by the time of its step, a licence by either.
    """

    definition: Definition
    state: State
    office: str | None
    every: int
    late: int
    near: int

    @property
    def is_opening(self) -> bool:
        """Whether they are whole company openings, rather than matters of one or follow-ups."""
        return self.definition.kind == CHAIN

    @property
    def is_follow_up(self) -> bool:
        """Whether the product opened them itself after a rating: they are no matter of a company opening."""
        return self.definition.kind == INTERNAL

    @property
    def in_time(self) -> int:
        return self.every - self.late - self.near


@dataclass(frozen=True, slots=True)
class Closed:
    """Cases of one workflow closed in a span of days: all, done, and those with a promise and how many kept it."""

    definition: Definition
    every: int
    done: int
    promised: int
    kept: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """An open task that is late, or a whole company opening that is past its promise."""

    token: str
    number: str
    company: str
    applicant: str | None
    definition: Definition
    state: State
    office: str | None
    due: Due

    @property
    def is_opening(self) -> bool:
        return self.definition.kind == CHAIN


def open_cases(session: Session, now: datetime, offices: Offices = None) -> list[Open]:
    """Open cases of some offices, or of all, by workflow, state and office.

    A waiting or correcting case has no due time and is never late.
    """
    promised = promised_due()
    late = (Task.due_at < now) | (promised < now)
    near = near_due(now) | near_promise(promised, now)
    found = session.execute(
        select(
            Task.workflow,
            Task.state,
            Office.name,
            func.count(),
            func.sum(case((late, 1), else_=0)),
            func.sum(case((late, 0), (near, 1), else_=0)),
        )
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .where(Task.closed_at.is_(None), tasks_of(offices))
        .group_by(Task.workflow, Task.state, Office.name)
    ).all()
    lines = [Open(*step_of(workflow, state), office, *map(int, numbers)) for workflow, state, office, *numbers in found]
    return sorted(lines, key=lambda line: (not line.is_opening, *order_of(line.definition, line.state), line.office or ""))


def closed_cases(session: Session, now: datetime, offices: Offices = None) -> tuple[list[Closed], list[Closed]]:
    """Cases of some offices, or of all, closed in the last ``DAYS`` and in the last ``RECENT_DAYS``, by workflow; one statement.

    In time means no later than the promised instant. A case that was withdrawn or lapsed has no department's promise to keep: its
    last time was the applicant's.
    """
    answered = Case.promised_due_at.is_not(None) & Case.outcome.in_(["done", "failed", "refused", ""])
    numbers = (
        func.count(), func.count().filter(Case.outcome.in_(["done", ""])), func.count().filter(answered),
        func.count().filter(answered & (Case.closed_at <= Case.promised_due_at)),
    )  # fmt: skip
    is_recent = (Case.closed_at >= now - timedelta(days=RECENT_DAYS)).label("is_recent")
    found = session.execute(
        select(Case.workflow, is_recent, *numbers)
        .where(Case.workflow.in_([definition.key for definition in in_order()]), Case.closed_at >= now - timedelta(days=DAYS))
        .where(cases_of(offices))
        .group_by(Case.workflow, literal_column("is_recent"))
    ).all()
    every: dict[str, list[list[int]]] = defaultdict(list)
    recent: dict[str, list[list[int]]] = defaultdict(list)
    for workflow, is_of_late, *counts in found:
        every[workflow].append(counts)
        if is_of_late:
            recent[workflow].append(counts)
    return _closed(every), _closed(recent)


def _closed(counts: Mapping[str, Iterable[Sequence[int]]]) -> list[Closed]:
    """A line for each workflow of what was counted in its parts, in the order people know them."""
    return [
        Closed(county_catalogue().latest(workflow), *map(sum, zip(*counts[workflow], strict=True)))
        for workflow in sorted(counts, key=place_of)
    ]


def overdue_tasks(session: Session, now: datetime, offices: Offices = None) -> list[Overdue]:
    """Open tasks of matters that are late and whole openings that are, the oldest due first, at most ``MOST_OVERDUE`` of each.

    What people apply for is late by its promise as well, also while a step of it is in time: a licence as a whole opening, that
    one until its results lie ready, then by the time to hand them out.
    """
    due_at = earliest_due(promised_due())
    openings = [definition.key for definition in in_order() if definition.kind == CHAIN]
    parts = [
        select(Task.id, due_at.label("due_at"))
        .join(Case, Case.id == Task.case_id)
        .where(Task.closed_at.is_(None), due_at < now, Task.workflow.in_(openings) if is_opening else Task.workflow.not_in(openings))
        .where(tasks_of(offices))
        .order_by(due_at, Task.id)
        .limit(MOST_OVERDUE)
        .subquery()
        for is_opening in (False, True)
    ]
    late = union_all(*(select(part.c.id, part.c.due_at) for part in parts)).subquery()
    found = session.execute(
        select(Task, late.c.due_at, Case.token, Case.number, Case.company, Person.name, Office.name)
        .join(late, late.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Person, Person.id == Case.applicant_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .order_by(late.c.due_at, Task.id)
    ).all()
    lines = []
    for task, due_at, *named, office in found:
        due = due_of(due_at, None, now)
        assert due is not None
        lines.append(Overdue(*named, *step_of(task.workflow, task.state), office, due))
    return lines


def step_of(workflow: str, state: str) -> tuple[Definition, State]:
    """A workflow's newest version that has a state, and the state. Raises KeyError where none has it."""
    definition = county_catalogue().latest(workflow)
    if state in definition.states:
        return definition, definition.states[state]
    for other in county_catalogue():  # a state that only an older version has
        if other.key == workflow and state in other.states:
            return other, other.states[state]
    raise KeyError(f"{workflow}.{state}")


def order_of(definition: Definition, state: State) -> tuple[int, int]:
    """Where a step stands among all: workflows as people know them, states as the definition lists them."""
    return place_of(definition.key), list(definition.states).index(state.name)
