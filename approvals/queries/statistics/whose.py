"""Where the time of one case went: whose every working second was, of the case and of each one that it opened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Task
from approvals.queries.cases import Family, Member
from workflows.statistics.attribution import Attribution, Life, Stay, attributed

from .facts import Breaks, suspensions, transits


@dataclass(frozen=True, slots=True)
class WhoseTime:
    """The working seconds of one case of a family by whose they were, until it closed or until now."""

    member: Member
    seconds: Attribution


def whose_time(session: Session, family: Family, subject: Member, now: datetime) -> list[WhoseTime]:
    """The case that is looked at, then every one below it, each by itself; three statements."""
    roots = [family.root.case.id]
    stays: dict[int, list[Stay]] = defaultdict(list)
    of_family = select(Task.case_id, Task.opened_at, Task.closed_at, Task.role).where(
        Task.case_id.in_([member.case.id for member in family.members])
    )
    for case_id, opened_at, closed_at, role in session.execute(of_family):
        stays[case_id].append(Stay(opened_at, closed_at, role))
    breaks = suspensions(session, roots), transits(session, roots)
    calendar = county_calendar()
    shown = [subject]
    for member in shown:  # grows by what each of them opened
        shown += family.linked_of(member)
    return [WhoseTime(member, attributed(calendar, _life(family, member, stays, *breaks), now)) for member in shown]


def _life(family: Family, member: Member, stays: dict[int, list[Stay]], stopped: Breaks, carried: Breaks) -> Life:
    case = member.case
    return Life(
        case.opened_at, case.closed_at, stays[case.id], stopped.get(case.id, ()), carried.get(case.id, ()),
        [_life(family, each, stays, stopped, carried) for each in family.linked_of(member)],
    )  # fmt: skip
