"""Bringing a database to the current layout, through Alembic's own API."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from approvals.db.engine import WRITING

FOLDER = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration without a file; the connection is handed over by the caller."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing."""
    config = configuration()
    with engine.connect().execution_options(**WRITING) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
