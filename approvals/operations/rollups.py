"""Filling the rollups of the statistics behind a watermark, and emptying them.

What ended before the watermark is in the rollups and nothing else is. A batch is worked out while nobody is held up, and entered
by whoever moves the watermark on from where the batch began: of any number of workers one does, and the others begin again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from approvals.calendar import county_calendar
from approvals.models import Case, CaseRollup, Event, JudgedOpening, RollupState, SettledCase, StepArrival, StepRollup, Task
from approvals.queries.statistics import arrivals, rolled
from approvals.queries.statistics.facts import RULES, CaseFact, StepFact, case_facts, step_facts
from approvals.queries.statistics.lines import CASE_COUNTS, STEP_COUNTS, CaseLine, StepLine
from approvals.queries.statistics.openings import judged
from approvals.queries.statistics.rolled import FILLING, STATE, Cell, Gathered
from workflows.clock import OFFICE_ZONE
from workflows.statistics.histograms import Histogram

LAG = timedelta(minutes=2)
"""An action says when it happened before it is committed, and may wait for others in between: so much younger is left live.

On SQLite a writer waits twenty seconds at most and tries three times. On PostgreSQL who still writes is asked as well.
"""

BATCH = 2_000
"""About so many steps are entered at once: a fraction of a second in which others wait on SQLite."""

_KEYS_AT_ONCE = 500
_SWEPT_AT_ONCE = 20_000
_LONGEST_WRITER = text(
    "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR wait_event_type = 'Lock')"
)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


ADD, ANEW, SERVE, SWEEP = "add", "anew", "serve", "sweep"


@dataclass(frozen=True, slots=True)
class Batch:
    """What is entered at once: the steps that ended from ``since`` (None: the beginning) until before ``until``.

    ``cases`` are those of the families that were settled in that time, ``reopened`` the roots of families that were in the rollups
    and have been worked on or written of since; ``newest_event`` was there when the batch was worked out, and ``openings`` are what
    the claims of the settled ones came to. Arrivals are kept from ``arrivals_since`` on. ``what`` else there is:
    begin a filling of its own when the calendar or the rules have changed (``ANEW``), let pages read it when it has caught up
    (``SERVE``), and clear away what nobody reads any more (``SWEEP``).
    """

    since: datetime | None
    until: datetime
    calendar: str = ""
    steps: tuple[StepFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    reopened: tuple[int, ...] = ()
    newest_event: int = 0
    arrivals_since: date = date.min
    openings: tuple[Mapping[str, Any], ...] = ()
    name: str = STATE
    generation: int = 0
    what: str = ADD


def next_batch(session: Session, now: datetime, most: int = BATCH) -> Batch | None:
    """The next batch of at most about ``most`` steps; None when all that can be entered is."""
    served, filling = rolled.state_named(session, STATE), rolled.state_named(session, FILLING)
    state = filling or served
    # Before all that it holds is read: what is committed meanwhile is looked at once more by the next batch.
    newest_event = session.scalar(select(func.max(Event.id))) or 0
    if state is None:
        return _added(session, now, most, None, newest_event)
    if state.calendar != _calendar_digest(state.until):
        return _of(state, ANEW)
    batch = _added(session, now, most, state, newest_event)
    if batch is None and filling is not None:
        return _of(filling, SERVE)
    if batch is None and session.scalar(select(_unread(state.generation).limit(1).exists())):
        return _of(state, SWEEP)
    return batch


def _of(state: RollupState, what: str) -> Batch:
    return Batch(state.until, state.until, name=state.name, generation=state.generation, what=what)


def _added(session: Session, now: datetime, most: int, state: RollupState | None, newest_event: int) -> Batch | None:
    """What has ended since a state, or all so far; None where nothing has."""
    since, name, generation = (state.until, state.name, state.generation) if state is not None else (None, STATE, 0)
    until = _settled_until(session, now)
    if since is not None and until <= since:
        return None
    until = _end_of_batch(session, since or BEGINNING, until, most)
    ended = rolled.live_steps(since) & (Task.closed_at < until)
    settled = set(session.scalars(_settled(since, until)))
    reopened: set[int] = set()
    if state is not None:
        reopened = set(session.scalars(rolled.told_anew_roots(state.until, state.newest_event, generation)))
        counted = select(SettledCase.root_id).where(SettledCase.generation == generation, SettledCase.root_id.in_(settled))
        settled -= set(session.scalars(counted))  # closed before, and only what came after that ended in this batch
        unfinished = select(Case.root_id).where(Case.root_id.in_(reopened), _is_unfinished(Case, until))
        settled |= reopened - set(session.scalars(unfinished))
    return Batch(
        since, until, _calendar_digest(until), tuple(step_facts(session, ended)), tuple(case_facts(session, sorted(settled), now)),
        tuple(sorted(reopened)), newest_event, arrivals.first_day(now),
        tuple(judged(session, settled, now.astimezone(OFFICE_ZONE).date())), name, generation,
    )  # fmt: skip


def enter(session: Session, batch: Batch) -> bool:
    """Enter a batch and move the watermark; False when another worker has moved it since the batch was worked out."""
    if batch.what != ADD:
        state = rolled.state_named(session, batch.name)
        if state is None or (state.until, state.generation) != (batch.until, batch.generation):
            return False
        {ANEW: fill_anew, SERVE: _serve, SWEEP: _sweep}[batch.what](session)
        return True
    if not _move(session, batch):
        return False
    _add(session, StepRollup, rolled.step_lines(batch.steps), batch.generation)
    _add_arrivals(session, batch)
    if batch.reopened:
        _take_out(session, batch.reopened, batch.generation)
    if batch.cases:
        kept = [rolled.settled_row(fact) | {"generation": batch.generation} for fact in batch.cases]
        session.execute(insert(SettledCase.__table__), kept)
    _add(session, CaseRollup, rolled.case_lines(batch.cases), batch.generation)
    told = {*batch.reopened, *(fact.root_id for fact in batch.cases)}
    if told:
        session.execute(delete(JudgedOpening).where(JudgedOpening.root_id.in_(sorted(told))))
    if batch.openings:
        session.execute(insert(JudgedOpening), list(batch.openings))
    return True


def fill_anew(session: Session) -> None:
    """Begin to count everything anew, beside what pages read until that is done; without any rollups there is nothing to do."""
    served, filling = rolled.state_named(session, STATE), rolled.state_named(session, FILLING)
    if served is None:
        return
    generation = (filling or served).generation + 1
    session.execute(delete(RollupState).where(RollupState.name == FILLING))
    session.execute(
        insert(RollupState).values(
            name=FILLING, generation=generation, until=BEGINNING, calendar=_calendar_digest(BEGINNING), newest_event=0, differences=0
        )
    )


def _serve(session: Session) -> None:
    """Let pages read what was filled anew."""
    served = rolled.state_named(session, STATE)
    filled = select(RollupState.generation).where(RollupState.name == FILLING).scalar_subquery()
    settled = select(SettledCase.root_id).where(SettledCase.generation == filled)
    session.execute(delete(JudgedOpening).where(JudgedOpening.root_id.not_in(settled)))
    told = {"differences": served.differences, "reconciled_at": served.reconciled_at} if served is not None else {}
    session.execute(delete(RollupState).where(RollupState.name == STATE))
    session.execute(update(RollupState).where(RollupState.name == FILLING).values(name=STATE, **told))


def _unread(generation: int) -> Any:
    return select(SettledCase.case_id).where(SettledCase.generation < generation)


def _sweep(session: Session) -> None:
    """Delete what generations before the one that is read have left, some of it at once: others wait for it on SQLite."""
    state = rolled.state_named(session, STATE)
    if state is None:
        return
    for table in (StepRollup, CaseRollup, StepArrival):
        session.execute(delete(table).where(table.generation < state.generation))
    before = SettledCase.generation < state.generation
    some = select(SettledCase.case_id).where(before).limit(_SWEPT_AT_ONCE)
    session.execute(delete(SettledCase).where(before, SettledCase.case_id.in_(some)))


def start_again(session: Session) -> None:
    """Empty the rollups. Until they are filled again every figure is counted live: exact, and slow where there is much."""
    for table in (StepRollup, CaseRollup, StepArrival, SettledCase, JudgedOpening, RollupState):
        session.execute(delete(table))


def note_reconciliation(session: Session, now: datetime, differences: int) -> None:
    """Note when the rollups were last held against the events, and how many differences there were."""
    session.execute(update(RollupState).where(RollupState.name == STATE).values(reconciled_at=now, differences=differences))


# ---- how far ----------------------------------------------------------------------------------------------------------


def _settled_until(session: Session, now: datetime) -> datetime:
    """Nothing that is still to be committed happened before this moment."""
    if session.get_bind().dialect.name != "postgresql":
        return now - LAG
    # By how long ago the oldest writer began, not when: the clocks of two machines differ.
    began = session.scalar(_LONGEST_WRITER)
    return now - LAG - timedelta(seconds=max(0.0, float(began or 0)))


def _end_of_batch(session: Session, since: datetime, until: datetime, most: int) -> datetime:
    """The end of a batch of at most ``most`` steps. What ended at the same instant is never parted."""
    ended = select(Task.closed_at).where(Task.closed_at >= since, Task.closed_at < until)
    following = session.scalar(ended.order_by(Task.closed_at).offset(most).limit(1))
    return until if following is None else max(following, since + timedelta(microseconds=1))


def _settled(since: datetime | None, until: datetime) -> Any:
    """The roots of families in which something ended in a batch, and every case had closed when it ended."""
    member = aliased(Case)
    unfinished = exists().where(member.root_id == Task.root_id, _is_unfinished(member, until))
    return select(Task.root_id).where(rolled.live_steps(since), Task.closed_at < until, ~unfinished).distinct()


def _is_unfinished(case: Any, until: datetime) -> ColumnElement[bool]:
    return or_(case.closed_at.is_(None), case.closed_at >= until)


def _calendar_digest(until: datetime) -> str:
    """The rules of counting, and the working days of every year until that of a moment: a later change of either changes what was
    counted."""
    digest = hashlib.sha256(b"%d." % RULES)
    for number, year in sorted(county_calendar().years.items()):
        if number <= until.year:
            digest.update(b"%d" % number + year.working)
    return digest.hexdigest()


def _move(session: Session, batch: Batch) -> bool:
    told = {"until": batch.until, "calendar": batch.calendar, "newest_event": batch.newest_event}
    own = RollupState.name == batch.name
    if batch.since is None:
        if session.scalar(select(RollupState.until).where(own)) is not None:
            return False
        # Two workers that begin at once make the same row: one of them is repeated, and finds it.
        session.execute(insert(RollupState).values(name=STATE, generation=0, differences=0, **told))
        return True
    moved = update(RollupState).where(own, RollupState.generation == batch.generation, RollupState.until == batch.since).values(**told)
    result: Any = session.execute(moved)
    return bool(result.rowcount)


# ---- entering ---------------------------------------------------------------------------------------------------------


def _add(session: Session, table: Any, lines: Mapping[Cell, StepLine] | Mapping[Cell, CaseLine], generation: int) -> None:
    """Add lines to the rows of their cells."""
    names = STEP_COUNTS if table is StepRollup else CASE_COUNTS
    by_key = {rolled.key_of(cell, generation): (cell, line) for cell, line in lines.items()}
    keys = sorted(by_key)
    for begin in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[begin : begin + _KEYS_AT_ONCE]
        for key, *values in session.execute(select(table.key, *rolled.columns(table, names)).where(table.key.in_(some))):
            before = Gathered(names)
            before.add(tuple(values))
            before.pour(by_key[key][1])
        session.execute(delete(table).where(table.key.in_(some)))
        session.execute(insert(table.__table__), [rolled.row_of(*by_key[key], generation) for key in some])


def _add_arrivals(session: Session, batch: Batch) -> None:
    """Add the steps of a batch to the days on which they came in, and forget the days that nobody asks for any more."""
    session.execute(delete(StepArrival).where(StepArrival.generation == batch.generation, StepArrival.day < batch.arrivals_since))
    by_key = {
        rolled.key_of(cell, batch.generation): {**dict(zip(("day", *arrivals.PARTS), cell, strict=True)), "count": count}
        for cell, count in arrivals.counted(batch.steps, batch.arrivals_since).items()
    }
    keys = sorted(by_key)
    for begin in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[begin : begin + _KEYS_AT_ONCE]
        for key, count in session.execute(select(StepArrival.key, StepArrival.count).where(StepArrival.key.in_(some))):
            by_key[key]["count"] += count
        session.execute(delete(StepArrival).where(StepArrival.key.in_(some)))
        session.execute(insert(StepArrival.__table__), [{"key": key, "generation": batch.generation, **by_key[key]} for key in some])


def _take_out(session: Session, roots: Iterable[int], generation: int) -> None:
    """Take families out of the rollups: what was counted of them is taken away from the cells that it was counted in."""
    own = and_(SettledCase.generation == generation, SettledCase.root_id.in_(list(roots)))
    kept = [rolled.settled_fact(row) for row in session.scalars(select(SettledCase).where(own))]
    session.execute(delete(SettledCase).where(own))
    lines = rolled.case_lines(kept)
    cells = {rolled.key_of(cell, generation): cell for cell in lines}
    found = session.execute(
        select(CaseRollup.key, *rolled.columns(CaseRollup, CASE_COUNTS)).where(CaseRollup.key.in_(sorted(cells)))
    ).all()
    session.execute(delete(CaseRollup).where(CaseRollup.key.in_(sorted(cells))))
    for key, *values in found:
        gathered, left, removed = Gathered(CASE_COUNTS), CaseLine({}), lines[cells[key]]
        gathered.add(tuple(values))
        gathered.pour(left)
        left.take_away(removed)
        if left.closed and (_had_an_end(left.working, removed.working) or _had_an_end(left.wall, removed.wall)):
            _set_ends(session, cells[key], left, generation)
        if left.received or left.closed:
            session.execute(insert(CaseRollup), [rolled.row_of(cells[key], left, generation)])


def _had_an_end(left: Histogram, removed: Histogram) -> bool:
    return removed.count > 0 and (removed.minimum == left.minimum or removed.maximum == left.maximum)


def _set_ends(session: Session, cell: Cell, line: CaseLine, generation: int) -> None:
    """Look up the shortest and the longest of a cell among what is left of it: they alone cannot be worked out backwards."""
    grain, month, workflow, opened_by, office_id, channel = cell
    columns = SettledCase.working, SettledCase.wall
    left = select(*(end(column) for column in columns for end in (func.min, func.max))).where(
        SettledCase.generation == generation, SettledCase.workflow == workflow, SettledCase.closed == month,
        SettledCase.opened_by == opened_by,
    )  # fmt: skip
    if grain == rolled.FULL:
        left = left.where(SettledCase.office_id == office_id, SettledCase.channel == channel)
    ends = session.execute(left).one()
    line.working.minimum, line.working.maximum, line.wall.minimum, line.wall.maximum = ends
