"""Moving the open deadlines after a notice of holidays: what would move, and moving it, a batch of families at a time.

Every open case and task whose deadline lies in the year or after it is derived anew by the calendar in force; where that says
another day, the case gets an event and those whose date moved are told. Deriving twice changes nothing, so that the schedule
can repeat it until no action that began with the old calendar can still be under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, and_, bindparam, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from approvals import calendar
from approvals.db import CanonicalJson, Prepared, UtcDateTime, current_engine, from_microseconds, to_microseconds
from approvals.models import CalendarYear, Case, ClockSuspension, Task
from approvals.queries.replay import DEADLINES_MOVED
from workflows.clock import OFFICE_ZONE, WorkingCalendar
from workflows.engine.clock_states import may_be_suspended
from workflows.engine.facts import SYSTEM_ACTOR

from . import clock_effects, clocks
from .calendar_causes import Cause, cause_of
from .reference import network_changed
from .rows import DEADLINE, notice_row
from .snapshot import COLUMNS, TASK_COLUMNS, CaseNow, case_from_row
from .unit import Unit

AT_ONCE = 50
"""Families in one transaction: so long others wait on SQLite."""

PREVIEWED_AT_ONCE, MOST_PREVIEWED = 200, 2000
"""Families that a preview reads in one statement, and in all: with more it says at least how many move."""

SETTLED_AFTER = timedelta(minutes=10)
"""Longer than a process keeps a calendar that nobody told it is old, and longer than any action takes."""

_MINUTE = "%Y-%m-%d %H:%M"
CLOCKS = ("promised", "statutory", "task", "timer")

cases, tasks = Case.__table__.c, Task.__table__.c
_move_task = Prepared(
    lambda dialect: (
        update(Task.__table__)
        .where(tasks.id == bindparam("task_id"))
        .values(due_at=bindparam("due_at"), timer_at=bindparam("timer_at"))
    )
)


@dataclass(frozen=True, slots=True)
class Move:
    """One clock of one case: promised, statutory, the step's (task) or its automatic end (timer).

    ``step`` is the title of the step that a task or a timer belongs to, ``action`` what the timer does when it runs out.
    """

    number: str
    clock: str
    before: datetime
    after: datetime
    step: Mapping[str, str] | None = None
    action: Mapping[str, str] | None = None


@dataclass(slots=True)
class Preview:
    """What a calendar would move: counts of cases and deadlines, and the first of them. ``is_cut`` when there are more cases than
    were looked at, so that the counts are the least."""

    is_cut: bool = False
    cases: int = 0
    later: int = 0
    earlier: int = 0
    moves: list[Move] = field(default_factory=list)


def preview(session: Session, supposed: WorkingCalendar, year: int, now: datetime, most: int) -> Preview:
    """What a calendar would move, without moving it; at most so many moves are listed."""
    found, after, read = Preview(), 0, 0
    while roots := _affected(session.connection(), year, after, PREVIEWED_AT_ONCE):
        if read >= MOST_PREVIEWED:
            found.is_cut = True
            break
        after, read = roots[-1], read + len(roots)
        unit = _unit(session, roots, now)
        with calendar.supposing(supposed):
            for case in unit.cases.values():
                moves = _derive(unit, case)
                found.cases += bool(moves)
                found.later += sum(move.after > move.before for move in moves)
                found.earlier += sum(move.after < move.before for move in moves)
                found.moves += moves[: max(0, most - len(found.moves))]
    return found


def move_next(session: Session, after: int, now: datetime) -> tuple[int | None, int]:
    """Move the deadlines of the next families; returns the last of them, None when there is none, and how many cases moved."""
    refresh(session)
    unsettled = _unsettled(session)
    roots = _affected(session.connection(), min((row.year for row in unsettled), default=9999), after, AT_ONCE)
    if not roots:
        return None, 0
    return roots[-1], _move(session, roots, cause_of(session, unsettled[-1]), now)


def settle(session: Session, now: datetime) -> None:
    """Note that every deadline follows; asked after a pass that moved nothing."""
    old = [row for row in _unsettled(session) if row.entered_at <= now - SETTLED_AFTER]
    for row in old:
        row.settled_at = now
    if old:
        session.flush()
        network_changed(session)  # so that whoever verifies knows that nothing is still on its way
        forget()


def refresh(session: Session) -> None:
    """Take the calendar that stands in the database, whatever this process has kept."""
    engine = current_engine()
    if engine is not None:
        version = session.scalar(select(calendar.version_now))
        calendar.note_version(engine, version or 0)


def forget() -> None:
    """Read the calendar anew at the next use, after it was changed here."""
    engine = current_engine()
    if engine is not None:
        calendar.forget(engine)


def is_unsettled(session: Session) -> bool:
    """Whether open deadlines may still have to move."""
    return session.scalar(select(func.count()).select_from(CalendarYear).where(CalendarYear.settled_at.is_(None))) != 0


def _unsettled(session: Session) -> Sequence[CalendarYear]:
    waiting = select(CalendarYear).where(CalendarYear.settled_at.is_(None))
    return session.scalars(waiting.order_by(CalendarYear.entered_at, CalendarYear.revision)).all()


def _affected(connection: Connection, year: int, after: int, most: int) -> list[int]:
    """Root cases after one, by identifier, with an open deadline in the year or after it: no other can move."""
    if year > date.max.year - 1:
        return []
    since = datetime(year, 1, 1, tzinfo=OFFICE_ZONE)
    of_case = and_(Case.closed_at.is_(None), or_(Case.promised_due_at >= since, Case.statutory_due_at >= since))
    # Every open case has an open task, if only one that waits: so the few open tasks lead to it, and no case that is closed is read.
    page = (
        select(Task.root_id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.closed_at.is_(None), Task.root_id > after, or_(Task.due_at >= since, Task.timer_at >= since, of_case))
    )
    return list(connection.scalars(page.distinct().order_by(Task.root_id).limit(most)))


def _unit(session: Session, roots: Iterable[int], now: datetime) -> Unit:
    """These families with the ledgers of all who have one: two statements, however many they are."""
    connection = session.connection()
    unit = Unit(session, now, _families(connection, roots))
    wanted = {case.id: case for case in unit.cases.values() if case.closed_at is None and may_be_suspended(case.definition)}
    if wanted:
        unit.suspensions = {case_id: [] for case_id in wanted}
        columns = [ClockSuspension.__table__.c[name] for name in clock_effects.COLUMNS]
        statement = select(*map(_plain, columns)).where(ClockSuspension.case_id.in_(wanted)).order_by(ClockSuspension.number)
        for row in connection.execute(statement):
            told = dict(zip(clock_effects.COLUMNS, row, strict=True))
            unit.suspensions[told["case_id"]].append(told)
    return unit


def _families(connection: Connection, roots: Iterable[int]) -> list[CaseNow]:
    columns = [*(cases[name] for name in COLUMNS), *(tasks[name] for name in TASK_COLUMNS)]
    joined = Case.__table__.outerjoin(Task.__table__, and_(tasks.case_id == cases.id, tasks.closed_at.is_(None)))
    statement = select(*map(_plain, columns)).select_from(joined).where(cases.root_id.in_(roots))
    return [case_from_row(tuple(row)) for row in connection.execute(statement.order_by(cases.id))]


def _plain(column: Any) -> Any:
    """A column as it is stored: cases in memory hold no other values."""
    if isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger)
    return type_coerce(column, Text) if isinstance(column.type, CanonicalJson) else column


def _move(session: Session, roots: list[int], cause: Cause, now: datetime) -> int:
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # the roots first, in order, as every action does
        connection.execute(select(Case.id).where(Case.id.in_(roots)).order_by(Case.id).with_for_update())
    unit = _unit(session, roots, now)
    moved = 0
    for case in list(unit.cases.values()):
        moves = _derive(unit, case)
        if moves:
            moved += 1
            _record(unit, case, moves, cause)
    if moved:
        unit.write()
    return moved


def _derive(unit: Unit, case: CaseNow) -> list[Move]:
    """Derive the clocks of an open case, and of its open task, by the calendar in force; what came out otherwise."""
    before = _times(case)
    if case.closed_at is None:
        clocks.derive(case, clock_effects.ledger_of(unit, case))
    task = case.task
    if task is not None:
        opened, state = from_microseconds(task.opened_at), case.definition.states[task.state]
        since = opened if task.counted_from is None else from_microseconds(task.counted_from)
        task.due_at = clocks.due(since, state.time) if state.time else None
        task.timer_at = clocks.timer(case.definition, task.state, opened)
    pairs = zip(CLOCKS, before, _times(case), strict=True)
    return [
        Move(case.number, clock, from_microseconds(old), from_microseconds(new), *_titles(case, clock))
        for clock, old, new in pairs
        if old != new and old is not None and new is not None
    ]


def _titles(case: CaseNow, clock: str) -> tuple[Mapping[str, str] | None, Mapping[str, str] | None]:
    """The titles of the step and of what its timer does, for those clocks that are a step's own."""
    task = case.task
    if task is None or clock not in ("task", "timer"):
        return None, None
    action = clocks.timed_action(case.definition, task.state, from_microseconds(task.opened_at)) if clock == "timer" else None
    return case.definition.states[task.state].title, action.title if action is not None else None


