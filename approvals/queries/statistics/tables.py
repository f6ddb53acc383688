"""The figures of steps, cases and edges, grouped as a page asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from approvals.models import Case, Task
from workflows.county import county_catalogue

from .facts import CaseFact, StepFact, case_facts, step_facts
from .filters import CASE_KEYS, STEP_KEYS, Filter, Offices, checked, department_of, in_reach, month_of, next_month, start_of
from .lines import CaseLine, EdgeLine, StepLine

Key = tuple[Any, ...]

_STEP_KEY: dict[str, Callable[[StepFact], Any]] = {
    "workflow": lambda fact: fact.workflow,
    "state": lambda fact: fact.state,
    "whose": lambda fact: fact.whose,
    "office": lambda fact: fact.office_id,
    "department": lambda fact: fact.department,
    "person": lambda fact: fact.person_id,
    "channel": lambda fact: fact.channel,
    "month": lambda fact: fact.month,
}
_CASE_KEY: dict[str, Callable[[CaseFact], Any]] = {
    "workflow": lambda fact: fact.workflow,
    "office": lambda fact: fact.office_id,
    "department": lambda fact: department_of(fact.workflow),
    "channel": lambda fact: fact.channel,
    "opened_by": lambda fact: fact.opened_by,
}


def steps(session: Session, now: datetime, offices: Offices, filter: Filter, by: tuple[str, ...]) -> list[StepLine]:
    """The steps that ended in the months of the filter, a line for each set of keys that occurs.

    ``offices`` is the jurisdiction, None for the county. Raises ValueError for a key that there is not, and for persons other than
    the filter's.
    """
    checked(by, STEP_KEYS, filter)
    lines: dict[Key, StepLine] = {}
    for fact in _steps(session, offices, filter, true()):
        key = tuple(_STEP_KEY[name](fact) for name in by)
        lines.setdefault(key, StepLine(dict(zip(by, key, strict=True)))).add(fact)
    return [lines[key] for key in _in_order(lines)]


def cases(session: Session, now: datetime, offices: Offices, filter: Filter, by: tuple[str, ...]) -> list[CaseLine]:
    """The cases received, open and closed in the months of the filter, a line for each set of keys that occurs."""
    checked(by, CASE_KEYS, filter)
    if filter.person_id is not None:
        raise ValueError("a case is not one person's: ask for steps")
    groups = tuple(name for name in by if name != "month")
    reach = in_reach(session, offices, filter)
    cells: dict[Key, dict[date, CaseLine]] = {}

    def cell(fact: CaseFact, month: date) -> CaseLine:
        key = tuple(_CASE_KEY[name](fact) for name in groups)
        return cells.setdefault(key, {}).setdefault(month, CaseLine({}))

    for fact in case_facts(session, select(Case.id).where(Case.id == Case.root_id), now):
        if _counts(fact, reach, filter):
            cell(fact, fact.opened).received += 1
            if fact.closed is not None:
                cell(fact, fact.closed).add_closed(fact)
            elif fact.paused:
                cell(fact, month_of(now)).paused += 1
    found: dict[Key, CaseLine] = {}
    for group, months in cells.items():
        _spread(found, by, dict(zip(groups, group, strict=True)), months, filter)
    return [found[key] for key in _in_order(found)]


def edges(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[EdgeLine]:
    """How often each state led to which, and to which linked cases, in the months of the filter."""
    lines: dict[Key, EdgeLine] = {}
    for fact in _steps(session, offices, filter, true()):
        if fact.to_state:
            key = (fact.workflow, fact.state, fact.to_state)
            line = lines.setdefault(key, EdgeLine(*key))
            line.count += 1
            line.working.add(fact.working)
            line.wall.add(fact.wall)
    return [*(lines[key] for key in _in_order(lines)), *_linked(session, now, offices, filter)]


def _linked(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[EdgeLine]:
    """The edges from a state to the linked cases that it opens, with how long these took until they closed."""
    wider = Filter(
        office_id=filter.office_id, channel=filter.channel, first_month=filter.first_month, last_month=filter.last_month
    )
    found_cases = cases(session, now, offices, wider, ("opened_by", "workflow"))
    closed = {tuple(line.keys.values()): line for line in found_cases if line.closed}
    found = []
    for definition in map(county_catalogue().latest, county_catalogue().keys()):
        for state in definition.states.values():
            for opening in state.opens:
                line = closed.get((definition.key, opening.workflow))
                if line is not None and filter.workflow in (None, definition.key):
                    found.append(EdgeLine(definition.key, state.name, opening.workflow, True, line.closed, line.working, line.wall))
    return found


def _steps(session: Session, offices: Offices, filter: Filter, which: ColumnElement[bool]) -> Iterable[StepFact]:
    reach = in_reach(session, offices, filter)
    ended = (Task.closed_at >= start_of(filter.first_month)) & (Task.closed_at < start_of(next_month(filter.last_month)))
    for fact in step_facts(session, ended & which):
        if (
            (reach is None or fact.office_id in reach)
            and filter.workflow in (None, fact.workflow)
            and filter.department in (None, fact.department)
            and filter.person_id in (None, fact.person_id)
            and filter.channel in (None, fact.channel)
            and filter.whose in (None, fact.whose)
        ):
            yield fact


def _counts(fact: CaseFact, reach: Offices, filter: Filter) -> bool:
    return (
        (reach is None or fact.office_id in reach)
        and filter.workflow in (None, fact.workflow)
        and (filter.department is None or filter.department == department_of(fact.workflow))
        and filter.channel in (None, fact.channel)
    )


def _spread(
    found: dict[Key, CaseLine], by: tuple[str, ...], keys: dict[str, Any], months: dict[date, CaseLine], filter: Filter
) -> None:
    """Put the months of one group into its lines, with what each month took over from the one before."""
    stock = sum(line.received - line.closed for month, line in months.items() if month < filter.first_month)
    month = filter.first_month
    while month <= filter.last_month:
        of_month = {**keys, "month": month}
        key = tuple(of_month[name] for name in by)
        cell = months.get(month)
        if stock or cell is not None:
            line = found.get(key)
            if line is None:
                line = found[key] = CaseLine({name: of_month[name] for name in by}, carried_over=stock)
            if cell is not None:
                line.merge(cell)
                stock += cell.received - cell.closed
            line.open = stock
        month = next_month(month)


def _in_order(lines: dict[Key, Any]) -> list[Key]:
    return sorted(lines, key=lambda key: tuple((part is not None, part) if part is not None else (False, "") for part in key))
