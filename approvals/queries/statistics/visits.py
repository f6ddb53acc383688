"""How often somebody had to come to a hall or centre for a case, counted from what its events carry."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.models import Case, Event, EventPayload, Office
from workflows.clock import OFFICE_ZONE
from workflows.rules.claims import CENTRES

CHANGED = ("change", "resubmit")
"""What a clerk types for an applicant who has come to the window: one visit a day."""


def visits_of(session: Session, roots: Any, offices: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Visits by root case, where there were any; ``offices`` are those of each root by their symbols. Two statements."""
    known = centres(session)
    found = session.execute(
        select(Case.root_id, Event.action, Event.role, Event.happened_at, EventPayload.body)
        .join(Event, Event.case_id == Case.id)
        .join(EventPayload, EventPayload.event_id == Event.id)
        .where(
            Case.root_id.in_(roots),
            or_(EventPayload.body.contains('"contact":{'), Event.action.in_(CHANGED) & (Event.role == "clerk")),
        )
    ).all()
    return counted(found, known, offices)


def centres(session: Session) -> frozenset[int]:
    """The halls and centres: a contact there is a visit. One statement."""
    return frozenset(session.scalars(select(Office.id).where(Office.kind.in_(sorted(CENTRES)))))


def counted(events: Iterable[Any], centres: frozenset[int], offices: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Visits by root from events: root, action, role, when, and the payload as text."""
    contacts: dict[int, int] = defaultdict(int)
    at_window: set[tuple[int, Any]] = set()
    for root_id, action, role, happened_at, body in events:
        contact = json.loads(body).get("contact") if body is not None else None
        contacts[root_id] += isinstance(contact, dict) and contact.get("office") in centres
        if action in CHANGED and role == "clerk" and offices.get(root_id, {}).get("receiving") in centres:
            at_window.add((root_id, happened_at.astimezone(OFFICE_ZONE).date()))
    for root_id, _day in at_window:
        contacts[root_id] += 1
    return {root_id: count for root_id, count in contacts.items() if count}
