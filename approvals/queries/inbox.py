"""The inbox: open tasks addressed to the positions of one person, oldest due first, and the search beside it.

A page costs two statements, however many tasks are open: one for its rows, one for the counts, which stop at
``MOST_COUNTED``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Person, Task, Urging
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, State

from .colours import Due, due_of, near_until
from .matters import in_order
from .promises import due_of_promise, promised_due
from .supervised import Offices, cases_of
from .urging import of_this_step

PAGE_SIZE = 20
LAST_PAGE = 500
MOST_COUNTED = 1000
MOST_FOUND = 50
MOST_PLACES = 40
"""Up to so many places are read one by one along the index; more would make a statement longer than databases take."""

NO_OFFICES: Offices = frozenset()
DUE_FILTERS = ("late", "near", "in-time")
HOLDER_FILTERS = ("mine", "free")


class Position(Protocol):
    """A position as it counts today."""

    @property
    def role(self) -> str: ...
    @property
    def department(self) -> str: ...
    @property
    def office_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Filters:
    """What the person asks to see. Empty means everything; ``page`` counts from 1."""

    workflow: str = ""
    due: str = ""
    holder: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inbox. Without ``task_id`` it is a case found by search whose open task is not an addressed one."""

    task_id: int | None
    number: str
    token: str
    company: str
    definition: Definition
    state: State
    due: Due | None
    applicant: str | None
    holder_id: int | None
    holder: str | None
    case: Case | None = None
    task: Task | None = None
    urged: int = 0
    """How often the step was urged by the applicant or a supervisor."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks there are; ``MOST_COUNTED`` means as many or more."""

    every: int
    late: int
    near: int
    mine: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the inbox."""

    rows: tuple[Row, ...]
    number: int
    has_next: bool


def page_of(session: Session, person_id: int, positions: Sequence[Position], filters: Filters, now: datetime) -> Page:
    """One page of open tasks addressed to these positions."""
    tasks = held_by(person_id) if filters.holder == "mine" else Task
    places = _places(positions, tasks)
    number = min(max(filters.page, 1), LAST_PAGE)
    if not places:
        return Page((), number, False)
    offset = (number - 1) * PAGE_SIZE
    wanted = _conditions(filters, tasks, positions, now)
    # Each position is read along the index and cut off; an OR over them would sort every open task of the office.
    parts = [
        select(tasks.id, tasks.due_at)
        .where(place, *wanted)
        .order_by(tasks.due_at, tasks.id)
        .limit(offset + PAGE_SIZE + 1)
        .subquery()
        for place in places
    ]
    together = union_all(*(select(part.c.id, part.c.due_at) for part in parts)).subquery()
    picked = (
        select(together.c.id).order_by(together.c.due_at, together.c.id).limit(PAGE_SIZE + 1).offset(offset).subquery()
    )
    found = session.execute(
        _rows().join(picked, picked.c.id == Task.id).order_by(Task.due_at, Task.id)
    ).all()
    return Page(tuple(_row(line, now) for line in found[:PAGE_SIZE]), number, len(found) > PAGE_SIZE)


def counts_of(session: Session, person_id: int, positions: Sequence[Position], now: datetime) -> Counts:
    """How many open tasks these positions have: all, late, near due, and in the person's own hands."""
    if not positions:
        return Counts(0, 0, 0, 0)
    addressed, mine = or_(*_places(positions, Task)), held_by(person_id)
    asked = {
        "every": select(Task.id).where(addressed),
        "late": select(Task.id).where(addressed, _is_due("late", Task, positions, now)),
        "near": select(Task.id).where(addressed, _is_due("near", Task, positions, now)),
        "mine": select(mine.id).where(or_(*_places(positions, mine))),
    }
    bounded = {name: statement.limit(MOST_COUNTED).subquery() for name, statement in asked.items()}
    line = session.execute(
        select(*(select(func.count()).select_from(part).scalar_subquery().label(name) for name, part in bounded.items()))
    ).one()
    return Counts(line.every, line.late, line.near, line.mine)


def search(
    session: Session, positions: Sequence[Position], words: str, now: datetime, *, supervised: Offices = NO_OFFICES
) -> list[Row]:
    """Cases whose number begins with the words or whose company name holds them, the newest first.

    Only cases of the positions' departments and offices, and those of the offices that the person supervises (None: the whole
    county). The caller still asks which roles the person has on each.
    """
    words = words.strip()
    if not words:
        return []
    if words[:2].upper() == "HM" and words[2:3].isdigit():
        begins = words.upper()
        matches: ColumnElement[bool] = and_(Case.number >= begins, Case.number < begins + "\U0010ffff")
    else:
        matches = Case.company.contains(words, autoescape=True)
    if not positions and supervised is not None and not supervised:
        return []
    scope = or_(*_within(positions), cases_of(supervised))
    found = session.execute(
        _rows(outer=True).where(matches, scope).order_by(Case.opened_at.desc(), Case.number).limit(MOST_FOUND + 1)
    ).all()
    return [_row(line, now) for line in found]


def matters_of(positions: Iterable[Position]) -> list[Definition]:
    """The workflows in which these positions can be addressed, for the filter."""
    roles = {(held.role, held.department) for held in positions}
    clerks = any(role == "clerk" for role, _ in roles)
    found = []
    for definition in in_order():
        addressed = {(state.task.role, state.task.department) for state in definition.states.values() if state.task}
        if addressed & roles or (clerks and any(role == "clerk" for role, _ in addressed)):
            found.append(definition)
    return found


