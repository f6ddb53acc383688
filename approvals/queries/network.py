"""The places where people are served, by town: what each is, whom it serves, when it is open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.language import _
from approvals.models import Office, Place
from workflows.clock import OfficeHours, WorkingCalendar

from .finding import Findable

SHOWN = ("county_hall", "sub_centre", "town_centre", "village_point", "grid_point", "bank", "post", "merchant_point")
"""Kinds of offices in the order in which a town lists them."""

TOWN_DIGITS, COUNTY_DIGITS = 9, 6
_SPAN = re.compile("([0-9]{1,2}:[0-9]{2})[^0-9:]{1,5}([0-9]{1,2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Opening:
    """When an office is open: its hours in words, whether it is open now, and when it opens (or closes) next.

    ``hours`` without ``at`` are words that no clock can read.
    """

    hours: str
    is_open: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An office with the place that it serves."""

    office: Office
    place: str
    opening: Opening


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street with its offices; the county itself comes first, with the hall."""

    code: str
    name: str
    offices: tuple[Listed, ...]


def towns(session: Session, now: datetime, today: date, typed: str = "") -> list[Town]:
    """The offices that stand today by town, those alone that fit what was typed; two statements."""
    standing = select(Office).where(Office.valid_from <= today, or_(Office.valid_to.is_(None), Office.valid_to >= today))
    offices = list(session.scalars(standing.where(Office.kind.in_(SHOWN)).order_by(Office.code)))
    codes = {office.place_code for office in offices}
    wanted = codes | {code[:TOWN_DIGITS] for code in codes} | {code[:COUNTY_DIGITS] for code in codes}
    names = {code: name for code, name in session.execute(select(Place.code, Place.name).where(Place.code.in_(wanted)))}
    grouped: dict[str, list[Listed]] = {}
    for office in sorted(offices, key=lambda each: (SHOWN.index(each.kind), each.code)):
        town = office.place_code[:TOWN_DIGITS]
        place = names.get(office.place_code, "")
        if not typed.strip() or _findable(office.name, names.get(town, ""), place).fits(typed):
            grouped.setdefault(town, []).append(Listed(office, place, opening(office.hours, now)))
    # What the county itself runs comes first; the codes of the towns are in the order of the national list.
    return [Town(code, names.get(code, ""), tuple(grouped[code])) for code in sorted(grouped)]


@lru_cache(maxsize=4096)
def _findable(*names: str) -> Findable:
    return Findable.of(names)


def opening(hours: str, now: datetime) -> Opening:
    """When an office with these hours is open by the calendar; without hours of its own it keeps the county's."""
    calendar = county_calendar()
    if hours:
        own = _own_calendar(hours)
        if own is None:
            return Opening(hours)
        calendar = own
    shown = "" if hours else _("按全县办公时间，以现场为准：")
    shown += _("、").join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in calendar.hours.intervals)
    following = calendar.next_opening(now)
    if following != calendar.local(now):
        return Opening(shown, False, following)
    return Opening(shown, True, _closes(calendar, now))


def _closes(calendar: WorkingCalendar, now: datetime) -> datetime:
    local = calendar.local(now)
    closing = next(closes for opens, closes in calendar.hours.intervals if opens <= local.time() <= closes)
    return datetime.combine(local.date(), closing, local.tzinfo)


@lru_cache(maxsize=256)
def _own_calendar(hours: str) -> WorkingCalendar | None:
    spans = _SPAN.findall(hours)
    try:
        own = OfficeHours.parse([(_padded(opens), _padded(closes)) for opens, closes in spans])
        return county_calendar().for_office(own)
    except ValueError:
        return None


def _padded(clock: str) -> str:
    return clock if len(clock) == len("08:30") else f"0{clock}"
