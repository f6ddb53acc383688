"""Holding the statistics against the events: everything is counted anew from the histories, and every difference is told.

The rows that stand behind the figures are held against the histories as well, so that the list behind a figure is what it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar, due
from approvals.db import from_microseconds
from approvals.models import Case, CaseRollup, JudgedOpening, SettledCase, StepRollup, Task
from approvals.queries.custody_records import told_custody
from approvals.queries.families import Family, any_bytes, families, one_moment
from approvals.queries.mandate_records import told_mandates
from approvals.queries.replay import Replayed, Stay, chain_problems, replay
from approvals.queries.retelling import Story, by_the_calendar_of, due_times, story_of
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import OUTSIDE_ROLES
from workflows.network import office_for
from workflows.statistics.attribution import Interval

from . import arrivals, rolled
from .facts import CaseFact, StepFact, case_facts, counted_cases, step_fact, step_facts
from .lines import CASE_COUNTS, STEP_COUNTS, CaseLine, StepLine
from .openings import judged
from .rolled import Cell, Gathered
from .visits import centres, counted

_Rows = dict[int, dict[int, Any]]
_FAMILIES_AT_ONCE = 100
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that the pages show otherwise than the events tell it. ``where`` names what was counted; ``shown`` and ``told`` are
    None where one side has nothing."""

    what: str
    where: Mapping[str, Any]
    figure: str
    shown: Any
    told: Any

    def __str__(self) -> str:
        keys = " ".join(f"{name}={value}" for name, value in self.where.items() if value not in ("", 0, None))
        return f"{self.what} {keys}: {self.figure} {self.shown} ≠ {self.told}"


def differences(session: Session, now: datetime) -> Iterator[Difference]:
    """Every figure of every grain of the rollups, with what is live, that is not what the events tell. All as of one moment."""
    one_moment(session)
    until = rolled.rolled_until(session)
    told_steps: dict[Cell, StepLine] = {}
    told_cases: dict[Cell, CaseLine] = {}
    came_in: Counter[Cell] = Counter()
    with any_bytes(session):
        yield from _tell(session, now, until, told_steps, told_cases, came_in)
    parts = ("grain", "month", *rolled.STEP_PARTS)
    yield from _compare("steps", parts, _shown_steps(session, until), told_steps, STEP_COUNTS)
    parts = ("grain", "month", *rolled.CASE_PARTS)
    yield from _compare("cases", parts, _shown_cases(session, until, now), told_cases, CASE_COUNTS)
    yield from _arrivals(session, now, until, came_in)


# ---- what the pages show ------------------------------------------------------------------------------------------------


def _shown_steps(session: Session, until: datetime | None) -> dict[Cell, StepLine]:
    lines = rolled.step_lines(step_facts(session, rolled.live_steps(until)))
    return _with_rollups(session, StepRollup, rolled.STEP_PARTS, STEP_COUNTS, lines, lambda: StepLine({}))


def _shown_cases(session: Session, until: datetime | None, now: datetime) -> dict[Cell, CaseLine]:
    lines = rolled.case_lines(case_facts(session, rolled.live_roots(until), now, of_open=False))
    return _with_rollups(session, CaseRollup, rolled.CASE_PARTS, CASE_COUNTS, lines, lambda: CaseLine({}))


def _with_rollups(session: Session, table: Any, parts: tuple[str, ...], names: tuple[str, ...], lines: Any, new: Any) -> Any:
    keys = [getattr(table, name) for name in ("grain", "month", *parts)]
    served = table.generation == rolled.SERVED
    for row in session.execute(select(*keys, *rolled.columns(table, names)).where(served)):
        cell = tuple(row[: len(keys)])
        each = Gathered(names)
        each.add(tuple(row[len(keys) :]))
        each.pour(lines.setdefault(cell, new()))
    return lines


