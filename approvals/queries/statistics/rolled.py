"""The rollups as they are read: which grain answers a question, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select, union
from sqlalchemy.orm import Session

from approvals.models import Case, CaseRollup, Event, RollupState, SettledCase, StepRollup, Task
from workflows.statistics.attribution import Attribution
from workflows.statistics.histograms import Histogram

from .facts import CaseFact, StepFact
from .filters import Filter, Offices, Workflows
from .lines import CASE_COUNTS, STEP_COUNTS, CaseLine, StepLine
from .packing import Sum, packed

STATE, FILLING = "statistics", "filling"
SERVED = select(RollupState.generation).where(RollupState.name == STATE).scalar_subquery()
"""The generation of rollups that pages read."""

STEP_PARTS = ("workflow", "state", "to_state", "whose", "department", "office_id", "channel", "person_id")
CASE_PARTS = ("workflow", "opened_by", "office_id", "channel")
FULL, OFFICE, COUNTY, PERSON = "full", "office", "county", "person"
STEP_GRAINS = {
    FULL: frozenset(STEP_PARTS) - {"person_id"},
    OFFICE: frozenset({"workflow", "state", "whose", "department", "office_id"}),
    COUNTY: frozenset({"workflow", "state", "to_state", "whose", "department"}),
    PERSON: frozenset({"workflow", "state", "whose", "department", "office_id", "person_id"}),
}
CASE_GRAINS = {FULL: frozenset(CASE_PARTS), COUNTY: frozenset({"workflow", "opened_by"})}
"""Which keys each grain keeps apart, besides the month."""

_LONGEST_ACTION = 60 * 60 * 1000 << 22
"""The identifiers of one hour: an event takes its own before it is committed, and none is on its way for longer."""

_MOST_LISTED = 5_000
_NOTHING = {"office_id": 0, "person_id": 0}
SECONDS = ("department_seconds", "special_seconds", "applicant_seconds", "waiting_seconds")
TIMES = ("working", "wall")
"""The two ways to measure a duration: net working time, and time on the wall clock. Their buckets are most of what is read."""

Cell = tuple[Any, ...]
"""Grain, month and the parts of a rollup's key."""


def rolled_until(session: Session) -> datetime | None:
    """Every step that ended before this is in the rollups; None while there are none. One statement."""
    return session.scalar(select(RollupState.until).where(RollupState.name == STATE))


def state_named(session: Session, name: str) -> RollupState | None:
    """How far a filling is; None where there is none. One statement."""
    return session.scalars(select(RollupState).where(RollupState.name == name)).one_or_none()


def live_steps(until: datetime | None) -> ColumnElement[bool]:
    """The closed tasks that no rollup holds yet."""
    return Task.closed_at.is_not(None) if until is None else Task.closed_at >= until


def live_roots(until: datetime | None) -> Select[Any]:
    """The roots of the families that no rollup holds: those with an open case, or whose last one closed since.

    A family that was settled, counted and then taken up again stays counted as it was until the next run takes it out. One whose
    results wait to be fetched is settled: what is counted of a case ends when it closes.
    """
    if until is None:
        return select(Case.id).where(Case.id == Case.root_id)
    worked_on = union(
        select(Task.root_id).where(Task.closed_at.is_(None)), select(Task.root_id).where(Task.closed_at >= until)
    ).subquery()
    # Not "NOT IN": PostgreSQL goes through all that is settled for each root once that is too much to hash.
    counted = exists().where(SettledCase.root_id == worked_on.c.root_id, SettledCase.generation == SERVED)
    return select(worked_on.c.root_id).where(~counted)


def live_root_ids(session: Session, until: datetime | None) -> Sequence[int] | Select[Any]:
    """The same, found once for all that is asked of them; the query itself where they are too many to list. One statement."""
    found = session.scalars(live_roots(until).limit(_MOST_LISTED + 1)).all()
    return found if len(found) <= _MOST_LISTED else live_roots(until)


def told_anew_roots(until: datetime, newest_event: int, generation: Any = SERVED) -> Select[Any]:
    """The roots of families that were settled and counted, and of which something was written since: results handed out, or a
    matter begun again.

    Identifiers of events grow with time, so that the last ones are a range of the primary key, however many there are.
    """
    written = select(Case.root_id).join(Event, Event.case_id == Case.id)
    since = written.where(Event.id > newest_event - _LONGEST_ACTION, Event.happened_at >= until)
    return select(SettledCase.root_id).where(SettledCase.generation == generation, SettledCase.root_id.in_(since)).distinct()


