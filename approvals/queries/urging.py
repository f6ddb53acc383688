"""How often a case was urged (催办), and whether it can be urged once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.calendar import county_calendar
from approvals.models import Case, Event, Task, Urging
from workflows.engine.clock_states import outside_states
from workflows.engine.definition import OUTSIDE_ROLES

from .cases import Member
from .history import Line

URGED = "case:urged"
"""The action of its event."""

MOST_A_STEP = 3
"""How often each side may urge one step, on different working days: also where the case comes back to it."""

APPLICANT, SUPERVISOR = "applicant", "supervisor"


def counted_day(now: datetime) -> date:
    """The working day that a moment counts for: an evening or a day off counts for the next one."""
    return county_calendar().day_of_business(now)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one side has asked for so far, by case: how often of the step that it is in, and the last working day."""

    times: Mapping[int, int]
    last: Mapping[int, date]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, date, bool]]) -> Asked:
        """From each time the case, the day, and whether it was of the step that the case is in."""
        times: Counter[int] = Counter()
        last: dict[int, date] = {}
        for case_id, day, is_of_step in rows:
            times[case_id] += bool(is_of_step)
            last[case_id] = max(day, last.get(case_id, day))
        return cls(times, last)

    def today(self, case_id: int, now: datetime) -> bool:
        """Whether a case was urged on the working day of a moment."""
        return self.last.get(case_id) == counted_day(now)

    def may_again(self, case_id: int, now: datetime) -> bool:
        """Whether the step that a case is in can be urged once more now."""
        return self.times.get(case_id, 0) < MOST_A_STEP and not self.today(case_id, now)


def of_this_step(task: Any = Task) -> ColumnElement[bool]:
    """Whether a task that was urged is a stay in the step that its ``Case`` is in now, whose time the last stay still counts.

    That is every stay since the clocks of the case began and since the people who apply last had something to do.
    """
    outside = aliased(Task)
    anew = exists().where(
        outside.case_id == task.case_id, outside.role.in_(sorted(OUTSIDE_ROLES)), outside.opened_at >= task.closed_at
    )
    counts = and_(task.opened_at >= Case.clock_started_at, ~anew)
    return and_(task.state == Case.state, or_(task.closed_at.is_(None), counts))


def asked_of(session: Session, case_ids: Sequence[int], side: str) -> Asked:
    """What one side has asked for on these cases; one statement."""
    rows = session.execute(
        select(Urging.case_id, Urging.counted_on, of_this_step())
        .join(Task, Task.id == Urging.task_id)
        .join(Case, Case.id == Urging.case_id)
        .where(Urging.case_id.in_(case_ids), Urging.side == side)
    )
    return Asked.of((case_id, day, is_of_step) for case_id, day, is_of_step in rows)


def urged_of_this_step(lines: Sequence[Line], member: Member) -> list[Event]:
    """The times that the step was urged that a case is in, told by its history, the newest first; by the same rule."""
    own = [line.event for line in lines if line.event.case_id == member.case.id]
    outside = outside_states(member.definition)
    since = max([member.case.clock_started_at, *(each.happened_at for each in own if each.to_state in outside)])
    task_id = member.task.id if member.task is not None else None
    return [
        each
        for each in own
        if each.action == URGED
        and each.from_state == member.case.state
        and (each.task_id == task_id or each.happened_at >= since)
    ]
