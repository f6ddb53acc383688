"""The places where people are served, by town: what each is, whom it serves, when it is open; and who serves a village."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.language import _
from approvals.models import Office as OfficeRow
from approvals.models import OfficeDepartment
from workflows.clock import OfficeHours, WorkingCalendar
from workflows.network import KINDS, Network, NoCountyHall, Office, Place, Route, route

from .county_network import county_network
from .finding import SCATTERED, Findable

Thing = TypeVar("Thing")

TOWN_DIGITS, COUNTY_DIGITS, VILLAGE_DIGITS = 9, 6, 12
POINTS = KINDS[KINDS.index("village_point") :]
"""Kinds of offices of which a town has many: they are listed in short."""

REGISTRATION = "company-registration"
"""The matter for which people ask most where it is decided."""

MOST_VILLAGES = 5
CLOSING_IS_NEWS_FOR = timedelta(days=14)
_SPAN = re.compile("([0-9]{1,2}:[0-9]{2})[^0-9:]{1,5}([0-9]{1,2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Opening:
    """When an office is open: its hours in words, whether it is open now, and when it opens (or closes) next.

    ``hours`` without ``at`` are words that no clock can read. ``closed`` is the closure that lasts today or begins within days:
    first day, last day, reason.
    """

    hours: str
    is_open: bool = False
    at: datetime | None = None
    closed: tuple[date, date, str] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An office with the place that it serves. ``has_own_hours``: it keeps other hours than the county."""

    office: Office
    place: str
    address: str
    phone: str
    has_own_hours: bool
    opening: Opening
    departments: tuple[str, ...] = ()

    @property
    def is_point(self) -> bool:
        return self.office.kind in POINTS


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street with its offices; the county itself comes first, with the hall."""

    code: str
    name: str
    offices: tuple[Listed, ...]

    @property
    def is_county(self) -> bool:
        return len(self.code) < TOWN_DIGITS

    @property
    def windows(self) -> tuple[Listed, ...]:
        return tuple(listed for listed in self.offices if not listed.is_point)

    @property
    def points(self) -> tuple[Listed, ...]:
        return tuple(listed for listed in self.offices if listed.is_point)


@dataclass(frozen=True, slots=True)
class Served:
    """A village or community with its offices from the nearest up, and where companies from there are registered."""

    place: Place
    town: str
    offices: tuple[Listed, ...]
    registration: Route | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the page of offices shows: towns with what fits, and the villages that were meant."""

    towns: tuple[Town, ...]
    villages: tuple[Served, ...] = ()

    @property
    def count(self) -> int:
        return sum(len(town.offices) for town in self.towns)


def offices(session: Session, now: datetime, today: date, typed: str = "") -> Found:
    """The offices that stand today by town, those alone that fit what was typed, and who serves a village of that name.

    Two statements beside the network that each process keeps.
    """
    network = county_network(session.connection())
    listed = {each.office.id: each for each in _listed(session, network, now, today)}
    fitting = _fitting(network, listed.values(), typed)
    grouped: dict[str, list[Listed]] = {}
    for each in fitting:
        grouped.setdefault(each.office.place[:TOWN_DIGITS], []).append(each)
    # What the county itself runs comes first; the codes of the towns are in the order of the national list.
    towns = tuple(Town(code, _name(network, code), tuple(grouped[code])) for code in sorted(grouped))
    villages = _villages(network, typed, today)
    return Found(towns, tuple(_served(network, listed, village, today) for village in villages))


def _listed(session: Session, network: Network, now: datetime, today: date) -> Iterator[Listed]:
    contacts = select(OfficeRow.id, OfficeRow.address, OfficeRow.phone, OfficeRow.hours)
    reached = {office_id: contact for office_id, *contact in session.execute(contacts)}
    present: dict[int, list[str]] = {}
    departments = select(OfficeDepartment.office_id, OfficeDepartment.department).where(
        OfficeDepartment.valid_from <= today, or_(OfficeDepartment.valid_to.is_(None), OfficeDepartment.valid_to >= today)
    )
    for office_id, department in session.execute(departments.order_by(OfficeDepartment.id)):
        present.setdefault(office_id, []).append(department)
    for office in network.standing(today):
        address, phone, hours = reached.get(office.id, ("", "", ""))
        shown = opening(hours, now, office.closures)
        yield Listed(
            office, _name(network, office.place), address, phone, bool(hours), shown, tuple(dict.fromkeys(present.get(office.id, ())))
        )  # fmt: skip


