"""An application for a permit on a database of the test's own."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.db import Database
from tests.support.seed import Cast, seed

from .permits import Permit, at


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def permit(database: Database, cast: Cast) -> Permit:
    """Filed on Monday 2 March 2026 at nine; the weeks after it have no holiday until 4 April."""
    return Permit(database, cast, at("2026-03-02"))
