"""The years of the working calendar as they stand, with every revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar, delivered_calendar, year_from
from approvals.models import AdministrationChange, CalendarYear, Person
from workflows.clock.notice import days_of_year, ranges
from workflows.clock.standing import standing

Ranges = list[tuple[date, date]]

SUBJECT = "calendar"
"""What an entry of a year is called in the record of administration, which keeps the reason why one was taken back."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a year, who made it and when; ``settled`` once every open deadline had followed.

    ``back_to`` is the revision that counts again since this one took back those after it, 0 for the year as it was delivered;
    None for an entry that took nothing back.
    """

    number: int
    official: bool
    name: str
    notice_number: str
    entered_at: datetime
    entered_by: str
    settled: bool
    back_to: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class YearShown:
    """A year with its days off on weekdays and weekends that are worked, as ranges; newest revision first. ``is_entered`` while a
    notice is in force that can be taken back."""

    number: int
    official: bool
    notice: str
    off: Ranges
    worked: Ranges
    working_days: int
    is_entered: bool
    revisions: tuple[Revision, ...]


def entries(session: Session, number: int) -> Sequence[CalendarYear]:
    """What was entered for a year, the first revision first; one statement."""
    return session.scalars(select(CalendarYear).where(CalendarYear.year == number).order_by(CalendarYear.revision)).all()


def standing_revisions(rows: Sequence[CalendarYear]) -> list[int]:
    """The revisions of a year that stand one upon the other, the one in force last; 0 is the year as it was delivered.

    ``rows`` are the first ones that were entered for it, at least one.
    """
    return standing(delivered_calendar().years[rows[0].year], map(year_from, rows))


def back_to(rows: Sequence[CalendarYear]) -> int | None:
    """The revision that counts again because the last of these took back those after it; None when it took nothing back."""
    stands = standing_revisions(rows)
    return stands[-1] if stands[-1] != rows[-1].revision else None


def years(session: Session, first: int, last: int) -> list[YearShown]:
    """The years from first to last that the calendar knows; one statement."""
    calendar = county_calendar()
    noted = and_(AdministrationChange.subject_id == CalendarYear.id, AdministrationChange.subject == SUBJECT)
    entered = (
        select(CalendarYear, Person.name, AdministrationChange.reason)
        .outerjoin(Person, Person.id == CalendarYear.entered_by_id)
        .outerjoin(AdministrationChange, noted)
        .where(CalendarYear.year.between(first, last))
        .order_by(CalendarYear.revision)
    )
    found: dict[int, list[tuple[CalendarYear, str, str]]] = {}
    for row, person, reason in session.execute(entered):
        found.setdefault(row.year, []).append((row, person or "", reason or ""))
    return [_shown(number, found.get(number, [])) for number in range(first, last + 1) if number in calendar.years]


def _shown(number: int, entered: Sequence[tuple[CalendarYear, str, str]]) -> YearShown:
    year = county_calendar().years[number]
    days, rows = days_of_year(number, year), [row for row, *_ in entered]
    revisions = [
        Revision(
            row.revision, row.official, row.notice_name, row.notice_number, row.entered_at, person, row.settled_at is not None,
            back_to(rows[:place]), reason,
        )
        for place, (row, person, reason) in enumerate(entered, 1)
    ]  # fmt: skip
    return YearShown(
        number, year.official, year.notice, ranges(days.off), ranges(days.worked), sum(year.working),
        bool(rows) and standing_revisions(rows)[-1] > 0, tuple(reversed(revisions)),
    )  # fmt: skip
