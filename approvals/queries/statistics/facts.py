"""What is counted of one step and of one case, read from the tables. The rollups and the live figures both count these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.calendar import county_calendar
from approvals.db import listed
from approvals.models import Case, ClockSuspension, CustodyItem, Event, HandOver, Mandate, Task
from workflows.clock import OFFICE_ZONE, WorkingCalendar
from workflows.clock.limits import working_length
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, INTERNAL
from workflows.statistics.attribution import (
    APPLICANT,
    CLASSES,
    SPECIAL,
    WAITING,
    Attribution,
    Interval,
    Life,
    Stay,
    attributed,
    of_stay,
)

from .filters import month_of
from .step_attribution import held_by, is_ready, whose_of
from .visits import visits_of

RULES = 6
"""Which rules count steps and cases. Raise it with any change of what is counted: then the rollups are filled anew."""

NOTHING = Attribution()
_MOST_LISTED = 5_000
ANSWERED = frozenset({"done", "failed", "refused", ""})
"""How a case ended that the authority answered: what was withdrawn or lapsed had no promise left to keep."""


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step that ended. ``office_id`` is where its task lay, or where the case is decided if it lay with no office.

    ``opened`` is the day on which it came in, ``month`` that in which it ended; ``again`` says that the case had been in this state
    before. ``working`` are the working seconds of whoever's step it was: of a department's neither special procedures nor the way of
    papers between offices."""

    task_id: int
    root_id: int
    opened: date
    month: date
    workflow: str
    state: str
    to_state: str
    whose: str
    office_id: int
    department: str
    person_id: int | None
    channel: str
    timing: str
    working: int
    wall: int
    seconds: Attribution
    again: bool


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One case, open or closed: ``closed`` is the month of closing, None while it is open.

    ``opened_by`` is the workflow whose case opened it, "" for a root. ``statutory`` and ``promised`` are its limits in working
    seconds by the days that the definition gives it, 0 where it has none or was not answered; ``counted`` is what the authorities
    took of them, from the start of the clock until the case closed. ``whole`` is what somebody applied for: a root, or the matter
    that an agent's root carries, which has the visits of the family then. ``online`` was a root without a visit and without papers.
    """

    case_id: int
    root_id: int
    opened_by: str
    workflow: str
    office_id: int
    channel: str
    opened: date
    closed: date | None
    paused: bool
    outcome: str
    timing: str
    once_done: bool
    delegated: bool
    whole: bool
    visits: int
    online: bool
    statutory: int
    promised: int
    counted: int
    working: int
    wall: int
    seconds: Attribution


Breaks = Mapping[int, Sequence[Interval]]
"""Intervals of a kind by case."""


def step_facts(session: Session, which: ColumnElement[bool]) -> Iterator[StepFact]:
    """The steps of closed tasks that meet a condition; three statements."""
    ended = and_(
        Event.case_id == Task.case_id, Event.task_id == Task.id, Event.action == Task.closed_by, Event.happened_at == Task.closed_at
    )
    rows = session.execute(
        select(
            Task.id, Task.case_id, Task.root_id, Task.workflow, Task.state, Task.role, Task.department, Task.office_id, Task.opened_at,
            Task.due_at, Task.closed_at, Task.holder_id, Case.deciding_office_id, Case.channel, Event.to_state,
            entered_again().label("again"),
        )
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Event, ended)
        .where(Task.closed_at.is_not(None), which)
    ).all()  # fmt: skip
    calendar = county_calendar()
    roots = select(Task.root_id).where(Task.closed_at.is_not(None), which)
    stopped, carried = suspensions(session, roots), transits(session, roots)
    last = None
    # Put in order here: asked for it, SQLite walks every task by its identifier to find the few of the last minutes.
    for row in sorted(rows, key=lambda each: each.id):
        if row.id != last:
            yield step_fact(calendar, row, stopped, carried)
        last = row.id


def step_fact(calendar: WorkingCalendar, row: Row[Any] | Any, stopped: Breaks, carried: Breaks) -> StepFact:
    """What is counted of one closed stay."""
    whose, pauses, ways = whose_of(row.workflow, row.state, row.role), stopped.get(row.case_id, ()), carried.get(row.case_id, ())
    if pauses or ways:
        seconds = of_stay(calendar, _stay(row.workflow, row), row.closed_at, pauses, ways)
    else:  # nearly every stay, and three times as quick
        seconds = Attribution(**{whose: calendar.working_seconds(row.opened_at, row.closed_at)})
    return StepFact(
        row.id, row.root_id, row.opened_at.astimezone(OFFICE_ZONE).date(), month_of(row.closed_at), row.workflow, row.state,
        row.to_state or "", whose,
        row.office_id or row.deciding_office_id, row.department, row.holder_id, row.channel, timing(row.due_at, row.closed_at),
        getattr(seconds, whose), int((row.closed_at - row.opened_at).total_seconds()), seconds, bool(row.again),
    )  # fmt: skip


def entered_again() -> ColumnElement[bool]:
    """Whether a task is not the first stay of its case in its state."""
    earlier = aliased(Task)
    before = or_(earlier.opened_at < Task.opened_at, and_(earlier.opened_at == Task.opened_at, earlier.id < Task.id))
    return exists().where(earlier.case_id == Task.case_id, earlier.state == Task.state, before)


def timing(due_at: datetime | None, closed_at: datetime) -> str:
    """Early on a day before the one it was due, on_time on that day and no later than due, late after; "" without a due time."""
    if due_at is None:
        return ""
    if closed_at > due_at:
        return "late"
    return "early" if closed_at.astimezone(OFFICE_ZONE).date() < due_at.astimezone(OFFICE_ZONE).date() else "on_time"


def suspensions(session: Session, roots: Any) -> Breaks:
    """When special procedures stopped the clocks of the cases of these roots."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for case_id, starts_at, ends_at in session.execute(
        select(ClockSuspension.case_id, ClockSuspension.starts_at, ClockSuspension.ends_at)
        .join(Case, Case.id == ClockSuspension.case_id)
        .where(Case.root_id.in_(roots))
    ):
        found[case_id].append(Interval(starts_at, ends_at))
    return found