def _compare(
    what: str, parts: tuple[str, ...], shown: Mapping[Cell, Any], told: Mapping[Cell, Any], names: tuple[str, ...]
) -> Iterator[Difference]:
    for cell in sorted({*shown, *told}, key=str):
        mine, theirs = shown.get(cell), told.get(cell)
        where = {name: value.isoformat() if isinstance(value, date) else value for name, value in zip(parts, cell, strict=True)}
        figures, truth = (_figures(line, names) if line is not None else {} for line in (mine, theirs))
        for name in sorted({*figures, *truth}):
            if figures.get(name, 0) != truth.get(name, 0):
                yield Difference(what, where, name, figures.get(name), truth.get(name))


def _arrivals(session: Session, now: datetime, until: datetime | None, told: Counter[Cell]) -> Iterator[Difference]:
    """What is kept of how many steps came in on the last days otherwise than the histories tell."""
    since = arrivals.first_day(now)
    shown = arrivals.kept(session, since) + arrivals.counted(step_facts(session, rolled.live_steps(until)), since)
    for cell in sorted({*shown, *told}, key=str):
        if shown[cell] != told[cell]:
            where = dict(zip(("day", *arrivals.PARTS), (cell[0].isoformat(), *cell[1:]), strict=True))
            yield Difference("arrivals", where, "count", shown[cell], told[cell])


def _figures(line: StepLine | CaseLine, names: tuple[str, ...]) -> dict[str, Any]:
    """Every figure of a line that is not nothing."""
    found = {name: getattr(line, name) for name in names}
    found |= dict(zip(rolled.SECONDS, line.seconds.seconds(), strict=True))
    for name, durations in (("working", line.working), ("wall", line.wall)):
        found |= {f"{name}_total": durations.total, f"{name}_minimum": durations.minimum, f"{name}_maximum": durations.maximum}
        found[f"{name}_histogram"] = sorted(durations.buckets.items())
    return {name: value for name, value in found.items() if value}


# ---- what the events tell -----------------------------------------------------------------------------------------------


def _tell(
    session: Session, now: datetime, until: datetime | None, steps: dict[Cell, StepLine], cases: dict[Cell, CaseLine],
    came_in: Counter[Cell],
) -> Iterator[Difference]:  # fmt: skip
    """Count every family anew from its history. A family that was taken up again is told as it was settled, until the next run."""
    known = centres(session)
    reopened = rolled.changed_roots(session)
    after = -1
    while root_ids := list(
        session.scalars(select(Case.id).where(Case.id == Case.root_id, Case.id > after).order_by(Case.id).limit(_FAMILIES_AT_ONCE))
    ):
        settled = _settled(session, root_ids)
        step_rows, case_rows = _rows(session, root_ids, now)
        for family in families(session, root_ids):
            told = _told(family, known, now)
            root_id = family if isinstance(family, int) else family.root.id
            if told is None:
                yield Difference("history", {"case": root_id if isinstance(family, int) else family.root.number}, "sound", False, True)
                continue
            rolled.step_lines(told.steps, steps)
            came_in += arrivals.counted(told.steps, arrivals.first_day(now))
            yield from _rows_otherwise("step", step_rows[root_id], {fact.task_id: fact for fact in told.steps})
            yield from _rows_otherwise("case", case_rows[root_id], {fact.case_id: fact for fact in told.cases})
            if root_id in reopened:
                rolled.case_lines(settled[root_id].values(), cases)
                continue
            rolled.case_lines(told.cases, cases)
            is_settled = until is not None and told.over_at is not None and told.over_at < until
            expected = {fact.case_id: rolled.settled_row(fact) for fact in told.cases} if is_settled else {}
            kept = {fact.case_id: rolled.settled_row(fact) for fact in settled[root_id].values()}
            if until is not None:
                yield from _claims(session, root_id, {case_id for case_id, fact in settled[root_id].items() if fact.closed}, now)
            for case_id in sorted({*expected, *kept}):
                if expected.get(case_id) != kept.get(case_id):
                    yield _kept_otherwise(case_id, kept.get(case_id, {}), expected.get(case_id, {}))
        after = root_ids[-1]


