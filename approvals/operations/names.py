"""Checking and reserving names, and what becomes of reservations: 企业名称登记管理规定 第十六条至第十八条."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import CompanyName, Draft, Notice
from approvals.queries.name_index import written_sound
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.rules import (
    SUBMISSION,
    CheckedName,
    check_name,
    comparable,
    compose_name,
    last_day_of_reservation,
    name_page,
    normalise_number,
    readable_reservation_number,
    reservation_number,
)

from . import drafts
from .acting import Acting
from .counting import count_one
from .errors import NotFound, Outdated, Refusal
from .registration import comparable_names, context_for

MOST_RESERVED = 3
"""Names that one person holds reserved at a time: who founds companies needs one each, who hoards names needs hundreds."""

UNDO_WITHIN = timedelta(minutes=10)
REMINDED_BEFORE = timedelta(days=7)
LONGEST_APPROVAL = 200
_COMPANY_OPENING = "company-opening"
_FIELDS = (
    "region", "trade_name", "industry", "multi_industry", "organisation", "company_type", "state_council_approval",
    "alternative_meaning",
)  # fmt: skip
"""Fields of the page ``name`` that a reservation keeps; its number is added when an application begins with it."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation: its number as stored, the name, its last day; ``repeated`` when the person had it already."""

    number: str
    full_name: str
    until: date
    repeated: bool = False


def check(session: Session, values: Mapping[str, Any], now: datetime, stage: str = "draft") -> CheckedName:
    """What the law finds today in a name that is being typed; one statement. Reads only."""
    page = name_page(values)
    return check_name(page, context_for(session.connection(), {"name": page}, _day(now), similar=False), stage)


def reserve(session: Session, acting: Acting, values: Mapping[str, Any], prior_approval: str, now: datetime) -> Reserved:
    """Keep a name for two months, for a year where ``prior_approval`` names the approval needed before registration.

    Raises Refusal when the law forbids the name (``details["found"]``) or the person holds too many. Whoever sends the same
    name twice gets the reservation they have.
    """
    page = name_page({name: values[name] for name in _FIELDS if name in values})
    prior_approval = prior_approval.strip()[:LONGEST_APPROVAL]
    today = _day(now)
    # Counted first: who reserves at the same moment waits here, and then sees what was reserved before.
    serial = count_one(session, f"name-reservations {today.year}")
    own = _standing(session, acting, today)
    full = comparable(compose_name(page))
    for row in own:
        if row.comparable_full == full:
            return Reserved(row.holder, row.full_name, date.fromisoformat(row.until or ""), repeated=True)
    _refuse_forbidden(check(session, page, now, SUBMISSION), page)
    _refuse_too_many(len(own))
    until = last_day_of_reservation(county_calendar(), now, bool(prior_approval))
    number = reservation_number(today.year, serial)
    trade_name = str(page.get("trade_name", "")).strip()
    compared = comparable_names(page)
    session.add(
        CompanyName(
            full_name=compose_name(page), trade_name=trade_name, industry=str(page.get("industry", "")).strip(), status="reserved",
            since=today.isoformat(), until=until.isoformat(), holder=number, person_id=acting.person_id, **compared,
            sound=written_sound(compared["comparable_trade"]), content={**page, "prior_approval": prior_approval},
        )
    )  # fmt: skip
    return Reserved(number, compose_name(page), until)


def _refuse_forbidden(checked: CheckedName, page: Mapping[str, Any]) -> None:
    if not checked.full_name:
        raise Refusal("no-name", {"zh": "请先填写字号，再保留名称。", "en": "Write the trade name first, then reserve it."}, found=())
    forbidding = tuple(each for each in checked.found if each.blocks)
    if forbidding:
        first = forbidding[0].finding.message
        raise Refusal(
            "forbidden-name",
            {"zh": f"这个名称不能保留：{first['zh']}", "en": f"This name cannot be reserved: {first['en']}"},
            found=forbidding,
        )


def _refuse_too_many(held: int) -> None:
    if held >= MOST_RESERVED:
        raise Refusal(
            "too-many-reservations",
            {
                "zh": f"您已经保留了{held}个名称，每人最多同时保留{MOST_RESERVED}个。请先取消不用的，或者用它们申请登记。",
                "en": f"You hold {held} reserved names; {MOST_RESERVED} at a time is the limit. Give one up, or apply with it.",
            },
            found=(),
        )


def _standing(session: Session, acting: Acting, today: date) -> list[CompanyName]:
    """What the person holds reserved today."""
    own = select(CompanyName).where(
        CompanyName.person_id == acting.person_id, CompanyName.status == "reserved", CompanyName.until >= today.isoformat()
    )
    return list(session.scalars(own))


def _own(session: Session, acting: Acting, number: str) -> CompanyName:
    """The person's reservation of that number, locked. Raises NotFound for unknown and foreign ones alike."""
    wanted = select(CompanyName).where(CompanyName.holder == normalise_number(number), CompanyName.person_id == acting.person_id)
    row = session.scalars(wanted.with_for_update()).first()
    if row is None:
        raise NotFound
    return row


