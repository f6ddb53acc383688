"""The years of the working calendar as they stand, with every revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import CalendarYear, Person
from workflows.clock.notice import days_of_year, ranges

Ranges = list[tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a year, who made it and when; ``settled`` once every open deadline had followed."""

    number: int
    name: str
    notice_number: str
    entered_at: datetime
    entered_by: str
    settled: bool


@dataclass(frozen=True, slots=True)
class YearShown:
    """A year with its days off on weekdays and weekends that are worked, as ranges; newest revision first."""

    number: int
    official: bool
    notice: str
    off: Ranges
    worked: Ranges
    working_days: int
    revisions: tuple[Revision, ...]


def years(session: Session, first: int, last: int) -> list[YearShown]:
    """The years from first to last that the calendar knows; one statement."""
    calendar = county_calendar()
    entered = (
        select(CalendarYear, Person.name)
        .outerjoin(Person, Person.id == CalendarYear.entered_by_id)
        .where(CalendarYear.year.between(first, last))
        .order_by(CalendarYear.revision.desc())
    )
    revisions: dict[int, list[Revision]] = {}
    for row, person in session.execute(entered):
        revisions.setdefault(row.year, []).append(
            Revision(row.revision, row.notice_name, row.notice_number, row.entered_at, person or "", row.settled_at is not None)
        )
    found = []
    for number in range(first, last + 1):
        year = calendar.years.get(number)
        if year is not None:
            days = days_of_year(number, year)
            found.append(
                YearShown(
                    number, year.official, year.notice, ranges(days.off), ranges(days.worked), sum(year.working),
                    tuple(revisions.get(number, ())),
                )
            )  # fmt: skip
    return found