def _settled(session: Session, root_ids: list[int]) -> dict[int, dict[int, CaseFact]]:
    """What is kept of the settled cases of these roots, by root and case."""
    found: dict[int, dict[int, CaseFact]] = {root_id: {} for root_id in root_ids}
    served = SettledCase.generation == rolled.SERVED
    for row in session.scalars(select(SettledCase).where(served, SettledCase.root_id.in_(root_ids))):
        found[row.root_id][row.case_id] = rolled.settled_fact(row)
    return found


def _rows(session: Session, root_ids: list[int], now: datetime) -> tuple[_Rows, _Rows]:
    """What is counted of the rows of these roots' steps and cases, by root and identifier: what the lists behind figures show."""
    steps: _Rows = {root_id: {} for root_id in root_ids}
    cases: _Rows = {root_id: {} for root_id in root_ids}
    for step in step_facts(session, Task.root_id.in_(root_ids)):
        steps[step.root_id][step.task_id] = step
    for case in case_facts(session, root_ids, now):
        cases[case.root_id][case.case_id] = case
    return steps, cases


def _rows_otherwise(what: str, rows: Mapping[int, Any], told: Mapping[int, Any]) -> Iterator[Difference]:
    for key in sorted({*rows, *told}):
        row, truth = rows.get(key), told.get(key)
        if row != truth:
            known = [each.name for each in fields(truth if row is None else row)]
            names = [name for name in known if getattr(row, name, None) != getattr(truth, name, None)]
            said = ({name: str(getattr(fact, name)) for name in names} if fact is not None else None for fact in (row, truth))
            yield Difference("row", {what: key}, what, *said)


def _kept_otherwise(case_id: int, kept: Mapping[str, Any], told: Mapping[str, Any]) -> Difference:
    names = sorted(name for name in {*kept, *told} if kept.get(name) != told.get(name))
    shown, truth = ({name: str(row[name]) for name in names} if row else None for row in (kept, told))
    return Difference("settled", {"case": case_id}, "kept", shown, truth)


