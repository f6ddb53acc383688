"""What statistics are asked of: which cases or steps, of which months, and grouped by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from approvals.queries.county_network import county_network
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue

Offices = frozenset[int] | None
"""A jurisdiction; None for the whole county."""

Workflows = frozenset[str] | None
"""The keys of some workflows; None for all."""

STEP_KEYS = ("workflow", "state", "whose", "office", "department", "person", "channel", "month")
CASE_KEYS = ("workflow", "office", "department", "channel", "opened_by", "month")
"""``opened_by`` is the workflow whose case opened a linked one, "" for a case that was filed itself."""



@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which steps or cases count; None leaves a dimension open. Months are named by their first day and both ends count.

    ``office_id`` stands for the office with everything below it. A step belongs to the month in which it ended, in the county's
    time. ``whose`` keeps the steps that were a department's, the applicant's or nobody's (waiting).
    """

    workflow: str | None = None
    office_id: int | None = None
    department: str | None = None
    person_id: int | None = None
    channel: str | None = None
    first_month: date
    last_month: date
    whose: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a month that is not named by its first day, or months in the wrong order."""
        if self.first_month.day != 1 or self.last_month.day != 1:
            raise ValueError("a month is named by its first day")
        if self.last_month < self.first_month:
            raise ValueError("the last month comes before the first")


def month_of(moment: datetime) -> date:
    """The month of a moment in the county's time, by its first day."""
    return moment.astimezone(OFFICE_ZONE).date().replace(day=1)


def month_after(month: date, months: int = 1) -> date:
    """The first day of the month that lies so many months later, or earlier where negative."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """The months from the first to the last, both included."""
    while first <= last:
        yield first
        first = month_after(first)


def start_of(month: date) -> datetime:
    """The instant at which a month begins in the county."""
    return datetime.combine(month, time(), OFFICE_ZONE)


def in_reach(session: Session, offices: Offices, filter: Filter) -> Offices:
    """The offices that count: those of the jurisdiction, and of the filter's office with its subtree. No statement."""
    if filter.office_id is None:
        return offices
    below = county_network(session.connection()).subtree(filter.office_id) | {filter.office_id}
    return below if offices is None else below & offices


def department_of(workflow: str) -> str:
    """The department that answers for a workflow; "" for one that this release does not know."""
    try:
        return county_catalogue().latest(workflow).department
    except KeyError:
        return ""


def checked(by: tuple[str, ...], allowed: tuple[str, ...], filter: Filter) -> None:
    """Raises ValueError for a key that there is not, or figures of persons other than somebody's own."""
    if unknown := set(by) - set(allowed):
        raise ValueError(f"statistics cannot be grouped by {', '.join(sorted(unknown))}")
    if "person" in by and filter.person_id is None:
        raise ValueError("people are shown their own figures alone: set person_id")
