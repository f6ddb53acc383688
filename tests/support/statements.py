"""Counting the statements that a piece of work sends to the database, prepared ones included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from approvals.db import Database, statements


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while the block runs, in order; beginning and ending a transaction are none."""
    seen: list[str] = []
    previous = statements.observer

    def executed(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", executed)
    statements.observer = seen.append
    try:
        yield seen
    finally:
        statements.observer = previous
        event.remove(database.engine, "before_cursor_execute", executed)
