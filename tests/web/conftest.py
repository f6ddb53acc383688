"""What tests of pages about cases share: the database behind the pages, a filed company opening, and people who look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals.db import Database
from tests.support.driving import REGISTRATION, SEAL, Chain
from tests.support.seed import Member
from tests.support.web import Visitor


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def chain(application: Any, database: Database) -> Chain:
    """One filed company opening; the product's clock follows the chain's."""
    driven = Chain(database)
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def visit(application: Any, chain: Chain) -> Callable[[Member], Visitor]:
    """Somebody's eyes: a visitor signed in as that member of the cast."""
    return lambda member: Visitor(application, member.person_id)


@pytest.fixture
def driven(chain: Chain) -> Chain:
    """A company opening in which the registrar took twenty minutes and the seal was late, handed out in a town."""
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.now += timedelta(hours=1, minutes=40)
    chain.act(SEAL, "complete")
    chain.settle_matters()
    return chain
