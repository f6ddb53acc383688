"""A case as anybody may see it who has its receipt: where it stands, and when and where each step was taken. No person is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Document, Event, Office, Task
from workflows.county import county_catalogue
from workflows.engine.definition import Action, Definition, State

from .cases import Family, Member, family_of
from .history import cause_of


@dataclass(frozen=True, slots=True)
class Step:
    """A case came into a state: which matter, when, by which action and in which role, and where the task was addressed to."""

    definition: Definition
    state: State
    at: datetime
    office: str | None
    action: Action | None = None
    role: str = ""


def family_of_receipt(session: Session, token: str) -> Family | None:
    """The family whose receipt has that token; None for an unknown or revoked one. Two statements."""
    root = session.scalar(
        select(Case.token)
        .join(Document, Document.root_id == Case.id)
        .where(Document.token == token, Document.kind == "receipt", Document.status != "revoked")
    )
    return family_of(session, root) if root is not None else None


def receipt_token(session: Session, root_id: int) -> str:
    """The token of a case's receipt; "" when it has none."""
    receipt = select(Document.token).where(Document.root_id == root_id, Document.kind == "receipt", Document.status != "revoked")
    return session.scalar(receipt.order_by(Document.id.desc()).limit(1)) or ""


def correction_cause(steps: list[Step], member: Member) -> str:
    """Why a case is with its applicant: returned, objected or changed; ``steps`` the newest first."""
    key = member.definition.key
    return next((cause_of(step.action) for step in steps if step.state == member.state and step.definition.key == key), "")


def steps_of(session: Session, family: Family) -> list[Step]:
    """Every step of the family, the newest first; one statement."""
    found = session.execute(
        select(Event.case_id, Event.definition, Event.to_state, Event.happened_at, Office.name, Event.action, Event.role)
        .join(Case, Case.id == Event.case_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .where(Case.root_id == family.root.case.id, Event.from_state != Event.to_state)
        .order_by(Event.happened_at.desc(), Event.id.desc())
    ).all()
    members = {member.case.id: member for member in family.members}
    steps = []
    for case_id, fingerprint, state, at, office, action, role in found:
        try:
            definition = county_catalogue().by_fingerprint(fingerprint)
        except KeyError:
            definition = members[case_id].definition
        if state in definition.states:
            steps.append(Step(definition, definition.states[state], at, office, definition.actions.get(action), role))
    return steps
