"""The queue of a window is one statement on both databases, whatever waits there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from approvals.queries.queue import queue_of
from tests.intake.test_window import took_in
from tests.support import seed
from tests.support.driving import REGISTRATION
from tests.support.filing import County, county_on
from tests.support.statements import counted
from tests.web.test_corrections import returned


@pytest.fixture
def either(database_url: str) -> Iterator[County]:
    made = county_on(database_url)
    yield made
    made.database.engine.dispose()
    made.served.engine.dispose()


def test_one_statement_lists_drafts_and_corrections(either: County) -> None:
    member, office = either.cast.town_clerk, either.cast.offices[seed.TOWN]
    chain = returned(either, member=member, office_id=office)
    for _number in range(3):
        took_in(either.visitor(member))
    with either.database.reading() as session, counted(either.database) as statements:
        queue = queue_of(session, member.person_id, [office], either.now)
    assert (queue.begun, queue.to_do, len(queue.drafts)) == (3, 1, 3)
    assert queue.tasks[0].number == chain.case(REGISTRATION).number
    assert len([each for each in statements if "SELECT" in each]) == 1
