"""Places and offices from the files that ship with the product. What the county has changed since is left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Place

DATA = Path(__file__).resolve().parent.parent / "data"


def read_data(name: str) -> dict[str, Any]:
    """One file of ``approvals/data``."""
    content: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return content


def load_places(session: Session) -> int:
    """Add the units of the national list that are missing; returns how many."""
    content = read_data("places")
    since = date.fromisoformat(content["valid_from"])
    known = set(session.scalars(select(Place.code)))
    missing = [row for row in content["places"] if row["code"] not in known]
    session.add_all(
        Place(code=row["code"], name=row["name"], level=row["level"], parent_code=row["parent"], valid_from=since)
        for row in missing
    )
    session.flush()
    return len(missing)


def load_offices(session: Session, name: str = "offices") -> int:
    """Add the offices of a file that are missing, parents first as they stand there; returns how many."""
    content = read_data(name)
    since = date.fromisoformat(content["valid_from"])
    ids: dict[str, int] = {code: office_id for code, office_id in session.execute(select(Office.code, Office.id))}
    missing = [row for row in content["offices"] if row["code"] not in ids]
    for row in missing:
        office = _office(row, since, ids)
        session.add(office)
        session.flush()
        ids[office.code] = office.id
    return len(missing)


def _office(row: Mapping[str, Any], since: date, ids: Mapping[str, int]) -> Office:
    parent = row["parent"]
    return Office(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        place_code=row["place"],
        parent_id=ids[parent] if parent is not None else None,
        valid_from=since,
    )
