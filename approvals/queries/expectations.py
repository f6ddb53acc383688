"""How long such a case takes, told honestly from those that were closed lately: the half, and nine of ten."""

from __future__ import annotations

import time
from array import array
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case, ClockSuspension, Task
from workflows.engine.definition import OUTSIDE_ROLES
from workflows.logs.spread import spread_of

DAYS = 180
MOST_CASES = 400
"""The newest closed cases of a workflow that are looked at: bounded work, and what takes longer now shows soon."""

FEWEST_CASES = 20
"""Below this many cases nothing is said: a handful says nothing about the next one."""

_KEPT_SECONDS = 600.0
_kept: dict[tuple[str, str], tuple[float, Expectation]] = {}


@dataclass(frozen=True, slots=True)
class Expectation:
    """Net working seconds within which half and nine of ten of ``count`` cases were closed. None where they are too few."""

    count: int
    half: int | None = None
    nine_of_ten: int | None = None


def expectation(session: Session, workflow: str, now: datetime) -> Expectation:
    """What to expect of a case of that workflow; two statements, kept per process for ten minutes.

    Counted are its newest ``MOST_CASES`` that ended with a decision of the authorities (done, failed or refused, or closed and
    not yet handed out) within ``DAYS``. A case's time is the working time between its opening and its closing by the county's
    calendar, without the spans in which it lay with those outside: applicants who correct, signatories who have not signed, of
    a root anywhere in its family; of a linked case without those in which it waited for a matter before it; and without special
    procedures, during which the clock of the case stood still.
    """
    key = (str(session.get_bind().engine.url), workflow)
    found = _kept.get(key)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        found = _kept[key] = (time.monotonic(), _worked_out(session, workflow, now))
    return found[1]


def forget() -> None:
    """Work everything out anew at the next use."""
    _kept.clear()


def _worked_out(session: Session, workflow: str, now: datetime) -> Expectation:
    recent = (
        select(Case.id, Case.root_id, Case.opened_at, Case.closed_at)
        .where(
            Case.workflow == workflow,
            Case.closed_at >= now - timedelta(days=DAYS),
            Case.closed_at <= now,
            Case.outcome.in_(["", "done", "failed", "refused"]),
        )
        .order_by(Case.closed_at.desc(), Case.id)
        .limit(MOST_CASES)
    )
    cases = session.execute(recent).all()
    if len(cases) < FEWEST_CASES:
        return Expectation(len(cases))
    wanted = recent.subquery()
    lay_outside = (
        select(wanted.c.id, Task.opened_at, Task.closed_at)
        .join(Task, Task.root_id == wanted.c.root_id)
        .where(
            or_(
                Task.role.in_(OUTSIDE_ROLES) & or_(Task.case_id == wanted.c.id, wanted.c.id == wanted.c.root_id),
                (Task.role == "") & (Task.case_id == wanted.c.id) & (wanted.c.id != wanted.c.root_id),
            )
        )
    )
    stood_still = select(wanted.c.id, ClockSuspension.starts_at, ClockSuspension.ends_at).join(
        ClockSuspension, ClockSuspension.case_id == wanted.c.id
    )
    outside = session.execute(union_all(lay_outside, stood_still)).all()
    calendar = county_calendar()
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for case_id, opened_at, closed_at in outside:
        spans[case_id].append((calendar.position(opened_at), calendar.position(closed_at or now)))
    taken = [_net(calendar.position(case.opened_at), calendar.position(case.closed_at), spans[case.id]) for case in cases]
    spread = spread_of(array("q", taken))
    return Expectation(spread.n, int(spread.median or 0), int(spread.p90 or 0))


def _net(start: int, end: int, outside: list[tuple[int, int]]) -> int:
    """Working microseconds from start to end without these spans, which may overlap."""
    left, at = end - start, start
    for first, last in sorted(outside):
        first, last = max(first, at), min(last, end)
        if last > first:
            left, at = left - (last - first), last
    return left
