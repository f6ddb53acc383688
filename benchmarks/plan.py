"""What one case leaves in the tables, action by action: the rows that hand-written SQL has to write as well.

The rows are read off the database after each action of the product, not taken from its code. Whatever differs from case to
case (identifiers, numbers, names, salts, digests, hashes) becomes a slot, to be filled anew for each case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Text, select, type_coerce

from approvals.db import CanonicalJson, Database, UtcDateTime
from approvals.models import Base
from approvals.models.history import digest

TABLES = (
    "cases", "submissions", "company_names", "events", "event_payloads", "tasks", "documents", "notices",
    "drafts", "counters", "signatures", "consents", "mandates", "custody_items", "hand_overs", "custody_moves",
)  # fmt: skip
KEYS = {"event_payloads": "event_id", "counters": "name"}
DIGEST_OF = "digest of "
"""Begins the name of a slot for the digest of another one."""

Rows = dict[str, dict[Any, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that each case has for itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with slots between its literal parts."""

    parts: tuple[str | Slot, ...]


def value(spec: Any, slots: Mapping[str, Any]) -> Any:
    """A recorded value for a case with those slots."""
    kind = type(spec)
    if kind is Slot:
        return slots[spec.name]
    if kind is Filled:
        return "".join([part if type(part) is str else str(slots[part.name]) for part in spec.parts])
    return spec


@dataclass(slots=True)
class Written:
    """The rows of one action: whole new ones, and for changed ones their key and what changed."""

    inserted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    updated: dict[str, list[tuple[Any, dict[str, Any]]]] = field(default_factory=dict)
    new_ids: list[str] = field(default_factory=list)


def snapshot(database: Database) -> Rows:
    """Every row of the tables that an action may touch, as stored."""
    rows: Rows = {}
    with database.engine.connect() as connection:
        for name in TABLES:
            table = Base.metadata.tables[name]
            columns = [_raw(column) for column in table.c]
            key = KEYS.get(name, "id")
            rows[name] = {row[key]: dict(row) for row in connection.execute(select(*columns)).mappings()}
    return rows


def _raw(column: Any) -> Any:
    if isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger).label(column.name)
    if isinstance(column.type, CanonicalJson):
        return type_coerce(column, Text).label(column.name)
    return column


class Recorder:
    """Turns what changed between two snapshots into rows with slots."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.slots = dict(known)  # text as it was recorded -> name of its slot

    def learn(self, known: Mapping[str, str]) -> None:
        """Take more texts of the recorded case as ones that each case has for itself."""
        for content, slot in known.items():
            self.slots.setdefault(content, slot)

    def difference(self, before: Rows, after: Rows) -> Written:
        written = Written()
        for name in TABLES:
            if name == "counters":
                continue  # each implementation counts by itself
            for key in sorted(after[name].keys() - before[name].keys()):
                row = after[name][key]
                if name != "event_payloads":
                    self.slots[str(key)] = slot = f"id {len(self.slots)}"
                    written.new_ids.append(slot)
                # Linked cases and documents are numbered below their root, which is a slot already.
                own = ("number",) if name == "cases" and row["parent_id"] is None else ()
                # What a mandate says is the same in every case, so its digest is as well.
                if name == "mandates" or row.get("acts") == '["mandate"]':
                    if "token" in row:
                        self.slots.setdefault(row["token"], f"token {len(self.slots)}")
                    continue
                for column in (*own, "credit_code", "token", "salt", "digest", "payload_digest", "hash", "request_key"):
                    if isinstance(row.get(column), str):
                        self.slots.setdefault(row[column], f"{column} {len(self.slots)}")
                if name == "documents":  # the event names the address by its digest
                    self.slots.setdefault(digest("", row["token"]), f"{DIGEST_OF}{self.slots[row['token']]}")
        pattern = re.compile("|".join(sorted(map(re.escape, self.slots), key=len, reverse=True)))
        for name in TABLES:
            if name == "counters":
                continue
            new = after[name].keys() - before[name].keys()
            rows = [self.spec_row(after[name][key], pattern) for key in sorted(new)]
            if rows:
                written.inserted[name] = rows
            for key in sorted(after[name].keys() & before[name].keys()):
                old, row = before[name][key], after[name][key]
                changes = {column: self.spec(content, pattern) for column, content in row.items() if old[column] != content}
                if changes:
                    written.updated.setdefault(name, []).append((self.spec(key, pattern), changes))
        return written

    def spec_row(self, row: Mapping[str, Any], pattern: re.Pattern[str]) -> dict[str, Any]:
        return {column: self.spec(content, pattern) for column, content in row.items()}

    def spec(self, content: Any, pattern: re.Pattern[str]) -> Any:
        if isinstance(content, int) and not isinstance(content, bool):
            slot = self.slots.get(str(content))
            return Slot(slot) if slot is not None else content
        if not isinstance(content, str):
            return content
        parts = tuple(self._parts(content, pattern))
        if len(parts) == 1:
            return parts[0]
        return Filled(parts) if parts else content

    def _parts(self, content: str, pattern: re.Pattern[str]) -> Iterator[str | Slot]:
        end = 0
        for match in pattern.finditer(content):
            if match.start() > end:
                yield content[end : match.start()]
            yield Slot(self.slots[match.group()])
            end = match.end()
        if end < len(content):
            yield content[end:]