def _claims(session: Session, root_id: int, settled: set[int], now: datetime) -> Iterator[Difference]:
    """What is kept of the six claims of a settled family's openings otherwise than its history tells."""
    kept = {row.case_id: row.claims for row in session.scalars(select(JudgedOpening).where(JudgedOpening.root_id == root_id))}
    today = now.astimezone(OFFICE_ZONE).date()
    told = {row["case_id"]: row["claims"] for row in judged(session, [root_id], today)} if settled else {}
    for case_id in sorted({*kept, *told}):
        if kept.get(case_id) != told.get(case_id):
            yield Difference("claims", {"case": case_id}, "kept", kept.get(case_id), told.get(case_id))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the events of a family tell: its ended steps, its cases, and when the last of these closed (None: one is open)."""

    steps: list[StepFact]
    cases: list[CaseFact]
    over_at: datetime | None


def _told(family: Family | int, known: frozenset[int], now: datetime) -> _Told | None:
    """What the events of a family tell; None where its history is broken or cannot be read."""
    if isinstance(family, int):
        return None
    try:
        return _facts(family, known, now)
    except _UNREADABLE:
        return None


def _facts(family: Family, known: frozenset[int], now: datetime) -> _Told | None:
    """What is counted of a family, told from its events alone."""
    for case in family.cases:
        replayed = replay(case, family.events[case.id], county_catalogue())
        if family.damage or not isinstance(replayed, Replayed) or any(chain_problems(case, family.events[case.id])):
            return None
        family.replayed[case.id] = replayed
    root, story = family.root, story_of(family)
    custody = told_custody(family)
    ways = [Interval(from_microseconds(each["sent_at"]), _moment(each["received_at"])) for _, each in custody.hand_overs.values()]
    carried = {root.id: ways} if ways else {}
    stopped = {
        case_id: [Interval(from_microseconds(each.starts_at), _moment(each.ends_at)) for each in replayed.suspensions]
        for case_id, replayed in family.replayed.items()
        if replayed.suspensions
    }
    rows = [_case(case, family.replayed[case.id], story) for case in family.cases]
    stays = {row.id: list(_stays(family, row, story)) for row in rows}
    visited = [
        (root.id, event.action, event.role, from_microseconds(event.happened_at), event.body)
        for case in family.cases
        for event in family.events[case.id]
    ]
    visits = counted(visited, known, {root.id: story.offices[-1][1]})
    delegated = {root.id} if told_mandates(family) else set()
    paper = {root.id} if any(item["kind"] != "result" for _, item in custody.items.values()) else set()
    calendar = county_calendar()
    every = [stay for each in stays.values() for stay in each]
    steps = [step_fact(calendar, stay, stopped, carried) for stay in every if stay.closed_at is not None]
    facts = list(counted_cases(rows, stays, stopped, carried, delegated, visits, paper, now))
    closed = [row.closed_at for row in rows]
    return _Told(steps, facts, None if None in closed else max(closed))


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_microseconds(at)


def _case(case: Any, replayed: Replayed, story: Story) -> Any:
    offices, (promised, statutory) = story.offices[-1][1], due_times(case, replayed)
    return SimpleNamespace(
        id=case.id, root_id=case.root_id, parent_id=case.parent_id, workflow=replayed.definition.key,
        version=replayed.definition.version, channel=story.channel, offices=offices,
        deciding_office_id=office_for(offices, replayed.definition.key, "deciding", offices["deciding"]),
        opened_at=_moment(replayed.opened_at), closed_at=_moment(replayed.closed_at),
        clock_started_at=_moment(replayed.clock_started_at), promised_due_at=_moment(promised),
        statutory_due_at=_moment(statutory), extension_days=replayed.extension_days,
        outcome=replayed.outcome,
    )  # fmt: skip


def _stays(family: Family, case: Any, story: Story) -> Iterator[Any]:
    replayed = family.replayed[case.id]
    tasks = {task.id: task for task in family.tasks[case.id]}
    seen: set[str] = set()
    for stay in replayed.stays:
        state = replayed.definition.states[stay.state]
        to = state.task
        task_id = next(iter(stay.task_ids - {None}), 0) or 0
        task = tasks.get(task_id)
        offices = story.offices_at(stay.opened_at)
        addressed = to is not None and to.role not in OUTSIDE_ROLES
        deciding = office_for(offices, case.workflow, "deciding", offices["deciding"])
        budget = state.time

        def due_at(since: int = stay.since, budget: Any = budget) -> int | None:
            return due(since, budget) if budget else None

        yield SimpleNamespace(
            id=task_id, case_id=case.id, root_id=case.root_id, workflow=case.workflow, state=stay.state,
            role=to.role if to is not None else "", department=to.department if to is not None and addressed else "",
            office_id=office_for(offices, case.workflow, to.office, deciding) if to is not None and addressed else None,
            opened_at=_moment(stay.opened_at), closed_at=_moment(stay.closed_at), holder_id=_holder(stay, task),
            due_at=_moment(by_the_calendar_of(stay.closed_at, due_at, task.due_at if task is not None else None)),
            deciding_office_id=case.deciding_office_id, channel=case.channel,
            to_state=_led_to(stay, family.events[case.id]), again=stay.state in seen,
        )  # fmt: skip
        seen.add(stay.state)


def _holder(stay: Stay, task: Any) -> int | None:
    """Who held a stay. Where the history allows two, since an event names one role alone, the row says which."""
    if stay.also is not None and task is not None and task.holder_id == stay.also[0]:
        return stay.also[0]
    return stay.holding[0]


def _led_to(stay: Stay, events: Iterable[Any]) -> str:
    """The state that a stay ended in; "" while it lasts."""
    if stay.closed_at is None:
        return ""
    return next(
        event.to_state
        for event in events
        if event.position > stay.position and (event.action, event.happened_at) == (stay.closed_by, stay.closed_at)
    )
