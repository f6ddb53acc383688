"""Engines for SQLite and PostgreSQL, set up so that both behave alike under several threads and processes."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event

WRITING = {"writing": True}
"""Execution option of a connection whose transaction writes: on SQLite it begins IMMEDIATE, so it never has to upgrade."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=20000",
    "PRAGMA cache_size=-16000",
)


def create_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql+psycopg://…``."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite"):
        return _sqlite(url)
    return sqlalchemy.create_engine(url, isolation_level="READ COMMITTED", pool_size=8, max_overflow=8, pool_pre_ping=True)


def _sqlite(url: str) -> Engine:
    engine = sqlalchemy.create_engine(url, pool_size=8, max_overflow=8)
    # Threads of one process queue on this lock: SQLite's busy timeout alone let single threads wait for seconds.
    writer = threading.Lock()

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # On the driver itself: SQLAlchemy's own way costs twenty microseconds of an action's few hundred.
        driver = connection.connection.driver_connection
        if not connection.get_execution_options().get("writing"):
            driver.execute("BEGIN")
            return
        if not connection.info.get("writer"):  # a second transaction before the connection went back to the pool
            writer.acquire()
            connection.info["writer"] = True
        driver.execute("BEGIN IMMEDIATE")

    @event.listens_for(engine.pool, "reset")
    def reset(connection: Any, record: Any, state: Any) -> None:
        # The pool resets after commit, rollback and any failure alike: the one place that every transaction passes.
        if record.info.pop("writer", False):
            writer.release()

    @event.listens_for(engine.pool, "invalidate")
    def invalidate(connection: Any, record: Any, exception: Any) -> None:
        if record.info.pop("writer", False):
            writer.release()

    return engine
