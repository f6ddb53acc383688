"""What tests of all pages share: two counties, built once per worker and served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.world import World, empty_world, filled_world
from tests.support import web
from tests.support.filing import county_on


@pytest.fixture(scope="session")
def worlds(sqlite_databases: Any) -> Iterator[dict[str, tuple[World, str]]]:
    """A filled county and an empty one, each with the address it is served at; what is seen does not depend on the database."""
    filled = filled_world(county_on(sqlite_databases.create()))
    empty = empty_world(county_on(sqlite_databases.create()))
    with web.serving(filled.county.application) as first, web.serving(empty.county.application) as second:
        yield {"filled": (filled, first), "empty": (empty, second)}
