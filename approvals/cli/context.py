"""What the commands share: whether this is a demo, and the migrated database."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import make_url

from approvals import settings
from approvals.db import Database
from approvals.migrations_runner import upgrade


def demo_mode() -> bool:
    """Whether this is a demo. The commands take it for one unless ``APPROVALS_DEMO`` is 0; the web alone does not."""
    return os.environ.get("APPROVALS_DEMO", "1") not in ("", "0")


def open_database() -> Database:
    """The database of ``APPROVALS_DATABASE_URL``, in the current layout."""
    address = settings.read()["DATABASE_URL"]
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    database = Database(address)
    upgrade(database.engine)
    return database