def changed_roots(session: Session) -> set[int]:
    """The roots of families that the next run takes out of the rollups, to enter them as they are then. Two statements."""
    state = state_named(session, STATE)
    return set() if state is None else set(session.scalars(told_anew_roots(state.until, state.newest_event)))


def step_cells(fact: StepFact) -> Iterator[Cell]:
    """Where a step is counted: once in every grain."""
    values = {name: getattr(fact, name) or _NOTHING.get(name, "") for name in STEP_PARTS}
    for grain, kept in STEP_GRAINS.items():
        yield grain, fact.month, *(values[name] if name in kept else _NOTHING.get(name, "") for name in STEP_PARTS)


def case_cells(fact: CaseFact, month: date) -> Iterator[Cell]:
    """Where a case is counted in a month: once in every grain."""
    values = {name: getattr(fact, name) for name in CASE_PARTS}
    for grain, kept in CASE_GRAINS.items():
        yield grain, month, *(values[name] if name in kept else _NOTHING.get(name, "") for name in CASE_PARTS)


def step_lines(facts: Iterable[StepFact], known: dict[Cell, StepLine] | None = None) -> dict[Cell, StepLine]:
    """Steps counted in their cells, beside what is known there already."""
    lines: dict[Cell, StepLine] = {} if known is None else known
    for fact in facts:
        for cell in step_cells(fact):
            lines.setdefault(cell, StepLine({})).add(fact)
    return lines


def case_lines(facts: Iterable[CaseFact], known: dict[Cell, CaseLine] | None = None) -> dict[Cell, CaseLine]:
    """Cases counted in the cells of the months in which they were opened and closed, beside what is known there already."""
    lines: dict[Cell, CaseLine] = {} if known is None else known
    for fact in facts:
        for cell in case_cells(fact, fact.opened):
            lines.setdefault(cell, CaseLine({})).received += 1
        if fact.closed is not None:
            for cell in case_cells(fact, fact.closed):
                lines.setdefault(cell, CaseLine({})).add_closed(fact)
    return lines


def key_of(cell: Cell, generation: int) -> str:
    """A cell of a generation in one text, by which its row is found."""
    return "|".join(map(str, (generation, *cell)))


def row_of(cell: Cell, line: StepLine | CaseLine, generation: int) -> dict[str, Any]:
    """A line as its table stores it."""
    parts, counts = (STEP_PARTS, STEP_COUNTS) if isinstance(line, StepLine) else (CASE_PARTS, CASE_COUNTS)
    row = {"key": key_of(cell, generation), "generation": generation, **dict(zip(("grain", "month", *parts), cell, strict=True))}
    row |= {name: getattr(line, name) for name in counts} | dict(zip(SECONDS, line.seconds.seconds(), strict=True))
    for name, histogram in (("working", line.working), ("wall", line.wall)):
        row |= {
            f"{name}_total": histogram.total, f"{name}_minimum": histogram.minimum, f"{name}_maximum": histogram.maximum,
            f"{name}_buckets": packed(histogram.buckets),
        }  # fmt: skip
    return row


class Gathered:
    """Rows of rollups that go into one line, added up."""

    __slots__ = ("_counts", "_names", "_seconds", "_times")

    def __init__(self, names: tuple[str, ...], times: tuple[str, ...] = TIMES) -> None:
        self._names, self._counts, self._seconds = names, [0] * len(names), [0, 0, 0, 0]
        self._times = {name: Sum() for name in times}

    def add(self, values: tuple[Any, ...]) -> None:
        """Add the values of ``columns`` of one row."""
        size = len(self._names)
        self._counts = list(map(add, self._counts, values[:size]))
        self._seconds = list(map(add, self._seconds, values[size : size + 4]))
        for at, durations in enumerate(self._times.values()):
            durations.add(*values[size + 4 + 4 * at : size + 8 + 4 * at])

    def pour(self, line: StepLine | CaseLine) -> None:
        """Add what was gathered to a line."""
        for name, count in zip(self._names, self._counts, strict=True):
            setattr(line, name, getattr(line, name) + count)
        line.seconds += Attribution(*self._seconds)
        for name, durations in self._times.items():
            setattr(line, name, _together(getattr(line, name), durations.histogram()))


