"""What the commands share: whether this is a demo, and the migrated database."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import make_url

from approvals import settings
from approvals.db import Database
from approvals.migrations_runner import upgrade


def demo_mode() -> bool:
    """Whether this is a demo. The commands take it for one unless ``APPROVALS_DEMO`` says no; the web alone does not."""
    try:
        return settings.switch("APPROVALS_DEMO", default=True)
    except settings.Unsafe as refusal:
        raise click.ClickException(str(refusal)) from None


def open_database() -> Database:
    """The database of ``APPROVALS_DATABASE_URL``, in the current layout."""
    address = settings.read({"DEMO": demo_mode()})["DATABASE_URL"]
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    database = Database(address)
    upgrade(database.engine)
    return database
