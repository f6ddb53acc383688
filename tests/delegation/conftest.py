"""A company opening that waits for its signatures, and one that is carried, with the web application at its moment."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.db import Database
from tests.support.delegating import Delegated
from tests.support.driving import Chain
from tests.support.seed import Cast, seed


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def chain(database: Database, cast: Cast) -> Chain:
    """Just filed; nobody has signed."""
    return Chain(database, cast, signed=False)


@pytest.fixture
def carried(application: Any) -> Delegated:
    database: Database = application.extensions["database"]
    driven = Delegated(database, seed(database))
    application.config["NOW"] = lambda: driven.now
    return driven
