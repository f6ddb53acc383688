"""Places, offices, competences and departments from the files that ship. What the county has changed since is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Competence, Office, OfficeDepartment, Place
from workflows.network.updating import Usual, usual_of

DATA = Path(__file__).resolve().parents[2] / "data"


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
        Place(code=row["code"], name=row["name"], level=row["level"], parent_code=row["parent"], valid_from=since) for row in missing
    )
    session.flush()
    return len(missing)


def load_offices(session: Session, name: str = "offices") -> list[Office]:
    """Add the offices of a file that are missing, parents first as they stand there; returns those added.

    An office whose place has ended or is not on the county's list any more is not brought back.
    """
    content = read_data(name)
    since = date.fromisoformat(content["valid_from"])
    known = {office.code: office for office in session.scalars(select(Office))}
    standing = set(session.scalars(select(Place.code).where(Place.valid_to.is_(None))))
    added = []
    for row in content["offices"]:
        if row["code"] in known or row["place"] not in standing:
            continue
        parent = known.get(row["parent"])
        office = Office(
            code=row["code"], name=row["name"], kind=row["kind"], place_code=row["place"],
            parent_id=parent.id if parent is not None else None, valid_from=since,
        )  # fmt: skip
        session.add(office)
        session.flush()
        known[office.code] = office
        added.append(office)
    return added


def usual_competences() -> Usual:
    """What every office of a kind may take in and decide unless the county says otherwise: (matter, power, basis)."""
    return usual_of(read_data("competences")["competences"])


def load_competences(session: Session, added: Iterable[Office]) -> int:
    """Give offices what they may take in and decide: all of them in a county that has no competences yet, else only those that
    have just been added. Returns how many competences."""
    content = read_data("competences")
    since = date.fromisoformat(content["valid_from"])
    is_first = session.scalar(select(Competence.id).limit(1)) is None
    offices = list(session.scalars(select(Office).order_by(Office.id))) if is_first else list(added)
    rows = [
        Competence(
            office_id=office.id, matter=row["matter"], power=row["power"], basis=row["basis"],
            valid_from=max(since, office.valid_from), valid_to=office.valid_to,
        )
        for office in offices
        for row in content["competences"]
        if row.get("kind") == office.kind or row.get("office") == office.code
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return len(rows)


def load_departments(session: Session) -> int:
    """Note which departments are present where, in a county that has noted none yet; returns how many."""
    if session.scalar(select(OfficeDepartment.id).limit(1)) is not None:
        return 0
    content = read_data("departments")
    since = date.fromisoformat(content["valid_from"])
    offices = {office.code: office for office in session.scalars(select(Office))}
    rows = [_present(offices[row["office"]], department, since) for row, department in _pairs(content) if row["office"] in offices]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _pairs(content: Mapping[str, Any]) -> Iterable[tuple[Mapping[str, Any], str]]:
    return ((row, department) for row in content["departments"] for department in row["departments"])


def _present(office: Office, department: str, since: date) -> OfficeDepartment:
    return OfficeDepartment(office_id=office.id, department=department, valid_from=max(since, office.valid_from))
