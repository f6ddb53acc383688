"""Official lists for forms: places as town and village, business items, banks, offices where results are handed out.

They change rarely and stand on many pages, so each process keeps them for a few minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from approvals.language import _
from approvals.models import BusinessItem, Office, Place

_KEPT_SECONDS = 300.0
_LARGE_UNITS = ("county", "street", "town")
_HANDING_OUT = ("county_hall", "sub_centre", "town_centre", "village_point")

Group = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Lists:
    """The rows behind the lists as of one day."""

    places: tuple[tuple[str, str, str, str | None], ...]
    items: tuple[tuple[str, str, bool], ...]
    offices: tuple[tuple[str, str, str], ...]


_kept: dict[tuple[str, date], tuple[float, Lists]] = {}


def forget() -> None:
    """Read the lists anew at the next use: after an import, and between tests."""
    _kept.clear()


def lists_of(session: Session, today: date) -> Lists:
    """The lists as they stand on a day; three statements, or none while they are kept."""
    key = (str(session.get_bind().engine.url), today)
    found = _kept.get(key)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        for old in [each for each in _kept if each[0] == key[0]]:
            _kept.pop(old, None)
        found = _kept[key] = (time.monotonic(), _read(session, today))
    return found[1]


def _read(session: Session, today: date) -> Lists:
    places = select(Place.code, Place.name, Place.level, Place.parent_code).order_by(Place.code)
    items = select(BusinessItem.code, BusinessItem.text, BusinessItem.licensed).order_by(BusinessItem.code)
    offices = select(Office.code, Office.name, Office.kind).order_by(Office.kind, Office.place_code, Office.code)
    return Lists(
        places=tuple(tuple(row) for row in session.execute(_standing(places, Place, today))),
        items=tuple((code, text, bool(licensed)) for code, text, licensed in session.execute(items)),
        offices=tuple(tuple(row) for row in session.execute(_standing(offices, Office, today))),
    )


def _standing(statement: Select[Any], table: type[Place] | type[Office], today: date) -> Select[Any]:
    return statement.where(table.valid_from <= today, or_(table.valid_to.is_(None), table.valid_to >= today))


def choices_of(session: Session, today: date) -> Mapping[str, tuple[Group, ...]]:
    """Every official list as a form offers it: headings with the entries below them."""
    lists = lists_of(session, today)
    return {
        "places": _places(lists),
        "business_items": (("", tuple((code, _item(text, licensed)) for code, text, licensed in lists.items)),),
        "banks": (("", tuple((code, name) for code, name, kind in lists.offices if kind == "bank")),),
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
    titles = {
        "county_hall": _("县政务服务大厅"),
        "sub_centre": _("审批服务分中心"),
        "town_centre": _("镇街便民服务中心"),
        "village_point": _("村（社区）服务点"),
    }
    groups = {kind: [(code, name) for code, name, each in lists.offices if each == kind] for kind in _HANDING_OUT}
    return _grouped((titles[kind], entries) for kind, entries in groups.items() if entries)


def _grouped(groups: Iterable[tuple[str, list[tuple[str, str]]]]) -> tuple[Group, ...]:
    return tuple((heading, tuple(entries)) for heading, entries in groups)
