"""Engines for SQLite and PostgreSQL, set up so that both behave alike under several threads and processes."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

WRITING = {"writing": True}
"""Execution option of a connection whose transaction writes: on SQLite it begins IMMEDIATE, so it never has to upgrade."""

_ASK_AFTER_SECONDS = 3.0

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
    return _postgresql(url)


def writing_engine(engine: Engine) -> Engine:
    """The engine that verbs write through.

    On PostgreSQL it has connections of its own: the driver forgets its prepared statements at every rollback, and reading
    sessions end with one.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**WRITING)
    return _postgresql(engine.url.render_as_string(hide_password=False))


def _postgresql(url: str) -> Engine:
    engine = sqlalchemy.create_engine(url, isolation_level="READ COMMITTED", pool_size=8, max_overflow=8)

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        # A server that was restarted leaves dead connections behind; asking each time would cost a round trip.
        if time.monotonic() - record.info.get("idle_since", math.inf) > _ASK_AFTER_SECONDS:
            try:
                alive = engine.dialect.do_ping(connection)
            except Exception as error:
                raise DisconnectionError from error
            if not alive:
                raise DisconnectionError

    return engine


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
