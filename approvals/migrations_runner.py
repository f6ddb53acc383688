"""Bringing a database to the current layout, through Alembic's own API."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from approvals.db.engine import WRITING

FOLDER = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration without a file; the connection is handed over by the caller."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def is_current(engine: Engine) -> bool:
    """Whether no migration is missing; costs one look at the version."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(configuration()).get_heads())


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. A current database is left alone, however damaged it may be: verification says how."""
    if is_current(engine):
        return
    config = configuration()
    with engine.connect().execution_options(**WRITING) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
