"""The official lists that a county needs before its first case. Loading them again adds only what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import BusinessItem

from . import reference
from .network import load_competences, load_departments, load_offices, load_places, read_data


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of each list were missing and have been added."""

    places: int
    offices: int
    business_items: int
    competences: int = 0
    departments: int = 0

    def __bool__(self) -> bool:
        return bool(self.places or self.offices or self.business_items or self.competences or self.departments)


def load_reference_data(session: Session, *, example_banks: bool = False) -> Loaded:
    """Load the network and the business items; ``example_banks`` adds invented partner banks, for a demo."""
    places = load_places(session)
    offices = load_offices(session)
    if example_banks:
        offices += load_offices(session, "example_banks")
    competences, departments = load_competences(session, offices), load_departments(session)
    items = _load_business_items(session)
    loaded = Loaded(places, len(offices), items, competences, departments)
    if loaded:
        reference.network_changed(session)
    reference.forget()
    return loaded


def _load_business_items(session: Session) -> int:
    """Fill an empty list of business items with the examples; a list that the county imported stays as it is."""
    if session.scalar(select(BusinessItem.code).limit(1)) is not None:
        return 0
    rows = read_data("business_items")["items"]
    session.add_all(BusinessItem(code=row["code"], text=row["text"], licensed=row["licensed"]) for row in rows)
    session.flush()
    return len(rows)
