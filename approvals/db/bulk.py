"""Many rows of one table at once, by the quickest way of each driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

from . import statements


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of ``columns``, as the columns store them: integers of microseconds.

    COPY on PostgreSQL is six times as quick as INSERT there. None is no statement.
    """
    if not rows:
        return
    prepare = connection.dialect.identifier_preparer
    into = f"{prepare.format_table(table)} ({', '.join(prepare.quote(name) for name in columns)})"
    is_copied = connection.dialect.name == "postgresql"
    statement = f"COPY {into} FROM STDIN" if is_copied else f"INSERT INTO {into} VALUES ({', '.join('?' for _ in columns)})"
    if statements.observer is not None:
        statements.observer(statement)
    driver: Any = connection.connection.driver_connection
    if is_copied:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        driver.executemany(statement, rows)
