"""A delegated case from the point to the door, through every office on its way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Event, Mandate
from tests.support.delegating import Delegated
from tests.support.seed import Cast


@pytest.fixture
def carried(database: Database, cast: Cast) -> Delegated:
    return Delegated(database, cast)


def test_a_company_is_carried_from_the_village_to_the_door(carried: Delegated) -> None:
    assert carried.state == "mandating"
    carried.up()
    assert carried.state == "handling"
    assert carried.case("company-opening").number == f"{carried.root_case().number}-1"
    carried.through()
    assert (carried.case("company-opening").state, carried.state) == ("delivered", "packing")  # electronic delivery was asked for
    carried.down()
    assert carried.state == "completed"
    assert carried.faults() == []


def test_every_line_says_who_acted_for_whom(carried: Delegated) -> None:
    carried.up()
    with carried.database.reading() as session:
        principal = session.scalars(select(Mandate.principal_id)).one()
        lines = session.execute(select(Event.action, Event.actor_name, Event.on_behalf_of).where(Event.case_id == carried.root_id))
        behalf = {action: (name, whom) for action, name, whom in lines}
    assert behalf["case:opened"] == behalf["accept"] == behalf["pass_up"] == ("马代办", principal)
    assert behalf["receive_at_town"] == ("朱协调", None)
