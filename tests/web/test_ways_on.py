"""Where a page sends people who find nothing on it, or who may do the same in another way."""

from __future__ import annotations

from typing import Any

from approvals.db import Database
from tests.support.driving import Chain
from tests.support.figures import town_supervisor
from tests.support.seed import OTHER_TOWN
from tests.support.web import Visitor


def test_a_supervisor_of_a_town_that_decides_nothing_is_sent_to_its_steps(application: Any, database: Database, chain: Chain) -> None:
    other = Visitor(application, town_supervisor(database, chain.cast.offices[OTHER_TOWN]))
    page = other.get("/statistics").text
    assert "这些条件下还没有办件" in page and "办件算在作出决定的服务点" in page
    county = Visitor(application, chain.cast.supervisor.person_id)
    assert "办件算在作出决定的服务点" not in county.get("/statistics?channel=window&from=2024-01&to=2024-01").text


def test_a_guide_says_that_somebody_may_carry_what_can_be_filed(application: Any, chain: Chain) -> None:
    visitor = Visitor(application, None)
    assert "不用单独申报" not in visitor.get("/guides/company-opening").text
    assert "可以找人代办" in visitor.get("/guides/company-opening").text
    assert "这个事项不用单独申报，一起办的是" in visitor.get("/guides/company-seal").text
