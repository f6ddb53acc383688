"""Official lists that change rarely, kept per process for a few minutes so that a check costs no statement."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, or_, select

from approvals.models import BusinessItem, Place

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


def place_codes(connection: Connection, today: date) -> frozenset[str]:
    """Codes of the units that stand on that day."""

    def read() -> frozenset[str]:
        standing = select(Place.code).where(Place.valid_from <= today, or_(Place.valid_to.is_(None), Place.valid_to >= today))
        return frozenset(connection.execute(standing).scalars())

    return _keep(connection, f"places {today}", read)


def business_items(connection: Connection) -> Mapping[str, bool]:
    """Codes of the business items and whether each needs an approval first."""

    def read() -> Mapping[str, bool]:
        rows = connection.execute(select(BusinessItem.code, BusinessItem.licensed))
        return {code: bool(licensed) for code, licensed in rows}

    return _keep(connection, "business items", read)
