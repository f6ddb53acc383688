"""Where the time of one family went: whose every working second was, of a case and of each one that it opened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case, Task
from approvals.queries.cases import Family, Member
from workflows.statistics.attribution import Attribution, attributed

from .facts import life_of, suspensions, transits


@dataclass(frozen=True, slots=True)
class WhoseTime:
    """The working seconds of one case of a family by whose they were, until it closed or until now."""

    member: Member
    seconds: Attribution


def whose_time(session: Session, family: Family, subject: Member, now: datetime) -> list[WhoseTime]:
    """The case that is looked at, then every one below it, each by itself; three statements."""
    roots = [family.root.case.id]
    below: dict[int | None, list[Case]] = defaultdict(list)
    for member in family.members:
        below[member.case.parent_id].append(member.case)
    stays: dict[int, list[Any]] = defaultdict(list)
    of_family = select(Task.case_id, Task.state, Task.opened_at, Task.closed_at, Task.role)
    for stay in session.execute(of_family.where(Task.case_id.in_([member.case.id for member in family.members]))):
        stays[stay.case_id].append(stay)
    stopped, carried = suspensions(session, roots), transits(session, roots)
    calendar = county_calendar()
    shown = [subject]
    for member in shown:  # grows by what each of them opened
        shown += family.linked_of(member)
    return [WhoseTime(member, attributed(calendar, life_of(member.case, below, stays, stopped, carried), now)) for member in shown]
