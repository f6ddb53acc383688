"""Official lists for forms: places as town and village, business items, banks, offices where results are handed out.

They change rarely and stand on many pages, so each process keeps them for a few minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.language import _
from approvals.models import BusinessItem, Position
from workflows.network import Network

from .county_network import county_network

_KEPT_SECONDS = 300.0
_LARGE_UNITS = ("county", "street", "town")
_WINDOWS = ("county_hall", "sub_centre", "town_centre")
"""Kinds of offices that have a window; at a village point results can be handed out where somebody was made a clerk there."""

Group = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Lists:
    """The rows behind the lists as of one day. ``offices`` are code, name, kind and place; at those of ``windows`` a clerk hands
    results out."""

    places: tuple[tuple[str, str, str, str | None], ...]
    items: tuple[tuple[str, str, bool], ...]
    offices: tuple[tuple[str, str, str, str], ...]
    windows: frozenset[str]


_kept: dict[tuple[str, date], tuple[float, Network, Lists]] = {}


def forget() -> None:
    """Read the lists anew at the next use: after an import, and between tests."""
    _kept.clear()


def lists_of(session: Session, today: date) -> Lists:
    """The lists as they stand on a day; two statements beside the network, or none while they are kept."""
    key, network = (str(session.get_bind().engine.url), today), county_network(session.connection())
    found = _kept.get(key)
    if found is None or found[1] is not network or time.monotonic() - found[0] > _KEPT_SECONDS:
        for old in [each for each in _kept if each[0] == key[0]]:
            _kept.pop(old, None)
        found = _kept[key] = (time.monotonic(), network, _read(session, network, today))
    return found[2]


def _read(session: Session, network: Network, today: date) -> Lists:
    items = select(BusinessItem.code, BusinessItem.text, BusinessItem.licensed).order_by(BusinessItem.code)
    places = sorted((place for place in network.places.values() if place.stands_on(today)), key=lambda place: place.code)
    offices = sorted(network.standing(today), key=lambda office: (office.kind, office.place, office.code))
    clerks = _with_clerks(session, today)
    return Lists(
        places=tuple((place.code, place.name, place.level, place.parent) for place in places),
        items=tuple((code, text, bool(licensed)) for code, text, licensed in session.execute(items)),
        offices=tuple((office.code, office.name, office.kind, office.place) for office in offices),
        windows=frozenset(office.code for office in offices if office.kind in _WINDOWS or office.id in clerks),
    )


def _with_clerks(session: Session, today: date) -> frozenset[int]:
    """Offices where somebody holds the position of a clerk."""
    held = select(Position.office_id).where(
        Position.role == "clerk", Position.valid_from <= today, or_(Position.valid_to.is_(None), Position.valid_to >= today)
    )
    return frozenset(session.scalars(held.distinct()))


def choices_of(session: Session, today: date) -> Mapping[str, tuple[Group, ...]]:
    """Every official list as a form offers it: headings with the entries below them."""
    lists = lists_of(session, today)
    return {
        "places": _places(lists),
        "business_items": (("", tuple((code, _item(text, licensed)) for code, text, licensed in lists.items)),),
        "banks": (("", tuple((code, name) for code, name, kind, _place in lists.offices if kind == "bank")),),
        "offices": _offices(lists),
    }


def item_texts(session: Session, today: date) -> Mapping[str, tuple[str, bool]]:
    """For each business item its official wording and whether it needs an approval first."""
    return {code: (text, licensed) for code, text, licensed in lists_of(session, today).items}


def _item(text: str, licensed: bool) -> str:
    return _("%(item)s（须先办许可）", item=text) if licensed else text


def _places(lists: Lists) -> tuple[Group, ...]:
    """Villages and communities under their town or street."""
    names = {code: name for code, name, _level, _parent in lists.places}
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name, level, parent in lists.places:
        if level not in _LARGE_UNITS:
            groups.setdefault(names.get(parent or "", ""), []).append((code, name))
    return _grouped(groups.items())


def _offices(lists: Lists) -> tuple[Group, ...]:
    """Where results are handed out: the windows by kind, village points under their town."""
    titles = {"county_hall": _("县政务服务大厅"), "sub_centre": _("审批服务分中心"), "town_centre": _("镇街便民服务中心")}
    open_to_all = [each for each in lists.offices if each[0] in lists.windows]
    groups = {titles[kind]: [(code, name) for code, name, each, _place in open_to_all if each == kind] for kind in _WINDOWS}
    towns = {code: name for code, name, _level, _parent in lists.places}
    parents = {code: parent or "" for code, _name, _level, parent in lists.places}
    for code, name, kind, place in open_to_all:
        if kind == "village_point":
            heading = _("%(town)s的村（社区）服务点", town=towns.get(parents.get(place, ""), ""))
            groups.setdefault(heading, []).append((code, name))
    return _grouped((heading, entries) for heading, entries in groups.items() if entries)


def _grouped(groups: Iterable[tuple[str, list[tuple[str, str]]]]) -> tuple[Group, ...]:
    return tuple((heading, tuple(entries)) for heading, entries in groups)
