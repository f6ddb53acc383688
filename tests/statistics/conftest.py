"""A small county in which company openings ended well and badly, early and late, and in which some are still open."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from approvals.db import Database
from tests.clock.strategies import at
from tests.support.driving import OFFICERS, REGISTRATION, ROOT, Chain, content_with
from tests.support.seed import seed


@pytest.fixture(scope="module")
def county(module_engine: Any) -> Database:
    """Five company openings of September to November 2026: done, done late after two corrections, refused, and two still open."""
    database = Database(engine=module_engine)
    cast = seed(database)
    opening = partial(Chain, database, cast)
    finish(opening(named("青样"), now=at("2026-09-28 09:00")))
    slow = opening(named("麦样"), now=at("2026-10-12 09:00"))
    for _ in range(2):
        slow.now += timedelta(days=3)
        slow.act(REGISTRATION, "return_for_correction")
        slow.now += timedelta(days=1)
        slow.resubmit(named("麦样"))
    slow.now += timedelta(days=9)
    finish(slow)
    refused = opening(named("云样"), now=at("2026-11-02 09:00"))
    refused.now += timedelta(days=2)
    refused.act(REGISTRATION, "refuse")
    opening(named("禾样"), now=at("2026-11-03 15:00")).act(REGISTRATION, "approve")
    opening(named("山样"), now=at("2026-11-20 16:00"))
    return database


def named(trade_name: str) -> dict[str, Any]:
    """An application under this name: two companies cannot have the same."""
    return content_with(name={"trade_name": trade_name})


def finish(chain: Chain) -> None:
    """Let everybody do their part, an hour each."""
    chain.act(REGISTRATION, "approve")
    while any(chain.states().get(workflow) == "handling" for workflow in OFFICERS):
        chain.now += timedelta(hours=1)
        workflow = next(each for each in OFFICERS if chain.states().get(each) == "handling")
        chain.act(workflow, "complete")
    if chain.states()[ROOT] == "delivering":
        chain.act(ROOT, "hand_out")
