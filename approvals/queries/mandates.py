"""Mandates as people read them: of a case, of a link, and of one person over all their cases. Reading only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.models import Case, Document, Event, EventPayload, Mandate, Office, Person, Position, Signature
from workflows.network.custody import Item
from workflows.rules.signatories import DELIVERY, MANDATE

from .custody import custody_of

UNSIGNED, IN_FORCE, ENDS_SOON, ENDED, REVOKED, REPLACED = "unsigned", "in-force", "ends-soon", "ended", "revoked", "replaced"
SOON_DAYS = 14
"""Days before its end in which a mandate is shown as ending soon, so that it can be renewed in time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a mandate stands on a day: one of the words above, and the days that are left of it, today included."""

    status: str
    days_left: int

    @property
    def may_renew(self) -> bool:
        return self.status in (ENDS_SOON, ENDED)


def standing_of(mandate: Mandate, today: date, *, newest: bool = True) -> Standing:
    """How a mandate stands. ``newest``: no later one of its case was drafted; an older unsigned one is replaced."""
    days_left = (mandate.valid_to - today).days + 1
    if mandate.revoked_at is not None:
        return Standing(REVOKED, 0)
    if mandate.signed_at is None:
        return Standing(UNSIGNED if newest else REPLACED, days_left)
    if days_left <= 0:
        return Standing(ENDED, 0)
    return Standing(ENDS_SOON if days_left <= SOON_DAYS else IN_FORCE, days_left)


def mandates_of(session: Session, root_id: int) -> Sequence[Mandate]:
    """The mandates of a delegated case, the first one first; one statement."""
    return session.scalars(select(Mandate).where(Mandate.case_id == root_id).order_by(Mandate.number)).all()


def is_of_principal(signature: Signature) -> bool:
    """Whether somebody signs a mandate or confirms a delivery, rather than an application."""
    return signature.acts in ([MANDATE], [DELIVERY])


def mandate_behind(session: Session, signature: Signature) -> Mandate | None:
    """The mandate that a link is about; of a delivery the one under which it was brought. None where its rows were removed."""
    rows = mandates_of(session, signature.case_id)
    if signature.acts == [DELIVERY]:
        return rows[-1] if rows else None
    return next((row for row in reversed(rows) if row.digest == signature.digest), None)


def office_of(session: Session, mandate: Mandate) -> Office:
    """The service point of the agent."""
    return session.get_one(Office, mandate.office_id)


def open_request(session: Session, root_id: int) -> Signature | None:
    """What the principal of a case is asked now: to sign a mandate or to confirm a delivery; None for nothing."""
    asked = select(Signature).where(Signature.case_id == root_id, Signature.vote == "", Signature.superseded_at.is_(None))
    return next((each for each in session.scalars(asked) if is_of_principal(each)), None)


def of_principal(session: Session, person_id: int) -> list[tuple[Mandate, Case, Office]]:
    """Every mandate that somebody gave, with its case and its point, the newest first; one statement."""
    wanted = (
        select(Mandate, Case, Office)
        .join(Case, Case.id == Mandate.case_id)
        .join(Office, Office.id == Mandate.office_id)
        .where(Mandate.principal_id == person_id)
        .order_by(Mandate.created_at.desc(), Mandate.id.desc())
    )
    return [tuple(row) for row in session.execute(wanted)]  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What an agent says to have brought: things, papers, how and to whom, as they entered it."""

    items: tuple[Item, ...]
    documents: tuple[Document, ...]
    form: Mapping[str, Any]


def handed_over(session: Session, root_id: int) -> HandedOver:
    """What was handed to the principal of a case at its last delivery; four statements."""
    ledger = custody_of(session, root_id).ledger
    issued = select(Document).where(Document.root_id == root_id, Document.status == "genuine", Document.kind != "receipt")
    told = (
        select(EventPayload.body)
        .join(Event, Event.id == EventPayload.event_id)
        .where(Event.case_id == root_id, Event.action == "deliver")
        .order_by(Event.position.desc())
        .limit(1)
    )
    form = json.loads(session.scalar(told) or "{}").get("form") or {}
    return HandedOver(tuple(ledger.with_status("given")), tuple(session.scalars(issued.order_by(Document.id))), form)


@dataclass(frozen=True, slots=True)
class Point:
    """A service point with the names of those who are agents there today."""

    office: Office
    agents: tuple[str, ...]


def points_with_agents(session: Session, today: date) -> list[Point]:
    """Every office that has an agent today; one statement."""
    held = (
        select(Office, Person.name)
        .join(Position, Position.office_id == Office.id)
        .join(Person, Person.id == Position.person_id)
        .where(Position.role == "agent", Position.valid_from <= today, or_(Position.valid_to.is_(None), Position.valid_to >= today))
        .where(Person.locked_at.is_(None))
        .order_by(Office.id, Person.name)
    )
    found: dict[int, tuple[Office, list[str]]] = {}
    for office, name in session.execute(held):
        found.setdefault(office.id, (office, []))[1].append(name)
    return [Point(office, tuple(dict.fromkeys(names))) for office, names in found.values()]
