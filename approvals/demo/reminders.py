"""Who was reminded in the demo county: warned of deadlines as the schedule does it, and urged by applicants and the supervisor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import Case, Event, Task
from approvals.operations.acting import Acting
from approvals.operations.permissions import DESK_ROLES
from approvals.operations.urging import urge
from approvals.operations.warnings import due_warnings, warn

from .people import HALL, County

HOUR = 3600
MICROSECONDS = 1_000_000
FIRST_SWEEP, EVERY = 15 * 8, 4
"""Working hours before the end of the demo, and between two sweeps. What has been settled since then is not warned of afterwards."""

URGED = 6
URGED_AFTER = 2
"""Working hours after a step was late, or after the last thing that happened."""


def remind(database: Database, county: County, end: datetime) -> None:
    """Urge some of what is late, and warn everybody of what is still open, at the moments at which the schedule would have."""
    for token, who, now in _to_urge(database, county, end):
        database.write(urge, who, token, now)
    calendar = county_calendar()
    for hours in range(FIRST_SWEEP, -1, -EVERY):
        _sweep(database, calendar.instant(calendar.position(end) - hours * HOUR * MICROSECONDS))


def _sweep(database: Database, now: datetime) -> None:
    with database.reading() as session:
        found = due_warnings(session, now)
        opened = {task_id: at for task_id, at in session.execute(select(Task.id, Task.opened_at).where(Task.closed_at.is_(None)))}
    for person_id, warnings in sorted(found.items()):
        standing = [each for each in warnings if all(opened[hand.task_id] <= now for hand in each.passed.hands)]
        if standing:
            database.write(warn, person_id, standing, now)


def _to_urge(database: Database, county: County, end: datetime) -> Iterator[tuple[str, Acting, datetime]]:
    """Late cases, those of the applicant who signs in first, each with who urges it and when: applicant and supervisor in turn."""
    applicants = {each.person_id: each for each in county.applicants}
    supervisor = county.workers("supervisor", "approval-bureau", county.offices[HALL])[0]
    calendar, by_applicant = county_calendar(), cycle((True, True, False))
    with database.reading() as session:
        late = _late(session, county.applicant.person_id, end)
    chosen = 0
    for token, applicant_id, since in late:
        now = calendar.add_working_seconds(since, URGED_AFTER * HOUR)
        if now >= end or applicant_id not in applicants:
            continue
        yield token, applicants[applicant_id] if next(by_applicant) else supervisor, now
        chosen += 1
        if chosen == URGED:
            return


def _late(session: Session, first: int | None, end: datetime) -> list[tuple[str, int | None, datetime]]:
    """The roots whose steps are late, with the later of when the first was due and when something last happened."""
    last = (
        select(Case.root_id, func.max(Event.happened_at).label("at")).join(Event, Event.case_id == Case.id).group_by(Case.root_id)
    ).subquery()
    found = session.execute(
        select(Case.token, Case.applicant_id, func.min(Task.due_at), last.c.at)
        .join(Task, Task.root_id == Case.id)
        .join(last, last.c.root_id == Case.id)
        .where(Task.closed_at.is_(None), Task.due_at < end, Task.office_id.is_not(None), Task.role.in_(DESK_ROLES))
        .where(Case.workflow.in_(("company-opening", "food-permit")), Case.closed_at.is_(None))
        .group_by(Case.id, Case.token, Case.applicant_id, last.c.at)
        .order_by(Case.applicant_id != first, Case.id)
    )
    return [(token, applicant_id, max(due, at)) for token, applicant_id, due, at in found]
