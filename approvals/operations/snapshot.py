"""A case and its open task in memory, as one action sees and changes them. Values are plain, as the columns store them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from approvals.db import from_microseconds
from workflows.engine.definition import Definition
from workflows.engine.facts import LinkedCase


@dataclass(slots=True)
class OpenTask:
    """The open task of a case. Without ``role`` the case waits."""

    id: int
    state: str
    role: str
    department: str
    office_id: int | None
    opened_at: int
    due_at: int | None
    timer_at: int | None
    holder_id: int | None
    held_at: int | None


@dataclass(slots=True)
class CaseNow:
    """A case as it stands during one action. Times are microseconds; ``is_new`` cases are inserted, changed ones updated."""

    id: int
    number: str
    token: str
    root_id: int
    parent_id: int | None
    workflow: str
    version: int
    state: str
    outcome: str
    company: str
    applicant_id: int | None
    filed_by_id: int | None
    channel: str
    deciding_office_id: int
    offices: dict[str, int]
    chosen: list[str]
    predecessors: list[str]
    identity_overrides: list[str]
    submissions: int
    linked_count: int
    opened_at: int
    clock_started_at: int
    extension_days: int
    promised_due_at: int | None
    statutory_due_at: int | None
    closed_at: int | None
    claim_code_hash: str
    position: int
    head: str
    task: OpenTask | None = None
    is_new: bool = False
    is_changed: bool = False
    definition: Definition = field(init=False)

    def as_linked(self) -> LinkedCase:
        return LinkedCase(self.workflow, self.number, self.state, self.outcome)

    def office_ids(self) -> Iterable[int]:
        """Offices where this case may be worked on: where it was taken in, and every one that its definition addresses."""
        yield self.offices.get("receiving", self.deciding_office_id)
        for symbol in _symbols(self.definition):
            yield self.offices.get(symbol, self.deciding_office_id)

    def clock_start(self) -> datetime:
        return from_microseconds(self.clock_started_at)


COLUMNS = (
    "id", "number", "token", "root_id", "parent_id", "workflow", "version", "state", "outcome", "company", "applicant_id",
    "filed_by_id", "channel", "deciding_office_id", "offices", "chosen", "predecessors", "identity_overrides", "submissions",
    "linked_count", "opened_at", "clock_started_at", "extension_days", "promised_due_at", "statutory_due_at", "closed_at",
    "claim_code_hash", "position", "head",
)  # fmt: skip
JSON_COLUMNS = frozenset({"offices", "chosen", "predecessors", "identity_overrides"})
TASK_COLUMNS = ("id", "state", "role", "department", "office_id", "opened_at", "due_at", "timer_at", "holder_id", "held_at")
_WIDTH = len(COLUMNS)
_JSON_POSITIONS = tuple(COLUMNS.index(name) for name in COLUMNS if name in JSON_COLUMNS)


_symbols_of_version: dict[str, frozenset[str]] = {}


def _symbols(definition: Definition) -> frozenset[str]:
    """The office symbols that the tasks of a version use; kept, because every action asks."""
    found = _symbols_of_version.get(definition.fingerprint)
    if found is None:
        found = frozenset(state.task.office for state in definition.states.values() if state.task is not None)
        _symbols_of_version[definition.fingerprint] = found
    return found


def case_from_row(row: Any) -> CaseNow:
    """A case from a row of ``COLUMNS`` followed by ``TASK_COLUMNS`` (null without an open task)."""
    values = list(row[:_WIDTH])
    for position in _JSON_POSITIONS:
        values[position] = json.loads(values[position])
    task = OpenTask(*row[_WIDTH:]) if row[_WIDTH] is not None else None
    return CaseNow(*values, task=task)
