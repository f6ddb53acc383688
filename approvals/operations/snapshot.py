"""A case and its open task in memory, as one action sees and changes them. Values are plain, as the columns store them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from approvals.db import canonical_json, from_microseconds
from workflows.engine.definition import Definition
from workflows.engine.facts import LinkedCase
from workflows.network import office_for


@dataclass(slots=True)
class OpenTask:
    """The open task of a case. Without ``role`` the case waits. ``counted_from``: as in ``models.Task``."""

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
    counted_from: int | None


@dataclass(slots=True)
class CaseNow:
    """A case as it stands during one action. Times are microseconds; ``stored`` is its row as loaded, None for a new case,
    and ``loaded`` the values of that row that may change."""

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
    stored: Any = None
    loaded: tuple[Any, ...] = ()
    definition: Definition = field(init=False)

    def as_linked(self, parent_closed_at: int | None = None) -> LinkedCase:
        """This case as its parent sees it; ``parent_closed_at`` is when that was closed, in microseconds."""
        ended_later = parent_closed_at is not None and self.closed_at is not None and self.closed_at > parent_closed_at
        return LinkedCase(self.workflow, self.number, self.state, self.outcome, ended_later)

    def office_ids(self) -> Iterable[int]:
        """Offices where this case may be worked on: where it was taken in, and every one that its definition addresses."""
        yield self.offices.get("receiving", self.deciding_office_id)
        for symbol in _symbols(self.definition):
            yield office_for(self.offices, self.workflow, symbol, self.deciding_office_id)

    def changes(self) -> dict[str, Any]:
        """The columns that differ from the stored row, as the database keeps them."""
        present = _present(self)
        if present == self.loaded:
            return {}
        return {
            name: canonical_json(value) if name in JSON_COLUMNS else value
            for name, value, before in zip(CASE_UPDATES[-1], present, self.loaded, strict=True)
            if value != before
        }

    def clock_start(self) -> datetime:
        return from_microseconds(self.clock_started_at)


COLUMNS = (
    "id", "number", "token", "root_id", "parent_id", "workflow", "version", "state", "outcome", "company", "applicant_id",
    "filed_by_id", "channel", "deciding_office_id", "offices", "chosen", "predecessors", "identity_overrides", "submissions",
    "linked_count", "opened_at", "clock_started_at", "extension_days", "promised_due_at", "statutory_due_at", "closed_at",
    "claim_code_hash", "position", "head",
)  # fmt: skip
JSON_COLUMNS = frozenset({"offices", "chosen", "predecessors", "identity_overrides"})
TASK_COLUMNS = (
    "id", "state", "role", "department", "office_id", "opened_at", "due_at", "timer_at", "holder_id", "held_at", "counted_from",
)  # fmt: skip
# The sets of columns that an update may write, narrow ones first: what is set has its indexes written, changed or not.
CASE_UPDATES = (
    ("position", "head"),
    ("position", "head", "state", "outcome", "linked_count"),
    ("position", "head", "state", "outcome", "linked_count", "closed_at", "clock_started_at", "extension_days", "promised_due_at",
     "statutory_due_at"),
    ("position", "head", "state", "outcome", "linked_count", "closed_at", "clock_started_at", "extension_days", "promised_due_at",
     "statutory_due_at", "company", "applicant_id", "offices", "chosen", "identity_overrides", "submissions", "claim_code_hash"),
)  # fmt: skip
_WIDTH = len(COLUMNS)
_present = attrgetter(*CASE_UPDATES[-1])
_changeable = itemgetter(*(COLUMNS.index(name) for name in CASE_UPDATES[-1]))
_JSON_POSITIONS = tuple(COLUMNS.index(name) for name in COLUMNS if name in JSON_COLUMNS)


_symbols_of_version: dict[str, frozenset[str]] = {}


def _symbols(definition: Definition) -> frozenset[str]:
    """The office symbols that the tasks of a version use; kept, because every action asks."""
    found = _symbols_of_version.get(definition.fingerprint)
    if found is None:
        found = frozenset(state.task.office for state in definition.states.values() if state.task is not None)
        _symbols_of_version[definition.fingerprint] = found
    return found


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The value of a short JSON text. The cases of a family share most of theirs; nobody changes such a value in place."""
    return json.loads(text)


def case_from_row(row: Any) -> CaseNow:
    """A case from a row of ``COLUMNS`` followed by ``TASK_COLUMNS`` (null without an open task)."""
    values = list(row[:_WIDTH])
    for position in _JSON_POSITIONS:
        values[position] = _parsed(values[position])
    task = OpenTask(*row[_WIDTH:]) if row[_WIDTH] is not None else None
    return CaseNow(*values, task=task, stored=row, loaded=_changeable(values))


def updates(cases: Iterable[CaseNow]) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The columns to write for all cases that changed, and a row for each of them; one statement whatever changed."""
    changed = [(case, changes) for case in cases if case.stored is not None and (changes := case.changes())]
    names = frozenset().union(*(changes for _, changes in changed))
    columns = next(columns for columns in CASE_UPDATES if names.issubset(columns))
    places = [(name, COLUMNS.index(name)) for name in columns]
    rows = [
        {"case_id": case.id, **{name: changes[name] if name in changes else case.stored[place] for name, place in places}}
        for case, changes in changed
    ]
    return columns, rows
