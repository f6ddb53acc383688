"""How an applicant gets the results: the seals, the papers at the office or in the post, and documents to look at and print."""

from __future__ import annotations

from collections.abc import Callable
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
def visit(application: Any) -> Callable[[Member], Visitor]:
    return lambda member: Visitor(application, member.person_id)


def follow(application: Any, driven: Chain) -> Chain:
    """The product's clock follows the chain's."""
    application.config["NOW"] = lambda: driven.now
    return driven


def path(chain: Chain, workflow: str = "company-opening", action: str = "") -> str:
    return f"/cases/{chain.case(workflow).token}" + (f"/actions/{action}" if action else "")


def test_whoever_had_the_seals_made_says_how_the_applicant_gets_them(application: Any, database: Database, visit: Any) -> None:
    chain = follow(application, Chain(database))
    chain.act(REGISTRATION, "approve")
    officer = visit(chain.cast.officers["public-security"])
    task = chain.task(SEAL)
    assert task is not None
    sent = {"task": str(task.id), "key": "sealed", "record_number": "1", "seal_shop": "样例刻章社"}
    refused = officer.post(path(chain, SEAL, "complete"), sent, status=422)
    assert "印章怎么交给申请人" in refused.text
    assert chain.states()[SEAL] == "handling"
    officer.post(path(chain, SEAL, "complete"), {**sent, "handed_over": "post"})
    assert chain.states()[SEAL] == "done"
