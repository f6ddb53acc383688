"""Invented company openings as rows: their cases, steps, events, what was filed and, of some, papers. By the driver, in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from approvals.db import canonical_json, to_microseconds
from approvals.models import Case, CustodyItem, Event, EventPayload, Submission, Task
from tests.support.seed import NOW, Cast, application
from workflows.county import county_catalogue

CHAIN, REGISTRATION = "company-opening", "company-registration"
MATTERS = {
    "company-seal": "public-security", "tax-registration": "tax", "social-insurance": "human-resources",
    "medical-insurance": "medical-insurance", "housing-fund": "housing-fund",
}  # fmt: skip
STEPS = 9
"""Closed steps of one opening."""
LONGEST = timedelta(days=4)
"""No part of an opening takes longer; it has three."""

Row = tuple[Any, dict[str, Any]]
_MILLISECOND, _COUNTS = timedelta(milliseconds=1), 1 << 22
_FIRST = datetime(2020, 1, 1, tzinfo=NOW.tzinfo)
_counter = count()


def identifier(at: datetime) -> int:
    """An identifier as one made at that moment: they grow with time, and so do the rows of a county."""
    return (at - _FIRST) // _MILLISECOND * _COUNTS + next(_counter) % _COUNTS


def opening(cast: Cast, office: int, chance: random.Random, opened: datetime, *, is_open: bool = False) -> Iterator[Row]:
    """One company opening with its registration and five matters; one that is open stands before its registrar."""
    registered = opened + _taken(chance, 600)
    ends = {workflow: registered + _taken(chance, 90) for workflow in MATTERS}
    over = max(ends.values())
    yield from _told(cast, office, chance, opened, registered, ends, over + _taken(chance, 300), is_open)


def just_ended(cast: Cast, office: int, chance: random.Random, delivered: datetime) -> Iterator[Row]:
    """One whose results were handed out at that moment, after a day of work; of every other one they were made just before that."""
    opened, registered = delivered - timedelta(hours=20), delivered - timedelta(hours=3)
    last = chance.choice((timedelta(seconds=1), timedelta(minutes=20)))
    ends = {workflow: delivered - last - timedelta(minutes=chance.uniform(0, 130)) for workflow in MATTERS}
    ends[chance.choice(list(MATTERS))] = delivered - last
    yield from _told(cast, office, chance, opened, registered, ends, delivered, False)


def _told(
    cast: Cast, office: int, chance: random.Random, opened: datetime, registered: datetime, ends: Mapping[str, datetime],
    delivered: datetime, is_open: bool,
) -> Iterator[Row]:  # fmt: skip
    root, over = identifier(opened), max(ends.values())
    whole = _case(cast, office, root, None, CHAIN, opened, None if is_open else over, "registering" if is_open else "delivered")
    registration = _case(
        cast, office, root, root, REGISTRATION, opened, None if is_open else registered, "reviewing" if is_open else "registered"
    )
    yield Case, whole
    yield Case, registration
    yield Submission, {
        "id": identifier(opened), "case_id": root, "number": 1, "content": _content(), "digest": "", "filed_at": opened,
        "filed_by_id": cast.applicant.person_id,
    }  # fmt: skip
    yield from _event(whole, None, "case:opened", "", "registering", opened, "applicant", _FILED)
    if chance.random() < 0.1:
        yield CustodyItem, {"id": identifier(opened), "root_id": root, "name": "租赁合同原件", "kind": "original", "created_at": opened}
    yield from _step(cast, office, whole, "registering", "", "", opened, None if is_open else registered, "registered", "processing")
    to_registrar = "registrar", "approval-bureau", opened, None if is_open else registered
    yield from _step(cast, office, registration, "reviewing", *to_registrar, "approve", "registered")
    if is_open:
        return
    yield from _step(cast, office, whole, "processing", "", "", registered, over, "settle", "delivering")
    handed_out = {"contact": {"kind": "collection", "office": office, "person": "样例"}, "form": {"way": "window"}}
    yield from _step(
        cast, office, whole, "delivering", "clerk", "approval-bureau", over, delivered, "hand_out", "delivered",
        handed_out if chance.random() < 0.5 else None,
    )  # fmt: skip
    for workflow, department in MATTERS.items():
        matter = _case(cast, office, root, root, workflow, registered, ends[workflow], "done")
        yield Case, matter
        yield from _step(cast, office, matter, "handling", "officer", department, registered, ends[workflow], "complete", "done")


def _case(
    cast: Cast, office: int, root: int, parent: int | None, workflow: str, begun: datetime, closed: datetime | None, state: str
) -> dict[str, Any]:
    case_id = root if parent is None else identifier(begun)
    return {
        "id": case_id, "number": f"B{case_id}", "token": f"b{case_id}", "root_id": root, "parent_id": parent, "workflow": workflow,
        "version": 1, "state": state, "outcome": "done" if closed else "", "company": "样例有限公司",
        "applicant_id": cast.applicant.person_id, "channel": "online", "deciding_office_id": office,
        "offices": {"deciding": office, "delivery": office}, "chosen": list(MATTERS) if parent is None else [], "opened_at": begun,
        "clock_started_at": begun, "promised_due_at": begun + timedelta(days=3), "statutory_due_at": begun + timedelta(days=5),
        "closed_at": closed, "submissions": int(parent is None),
    }  # fmt: skip


def _step(
    cast: Cast, office: int, case: dict[str, Any], state: str, role: str, department: str, begun: datetime, ended: datetime | None,
    action: str, to_state: str, payload: dict[str, Any] | None = None,
) -> Iterator[Row]:  # fmt: skip
    """A stay of a case in a state, and the event that ended it."""
    task_id = identifier(begun)
    yield Task, {
        "id": task_id, "case_id": case["id"], "root_id": case["root_id"], "workflow": case["workflow"], "state": state, "role": role,
        "department": department, "office_id": office if role else None, "opened_at": begun,
        "due_at": begun + timedelta(hours=8) if role else None, "closed_at": ended,
        "holder_id": cast.registrar.person_id if role and ended else None, "closed_by": action if ended else "",
    }  # fmt: skip
    if ended:
        yield from _event(case, task_id, action, state, to_state, ended, role, payload)


def _event(
    case: dict[str, Any], task_id: int | None, action: str, before: str, after: str, at: datetime, role: str,
    payload: dict[str, Any] | None,
) -> Iterator[Row]:  # fmt: skip
    case["position"] = case.get("position", 0) + 1
    event_id = identifier(at)
    yield Event, {
        "id": event_id, "case_id": case["id"], "position": case["position"], "task_id": task_id, "happened_at": at,
        "actor_name": "样例", "role": role, "action": action, "from_state": before, "to_state": after,
        "definition": _fingerprint(case["workflow"]), "payload_digest": "", "previous_hash": "", "hash": "",
    }  # fmt: skip
    if payload:
        yield EventPayload, {"event_id": event_id, "salt": "", "body": canonical_json(payload)}


_FILED = {"channel": "online"}


@cache
def _fingerprint(workflow: str) -> str:
    return county_catalogue().version(workflow, 1).fingerprint


@cache
def _content() -> str:
    return canonical_json(application())


def _taken(chance: random.Random, minutes: float) -> timedelta:
    """A length about so long, now and then very much longer, but never so long that what has ended would end in the future."""
    return min(timedelta(minutes=chance.lognormvariate(0, 1.2) * minutes), LONGEST)


# ---- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """Writes rows by the driver of a database, without asking of each whether what it refers to is there."""

    def __init__(self, kind: str, connection: Any, mark: str) -> None:
        self._connection, self._mark, self._is_postgresql = connection, mark, kind == "postgresql"
        connection.execute("SET session_replication_role = replica" if self._is_postgresql else "PRAGMA foreign_keys=OFF")

    def write(self, rows: list[Row]) -> None:
        """Write rows of any tables in one transaction."""
        tables: dict[Any, list[tuple[Any, ...]]] = {}
        for model, values in rows:
            tables.setdefault(model, []).append(tuple(_stored(values.get(name, other)) for name, other in _columns(model)))
        if not self._is_postgresql:
            self._connection.execute("BEGIN")
        for model, found in tables.items():
            names = [name for name, _ in _columns(model)]
            if self._is_postgresql:
                with self._connection.cursor().copy(f"COPY {model.__tablename__} ({', '.join(names)}) FROM STDIN") as copy:
                    for row in found:
                        copy.write_row(row)
            else:
                marks = ", ".join([self._mark] * len(names))
                self._connection.executemany(f"INSERT INTO {model.__tablename__} ({', '.join(names)}) VALUES ({marks})", found)
        self._connection.commit()


@cache
def _columns(model: Any) -> list[tuple[str, Any]]:
    """The columns of a table, each with the value of a row that says none."""
    return [(column.name, _default(column)) for column in model.__table__.columns]


def _default(column: Any) -> Any:
    if column.default is not None and column.default.is_scalar:
        return column.default.arg
    return "[]" if column.name in ("predecessors", "identity_overrides") else None


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_microseconds(value)
    return canonical_json(value) if isinstance(value, dict | list) else value
