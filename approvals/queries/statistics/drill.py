"""What lies behind a figure: the steps and cases themselves, a page at a time, and their exact durations.

A page is found by the last line of the page before, so that the hundredth costs what the first does.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case, SettledCase, Task
from approvals.queries.matters import in_order
from workflows.clock.hours import MICROSECONDS
from workflows.logs.spread import Spread, spread_of
from workflows.statistics.attribution import Attribution

from .conditions import Key, after_key, closed_cases_of, steps_of
from .facts import CaseFact, StepFact, case_facts, entered_again, step_fact, suspensions, transits
from .filters import Filter, Offices
from .rolled import SERVED, settled_fact

PAGE_SIZE = 50
MOST_EXACT = 1_000
"""Exact figures are worked out of at most so many steps or cases, a tenth of a millisecond each; above that those of the histogram,
within one percent, stand."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some lines, and where the next page begins; without ``following`` this is the last."""

    rows: tuple[Row, ...]
    following: Key | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step that ended, with the case that it belongs to."""

    fact: StepFact
    token: str
    number: str
    company: str
    opened_at: datetime
    closed_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case, open or closed, and what is counted of it."""

    case: Case
    fact: CaseFact


@dataclass(frozen=True, slots=True)
class Exact:
    """The exact durations in seconds of ``count`` steps or cases, and whose their time was.

    Without ``working`` there are more than ``count``, too many to work out."""

    count: int
    working: Spread | None = None
    wall: Spread | None = None
    seconds: Attribution = field(default_factory=Attribution)


def steps_behind(
    session: Session, offices: Offices, filter: Filter, *, state: str | None = None, late: bool | None = None,
    again: bool = False, after: Key | None = None, size: int = PAGE_SIZE,
) -> Page[StepRow]:  # fmt: skip
    """Steps that ended in the months of the filter, the newest first; three statements.

    ``late`` keeps those that were late, or were not; ``again`` those that were not the first of their case in that state."""
    which = [steps_of(session, offices, filter, state, late), *([entered_again()] if again else [])]
    found = session.execute(
        _step_rows(Case.token, Case.number, Case.company)
        .where(*which, *after_key(Task.closed_at, Task.id, after))
        .order_by(Task.closed_at.desc(), Task.id.desc())
        .limit(size + 1)
    ).all()
    shown = found[:size]
    rows = [
        StepRow(fact, row.token, row.number, row.company, row.opened_at, row.closed_at, row.due_at)
        for fact, row in zip(_facts(session, shown), shown, strict=True)
    ]
    return Page(tuple(rows), Key(shown[-1].closed_at, shown[-1].id) if len(found) > size else None)


def exact_steps(session: Session, offices: Offices, filter: Filter, *, state: str | None = None, late: bool | None = None) -> Exact:
    """The exact durations of the steps that ``steps_behind`` lists; three statements."""
    which = steps_of(session, offices, filter, state, late)
    found = session.execute(_step_rows().where(which).limit(MOST_EXACT + 1)).all()
    if len(found) > MOST_EXACT:
        return Exact(MOST_EXACT)
    return _exact(_facts(session, found))


def cases_behind(
    session: Session, now: datetime, offices: Offices, filter: Filter, *, late: bool | None = None, outcome: str | None = None,
    after: Key | None = None, size: int = PAGE_SIZE,
) -> Page[CaseRow]:  # fmt: skip
    """Cases that closed in the months of the filter, the newest first; ``late`` keeps those that broke their promise, or kept it.

    Costs the same handful of statements for any page."""
    which = closed_cases_of(session, offices, filter, late, outcome)
    # Each workflow is read along its index and cut off; all together would sort every case of the months.
    parts = [
        select(Case.id)
        .where(which, Case.workflow == each.key, *after_key(Case.closed_at, Case.id, after))
        .order_by(Case.closed_at.desc(), Case.id.desc())
        .limit(size + 1)
        .subquery()
        for each in in_order()
    ]
    newest = union_all(*(select(part.c.id) for part in parts))
    found = session.scalars(
        select(Case).where(Case.id.in_(newest)).order_by(Case.closed_at.desc(), Case.id.desc()).limit(size + 1)
    ).all()
    shown = found[:size]
    following = Key(_ended(shown[-1]), shown[-1].id) if len(found) > size else None
    return Page(with_facts(session, now, shown), following)


def exact_cases(
    session: Session, now: datetime, offices: Offices, filter: Filter, *, late: bool | None = None, outcome: str | None = None
) -> Exact:
    """The exact durations of the cases that ``cases_behind`` lists; a handful of statements."""
    which = closed_cases_of(session, offices, filter, late, outcome)
    found = session.execute(select(Case.id, Case.root_id).where(which).limit(MOST_EXACT + 1)).all()
    if len(found) > MOST_EXACT:
        return Exact(MOST_EXACT)
    roots = {case_id: root_id for case_id, root_id in found}
    return _exact(_facts_of(session, now, roots, roots).values())


def _step_rows(*more: Any) -> Select[Any]:
    return select(
        Task.id, Task.case_id, Task.root_id, Task.workflow, Task.state, Task.role, Task.department, Task.office_id, Task.opened_at,
        Task.due_at, Task.closed_at, Task.holder_id, Case.deciding_office_id, Case.channel, literal("").label("to_state"),
        entered_again().label("again"), *more,
    ).join(Case, Case.id == Task.case_id)  # fmt: skip


def _facts(session: Session, found: Sequence[Any]) -> list[StepFact]:
    if not found:
        return []
    roots = sorted({row.root_id for row in found})
    calendar, stopped, carried = county_calendar(), suspensions(session, roots), transits(session, roots)
    return [step_fact(calendar, row, stopped, carried) for row in found]


def with_facts(session: Session, now: datetime, found: Sequence[Case]) -> tuple[CaseRow, ...]:
    """These cases with what is counted of them; a handful of statements, none for none."""
    if not found:
        return ()
    closed = [each.id for each in found if each.closed_at is not None]
    facts = _facts_of(session, now, {each.id: each.root_id for each in found}, closed)
    return tuple(CaseRow(each, facts[each.id]) for each in found)


def _facts_of(session: Session, now: datetime, roots: Mapping[int, int], closed: Collection[int]) -> dict[int, CaseFact]:
    """What is counted of cases, which are given with their roots: of the closed ones what was kept when they were settled.

    Working it out anew takes their whole families, each several times as long as reading a row."""
    kept = select(SettledCase).where(SettledCase.generation == SERVED, SettledCase.case_id.in_(closed))
    facts = {row.case_id: settled_fact(row) for row in session.scalars(kept)}
    others = {root_id for case_id, root_id in roots.items() if case_id not in facts}
    return facts | {fact.case_id: fact for fact in case_facts(session, others, now) if fact.case_id in roots}


def _exact(facts: Iterable[StepFact | CaseFact]) -> Exact:
    working, wall, seconds = array("q"), array("q"), Attribution()
    for fact in facts:
        working.append(fact.working * MICROSECONDS)
        wall.append(fact.wall * MICROSECONDS)
        seconds += fact.seconds
    return Exact(len(working), spread_of(working), spread_of(wall), seconds)


def _ended(found: Case) -> datetime:
    assert found.closed_at is not None
    return found.closed_at
