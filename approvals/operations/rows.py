"""The rows that an action adds: a new case, its task, a notice."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from approvals.db import canonical_json, new_id, to_microseconds
from workflows.engine.definition import Definition
from workflows.network import office_for

from . import clocks
from .snapshot import COLUMNS, JSON_COLUMNS, CaseNow, OpenTask

CASE, DEADLINE = ABOUT_CASES = ("case", "deadline")
"""Kinds of notices about a case: what its history told, and deadlines: warned of, or moved by a notice of holidays."""


def new_case(
    definition: Definition, *, number: str, parent: CaseNow | None, root_id: int | None, now: datetime, **values: Any
) -> CaseNow:
    """A case that does not exist yet; a linked one takes applicant, offices and channel from its parent."""
    case_id, at = new_id(), to_microseconds(now)
    inherited: dict[str, Any] = {}
    if parent is not None:
        inherited = {
            name: getattr(parent, name)
            for name in ("company", "applicant_id", "filed_by_id", "channel", "offices", "chosen")
        }
        inherited["deciding_office_id"] = office_for(parent.offices, definition.key, "deciding", parent.deciding_office_id)
    facts = {**inherited, **values}
    case = CaseNow(
        id=case_id, number=number, token=secrets.token_urlsafe(18), root_id=root_id or case_id,
        parent_id=parent.id if parent else None, workflow=definition.key, version=definition.version, state=definition.initial,
        outcome="", predecessors=[], identity_overrides=[], submissions=0, linked_count=0, opened_at=at, clock_started_at=at,
        extension_days=0, promised_due_at=None, statutory_due_at=None, closed_at=None, claim_code_hash="", position=0, head="",
        **facts,
    )  # fmt: skip
    case.definition = definition
    clocks.restart(case, now)
    return case


def notice_row(case: CaseNow, text: Mapping[str, str], at: int, **values: Any) -> dict[str, Any]:
    """A notice about a case, not yet planned for any channel; ``values`` say for whom it is and of which kind."""
    return {
        "id": new_id(), "case_id": case.id, "root_id": case.root_id, "person_id": None, "text": canonical_json(text),
        "sms": None, "created_at": at, "read_at": None, "kind": CASE, "to_name": "", "to_phone": "", "to_email": "", "urgent": False,
        "planned_at": None, **values,
    }  # fmt: skip


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with its placeholders replaced."""
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def case_row(case: CaseNow) -> dict[str, Any]:
    """A new case as its table stores it."""
    row = {name: getattr(case, name) for name in COLUMNS}
    for name in JSON_COLUMNS:
        row[name] = canonical_json(row[name])
    return row


def task_row(case: CaseNow, task: OpenTask) -> dict[str, Any]:
    """A new task as its table stores it."""
    return {
        "id": task.id, "case_id": case.id, "root_id": case.root_id, "workflow": case.workflow, "state": task.state,
        "role": task.role, "department": task.department, "office_id": task.office_id, "opened_at": task.opened_at,
        "due_at": task.due_at, "timer_at": task.timer_at, "holder_id": task.holder_id, "held_at": task.held_at,
        "closed_at": None, "closed_by": "", "counted_from": task.counted_from,
    }  # fmt: skip
