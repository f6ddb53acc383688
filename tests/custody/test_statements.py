"""A hand-over costs three statements more than another action of the same case, however many papers it carries."""

from __future__ import annotations

from typing import Any

from approvals.db import Database
from approvals.operations import moving
from tests.custody.carrying import Carried, Listed
from tests.support.statements import counted

PLAIN, MANDATE, BAG, RETURN = 8, 1, 3, 1
"""An action; whether the mandate is still in force, as every action of a delegated case asks; what a hand-over adds; and how much of
its time a step has used that the case may have been in before."""


def _count(carried: Carried, database: Database, action: str, member: Any, form: dict[str, Any]) -> int:
    request = carried.request("delegated-handling", action, form=form)
    with counted(database) as seen:
        database.write(moving.act, member.acting, request, carried.now)
    return len(seen)


def test_sending_and_receiving_stay_within_the_budget(carried: Carried, database: Database) -> None:
    people = carried.people
    items = carried.take(*(Listed(f"材料{number}") for number in range(20)))
    carried.send(*items)
    outcomes = {str(item): {"outcome": "confirmed", "remark": ""} for item in items}
    assert _count(carried, database, "receive_at_town", people.town, {"outcomes": outcomes}) <= PLAIN + MANDATE + BAG + RETURN
    bag = {"bag": "B-2", "remark": "", "items": items}
    assert _count(carried, database, "pass_on", people.town, bag) <= PLAIN + MANDATE + BAG


def test_lists_cost_one_statement(carried: Carried, database: Database) -> None:
    from approvals.queries import custody

    carried.send(*carried.take())
    with database.reading() as session, counted(database) as seen:
        custody.in_transit(session, None, carried.now)
        custody.counts_of(session, {carried.people.point_id}, carried.now)
    assert len(seen) == 2
    with database.reading() as session, counted(database) as seen:
        custody.custody_of(session, carried.root_id)
    assert len(seen) == 2
