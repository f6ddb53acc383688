"""Entering the notice of holidays of a year: from a form or a file, judged, shown, and only then stored.

A year may be entered again: the latest revision is in force, the earlier ones stay. What it moves is ``deadline_moves``; taking
one back is ``calendar_withdrawals``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import FIRST_KNOWN_YEAR, county_calendar
from approvals.models import CalendarYear
from approvals.queries.calendar_years import SUBJECT
from workflows.clock import WorkingCalendar, Year
from workflows.clock.notice import (
    FILE,
    NAME,
    NUMBER,
    OF_THE_YEAR,
    YEAR,
    Days,
    days_of_year,
    in_words,
    judge,
    number_of,
    read_csv,
    read_number,
    read_text,
    usual_name,
    with_number,
    year_of,
)

from .acting import Acting
from .administration.faults import Fault, fault, refuse
from .administration.log import record
from .administration.office_file import decoded
from .deadline_moves import forget
from .errors import Outdated
from .permissions import refuse_unless
from .reference import network_changed

LONGEST_NAME, LONGEST_NUMBER = 200, 60
YEARS_AHEAD = 2
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Notice:
    """A year as it was understood: its notice, its days off on weekdays and its weekends that are worked."""

    number: int
    name: str
    notice_number: str
    year: Year
    days: Days


def read_notice(typed: Mapping[str, str], csv: str | None, today: date) -> Notice:
    """What was typed, or stands in a file, held against the calendar in force. Raises Faulty with every sentence that helps."""
    number = _year(typed.get("year", ""), today)
    faults: list[Fault] = []
    name, notice_number = _named(typed, number, faults)
    days = Days()
    if csv is not None:
        if any(typed.get(column, "").strip() for column in ("holidays", "workdays")):
            faults.append(
                fault(
                    FILE, "又填了日期又选了文件，不知道以哪个为准。请只留一种：清空上面两栏，或者不选文件。",
                    "Days were typed and a file was sent as well: keep one of them.",
                )
            )  # fmt: skip
        read_csv(number, csv, days)
    else:
        for column in ("holidays", "workdays"):
            read_text(number, typed.get(column, ""), column, days)
    judged = days.faults or judge(number, days, county_calendar(), today)
    refuse([*faults, *(fault(each.field, each.zh, each.en) for each in judged)])
    year = Year(year_of(number, days), official=True, notice=with_number(name, notice_number))
    return Notice(number, name, notice_number, year, days_of_year(number, year))


def read_file(data: bytes) -> str | None:
    """The text of a file that was sent; None for none. Raises Faulty for one that cannot be read."""
    text = decoded(data) if len(data) <= MOST_BYTES else None
    if text is None:
        refuse([
            fault(
                FILE, "这个文件读不出来。请用“另存为”存成 CSV（UTF-8 或 GB18030），两列：date、working，再上传。",
                "This file cannot be read: save it as CSV with the columns date and working.",
            )
        ])  # fmt: skip
    return text if data else None


def _year(typed: str, today: date) -> int:
    text = typed.strip().removesuffix(OF_THE_YEAR)
    first, last = max(FIRST_KNOWN_YEAR, today.year - 1), today.year + YEARS_AHEAD
    if not (text.isdecimal() and len(text) == 4 and first <= int(text) <= last):
        refuse([
            fault(
                YEAR, f"请填 {first} 到 {last} 之间的年份，例如 {today.year + 1}。更早的年份已经办完，更晚的还没有公布。",
                f"Enter a year from {first} to {last}: earlier ones are over, later ones not announced.",
            )
        ])  # fmt: skip
    return int(text)


def _named(typed: Mapping[str, str], number: int, faults: list[Fault]) -> tuple[str, str]:
    name = " ".join(typed.get("name", "").split())
    notice_number = read_number(typed.get("number", ""))
    if not name or len(name) > LONGEST_NAME:
        faults.append(
            fault(
                NAME, f"请填通知的名称（最多 {LONGEST_NAME} 字），例如：{usual_name(number)}。",
                f"Enter the name of the notice, such as {usual_name(number)}.",
            )
        )  # fmt: skip
    elif str(number) not in name:
        faults.append(
            fault(
                NAME, f"通知名称里没有“{number}”，是不是另一年的通知？请核对年份和名称。",
                f"The name does not mention {number}; is it the notice of another year?",
            )
        )  # fmt: skip
    if notice_number is None or len(notice_number) > LONGEST_NUMBER:
        example = number_of(number)
        faults.append(
            fault(
                NUMBER, f"请填文号，例如：{example}。没有文号的不是正式通知，先不要录入。",
                f"Enter its number, such as {example}. What has no number is no notice yet.",
            )
        )  # fmt: skip
    return name, notice_number or ""


def supposed(number: int, year: Year) -> WorkingCalendar:
    """The calendar in force with this year in place of its own."""
    calendar = county_calendar()
    return WorkingCalendar({**calendar.years, number: year}, calendar.hours, calendar.closures)


def revision_of(session: Session, number: int) -> int:
    """The revision in force of a year; 0 for one that nothing was entered for."""
    found = _newest(session, number)
    return found.revision if found is not None else 0


def begin(session: Session, acting: Acting) -> None:
    """Let nobody else change the calendar meanwhile, and read it as it stands."""
    refuse_unless(acting, "manage_calendar")
    network_changed(session)  # of two who change it at once the second sees what the first one did
    forget()


def enter(
    session: Session, acting: Acting, typed: Mapping[str, str], csv: str | None, shown: str, today: date, now: datetime
) -> CalendarYear | None:
    """Store a notice that was shown before; None when it stands in the database already, as after a second click.

    ``shown`` is the revision of the year by which the preview was made. Raises Faulty, and Outdated when somebody entered the year
    meanwhile.
    """
    begin(session, acting)
    notice = read_notice(typed, csv, today)
    before = _newest(session, notice.number)
    working = "".join(map(str, notice.year.working))
    if before is not None and (before.working, before.notice_name, before.notice_number, before.official) == (
        working, notice.name, notice.notice_number, True,
    ):  # fmt: skip
        return None
    if shown != str(before.revision if before is not None else 0):
        raise changed_meanwhile(notice.number)
    return store(session, acting, notice, before, now)


def changed_meanwhile(number: int) -> Outdated:
    """What the second of two people is told."""
    return Outdated(
        "year-entered",
        {
            "zh": f"{number}年的放假安排刚刚由别人改过，这次还没有保存。请看下面按新日历算出的变动，再确认。",
            "en": f"Somebody has just changed the holidays of {number}; nothing was stored. See what moves now, and confirm again.",
        },
    )


def store(
    session: Session, acting: Acting, notice: Notice, before: CalendarYear | None, now: datetime, reason: str = ""
) -> CalendarYear:
    """Put a year into force after the entry before, and into the record of administration."""
    if before is not None:
        now = max(now, before.entered_at)  # entries count in the order of their times, whatever the clocks of two machines say
    row = CalendarYear(
        year=notice.number, revision=before.revision + 1 if before is not None else 1, official=notice.year.official,
        notice_name=notice.name, notice_number=notice.notice_number, working="".join(map(str, notice.year.working)), entered_at=now,
        entered_by_id=acting.person_id,
    )  # fmt: skip
    former = county_calendar().years.get(notice.number)
    named = {"notice_name": before.notice_name, "notice_number": before.notice_number} if before is not None else {}
    session.add(row)
    session.flush()
    record(
        session, acting, now, subject=SUBJECT, subject_id=row.id, title=str(notice.number),
        before=_described(notice.number, former) | named if former is not None else None,
        after=_described(notice.number, notice.year) | {"notice_name": notice.name, "notice_number": notice.notice_number},
        reason=reason,
    )  # fmt: skip
    return row


def _newest(session: Session, number: int) -> CalendarYear | None:
    newest = select(CalendarYear).where(CalendarYear.year == number).order_by(CalendarYear.revision.desc())
    return session.scalar(newest.limit(1))


def _described(number: int, year: Year) -> dict[str, object]:
    days = days_of_year(number, year)
    return {"official": year.official, "off": in_words(days.off), "worked": in_words(days.worked)}


def days_in(number: int) -> list[date]:
    """Every day of a year."""
    first, following = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
    return [date.fromordinal(each) for each in range(first, following)]
