"""Statements compiled once from SQLAlchemy Core and run on the driver's own cursor inside SQLAlchemy's connection.

This is for the verb that moves a case and nothing else: it halves the time of an action against ``Connection.execute``
(see benchmarks/). Values are passed as the column stores them: integers of microseconds, JSON as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ClauseElement

observer: Callable[[str], None] | None = None
"""Called with each statement when set; tests count statements with it."""


class Prepared:
    """One statement, compiled at its first use for each kind of database."""

    __slots__ = ("_build", "_compiled")

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def _for(self, connection: Connection) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        name = connection.dialect.name
        found = self._compiled.get(name)
        if found is None:
            compiled = self._build(name).compile(dialect=connection.dialect)
            positions = getattr(compiled, "positiontup", None)
            constants = {key: value for key, value in compiled.params.items() if value is not None}
            found = self._compiled[name] = (str(compiled), tuple(positions) if positions else None, constants)
        return found

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows of a query, or of a statement with RETURNING."""
        statement, positions, constants = self._for(connection)
        if constants:
            values = {**constants, **values}
        if observer is not None:
            observer(statement)
        cursor = _driver(connection).cursor()
        cursor.execute(statement, values if positions is None else [values[name] for name in positions])
        found: list[Any] = cursor.fetchall()
        return found

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write all rows with one call of the driver; none is no call."""
        if rows:
            self._write(connection, _driver(connection).cursor(), rows)

    def _write(self, connection: Connection, cursor: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        statement, positions, _ = self._for(connection)
        if observer is not None:
            observer(statement)
        parameters: Any = rows if positions is None else [[row[name] for name in positions] for row in rows]
        if len(rows) == 1:
            cursor.execute(statement, parameters[0])
        else:
            cursor.executemany(statement, parameters)

    @staticmethod
    def write_all(connection: Connection, *writes: tuple[Prepared, Sequence[Mapping[str, Any]]]) -> None:
        """Write rows of several tables, in order, without waiting for each answer."""
        with _together(connection):
            cursor = _driver(connection).cursor()
            for statement, rows in writes:
                if rows:
                    statement._write(connection, cursor, rows)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _together(connection: Connection) -> AbstractContextManager[Any]:
    """Over a network every answer waited for costs a round trip: psycopg's pipeline waits once, at its end."""
    driver = _driver(connection)
    return driver.pipeline() if hasattr(driver, "pipeline") else nullcontext()
