"""A family's history as people read it: who did what, when, with what they wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Event, EventPayload
from workflows.county import county_catalogue
from workflows.engine.definition import Action, Definition, Field
from workflows.rules import INTERNAL_FIELDS

from .cases import Family, Member


@dataclass(frozen=True, slots=True)
class Line:
    """One event. ``form`` are the fields that the person filled in, with their values."""

    event: Event
    member: Member
    definition: Definition
    action: Action | None
    form: tuple[tuple[Field, Any], ...]
    payload: Mapping[str, Any]
    purged_under: str

    @property
    def moved(self) -> bool:
        return self.event.from_state != self.event.to_state and self.event.from_state != ""

    def open_to_applicant(self) -> tuple[tuple[Field, Any], ...]:
        """What the applicant may read of the form: of actions that are told to them, without internal remarks."""
        if self.action is None:
            return ()
        if not (self.action.notices or "applicant" in self.action.by):
            return ()
        return tuple((each, value) for each, value in self.form if each.name not in INTERNAL_FIELDS)


def entered(lines: Sequence[Line]) -> list[str]:
    """The states that cases came into by these lines, the first one first."""
    return [line.event.to_state for line in reversed(lines) if line.moved]


def history_of(session: Session, family: Family) -> list[Line]:
    """Every event of the family, the newest first. Costs one statement."""
    return histories_of(session, [family])[family.root.case.id]


def histories_of(session: Session, families: Sequence[Family]) -> dict[int, list[Line]]:
    """Every event of each family by its root case, the newest first. Costs one statement, however many they are."""
    found = session.execute(
        select(Case.root_id, Event, EventPayload.body, EventPayload.purged_under)
        .join(Case, Case.id == Event.case_id)
        .outerjoin(EventPayload, EventPayload.event_id == Event.id)
        .where(Case.root_id.in_([family.root.case.id for family in families]))
        # Within one action the cases it touched move one after the other: their identifiers keep that order.
        .order_by(Event.happened_at.desc(), Event.id.desc())
    ).all()
    members = {member.case.id: member for family in families for member in family.members}
    lines: dict[int, list[Line]] = {family.root.case.id: [] for family in families}
    for root_id, event, body, purged in found:
        lines[root_id].append(_line(members[event.case_id], event, body, purged))
    return lines


def _line(member: Member, event: Event, body: str | None, purged_under: str | None) -> Line:
    try:
        definition = county_catalogue().by_fingerprint(event.definition)
    except KeyError:
        definition = member.definition
    payload = json.loads(body) if body else {}
    action = definition.actions.get(event.action)
    return Line(event, member, definition, action, _form(definition, action, payload), payload, purged_under or "")


def _form(definition: Definition, action: Action | None, payload: Mapping[str, Any]) -> tuple[tuple[Field, Any], ...]:
    if action is None or not action.form:
        return ()
    values = payload.get("form", {})
    fields = definition.forms[action.form].fields
    return tuple((each, values[each.name]) for each in fields if values.get(each.name) not in (None, "", []))


def last_form(lines: Sequence[Line], member: Member) -> Line | None:
    """The last event of a case that moved it and carries a form: why it failed, was refused or returned."""
    return next((line for line in lines if line.member is member and line.moved and line.form), None)


def last_move(lines: Sequence[Line], member: Member) -> Line | None:
    """The last event that moved a case."""
    return next((line for line in lines if line.member is member and line.moved), None)


def cause_of(action: Action | None) -> str:
    """What brings a case back to its applicant: a return with a list, somebody who declined to sign, or their own wish."""
    if action is None or action.form:
        return "returned"
    return "objected" if action.automatic else "changed"