def clerk_departments() -> set[str]:
    """Departments that address tasks to clerks, who serve all of them: named, so that the index is used."""
    return {
        state.task.department
        for definition in county_catalogue()
        for state in definition.states.values()
        if state.task is not None and state.task.role == "clerk"
    }


def _places(positions: Iterable[Position], tasks: Any) -> list[ColumnElement[bool]]:
    """The places that tasks are addressed to, each by itself; of somebody at very many offices those of one role together."""
    wanted: dict[tuple[str, str], set[int]] = {}
    for held in positions:
        for department in clerk_departments() if held.role == "clerk" else {held.department}:
            wanted.setdefault((held.role, department), set()).add(held.office_id)
    apart = sum(map(len, wanted.values())) <= MOST_PLACES
    groups = [
        (role, department, here)
        for (role, department), offices in sorted(wanted.items())
        for here in ([[each] for each in sorted(offices)] if apart else [sorted(offices)])
    ]
    return [
        and_(
            tasks.closed_at.is_(None), tasks.role == role, tasks.department == department,
            tasks.office_id == here[0] if len(here) == 1 else tasks.office_id.in_(here),
        )
        for role, department, here in groups
    ]  # fmt: skip


def _within(positions: Iterable[Position]) -> Iterator[ColumnElement[bool]]:
    """The cases that positions have to do with: those of clerks whatever the department, the others by their workflows."""
    offices: dict[str, set[int]] = {}
    for held in positions:
        offices.setdefault("" if held.role == "clerk" else held.department, set()).add(held.office_id)
    for department, here in offices.items():
        with_them = cases_of(frozenset(here))
        workflows = {definition.key for definition in county_catalogue() if definition.department == department}
        yield and_(Case.workflow.in_(sorted(workflows)), with_them) if department else with_them


def held_by(person_id: int) -> Any:
    """The open tasks that a person holds, as a list with an end: so databases begin with these few, not with all that is open."""
    held = select(Task).where(Task.closed_at.is_(None), Task.holder_id == person_id).limit(MOST_COUNTED)
    return aliased(Task, held.subquery())


def _conditions(filters: Filters, tasks: Any, positions: Sequence[Position], now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.workflow:
        conditions.append(tasks.workflow == filters.workflow)
    if filters.due in DUE_FILTERS:
        conditions.append(_is_due(filters.due, tasks, positions, now))
    if filters.holder == "free":
        conditions.append(tasks.holder_id.is_(None))
    return conditions


def _is_due(due: str, tasks: Any, positions: Sequence[Position], now: datetime) -> ColumnElement[bool]:
    if due == "late":
        late: ColumnElement[bool] = tasks.due_at < now
        return late
    near = near_due(now, tasks, frozenset(held.role for held in positions))
    return and_(tasks.due_at >= now, near if due == "near" else ~near)


def near_due(now: datetime, tasks: Any = Task, roles: frozenset[str] | None = None) -> ColumnElement[bool]:
    """Whether an open task is near due or late, by the times of its state; with ``roles`` only of tasks addressed to them."""
    thresholds: dict[datetime, list[ColumnElement[bool]]] = {}
    for definition in in_order():
        for state in definition.states.values():
            addressed = state.task is not None and (roles is None or state.task.role in roles)
            if state.time is not None and addressed:
                step = and_(tasks.workflow == definition.key, tasks.state == state.name)
                thresholds.setdefault(near_until(state.time, now), []).append(step)
    latest = max(thresholds, default=now)
    steps = [and_(tasks.due_at <= until, or_(*steps)) for until, steps in sorted(thresholds.items())]
    return and_(tasks.due_at <= latest, or_(false(), *steps))


def _rows(outer: bool = False) -> Select[Any]:
    applicant, holder = aliased(Person), aliased(Person)
    stay = aliased(Task)
    urged = (
        select(func.count(Urging.id))
        .join(stay, stay.id == Urging.task_id)
        .where(Urging.case_id == Case.id, of_this_step(stay))
        .correlate(Case)
        .scalar_subquery()
    )
    statement = select(Task, Case, applicant.name.label("applicant"), holder.name.label("holder"), urged.label("urged"))
    if outer:
        statement = statement.add_columns(promised_due().label("promised"))
        statement = statement.select_from(Case).outerjoin(Task, and_(Task.case_id == Case.id, Task.closed_at.is_(None)))
    else:
        statement = statement.select_from(Task).join(Case, Case.id == Task.case_id)
    return statement.outerjoin(applicant, applicant.id == Case.applicant_id).outerjoin(holder, holder.id == Task.holder_id)


def _row(line: Any, now: datetime) -> Row:
    task: Task | None = line.Task
    case: Case = line.Case
    definition = county_catalogue().version(case.workflow, case.version)
    state = definition.states[case.state]
    budget = county_catalogue().latest(case.workflow).states.get(case.state, state).time
    due = due_of(task.due_at, budget, now) if task is not None else None
    if due is None and task is not None:  # a whole company opening whose linked cases are worked on
        due = due_of_promise(definition, getattr(line, "promised", None), now)
    return Row(
        task.id if task is not None else None, case.number, case.token, case.company, definition, state, due, line.applicant,
        task.holder_id if task is not None else None, line.holder, case, task, line.urged,
    )  # fmt: skip
