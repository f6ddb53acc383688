"""How often a case was urged (催办), and whether it can be urged once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Urging

URGED = "case:urged"
"""The action of its event."""

MOST_A_STEP = 3
"""How often each side may urge one step, on different working days."""

APPLICANT, SUPERVISOR = SIDES = ("applicant", "supervisor")


def counted_day(now: datetime) -> date:
    """The working day that a moment counts for: an evening or a day off counts for the next one."""
    return county_calendar().day_of_business(now)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one side has asked for so far: how often by task, and the last working day by case."""

    times: Mapping[int, int]
    last: Mapping[int, date]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, date]]) -> Asked:
        """From case, task and day of each time."""
        times: Counter[int] = Counter()
        last: dict[int, date] = {}
        for case_id, task_id, day in rows:
            times[task_id] += 1
            last[case_id] = max(day, last.get(case_id, day))
        return cls(times, last)

    def today(self, case_id: int, now: datetime) -> bool:
        """Whether a case was urged on the working day of a moment."""
        return self.last.get(case_id) == counted_day(now)

    def may_again(self, case_id: int, task_id: int, now: datetime) -> bool:
        """Whether a task can be urged once more now."""
        return self.times.get(task_id, 0) < MOST_A_STEP and not self.today(case_id, now)


def asked_of(session: Session, case_ids: Sequence[int], side: str) -> Asked:
    """What one side has asked for on these cases; one statement."""
    rows = session.execute(
        select(Urging.case_id, Urging.task_id, Urging.counted_on).where(Urging.case_id.in_(case_ids), Urging.side == side)
    )
    return Asked.of((case_id, task_id, day) for case_id, task_id, day in rows)
