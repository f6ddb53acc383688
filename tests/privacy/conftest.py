"""What tests of privacy share: the database behind the pages, a filed company opening, and people who look."""

from __future__ import annotations

import pytest

from approvals.db import Database
from tests.support.seed import Cast, seed
from tests.web.conftest import chain, database, visit

__all__ = ["chain", "database", "visit"]


@pytest.fixture
def cast(database: Database) -> Cast:
    """The people of a seeded county without any case."""
    return seed(database)