def transits(session: Session, roots: Any) -> Breaks:
    """When the papers of these roots were on their way between two offices."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for root_id, sent_at, received_at in session.execute(
        select(HandOver.root_id, HandOver.sent_at, HandOver.received_at).where(HandOver.root_id.in_(roots))
    ):
        found[root_id].append(Interval(sent_at, received_at))
    return found


def case_facts(session: Session, roots: Any, now: datetime, *, of_open: bool = True) -> Iterator[CaseFact]:
    """Every case of the families of these roots (their identifiers or a query of them); a handful of statements.

    Without ``of_open`` nobody asks whose the time of the open ones was and how often people came for them, which is most of the work.
    """
    roots = roots if isinstance(roots, Select) else listed(session, roots)
    cases = session.execute(
        select(
            Case.id, Case.root_id, Case.parent_id, Case.workflow, Case.version, Case.channel, Case.deciding_office_id, Case.offices,
            Case.opened_at, Case.closed_at, Case.clock_started_at, Case.extension_days, Case.promised_due_at, Case.statutory_due_at,
            Case.outcome,
        )
        .where(Case.root_id.in_(roots))
        .order_by(Case.id)
    ).all()  # fmt: skip
    stays: dict[int, list[Any]] = defaultdict(list)
    members = select(Case.id).where(Case.root_id.in_(roots))
    if len(cases) <= _MOST_LISTED:  # from the families alone PostgreSQL may think it better to read every task there is
        members = listed(session, (case.id for case in cases))
    stayed = select(Task.case_id, Task.state, Task.role, Task.opened_at, Task.closed_at).where(Task.case_id.in_(members))
    for row in session.execute(stayed.order_by(Task.opened_at, Task.id)):
        stays[row.case_id].append(row)
    delegated = set(session.scalars(select(Mandate.case_id).where(Mandate.case_id.in_(roots))))
    stopped, carried = suspensions(session, roots), transits(session, roots)
    visited = roots if of_open else _answered(session, cases, roots)
    visits = visits_of(session, visited, {case.id: case.offices for case in cases if case.id == case.root_id})
    paper = set(session.scalars(select(CustodyItem.root_id).where(CustodyItem.root_id.in_(visited), CustodyItem.kind != "result")))
    yield from counted_cases(cases, stays, stopped, carried, delegated, visits, paper, now, of_open=of_open)


def _answered(session: Session, cases: Sequence[Any], roots: Select[Any]) -> Select[Any]:
    """The roots of families in which a case that somebody applied for may have closed; all where those are too many to list."""
    found = {case.root_id for case in cases if case.closed_at is not None and case.root_id in (case.id, case.parent_id)}
    return listed(session, sorted(found)) if len(found) <= _MOST_LISTED else roots


def counted_cases(
    cases: Sequence[Any], stays: Mapping[int, Sequence[Any]], stopped: Breaks, carried: Breaks, delegated: Collection[int],
    visits: Mapping[int, int], paper: Collection[int], now: datetime, *, of_open: bool = True,
) -> Iterator[CaseFact]:  # fmt: skip
    """What is counted of each case of whole families, from their rows: ``delegated``, ``visits`` and ``paper`` are by root."""
    calendar = county_calendar()
    workflows = {case.id: case.workflow for case in cases}
    below: dict[int | None, list[Any]] = defaultdict(list)
    for case in cases:
        below[case.parent_id].append(case)
    wholes = {_whole(case, below) for case in cases if case.id == case.root_id}
    for case in cases:
        seconds = NOTHING
        if of_open or case.closed_at is not None:
            seconds = _attributed(calendar, case, below, stays, stopped, carried, now)
        end = case.closed_at or now
        statutory, promised = _limits(calendar, case)
        counted = seconds.counted if statutory or promised else 0
        if counted and case.clock_started_at > case.opened_at:
            counted = _attributed(calendar, case, below, stays, stopped, carried, now, case.clock_started_at).counted
        is_closed, is_root, whole = case.closed_at is not None, case.id == case.root_id, case.id in wholes
        came = visits.get(case.root_id, 0) if whole else 0
        yield CaseFact(
            case.id, case.root_id, "" if is_root else workflows.get(case.parent_id, ""), case.workflow, case.deciding_office_id,
            case.channel,
            month_of(case.opened_at), month_of(case.closed_at) if is_closed else None,
            not is_closed and _whose(case, below, stays, stopped, carried) in (APPLICANT, SPECIAL), case.outcome,
            timing(case.promised_due_at, case.closed_at) if is_closed and case.outcome in ANSWERED else "",
            is_closed and not _corrected(case, below, stays), case.root_id in delegated, whole, came,
            whole and is_root and case.channel == "online" and not came and case.id not in paper,
            statutory, promised, counted,
            seconds.total - seconds.special, int((end - case.opened_at).total_seconds()), seconds,
        )  # fmt: skip


def _whole(root: Any, below: Mapping[int | None, Sequence[Any]]) -> int:
    """The case of a family that somebody applied for: what an agent carries lies below the case of the carrying."""
    if _kind(root) != DELEGATED:
        return int(root.id)
    return next((int(each.id) for each in below.get(root.id, ()) if _kind(each) != INTERNAL), int(root.id))


def _kind(case: Any) -> str:
    return county_catalogue().latest(case.workflow).kind  # the same in every version, and of a damaged row there is none


def _attributed(
    calendar: WorkingCalendar, case: Any, below: Mapping[int | None, Sequence[Any]], stays: Mapping[int, Sequence[Any]],
    stopped: Breaks, carried: Breaks, now: datetime, since: datetime | None = None,
) -> Attribution:  # fmt: skip
    """The working seconds of each class, of the whole case or of what came after ``since``."""
    own, begin, end = stays.get(case.id, ()), since or case.opened_at, case.closed_at or now
    if case.id in below or case.id in stopped or case.id in carried:
        return attributed(calendar, replace(life_of(case, below, stays, stopped, carried), opened_at=begin), now)
    # Most cases neither open others nor are interrupted: one stay follows the other, and a gap is nobody's.
    seconds = dict.fromkeys(CLASSES, 0)
    for stay in own:
        first, last = max(stay.opened_at, begin), min(stay.closed_at or now, end)
        if first < last:
            seconds[whose_of(case.workflow, stay.state, stay.role)] += calendar.working_seconds(first, last)
    seconds[WAITING] += max(0, calendar.working_seconds(begin, end) - sum(seconds.values()))
    return Attribution(**seconds)


def _whose(
    case: Any, below: Mapping[int | None, Sequence[Any]], stays: Mapping[int, Sequence[Any]], stopped: Breaks, carried: Breaks
) -> str:
    """Whose the time of an open case is now."""
    if any(each.end is None for each in stopped.get(case.id, ())):
        own = SPECIAL
    elif any(each.end is None for each in carried.get(case.id, ())):
        own = WAITING
    else:
        running = (stay for stay in stays.get(case.id, ()) if stay.closed_at is None)
        own = next((whose_of(case.workflow, stay.state, stay.role) for stay in running), WAITING)
    linked = [_whose(each, below, stays, stopped, carried) for each in below.get(case.id, ()) if each.closed_at is None]
    return min((own, *linked), key=CLASSES.index)


def life_of(
    case: Any, below: Mapping[int | None, Sequence[Any]], stays: Mapping[int, Sequence[Any]], stopped: Breaks, carried: Breaks
) -> Life:
    """The life of a case with everything below it; ``below`` are cases by their parent, ``stays`` its tasks by case."""
    own = [_stay(case.workflow, stay) for stay in stays.get(case.id, ())]
    linked = [life_of(each, below, stays, stopped, carried) for each in below.get(case.id, ())]
    return Life(case.opened_at, case.closed_at, own, stopped.get(case.id, ()), carried.get(case.id, ()), linked)


def _stay(workflow: str, stay: Any) -> Stay:
    return Stay(stay.opened_at, stay.closed_at, held_by(workflow, stay.state, stay.role), is_ready(workflow, stay.state))


def _corrected(case: Any, below: Mapping[int | None, Sequence[Any]], stays: Mapping[int, Sequence[Any]]) -> bool:
    """Whether a correction was asked for, in the case or in one that it opened."""
    definition = county_catalogue().version(case.workflow, case.version)
    correcting = {name for name, state in definition.states.items() if state.stage == "correction"}
    if any(stay.state in correcting for stay in stays.get(case.id, ())):
        return True
    return any(_corrected(each, below, stays) for each in below.get(case.id, ()))


def _limits(calendar: WorkingCalendar, case: Any) -> tuple[int, int]:
    """What the law and the promise gave a case that was answered, in working seconds; 0 where they gave nothing.

    Not counted until it was due: that lies later by every suspension, which the time that was taken leaves out as well.
    """
    if case.closed_at is None or case.outcome not in ANSWERED:
        return 0, 0
    definition, day = county_catalogue().version(case.workflow, case.version), calendar.hours.seconds_per_day
    statutory, promised = definition.statutory, definition.promised
    law = working_length(statutory.budget, day) if statutory is not None and case.statutory_due_at is not None else None
    promise = working_length(promised.budget, day) if promised is not None and case.promised_due_at is not None else None
    return law + case.extension_days * day if law else 0, promise or 0
