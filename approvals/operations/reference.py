"""Official lists that change rarely, kept per process for a few minutes so that a check costs no statement."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, or_, select

from approvals.models import BusinessItem, Office, Place
from workflows.rules import place_in_address

T = TypeVar("T")
_KEPT_SECONDS = 300.0
_kept: dict[tuple[str, str], tuple[float, Any]] = {}


def _keep(connection: Connection, name: str, read: Callable[[], T]) -> T:
    key = (str(connection.engine.url), name)
    found = _kept.get(key)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        found = _kept[key] = (time.monotonic(), read())
    value: T = found[1]
    return value


def forget() -> None:
    """Read the lists anew at the next use: after an import, and between tests."""
    _kept.clear()


def _places(connection: Connection, today: date) -> tuple[Mapping[str, str], frozenset[str]]:
    def read() -> tuple[Mapping[str, str], frozenset[str]]:
        standing = select(Place.code, Place.name, Place.parent_code).where(
            Place.valid_from <= today, or_(Place.valid_to.is_(None), Place.valid_to >= today)
        )
        rows = {code: (name, parent) for code, name, parent in connection.execute(standing)}
        return {code: _address(rows, code) for code in rows}, frozenset(rows)

    return _keep(connection, f"places {today}", read)


def _address(rows: Mapping[str, tuple[str, str | None]], code: str | None) -> str:
    names: list[str] = []
    while code in rows and len(names) < len(rows):
        name, code = rows[code]
        names.append(name)
    return place_in_address(reversed(names))


def _offices(connection: Connection) -> dict[str, tuple[int, str]]:
    def read() -> dict[str, tuple[int, str]]:
        rows = connection.execute(select(Office.code, Office.id, Office.name))
        return {code: (office_id, name) for code, office_id, name in rows}

    return _keep(connection, "offices", read)


def office_id_of(connection: Connection, code: str) -> int | None:
    """The office of that code; None for an unknown one."""
    return _offices(connection).get(code, (None, ""))[0] if code else None


def office_name_of(connection: Connection, office: str | int | None) -> str:
    """The name of an office by its code or its identifier; "" for an unknown one."""
    known = _offices(connection)
    return next((name for code, (office_id, name) in known.items() if office in (code, office_id)), "")


def place_codes(connection: Connection, today: date) -> frozenset[str]:
    """Codes of the units that stand on that day."""
    return _places(connection, today)[1]


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
