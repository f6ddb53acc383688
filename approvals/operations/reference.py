"""The network and the official lists: they change rarely and are kept per process, so that a check costs no statement."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from approvals import calendar
from approvals.models import BusinessItem
from approvals.queries import county_network
from workflows.network import Network
from workflows.rules import place_in_address

from .counting import count_one

T = TypeVar("T")
_KEPT_SECONDS = 300.0
_kept: dict[tuple[str, str], tuple[float, Any]] = {}
_standing: dict[date, tuple[Network, Mapping[str, str], frozenset[str], Mapping[str, str]]] = {}


def _keep(connection: Connection, name: str, read: Callable[[], T]) -> T:
    key = (county_network.address_of(connection.engine), name)
    found = _kept.get(key)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        found = _kept[key] = (time.monotonic(), read())
    value: T = found[1]
    return value


def forget() -> None:
    """Read the lists anew at the next use: after an import, and between tests."""
    _kept.clear()
    county_network.forget()
    calendar.forget()


def network(connection: Connection) -> Network:
    """The county's network, kept per process until its version changes; asking it costs no statement."""
    return county_network.county_network(connection)


def network_changed(session: Session) -> int:
    """Raise the network version; every verb that changes an office, closure, competence, place, position or year calls it.

    Other processes read the network anew at the next request of anybody signed in. Verbs that do so wait for each other.
    """
    version = count_one(session, county_network.VERSION)
    county_network.mark_changed(session.connection())
    return version


def note_network_version(engine: Engine, version: int) -> None:
    """Take note of the version that a request found: network and calendar are forgotten when they are older."""
    county_network.note_version(engine, version)
    calendar.note_version(engine, version)


def _places(connection: Connection, today: date) -> tuple[Mapping[str, str], frozenset[str], Mapping[str, str]]:
    """The units that stand on a day, each as an address has it; their codes; and for those that have ended which took them in.

    Worked out once for a network and a day.
    """
    now = network(connection)
    found = _standing.get(today)
    if found is None or found[0] is not now:
        rows = {place.code: (place.name, place.parent) for place in now.places.values() if place.stands_on(today)}
        _standing.clear()
        merged = {code: rows[heir][0] for code in now.places if (heir := now.place_on(code, today)) != code and heir in rows}
        found = _standing[today] = (now, {code: _address(rows, code) for code in rows}, frozenset(rows), merged)
    return found[1:]


def _address(rows: Mapping[str, tuple[str, str | None]], code: str | None) -> str:
    names: list[str] = []
    while code in rows and len(names) < len(rows):
        name, code = rows[code]
        names.append(name)
    return place_in_address(reversed(names))


def office_id_of(connection: Connection, code: str) -> int | None:
    """The office of that code; None for an unknown one."""
    found = network(connection).by_code(code)
    return found.id if found is not None else None


def office_name_of(connection: Connection, office: str | int | None) -> str:
    """The name of an office by its code or its identifier; "" for an unknown one."""
    known = network(connection)
    found = known.by_code(office) if isinstance(office, str) else known.offices.get(office or 0)
    return found.name if found is not None else ""


def place_codes(connection: Connection, today: date) -> frozenset[str]:
    """Codes of the units that stand on that day."""
    return _places(connection, today)[1]


def merged_places(connection: Connection, today: date) -> Mapping[str, str]:
    """For the code of each unit that has ended by that day, the name of the one that has its place."""
    return _places(connection, today)[2]


def place_in_words(connection: Connection, code: str, today: date) -> str:
    """A unit with its county and town, as an address has it; "" for one that does not stand on that day."""
    return _places(connection, today)[0].get(code, "")


def _items(connection: Connection) -> tuple[Mapping[str, bool], Mapping[str, str]]:
    def read() -> tuple[Mapping[str, bool], Mapping[str, str]]:
        rows = connection.execute(select(BusinessItem.code, BusinessItem.licensed, BusinessItem.text)).all()
        return {code: bool(licensed) for code, licensed, _ in rows}, {code: text for code, _, text in rows}

    return _keep(connection, "business items", read)


def business_items(connection: Connection) -> Mapping[str, bool]:
    """Codes of the business items and whether each needs an approval first."""
    return _items(connection)[0]


def item_texts(connection: Connection) -> Mapping[str, str]:
    """The official wording of each business item by its code."""
    return _items(connection)[1]
