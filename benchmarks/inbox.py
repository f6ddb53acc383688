"""One page of the inbox out of a hundred thousand open tasks, all of them addressed to the person who asks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.models import Case, Task
from approvals.queries.inbox import Filters, counts_of, page_of
from tests.support.driving import REGISTRATION
from tests.support.seed import NOW, Cast, seed

OPEN, ROUNDS = 100_000, 25
_CHUNK = 5_000


def measure(kind: str, database: Database) -> dict[str, Any]:
    """Statements and milliseconds of the first page, of a late one, and of the figures beside it."""
    cast = seed(database)
    for number in range(0, OPEN, _CHUNK):
        database.write(_fill, cast, number)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    asked = {"first_page": Filters(), "tenth_page": Filters(page=10), "late": Filters(due="late")}
    return {"bench": "inbox", "db": kind, "open_tasks": OPEN, **{name: _page(database, cast, wanted) for name, wanted in asked.items()}}


def _fill(session: Session, cast: Cast, first: int) -> None:
    """So many registrations under review, filed one a minute, due an hour and a half later."""
    cases, tasks = [], []
    for number in range(first, first + _CHUNK):
        opened = NOW - timedelta(minutes=number)
        case_id = new_id()
        cases.append(
            {
                "id": case_id, "number": f"HM{number:015d}", "token": secrets.token_urlsafe(18), "root_id": case_id,
                "workflow": REGISTRATION, "version": 1, "state": "reviewing", "company": f"惠民县样例{number}有限公司",
                "applicant_id": cast.applicant.person_id,
                "channel": "online", "deciding_office_id": cast.offices["hall"], "offices": {}, "chosen": [], "predecessors": [],
                "identity_overrides": [], "opened_at": opened, "clock_started_at": opened, "position": 1, "head": "",
            }
        )  # fmt: skip
        tasks.append(
            {
                "id": new_id(), "case_id": case_id, "root_id": case_id, "workflow": REGISTRATION, "state": "reviewing",
                "role": "registrar", "department": "approval-bureau", "office_id": cast.offices["hall"], "opened_at": opened,
                "due_at": opened + timedelta(minutes=90),
            }
        )  # fmt: skip
    session.execute(insert(Case), cases)
    session.execute(insert(Task), tasks)


def _page(database: Database, cast: Cast, filters: Filters) -> dict[str, Any]:
    person = cast.registrar
    times, statements = [], 0
    for _ in range(ROUNDS):
        seen: list[str] = []
        with _counting(database, seen):
            begun = time.perf_counter()
            with database.reading() as session:
                page = page_of(session, person.person_id, person.acting.positions, filters, NOW)
                counts_of(session, person.person_id, person.acting.positions, NOW)
            times.append(1000 * (time.perf_counter() - begun))
        assert len(page.rows) == 20
        statements = len(seen)
    return {"statements": statements, "ms_median": round(median(times), 1), "ms_max": round(max(times), 1)}


@contextmanager
def _counting(database: Database, seen: list[str]) -> Iterator[None]:
    """Notes every statement that SQLAlchemy sends while it lasts."""

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield
    event.remove(database.engine, "before_cursor_execute", note)
