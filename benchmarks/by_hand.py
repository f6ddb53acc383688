"""The same rows by hand-written SQL: one connection of the driver, prepared statements, one transaction an action.

It knows the chain by heart. It reads what any correct program must read, makes identifiers, salts, digests and hashes, and
writes; it asks no permission, no guard, no definition and no calendar.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from tests.support.delegating import PRINCIPAL
from workflows.rules import new_credit_code

from .plan import DIGEST_OF, Slot, Written, value

_FAMILY = """SELECT c.id, c.number, c.state, c.position, c.head, t.id, t.role, t.holder_id
    FROM cases c LEFT JOIN tasks t ON t.case_id = c.id AND t.closed_at IS NULL WHERE c.root_id = ? ORDER BY c.id"""
_LOCK = "SELECT id FROM cases WHERE id = ? FOR UPDATE"
_DRAFT = "SELECT person_id, content FROM drafts WHERE id = ?"
_SUBMISSION = "SELECT content FROM submissions WHERE case_id = ? ORDER BY number DESC LIMIT 1"
_NAMES = "SELECT full_name, status, since FROM company_names WHERE comparable_trade = ? OR comparable_full = ?"
_COUNT = "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value"
_VOTES = "SELECT s.id, s.vote FROM signatures s JOIN signatures mine ON mine.task_id = s.task_id WHERE mine.id = ?"
_MANDATES = """SELECT number, principal_id, agent_id, office_id, scope, valid_from, valid_to, signed_at, revoked_at FROM mandates
    WHERE case_id = ?"""
_PRINCIPAL = "SELECT id, name, identity_kind, identity_number, phone FROM persons WHERE identity_number = ?"
_ITEMS = "SELECT id, name, kind, quantity, remark FROM custody_items WHERE root_id = ?"
_MOVES = "SELECT item_id, number, kind, holder_office_id, hand_over_id, moved_at FROM custody_moves WHERE root_id = ? ORDER BY id"
_BAGS = "SELECT id, number, direction, from_office_id, to_office_id, due_at, received_at FROM hand_overs WHERE root_id = ?"
_PREPARED = "SELECT content, id, person_id FROM drafts WHERE delegated_id = ?"
_FILES = "SELECT workflow, material, subject, name, size, digest FROM uploads WHERE draft_id = ?"
_ON_MANDATE = frozenset({"take_papers", "pass_up", "pass_on", "file", "receive_at_point", "deliver"})
_WITH_PAPERS = frozenset(
    {
        "take_papers", "pass_up", "receive_at_town", "pass_on", "receive_at_centre", "enter_results", "send_down",
        "receive_back_at_town", "relay", "receive_at_point", "deliver",
    }
)  # fmt: skip
"""What any correct program must read of mandates and papers before these actions."""

_WITH_TOKEN = ("cases", "documents", "signatures")
_HASHED = ("actor_id", "actor_name", "on_behalf_of", "role", "action", "from_state", "to_state", "definition")


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class ByHand:
    """Writes cases as ``plan`` recorded them. ``placeholder`` is the driver's mark for a parameter: ``?`` or ``%s``."""

    def __init__(self, connection: Any, plan: list[tuple[str, Written]], placeholder: str) -> None:
        self.connection = connection
        self.cursor = connection.cursor()
        self.mark = placeholder
        self.locks = placeholder == "%s"
        self.ids = count(1 << 61)
        self.actions = [(name, self._prepare(written)) for name, written in plan]

    def _sql(self, statement: str) -> str:
        return statement.replace("?", self.mark)

    def _prepare(self, written: Written) -> dict[str, Any]:
        inserts, updates = [], []
        for table, rows in written.inserted.items():
            columns = list(rows[0])
            marks = ", ".join("?" for _ in columns)
            inserts.append(
                (self._sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"), [tuple(row.values()) for row in rows])
            )
        for table, changed in written.updated.items():
            for key, changes in changed:
                assignments = ", ".join(f"{column} = ?" for column in changes)
                updates.append((self._sql(f"UPDATE {table} SET {assignments} WHERE id = ?"), (*changes.values(), key)))
        payloads = {row["event_id"]: row for row in written.inserted.get("event_payloads", [])}
        return {
            "new_ids": written.new_ids,
            "root": next((row for row in written.inserted.get("cases", []) if row["parent_id"] is None), None),
            "tokens": [row["token"] for table in _WITH_TOKEN for row in written.inserted.get(table, [])],
            "contents": [*written.inserted.get("submissions", []), *written.inserted.get("documents", [])],
            "asked": written.inserted.get("signatures", []),
            "names": written.inserted.get("company_names", []),
            "events": [(row, payloads[row["id"]]) for row in sorted(written.inserted.get("events", []), key=_made)],
            "vote": next((key for key, changes in written.updated.get("signatures", []) if "vote" in changes), None),
            "inserts": inserts,
            "updates": updates,
        }

    def steps(self, slots: dict[str, Any], day: str) -> Iterator[tuple[str, Callable[[], None]]]:
        """The actions of one case. ``slots`` holds what is known of it before: its drafts, its company and trade name."""
        for name, action in self.actions:
            yield name, lambda name=name, action=action: self._act(name, action, slots, day)

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        self.cursor.execute(self._sql(statement), values)
        found: list[Any] = self.cursor.fetchall()
        return found

    def _act(self, name: str, action: Mapping[str, Any], slots: dict[str, Any], day: str) -> None:
        cursor = self.cursor
        if not self.locks:
            cursor.execute("BEGIN IMMEDIATE")
        if action["root"] is None and name != "confirm":
            root_id = slots["root"]
            if self.locks:
                self._rows(_LOCK, root_id)
            self._rows(_FAMILY, root_id)
        if name == "take_in":
            self._rows(_PRINCIPAL, PRINCIPAL.identity_number)
        if name in _ON_MANDATE and action["root"] is None:
            self._rows(_MANDATES, slots["root"])
        if name in _WITH_PAPERS:
            for statement in (_ITEMS, _MOVES, _BAGS):
                self._rows(statement, slots["root"])
        if name == "pass_up" or (name == "file" and action["root"] is None):
            slots["content"] = self._rows(_PREPARED, slots["root"])[0][0]
            self._rows(_NAMES, slots["trade name"], slots["company"])
        if name == "file" and action["root"] is None:
            self._rows(_FILES, slots["draft a"])
        elif name in ("file", "resubmit"):
            slots["content"] = self._rows(_DRAFT, slots["draft a" if name == "file" else "draft b"])[0][1]
        if name in ("file", "resubmit", "approve") and (name != "file" or action["root"] is not None):
            self._rows(_NAMES, slots["trade name"], slots["company"])
        if name == "approve":
            self._rows(_SUBMISSION, slots["root"])
        if name == "sign":
            self._rows(_VOTES, value(action["vote"], slots))
        self._fill(action, slots, day)
        for statement, rows in action["inserts"]:
            if len(rows) == 1:
                cursor.execute(statement, [value(spec, slots) for spec in rows[0]])
            else:
                cursor.executemany(statement, [[value(spec, slots) for spec in row] for row in rows])
        for statement, row in action["updates"]:
            cursor.execute(statement, [value(spec, slots) for spec in row])
        if self.locks:
            self.connection.commit()
        else:
            cursor.execute("COMMIT")

    def _fill(self, action: Mapping[str, Any], slots: dict[str, Any], day: str) -> None:
        for slot in action["new_ids"]:
            slots[slot] = next(self.ids)
        root = action["root"]
        if root is not None:
            digits = f"{day}{self._rows(_COUNT, f'cases of {day}')[0][0]:06d}"
            total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
            slots[root["number"].name] = f"HM{digits}{-total % 10}"
            slots["root"], slots["number"] = slots[root["id"].name], slots[root["number"].name]
        for token in action["tokens"]:
            slots[token.name] = secrets.token_urlsafe(18)
            slots[f"{DIGEST_OF}{token.name}"] = _hex(slots[token.name])
        for name in action["names"]:
            slots[name["credit_code"].name] = new_credit_code(self._rows(_COUNT, "organisation-code")[0][0])
        for row in action["contents"]:
            slots[row["digest"].name] = _hex(value(row["content"], slots))
        for row in action["asked"]:
            if isinstance(row["digest"], Slot) and row["digest"].name not in slots:  # a delivery: which case, and when it was asked
                asked = {"asked_at": row["asked_at"], "case": slots["number"]}
                slots[row["digest"].name] = _hex(json.dumps(asked, separators=(",", ":")))
        for event, payload in action["events"]:
            if isinstance(event["request_key"], Slot):
                slots[event["request_key"].name] = _hex(f"{slots['root']}/{event['request_key'].name}")[:60]
            salt = slots[payload["salt"].name] = secrets.token_hex(16)
            digest = slots[event["payload_digest"].name] = _hex(salt + value(payload["body"], slots))
            facts = [1, value(event["case_id"], slots), event["position"], value(event["previous_hash"], slots), event["happened_at"]]
            facts += [value(event[column], slots) for column in _HASHED]
            facts.append(digest)
            slots[event["hash"].name] = _hex(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))


def _made(row: Mapping[str, Any]) -> int:
    """Slots are numbered as identifiers were made, so that a hash exists before another row names it."""
    slot = row["id"]
    assert isinstance(slot, Slot)
    return int(slot.name.split()[1])
