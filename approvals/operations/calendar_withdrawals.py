"""Taking back a notice of holidays that was entered by mistake: what stood before it counts again, and what it moved moves back.

Nothing is erased: the withdrawal is a further revision of the year that says what an earlier one said, or what was delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from approvals.calendar import county_calendar, delivered_calendar, year_from
from approvals.models import CalendarYear
from approvals.queries.calendar_years import back_to, entries, standing_revisions
from workflows.clock.notice import NUMBERS, days_of_year, shown_days, turned_in_the_past, usual_name

from .acting import Acting
from .administration.faults import Fault, fault, refuse
from .administration.log import LONGEST_REASON
from .calendar_years import Notice, begin, changed_meanwhile, store
from .errors import NotFound, Refusal

REASON = "reason"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What taking back the notice of a year comes to: the entry that is taken back, the year that counts again, and the revision
    that this one is of, 0 for the year as it was delivered."""

    taken_back: CalendarYear
    again: Notice
    back_to: int


def judge_withdrawal(session: Session, number: int, today: date) -> Withdrawal:
    """What taking back the notice in force would come to. Raises NotFound for a year that the calendar does not hold, and Refusal
    when there is nothing to take back, or when days that it arranged are over."""
    rows = _entries(session, number)
    if not rows or standing_revisions(rows)[-1] == 0:
        raise _nothing_to_take_back(number, bool(rows))
    found = _withdrawal(rows)
    turned = turned_in_the_past(number, found.again.year.working, county_calendar(), today)
    over = sorted({*turned.off, *turned.worked})
    if over:
        which = shown_days(over).strip()
        raise Refusal(
            "notice-has-begun",
            {
                "zh": f"{which} 已经过去，当时是按这份通知上班或放假的，期限也按它算过，所以不能整份撤回。要改的是以后的日子："
                "请重新录入正确的通知，已经过去的日子照现在的填。",
                "en": f"Days that this notice arranged are over ({which}), and limits were counted by them: it cannot be taken back as "
                "a whole. Enter the right notice instead, with the past days as they are.",
            },
        )
    return found


def _entries(session: Session, number: int) -> Sequence[CalendarYear]:
    if number not in delivered_calendar().years:
        raise NotFound
    return entries(session, number)


def _withdrawal(rows: Sequence[CalendarYear]) -> Withdrawal:
    """Taking back the newest of these entries."""
    number, before = rows[0].year, standing_revisions(rows)[-2]
    if before:
        row = rows[before - 1]
        year, name, notice_number = year_from(row), row.notice_name, row.notice_number
    else:
        year = delivered_calendar().years[number]
        name, notice_number = (usual_name(number), NUMBERS.get(number, "")) if year.official else (year.notice, "")
    return Withdrawal(rows[-1], Notice(number, name, notice_number, year, days_of_year(number, year)), before)


def _nothing_to_take_back(number: int, was_taken_back: bool) -> Refusal:
    year = delivered_calendar().years[number]
    if was_taken_back:
        said = {
            "zh": f"{number}年录入的通知已经撤回了，现在没有可以撤回的。",
            "en": f"What was entered for {number} has been taken back already.",
        }
    elif year.official:
        said = {
            "zh": f"{number}年的放假安排是系统自带的，不是录入的，不能撤回。国务院办公厅又有新通知的，请录入新的通知。",
            "en": f"The holidays of {number} came with the system and cannot be taken back: enter the new notice if there is one.",
        }
    else:
        said = {
            "zh": f"{number}年还没有录入过通知，没有可以撤回的。",
            "en": f"Nothing has been entered for {number} that could be taken back.",
        }
    return Refusal("nothing-to-take-back", said)


def judge_reason(typed: str) -> str:
    """Why it is taken back, as it is written into the record. Raises Faulty without one."""
    reason = " ".join(typed.split())
    faults: list[Fault] = []
    if not reason:
        faults.append(
            fault(REASON, "请写明为什么撤回，例如：把2027年的通知录到了2028年。", "Say why, such as: it is the notice of another year.")
        )
    elif len(reason) > LONGEST_REASON:
        faults.append(
            fault(REASON, f"原因最多 {LONGEST_REASON} 字，请写短一些。", f"Keep the reason within {LONGEST_REASON} characters.")
        )
    refuse(faults)
    return reason


def withdraw(session: Session, acting: Acting, number: int, reason: str, shown: str, today: date, now: datetime) -> CalendarYear | None:
    """Take back the notice in force of a year; None when that was done already, as after a second click.

    ``shown`` is the revision that the page showed as the one in force. Raises Faulty without a reason, Outdated when another one
    is in force by now, and otherwise like ``judge_withdrawal``.
    """
    begin(session, acting)
    rows = _entries(session, number)
    if rows and shown == str(rows[-1].revision - 1) and _is_what_came_of(rows):
        return None
    if rows and shown != str(rows[-1].revision):
        raise changed_meanwhile(number)
    found = judge_withdrawal(session, number, today)
    return store(session, acting, found.again, found.taken_back, now, judge_reason(reason))


def _is_what_came_of(rows: Sequence[CalendarYear]) -> bool:
    """Whether the newest entry is what taking back the one before it came to."""
    stood = standing_revisions(rows[:-1]) if rows[:-1] else []
    return len(stood) > 1 and stood[-2] == back_to(rows)
