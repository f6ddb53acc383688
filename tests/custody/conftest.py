"""A delegated case whose mandate is signed and whose application is filled in: its papers may be taken in."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.db import Database
from tests.custody.carrying import Carried
from tests.support.seed import Cast, seed


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def carried(database: Database, cast: Cast) -> Carried:
    case = Carried(database, cast)
    case.answer()
    case.prepare()
    return case
