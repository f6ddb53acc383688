"""Filling the rollups of the statistics behind a watermark, and emptying them.

What ended before the watermark is in the rollups and nothing else is. A batch is worked out while nobody is held up, and entered
by whoever moves the watermark on from where the batch began: of any number of workers one does, and the others begin again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from approvals.calendar import county_calendar
from approvals.models import Case, CaseRollup, Event, RollupState, SettledCase, StepRollup, Task
from approvals.queries.statistics import rolled
from approvals.queries.statistics.facts import RULES, CaseFact, StepFact, case_facts, step_facts
from approvals.queries.statistics.lines import CASE_COUNTS, CaseLine, StepLine
from approvals.queries.statistics.rolled import STATE, Cell, Gathered

LAG = timedelta(minutes=2)
"""An action says when it happened before it is committed, and may wait for others in between: so much younger is left live.

On SQLite a writer waits twenty seconds at most and tries three times. On PostgreSQL who still writes is asked as well.
"""

BATCH = 2_000
"""About so many steps are entered at once: a fraction of a second in which others wait on SQLite."""

_KEYS_AT_ONCE = 500
_LONGEST_WRITER = text(
    "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR wait_event_type = 'Lock')"
)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is entered at once: the steps that ended from ``since`` (None: the beginning) until before ``until``.

    ``cases`` are those of the families that were settled in that time, ``reopened`` the roots of families that were in the rollups
    and have been worked on or written of since; ``newest_event`` was there when the batch was worked out. With ``anew`` the
    rollups are emptied and nothing else.
    """

    since: datetime | None
    until: datetime
    calendar: str = ""
    steps: tuple[StepFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    reopened: tuple[int, ...] = ()
    newest_event: int = 0
    anew: bool = False


def next_batch(session: Session, now: datetime, most: int = BATCH) -> Batch | None:
    """The next batch of at most about ``most`` steps; None when all that can be entered is."""
    state = session.scalars(select(RollupState).where(RollupState.name == STATE)).one_or_none()
    # Before all that it holds is read: what is committed meanwhile is looked at once more by the next batch.
    newest_event = session.scalar(select(func.max(Event.id))) or 0
    since = state.until if state is not None else None
    if state is not None and state.calendar != _calendar_digest(state.until):
        return Batch(since, state.until, anew=True)
    until = _settled_until(session, now)
    if since is not None and until <= since:
        return None
    until = _end_of_batch(session, since or _BEGINNING, until, most)
    ended = rolled.live_steps(since) & (Task.closed_at < until)
    settled = set(session.scalars(_settled(since, until)))
    reopened: set[int] = set()
    if state is not None:
        reopened = set(session.scalars(rolled.reopened_roots(state.until)))
        told_anew = set(session.scalars(rolled.told_anew_roots(state.until, state.newest_event)))
        settled |= told_anew - reopened
        reopened |= told_anew
    return Batch(
        since, until, _calendar_digest(until), tuple(step_facts(session, ended)), tuple(case_facts(session, sorted(settled), now)),
        tuple(sorted(reopened)), newest_event,
    )  # fmt: skip


def enter(session: Session, batch: Batch) -> bool:
    """Enter a batch and move the watermark; False when another worker has moved it since the batch was worked out."""
    if not _move(session, batch):
        return False
    if batch.anew:
        start_again(session)
        return True
    _add(session, StepRollup, rolled.step_lines(batch.steps))
    if batch.reopened:
        _take_out(session, batch.reopened)
    if batch.cases:
        session.execute(insert(SettledCase), [rolled.settled_row(fact) for fact in batch.cases])
    _add(session, CaseRollup, rolled.case_lines(batch.cases))
    return True


def start_again(session: Session) -> None:
    """Empty the rollups. Until they are filled again every figure is counted live, and exact."""
    for table in (StepRollup, CaseRollup, SettledCase, RollupState):
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
    """The roots of families whose last task ended in a batch: nobody has anything to do for them, nor had after it."""
    member, other = aliased(Case), aliased(Task)
    later = exists().where(
        member.root_id == Task.root_id, other.case_id == member.id, or_(other.closed_at.is_(None), other.closed_at >= until)
    )
    return select(Task.root_id).where(rolled.live_steps(since), Task.closed_at < until, ~later).distinct()


def _calendar_digest(until: datetime) -> str:
    """The rules of counting, and the working days of every year until that of a moment: a later change of either changes what was
    counted."""
    digest = hashlib.sha256(b"%d." % RULES)
    for number, year in sorted(county_calendar().years.items()):
        if number <= until.year:
            digest.update(b"%d" % number + year.working)
    return digest.hexdigest()


def _move(session: Session, batch: Batch) -> bool:
    own, told = RollupState.name == STATE, {"until": batch.until, "calendar": batch.calendar, "newest_event": batch.newest_event}
    if batch.since is None:
        if session.scalar(select(RollupState.until).where(own)) is not None:
            return False
        # Two workers that begin at once make the same row: one of them is repeated, and finds it.
        session.execute(insert(RollupState).values(name=STATE, differences=0, **told))
        return True
    moved = update(RollupState).where(own, RollupState.until == batch.since).values(**told)
    result: Any = session.execute(moved)
    return bool(result.rowcount)


# ---- entering ---------------------------------------------------------------------------------------------------------


def _add(session: Session, table: Any, lines: Mapping[Cell, StepLine] | Mapping[Cell, CaseLine]) -> None:
    """Add lines to the rows of their cells."""
    names = rolled.STEP_COUNTS if table is StepRollup else CASE_COUNTS
    by_key = {rolled.key_of(cell): (cell, line) for cell, line in lines.items()}
    keys = sorted(by_key)
    for begin in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[begin : begin + _KEYS_AT_ONCE]
        for key, *values in session.execute(select(table.key, *rolled.columns(table, names)).where(table.key.in_(some))):
            before = Gathered(names)
            before.add(tuple(values))
            before.pour(by_key[key][1])
        session.execute(delete(table).where(table.key.in_(some)))
        session.execute(insert(table), [rolled.row_of(*by_key[key]) for key in some])


def _take_out(session: Session, roots: Iterable[int]) -> None:
    """Take families out of the rollups: the cells that they were counted in are counted anew without them."""
    own = SettledCase.root_id.in_(list(roots))
    facts = [rolled.settled_fact(row) for row in session.scalars(select(SettledCase).where(own))]
    session.execute(delete(SettledCase).where(own))
    for cell in rolled.case_lines(facts):
        _, month, workflow, opened_by, office_id, channel = cell
        left = select(SettledCase).where(
            SettledCase.workflow == workflow, SettledCase.opened_by == opened_by,
            or_(SettledCase.opened == month, SettledCase.closed == month),
        )  # fmt: skip
        if cell[0] == rolled.FULL:
            left = left.where(SettledCase.office_id == office_id, SettledCase.channel == channel)
        session.execute(delete(CaseRollup).where(CaseRollup.key == rolled.key_of(cell)))
        line = rolled.case_lines(rolled.settled_fact(row) for row in session.scalars(left)).get(cell)
        if line is not None:
            session.execute(insert(CaseRollup), [rolled.row_of(cell, line)])