def _times(case: CaseNow) -> tuple[int | None, ...]:
    task = case.task
    of_task = (task.due_at, task.timer_at) if task is not None else (None, None)
    return (case.promised_due_at, case.statutory_due_at, *of_task)


def _record(unit: Unit, case: CaseNow, moves: list[Move], cause: Cause) -> None:
    payload: dict[str, Any] = {
        "calendar": cause.told,
        "moved": {move.clock: [to_microseconds(move.before), to_microseconds(move.after)] for move in moves},
    }
    task = case.task
    if task is not None and any(move.clock in ("task", "timer") for move in moves):
        unit.add(_move_task, {"task_id": task.id, "due_at": task.due_at, "timer_at": task.timer_at})
    unit.record(
        case, SYSTEM_ACTOR, "system", DEADLINES_MOVED, case.state, case.state, payload, task.id if task is not None else None
    )
    _tell(unit, case, {move.clock: move for move in moves}, cause)


def _tell(unit: Unit, case: CaseNow, moved: dict[str, Move], cause: Cause) -> None:
    """Tell the applicant of the whole matter's date, and whoever holds the task of its own."""
    of_case = moved.get("promised") or moved.get("statutory")
    number = case.number
    if of_case is not None and case.id == case.root_id:
        before, after = _day(of_case.before), clocks.in_words(of_case.after, _MINUTE)
        text = {
            "zh": f"办件 {number} 的办结期限由 {before} 改为 {after['zh']}：{cause.words['zh']}。",
            "en": f"Case {number} is to be finished by {after['en']} instead of {before}: {cause.words['en']}.",
        }
        unit.notices.append(notice_row(case, text, unit.at, kind=DEADLINE, person_id=case.applicant_id))
    holder = case.task.holder_id if case.task is not None else None
    if "task" in moved and holder is not None and holder != case.applicant_id:
        before, after = _day(moved["task"].before), clocks.in_words(moved["task"].after, _MINUTE)
        text = {
            "zh": f"办件 {number} 您正在办的这一步，期限由 {before} 改为 {after['zh']}：{cause.words['zh']}。",
            "en": f"Your step of case {number} is due on {after['en']} instead of {before}: {cause.words['en']}.",
        }
        unit.notices.append(notice_row(case, text, unit.at, kind=DEADLINE, person_id=holder))


def _day(moment: datetime) -> str:
    return moment.astimezone(OFFICE_ZONE).strftime(_MINUTE)

