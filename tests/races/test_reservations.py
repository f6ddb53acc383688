"""Two people who reserve one name in the same moment: one gets it, the other a sentence. No person gets more than their share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select

from approvals.db import Database
from approvals.models import CompanyName
from approvals.operations import names
from approvals.operations.errors import Refusal
from tests.support.seed import NOW, Member, seed

PAGE = {"region": "惠民县", "trade_name": "青禾", "industry": "农产品销售", "organisation": "有限公司"}


def at_once(database: Database, wishes: list[tuple[Member, dict[str, Any]]]) -> list[names.Reserved | Refusal]:
    together = threading.Barrier(len(wishes))

    def attempt(wish: tuple[Member, dict[str, Any]]) -> names.Reserved | Refusal:
        together.wait()
        try:
            return database.write(names.reserve, wish[0].acting, PAGE | wish[1], "", NOW)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(attempt, wishes))


def reserved(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(CompanyName.trade_name).where(CompanyName.status == "reserved")))


def test_one_name_goes_to_one_of_many(database_url: str) -> None:
    database = Database(database_url)
    cast = seed(database)
    people = [cast.applicant, cast.other_applicant, cast.clerk, cast.registrar, cast.supervisor, cast.administrator]
    answers = at_once(database, [(person, {"region": region}) for person in people for region in ("惠民县", "惠民")])
    winners = {answer.full_name for answer in answers if isinstance(answer, names.Reserved)}
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(winners) == 1 and reserved(database) == ["青禾"]
    assert {refusal.reason for refusal in refused} == {"forbidden-name"}
    assert all("正在保留期内" in refusal.message["zh"] for refusal in refused)
    database.dispose()


def test_a_double_click_reserves_once_and_the_share_holds(database_url: str) -> None:
    database = Database(database_url)
    cast = seed(database)
    twice = at_once(database, [(cast.applicant, {})] * 4)
    assert len({answer.number for answer in twice if isinstance(answer, names.Reserved)}) == 1 and len(reserved(database)) == 1
    others = ["青山", "青石", "青田", "青林", "青木"]
    answers = at_once(database, [(cast.applicant, {"trade_name": name}) for name in others])
    assert len(reserved(database)) == names.MOST_RESERVED
    assert {answer.reason for answer in answers if isinstance(answer, Refusal)} == {"too-many-reservations"}
    database.dispose()
