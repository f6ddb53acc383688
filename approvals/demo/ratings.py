"""What the demo's applicants say of the service, and how the bad ratings among it are followed up."""

from __future__ import annotations

import random
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import Case, Event, Task
from approvals.operations import moving, ratings
from approvals.operations.acting import Acting
from approvals.operations.ratings import BAD, Opinion

from .people import HALL, County

HOUR = 3600
SHARE = 0.6
"""The share of applicants who rate."""

SCORES = (5, 4, 3, 2, 1)
WEIGHTS = (62, 25, 9, 3, 1)
CHANNELS = ("pc", "mobile", "mobile")
CRITICISMS = (
    (("unclear",), "补正说了两次才说全。"),
    (("slow",), "比承诺的时间晚了一天。"),
    (("extra-visits", "attitude"), "跑了两趟窗口，第一趟没人说清楚要带什么。"),
    (("system",), "手机上提交时卡了几次。"),
)
PRAISES = ("很快，当天就拿到执照。", "没跑一趟，省心。", "工作人员有耐心。", "")
STEPS = (
    ("contact", 3, {"contacted_at": "当天上午", "way": "phone", "said": "情况属实，希望以后一次说清楚。"}),
    ("plan_repair", 12, {"answer": "经查办理记录，情况属实。", "reason": "重新编写补正告知的样例，三个工作日内完成"}),
    ("finish_repair", 24, {"reason": "告知样例已经换新，并向您道歉", "agreed": "agreed", "opinion": "每月抽查补正告知"}),
)
"""What is done about a bad rating: the action, working hours after the step before it, and its form."""

CERTAIN = {50: 2, 20: 1, 6: 0}
"""Bad ratings of cases that ended so many working hours before the end, with the steps taken since: one is being put right, one
awaits its answer, one waits for the call."""


def rate_cases(database: Database, county: County, end: datetime, seed: int) -> int:
    """Let some applicants rate their closed cases before ``end``; returns how many did.

    Three bad ratings are certain, one for each state of a follow-up.
    """
    source = random.Random(seed)
    calendar = county_calendar()
    people = {person.person_id: person for person in county.applicants}
    with database.reading() as session:
        closed = [line for line in _closed(session) if line[1] in people]
    wanted = {_nearest(closed, calendar.instant(calendar.position(end) - hours * HOUR * 1_000_000)): hours for hours in CERTAIN}
    count = 0
    for token, person_id, last_at in closed:
        is_own = person_id == county.applicant.person_id
        if token not in wanted and (is_own or source.random() > SHARE):
            continue
        score = source.choices(SCORES, WEIGHTS)[0] if token not in wanted else 2
        at = calendar.add_working_seconds(last_at, source.randrange(600, 2 * HOUR))
        if at >= end:
            continue
        reasons, text = source.choice(CRITICISMS) if score in BAD else ((), source.choice(PRAISES))
        opinion = Opinion(score, reasons, text, source.choice(CHANNELS))
        done = database.write(ratings.rate, people[person_id], token, opinion, at)
        count += 1
        if done.follow_up:
            most = CERTAIN.get(wanted.get(token, 0), len(STEPS))
            _follow_up(database, county, done.follow_up, at, end, most)
    return count


def _closed(session: Session) -> list[tuple[str, int, datetime]]:
    """Closed root cases with their applicant and the time of the last event of their family, in the order of their ends."""
    last = select(func.max(Event.happened_at)).join(Case, Case.id == Event.case_id)
    roots = select(Case.token, Case.applicant_id, Case.id).where(
        Case.parent_id.is_(None), Case.submissions > 0, Case.closed_at.is_not(None), Case.applicant_id.is_not(None)
    )
    found = []
    for token, applicant_id, root_id in session.execute(roots):
        found.append((token, applicant_id, session.scalars(last.where(Case.root_id == root_id)).one()))
    return sorted(found, key=lambda line: line[2])


def _nearest(closed: list[tuple[str, int, datetime]], moment: datetime) -> str:
    return min(closed, key=lambda line: abs(line[2] - moment), default=("", 0, moment))[0]


def _follow_up(database: Database, county: County, number: str, at: datetime, end: datetime, most: int) -> None:
    calendar = county_calendar()
    officer: Acting = county.workers("rating-officer", "approval-bureau", county.offices[HALL])[0]
    for action, hours, form in STEPS[:most]:
        at = calendar.add_working_seconds(at, hours * HOUR)
        if at >= end:
            return
        with database.reading() as session:
            waiting = select(Case.id, Task.id).join(Task, Task.case_id == Case.id)
            case_id, task_id = session.execute(waiting.where(Case.number == number, Task.closed_at.is_(None))).one()
        database.write(moving.act, officer, moving.Request(case_id, action, task_id, f"demo-{task_id}-{action}", form), at)
