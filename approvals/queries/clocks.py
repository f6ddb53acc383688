"""The clocks of one case, read now: promised and statutory, with their working, and the ledger of what did not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from approvals.calendar import calendars_at, county_calendar, supposing
from approvals.db import to_microseconds
from approvals.models import Case, ClockSuspension, Document, Person
from workflows.clock import SUSPENSION_KINDS, Line, Reading, Suspension, WorkingCalendar, format_length, format_remaining, limit_ends
from workflows.county import county_catalogue
from workflows.engine.clock_states import before_acceptance, begins_at_acceptance, may_be_suspended, suspended_states
from workflows.engine.definition import Limit, Text

from .cases import Family, Member
from .colours import clock

NOT_BEGUN, SUSPENDED, OUTSIDE, NEVER = "not-begun", "suspended", "outside", "never"
"""Why no time runs: before acceptance, during a special procedure, while people correct or sign; it never began."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A promised or statutory clock of a case. ``stands`` says why it stands still, "" while it runs and once it has stopped for
    good; ``more`` are the working days by which it was extended, ``read_on`` is the day on which it is read."""

    kind: str
    source: Mapping[str, str]
    reading: Reading
    read_on: date
    stands: str = ""
    stopped: bool = False
    more: int = 0

    @property
    def paused(self) -> bool:
        """Whether nothing can be said of a deadline now."""
        return self.stands in (NOT_BEGUN, OUTSIDE, NEVER)

    @property
    def working(self) -> list[Line]:
        """Its days line by line; while it stands still only those gone by, since nobody knows which will count after them."""
        if self.stands != SUSPENDED:
            return list(self.reading.working)
        gone = [line for line in self.reading.working if line.kind not in ("due", "provisional") and line.first <= self.read_on]
        return [line for line in gone if line.kind != "counted" or line.first < self.read_on]

    def remaining(self, language: str) -> str:
        """The working time left or over, in words."""
        return format_remaining(self.reading.remaining_seconds, language, county_calendar().hours.seconds_per_day)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: what stood still, on which ground, by which paper, who noted it and when it went on.

    ``expected_days`` are the working days that it was said to take, until ``expected_until``; None where the workflow does not ask.
    ``seconds`` is the working time that did not count, so far while it lasts, and ``days`` how many working days it fell into, none
    of which a limit in working days counts; ``document_id`` is the paper's, None where it is gone.
    """

    number: int
    kind_key: str
    ground: str
    paper: str
    document_id: int | None
    expected_days: int | None
    expected_until: datetime | None
    starts_at: datetime
    ends_at: datetime | None
    entered_by: str
    ended_by: str
    seconds: int
    days: int

    @property
    def kind(self) -> Text:
        """What stood still, in words."""
        zh, en = SUSPENSION_KINDS.get(self.kind_key, (self.kind_key, self.kind_key))
        return {"zh": zh, "en": en}

    def length(self, language: str) -> str:
        """The working time in words."""
        return format_length(self.seconds, language, county_calendar().hours.seconds_per_day)


def clocks_shown(session: Session, family: Family, member: Member, now: datetime) -> dict[str, Any]:
    """What the components of a page take: the clocks of a case and the ledger of its suspensions."""
    ledger = ledger_of(session, member, now)
    return {"clocks": clocks_of(family, member, now, ledger), "ledger": ledger}


def ledger_of(session: Session, member: Member, now: datetime) -> list[Entry]:
    """The suspensions of a case, the first one first; one statement, and none for a workflow that knows no suspension."""
    if not may_be_suspended(member.definition):
        return []
    entered, ended = aliased(Person), aliased(Person)
    found = session.execute(
        select(ClockSuspension, entered.name, ended.name, Document.id)
        .outerjoin(entered, entered.id == ClockSuspension.entered_by_id)
        .outerjoin(ended, ended.id == ClockSuspension.ended_by_id)
        .outerjoin(Document, Document.number == ClockSuspension.paper)
        .where(ClockSuspension.case_id == member.case.id)
        .order_by(ClockSuspension.number)
    )
    rows = list(found)
    calendar = _calendar_of(member, [Suspension(row.starts_at, row.ends_at, row.kind, row.ground) for row, *_ in rows])
    return [
        Entry(
            row.number, row.kind, row.ground, row.paper, document_id, row.expected_days,
            None if row.expected_days is None else calendar.add_working_days(row.starts_at, row.expected_days),
            row.starts_at, row.ends_at, entered_by or "", ended_by or "",
            calendar.working_seconds(row.starts_at, row.ends_at or now), _days_in(calendar, row.starts_at, row.ends_at or now),
        )
        for row, entered_by, ended_by, document_id in rows
    ]  # fmt: skip


def _days_in(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """How many working days the working time between two instants falls into, in whole or in part."""
    first, last, length = calendar.position(start), calendar.position(end), calendar.hours.day_length
    return (last - 1) // length + 1 - first // length if last > first else 0


def clocks_of(family: Family, member: Member, now: datetime, ledger: Sequence[Entry] = ()) -> list[Clock]:
    """The promised and the statutory clock of a case, read now, with their working.

    Of a case that is closed they are read by the calendar in force at that time, by which its due times are kept and counted: a
    notice that is entered later changes no verdict.
    """
    case = member.case
    stands = _stands(family, member)
    stopped = case.closed_at
    today = county_calendar().local(now).date()
    suspensions = [Suspension(each.starts_at, each.ends_at, each.kind_key, each.ground) for each in ledger]
    with supposing(_calendar_of(member, suspensions)):
        return [
            Clock(
                kind, limit.source,
                clock(case.clock_started_at, limit.budget, now, stopped=stopped, more_working_days=more, suspensions=suspensions),
                today, stands, stopped is not None, more,
            )
            for kind, limit, more in _limits(member)
        ]  # fmt: skip


def _limits(member: Member) -> list[tuple[str, Limit, int]]:
    """The limits of a case with the working days by which each was extended."""
    definition = member.definition
    limits = (("promised", definition.promised, 0), ("statutory", definition.statutory, member.case.extension_days))
    return [(kind, limit, more) for kind, limit, more in limits if limit is not None]


def _calendar_of(member: Member, suspensions: Sequence[Suspension]) -> WorkingCalendar:
    """The calendar to read a case with: the one in force, and for a closed case the one by which its due times were kept."""
    case = member.case
    if case.closed_at is None:
        return county_calendar()
    kept = {"promised": case.promised_due_at, "statutory": case.statutory_due_at}
    candidates = calendars_at(to_microseconds(case.closed_at))
    for calendar in candidates:
        if all(
            limit_ends(calendar, case.clock_started_at, limit.budget, more, suspensions) == kept[kind]
            for kind, limit, more in _limits(member)
        ):
            return calendar
    return candidates[0]


def stands_of(case: Case) -> str:
    """Why no time of a licence runs, told from its row alone: not-begun before its acceptance, suspended during a special
    procedure, never once it was closed without acceptance; else ""."""
    definition = county_catalogue().version(case.workflow, case.version)
    if case.closed_at is not None:
        never = begins_at_acceptance(definition) and case.promised_due_at is None and case.statutory_due_at is None
        return NEVER if never else ""
    if case.state in suspended_states(definition):
        return SUSPENDED
    return NOT_BEGUN if case.state in before_acceptance(definition) else ""


def _stands(family: Family, member: Member) -> str:
    return stands_of(member.case) or (OUTSIDE if member.case.closed_at is None and family.is_outside else "")