def _name(network: Network, code: str) -> str:
    place = network.places.get(code)
    return place.name if place is not None else ""


def _fitting(network: Network, listed: Collection[Listed], typed: str) -> list[Listed]:
    if not typed.strip():
        return list(listed)
    names = ((each.office.name, _name(network, each.office.place[:TOWN_DIGITS]), each.place) for each in listed)
    return _best(zip(names, listed, strict=True), typed)


def _best(named: Iterable[tuple[Collection[str], Thing]], typed: str) -> list[Thing]:
    """What fits; what merely has the characters in their order only where nothing fits better."""
    ranked = [(fits, thing) for names, thing in named if (fits := _findable(*names).fits(typed))]
    least = SCATTERED if all(fits == SCATTERED for fits, _thing in ranked) else SCATTERED + 1
    return [thing for fits, thing in ranked if fits >= least]


@lru_cache(maxsize=4096)
def _findable(*names: str) -> Findable:
    return Findable.of(names)


# ---- who serves a village -------------------------------------------------------------------------------------------


def _villages(network: Network, typed: str, today: date) -> list[Place]:
    """The villages and communities that are called as was typed, or whose code it is; one that has ended is its successor."""
    if not typed.strip():
        return []
    if typed.strip() in network.places:
        found = network.places.get(network.place_on(typed.strip(), today))
        return [found] if found is not None and len(found.code) == VILLAGE_DIGITS else []
    standing = [place for place in network.places.values() if len(place.code) == VILLAGE_DIGITS and place.stands_on(today)]
    return _best((((place.name,), place) for place in standing), typed)[:MOST_VILLAGES]


def _served(network: Network, listed: dict[int, Listed], village: Place, today: date) -> Served:
    rungs = network.ladder(village.code)
    around = [listed[office.id] for rung in rungs for office in reversed(network.at_place(rung)) if office.id in listed]
    near = [each for each in around if each.office.kind in KINDS[: KINDS.index("village_point") + 1]]
    try:
        registration = route(network, REGISTRATION, village.code, today)
    except NoCountyHall:
        registration = None
    return Served(village, _name(network, village.code[:TOWN_DIGITS]), tuple(near), registration)


# ---- hours ----------------------------------------------------------------------------------------------------------


def opening(hours: str, now: datetime, closures: Collection[tuple[date, date, str]] = ()) -> Opening:
    """When an office with these hours is open by the calendar; without hours of its own it keeps the county's."""
    calendar = county_calendar()
    today = calendar.local(now).date()
    closed = next((each for each in sorted(closures) if each[1] >= today and each[0] <= today + CLOSING_IS_NEWS_FOR), None)
    if hours:
        own = _own_calendar(hours)
        if own is None:
            return Opening(hours, closed=closed)
        calendar = own
    shown = "" if hours else _("按全县办公时间，以现场为准：")
    shown += _("、").join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in calendar.hours.intervals)
    following = _next_opening(calendar, now, closures)
    if following != calendar.local(now):
        return Opening(shown, False, following, closed)
    return Opening(shown, True, _closes(calendar, now), closed)


def _next_opening(calendar: WorkingCalendar, now: datetime, closures: Collection[tuple[date, date, str]]) -> datetime:
    """When it is open next: now, or the first opening after whatever closes it."""
    following = calendar.next_opening(now)
    for _first, last, _reason in sorted(each for each in closures if each[1] >= following.date()):
        if _first <= following.date() <= last:
            following = calendar.next_opening(datetime.combine(last + timedelta(days=1), time(), following.tzinfo))
    return following


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