def cancel(session: Session, acting: Acting, number: str, now: datetime) -> str:
    """Give a reservation up; anybody may take the name at once. Returns the name. A second time changes nothing."""
    row = _own(session, acting, number)
    if row.status == "used":
        raise Outdated(
            "used", {"zh": "这个名称已经用于登记，保留随之结束，不用取消。", "en": "A company was registered with this name."}
        )
    if row.status == "reserved":
        row.status = "released"
        row.content = {**row.content, "released_at": now.isoformat()}
    return row.full_name


def restore(session: Session, acting: Acting, number: str, now: datetime) -> str:
    """Take back giving up a reservation, within ten minutes and unless somebody else has the name by now. Returns the name."""
    count_one(session, f"name-reservations {_day(now).year}")
    row = _own(session, acting, number)
    if row.status == "reserved":
        return row.full_name
    released = row.content.get("released_at")
    ended = row.until is None or row.until < _day(now).isoformat()
    if row.status != "released" or not released or ended or now - datetime.fromisoformat(released) > UNDO_WITHIN:
        raise Outdated(
            "too-late",
            {
                "zh": "取消已经超过10分钟，不能撤回。名称没有被别人用的，可以重新申报保留。",
                "en": "More than ten minutes have gone: this cannot be undone. Reserve the name anew if it is still free.",
            },
        )
    _refuse_forbidden(check(session, row.content, now, SUBMISSION), row.content)
    _refuse_too_many(len(_standing(session, acting, _day(now))))
    row.status = "reserved"
    row.content = {name: value for name, value in row.content.items() if name != "released_at"}
    return row.full_name


def apply_with(session: Session, acting: Acting, number: str, now: datetime) -> str:
    """Begin a company opening with a reserved name, or take up the one begun with it; returns the token of the draft."""
    row = _own(session, acting, number)
    if row.status != "reserved" or row.until is None or row.until < _day(now).isoformat():
        raise Outdated(
            "not-reserved",
            {
                "zh": "这个名称已经不在保留期内，不能用它开始申请。请重新申报名称。",
                "en": "This name is no longer reserved. Check and reserve a name anew.",
            },
        )
    begun = select(Draft).where(Draft.person_id == acting.person_id, Draft.filed_case_id.is_(None), Draft.case_id.is_(None))
    for draft in session.scalars(begun):
        page = draft.content.get("name")
        if isinstance(page, Mapping) and normalise_number(str(page.get("reservation_number") or "")) == row.holder:
            return draft.token
    token = drafts.start(session, acting, _COMPANY_OPENING, now)
    asked = county_catalogue().latest(_COMPANY_OPENING).page("name").fields
    defaults = {field.name: field.default for field in asked if field.default is not None}
    page = defaults | {name: value for name, value in row.content.items() if name in _FIELDS}
    page["reservation_number"] = readable_reservation_number(row.holder)
    drafts.save_page(session, acting, token, "name", page, "", now)
    return token


def release_expired(session: Session, now: datetime) -> int:
    """Set names free whose reservation has ended; how many that were. For a schedule."""
    ended = update(CompanyName).where(CompanyName.status == "reserved", CompanyName.until < _day(now).isoformat())
    return int(session.execute(ended.values(status="released")).rowcount)  # type: ignore[attr-defined]


def remind(session: Session, now: datetime) -> int:
    """Tell people once, a week before, that a reservation ends; how many were told. For a schedule."""
    today = _day(now)
    wanted = select(CompanyName).where(
        CompanyName.status == "reserved", CompanyName.person_id.is_not(None), CompanyName.until >= today.isoformat(),
        CompanyName.until <= (today + REMINDED_BEFORE).isoformat(),
    )  # fmt: skip
    told = 0
    for row in session.scalars(wanted.with_for_update()):
        if row.content.get("reminded"):
            continue
        last, number = date.fromisoformat(row.until or ""), readable_reservation_number(row.holder)
        session.add(
            Notice(
                person_id=row.person_id, kind="reminder", created_at=now,
                text={
                    "zh": f"您保留的名称“{row.full_name}”（编号{number}）保留到{last.month}月{last.day}日，请在此之前申请登记。",
                    "en": f"Your reservation {number} of {row.full_name} ends on {last.day} {last:%B}: apply for registration before.",
                },
            )
        )  # fmt: skip
        row.content = {**row.content, "reminded": True}
        told += 1
    return told


def complete_sounds(session: Session, most: int = 2_000) -> int:
    """Note how names are read that were written without it, and compare them as names are compared now; how many were done.

    For a schedule: again until it answers 0. A name that would then be the same as another registered one keeps its
    comparison, as the database admits each registered name once.
    """
    rows = session.scalars(select(CompanyName).where(CompanyName.sound == "").order_by(CompanyName.id).limit(most)).all()
    for row in rows:
        full, trade_name = comparable(row.full_name), comparable(row.trade_name)
        if full != row.comparable_full and row.status == "registered" and _is_registered(session, full):
            full = row.comparable_full
        row.comparable_full, row.comparable_trade = full, trade_name
        row.sound = written_sound(trade_name) or "-"
        session.flush()
    return len(rows)


def _is_registered(session: Session, full: str) -> bool:
    same = select(func.count()).select_from(CompanyName).where(CompanyName.comparable_full == full, CompanyName.status == "registered")
    return bool(session.scalar(same))


def _day(now: datetime) -> date:
    return now.astimezone(OFFICE_ZONE).date()