def _together(known: Histogram, more: Histogram) -> Histogram:
    if not known.count:
        return more
    known.merge(more)
    return known


def columns(table: Any, names: tuple[str, ...], times: tuple[str, ...] = TIMES) -> list[Any]:
    """The columns that ``Gathered`` adds up, with the durations that are asked for."""
    durations = (f"{name}_{part}" for name in times for part in ("total", "minimum", "maximum", "buckets"))
    return [getattr(table, name) for name in (*names, *SECONDS, *durations)]


def rolled_steps(
    session: Session, reach: Offices, filter: Filter, grain: str, parts: tuple[str, ...], times: tuple[str, ...] = TIMES
) -> list[Row[Any]]:
    """The rows of step rollups that a filter asks for: the values of ``parts``, then what ``Gathered`` adds up. One statement."""
    found = select(*(getattr(StepRollup, name) for name in parts), *columns(StepRollup, STEP_COUNTS, times)).where(
        StepRollup.generation == SERVED,
        StepRollup.grain == grain,
        StepRollup.month >= filter.first_month,
        StepRollup.month <= filter.last_month,
    )
    for name in ("workflow", "department", "person_id", "channel", "whose"):
        if (wanted := getattr(filter, name)) is not None:
            found = found.where(getattr(StepRollup, name) == wanted)
    if reach is not None:
        found = found.where(StepRollup.office_id.in_(sorted(reach)))
    return list(session.execute(found).all())


def rolled_cases(
    session: Session, reach: Offices, filter: Filter, grain: str, parts: tuple[str, ...], times: tuple[str, ...], workflows: Workflows
) -> list[Row[Any]]:
    """The rows of case rollups that a filter asks for, in the way of ``rolled_steps``. One statement."""
    found = select(*(getattr(CaseRollup, name) for name in parts), *columns(CaseRollup, CASE_COUNTS, times))
    return list(session.execute(_cases(found, reach, filter, grain, workflows).where(CaseRollup.month >= filter.first_month)).all())


def rolled_before(
    session: Session, reach: Offices, filter: Filter, grain: str, parts: tuple[str, ...], workflows: Workflows
) -> list[Row[Any]]:
    """How many settled cases were received before the first month, and how many closed, by ``parts``. One statement."""
    by = [getattr(CaseRollup, name) for name in parts]
    found = select(*by, func.sum(CaseRollup.received), func.sum(CaseRollup.closed)).group_by(*by)
    return list(session.execute(_cases(found, reach, filter, grain, workflows).where(CaseRollup.month < filter.first_month)).all())


def _cases(found: Select[Any], reach: Offices, filter: Filter, grain: str, workflows: Workflows) -> Select[Any]:
    found = found.where(CaseRollup.generation == SERVED, CaseRollup.grain == grain, CaseRollup.month <= filter.last_month)
    for name in ("workflow", "channel"):
        if (wanted := getattr(filter, name)) is not None:
            found = found.where(getattr(CaseRollup, name) == wanted)
    if workflows is not None:
        found = found.where(CaseRollup.workflow.in_(sorted(workflows)))
    return found if reach is None else found.where(CaseRollup.office_id.in_(sorted(reach)))


_SETTLED = (
    "case_id", "root_id", "opened_by", "workflow", "office_id", "channel", "opened", "closed", "outcome", "timing", "once_done",
    "delegated", "whole", "visits", "online", "statutory", "promised", "counted", "working",
    "wall",
)  # fmt: skip


def settled_row(fact: CaseFact) -> dict[str, Any]:
    """What is kept of a settled case."""
    return {name: getattr(fact, name) for name in _SETTLED} | dict(zip(SECONDS, fact.seconds.seconds(), strict=True))


def settled_fact(row: SettledCase) -> CaseFact:
    """What was counted of a settled case."""
    seconds = Attribution(*(getattr(row, name) for name in SECONDS))
    return CaseFact(**{name: getattr(row, name) for name in _SETTLED}, paused=False, seconds=seconds)
