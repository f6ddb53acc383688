"""One filed company opening on each kind of database."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.db import Database
from tests.support.driving import Chain


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def chain(database: Database) -> Chain:
    return Chain(database)
