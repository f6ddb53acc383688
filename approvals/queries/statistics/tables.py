"""The figures of steps, cases and edges, grouped as a page asks for them: the rollups, and live what they do not hold yet.

Each function sends the same statements whatever the database holds, and reads as many rows of rollups as there are months and
keys; what is live is the work in progress and what ended in the last minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from approvals.models import Task
from workflows.county import county_catalogue
from workflows.statistics.histograms import Histogram

from . import rolled
from .facts import CaseFact, StepFact, case_facts, step_facts
from .filters import (
    CASE_KEYS,
    STEP_KEYS,
    Filter,
    Offices,
    Workflows,
    checked,
    department_of,
    in_reach,
    month_after,
    month_of,
    months_between,
    start_of,
)
from .lines import CASE_COUNTS, STEP_COUNTS, CaseLine, EdgeLine, StepLine
from .rolled import COUNTY, FULL, OFFICE, PERSON, TIMES, Gathered

Key = tuple[Any, ...]
WORKING = ("working",)
"""What a page asks for that shows net working time alone."""

_COLUMN = {"office": "office_id", "person": "person_id"}
_CASE_KEY: dict[str, Callable[[CaseFact], Any]] = {
    "workflow": lambda fact: fact.workflow,
    "office": lambda fact: fact.office_id,
    "department": lambda fact: department_of(fact.workflow),
    "channel": lambda fact: fact.channel,
    "opened_by": lambda fact: fact.opened_by,
}


def steps(
    session: Session, now: datetime, offices: Offices, filter: Filter, by: tuple[str, ...], *, times: tuple[str, ...] = TIMES
) -> list[StepLine]:
    """The steps that ended in the months of the filter, a line for each set of keys that occurs. Five statements.

    ``offices`` is the jurisdiction, None for the county. ``times`` are the durations that are wanted: each is half of what is
    read, and who only counts needs none. Raises ValueError for a key that there is not, and for persons other than the filter's.
    """
    checked(by, STEP_KEYS, filter)
    reach = in_reach(session, offices, filter)
    if filter.person_id is not None:
        grain = PERSON
    elif filter.channel is not None or "channel" in by:
        grain = FULL
    else:
        grain = COUNTY if reach is None and "office" not in by else OFFICE
    parts = tuple(_COLUMN.get(name, name) for name in by)
    gathered: dict[Key, Gathered] = defaultdict(lambda: Gathered(STEP_COUNTS, times))
    for row in rolled.rolled_steps(session, reach, filter, grain, parts, times):
        key, values = tuple(row[: len(parts)]), tuple(row[len(parts) :])
        gathered[key].add(values)
    lines = {key: StepLine(dict(zip(by, key, strict=True))) for key in gathered}
    for key, each in gathered.items():
        each.pour(lines[key])
    for fact in _live_steps(session, reach, filter):
        key = tuple(getattr(fact, name) for name in parts)
        lines.setdefault(key, StepLine(dict(zip(by, key, strict=True)))).add(fact)
    for line in lines.values():
        _leave(line, times)
    return [lines[key] for key in _in_order(lines)]


def _leave(line: StepLine | CaseLine, times: tuple[str, ...]) -> None:
    """Leave out of a line the durations that are not wanted, which what is live has brought in."""
    for name in TIMES:
        if name not in times:
            setattr(line, name, Histogram())


def cases(
    session: Session, now: datetime, offices: Offices, filter: Filter, by: tuple[str, ...], *,
    times: tuple[str, ...] = TIMES, workflows: Workflows = None,
) -> list[CaseLine]:  # fmt: skip
    """The cases received, open and closed in the months of the filter, a line for each set of keys that occurs.

    ``times`` are the durations and ``workflows`` the workflows that are wanted: the whole openings alone are a seventh of what there
    is to read. A month to come has no line. Raises ValueError for a key that there is not, and when asked for a person: a case is
    not one person's.
    """
    checked(by, CASE_KEYS, filter)
    if filter.person_id is not None:
        raise ValueError("a case is not one person's: ask for steps")
    groups = tuple(name for name in by if name != "month")
    reach = in_reach(session, offices, filter)
    cells: dict[Key, dict[date, CaseLine]] = {}

    def cell(key: Key, month: date) -> CaseLine:
        return cells.setdefault(key, {}).setdefault(month, CaseLine({}))

    _add_rolled(session, reach, filter, groups, cell, times, workflows, by_month="month" in by)
    until = rolled.rolled_until(session)
    for fact in case_facts(session, rolled.live_root_ids(session, until), now, of_open=False):
        if _counts(fact, reach, filter, workflows):
            key = tuple(_CASE_KEY[name](fact) for name in groups)
            cell(key, fact.opened).received += 1
            if fact.closed is not None:
                cell(key, fact.closed).add_closed(fact)
            elif fact.paused:
                cell(key, month_of(now)).paused += 1
    found: dict[Key, CaseLine] = {}
    for group, months in cells.items():
        _spread(found, by, dict(zip(groups, group, strict=True)), months, filter.first_month, min(filter.last_month, month_of(now)))
    for line in found.values():
        _leave(line, times)
    return [found[key] for key in _in_order(found)]


def _add_rolled(
    session: Session, reach: Offices, filter: Filter, groups: tuple[str, ...], cell: Callable[[Key, date], CaseLine],
    times: tuple[str, ...], workflows: Workflows, *, by_month: bool,
) -> None:  # fmt: skip
    """Add the settled cases to the cells of their groups and months; those before the first month to one month before it.

    Unless they are wanted ``by_month`` the months are one: adding up rows here is many times as quick as adding up lines later.
    """
    detailed = reach is not None or filter.channel is not None or "office" in groups or "channel" in groups
    grain = FULL if detailed else COUNTY
    # A department's cases are those of its workflows: read by workflow, told apart by department afterwards.
    parts = ("workflow", *(_COLUMN.get(name, name) for name in groups if name not in ("department", "workflow")))

    def key_of(values: Key) -> Key | None:
        known = dict(zip(parts, values, strict=True))
        department = department_of(known["workflow"])
        if filter.department not in (None, department):
            return None
        return tuple(department if name == "department" else known[_COLUMN.get(name, name)] for name in groups)

    size = len(parts)
    gathered: dict[tuple[Key, date], Gathered] = defaultdict(lambda: Gathered(CASE_COUNTS, times))
    for row in rolled.rolled_cases(session, reach, filter, grain, ("month", *parts), times, workflows):
        if (key := key_of(tuple(row[1 : size + 1]))) is not None:
            gathered[key, row[0] if by_month else filter.first_month].add(tuple(row[size + 1 :]))
    for (key, month), each in gathered.items():
        each.pour(cell(key, month))
    for *values, received, closed in rolled.rolled_before(session, reach, filter, grain, parts, workflows):
        if (key := key_of(tuple(values))) is not None:
            before = cell(key, date.min)
            before.received += int(received)
            before.closed += int(closed)


def edges(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[EdgeLine]:
    """How often each state led to which, and to which linked cases, in the months of the filter."""
    reach = in_reach(session, offices, filter)
    grain = COUNTY if reach is None and filter.channel is None else FULL
    gathered: dict[Key, Gathered] = defaultdict(lambda: Gathered(STEP_COUNTS, WORKING))
    ways = "workflow", "state", "to_state"
    for workflow, state, to_state, *values in rolled.rolled_steps(session, reach, filter, grain, ways, WORKING):
        gathered[workflow, state, to_state].add(tuple(values))
    lines = {key: StepLine({}) for key in gathered}
    for key, each in gathered.items():
        each.pour(lines[key])
    for fact in _live_steps(session, reach, filter):
        lines.setdefault((fact.workflow, fact.state, fact.to_state), StepLine({})).add(fact)
    found = [
        EdgeLine(*key, False, line.count, line.working, line.seconds)
        for key, line in ((key, lines[key]) for key in _in_order(lines) if key[2])
    ]
    return [*found, *_linked(session, now, offices, filter)]


def _linked(session: Session, now: datetime, offices: Offices, filter: Filter) -> list[EdgeLine]:
    """The edges from a state to the linked cases that it opens, with how long these took until they closed."""
    wider = Filter(office_id=filter.office_id, channel=filter.channel, first_month=filter.first_month, last_month=filter.last_month)
    found_cases = cases(session, now, offices, wider, ("opened_by", "workflow"), times=WORKING)
    closed = {tuple(line.keys.values()): line for line in found_cases if line.closed}
    found = []
    for definition in map(county_catalogue().latest, county_catalogue().keys()):
        for state in definition.states.values():
            for opening in state.opens:
                line = closed.get((definition.key, opening.workflow))
                if line is not None and filter.workflow in (None, definition.key):
                    ways = (definition.key, state.name, opening.workflow)
                    found.append(EdgeLine(*ways, True, line.closed, line.working, line.seconds))
    return found


def _live_steps(session: Session, reach: Offices, filter: Filter) -> Iterable[StepFact]:
    until, begin = rolled.rolled_until(session), start_of(filter.first_month)
    # One lower bound: with two SQLite walks the index from whichever stands first, through a year of steps.
    since = begin if until is None else max(until, begin)
    for fact in step_facts(session, (Task.closed_at >= since) & (Task.closed_at < start_of(month_after(filter.last_month)))):
        if (
            (reach is None or fact.office_id in reach)
            and filter.workflow in (None, fact.workflow)
            and filter.department in (None, fact.department)
            and filter.person_id in (None, fact.person_id)
            and filter.channel in (None, fact.channel)
            and filter.whose in (None, fact.whose)
        ):
            yield fact


def _counts(fact: CaseFact, reach: Offices, filter: Filter, workflows: Workflows) -> bool:
    return (
        (reach is None or fact.office_id in reach)
        and (workflows is None or fact.workflow in workflows)
        and filter.workflow in (None, fact.workflow)
        and (filter.department is None or filter.department == department_of(fact.workflow))
        and filter.channel in (None, fact.channel)
    )


def _spread(
    found: dict[Key, CaseLine], by: tuple[str, ...], keys: dict[str, Any], months: dict[date, CaseLine], first: date, last: date
) -> None:
    """Put the months of one group into its lines, with what each month took over from the one before."""
    stock = sum(line.received - line.closed for month, line in months.items() if month < first)
    before: dict[Key, int] = {}
    for month in months_between(first, last):
        of_month = {**keys, "month": month}
        key = tuple(of_month[name] for name in by)
        cell = months.get(month, CaseLine({}))
        if stock or month in months:
            line = found.setdefault(key, CaseLine({name: of_month[name] for name in by}))
            if key not in before:  # a line of several months takes over what the first one did
                line.carried_over += stock
                before[key] = 0
            line.merge(cell)
            stock += cell.received - cell.closed
            line.open += stock - before[key]
            before[key] = stock


def _in_order(lines: dict[Key, Any]) -> list[Key]:
    """Keys in order; nobody and nothing first."""
    return sorted(lines, key=lambda key: tuple((part is not None, "" if part is None else part) for part in key))
