"""The key of a sent page: it makes a repeated send one action, and stands in nobody else's way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Event
from approvals.operations import filing, moving
from approvals.operations.errors import Outdated
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import NOW, Cast, application, draft_of


@pytest.mark.parametrize("key", [None, "", "one-key", "draft-1", "\x00\ud800", "长" * 60])
def test_the_same_key_from_several_people_on_several_cases_and_actions(database: Database, cast: Cast, key: str | None) -> None:
    chain, other = Chain(database, cast), Chain(database, cast, content_with(name={"trade_name": "青禾样"}))
    for each in (chain, other):
        for workflow, action in ((REGISTRATION, "override_identity"), (REGISTRATION, "approve"), (SEAL, "complete")):
            request = replace(each.request(workflow, action), key=key)
            moved = database.write(moving.act, each.person_for(workflow).acting, request, each.now)
            assert not moved.repeated
    with database.reading() as session:
        keys = [found for found in session.scalars(select(Event.request_key).where(Event.action == "complete"))]
    assert all(found is None if not key else len(found or "") == 60 for found in keys) and len(keys) == 2
    assert chain.faults() == []


def test_a_page_without_a_key_sent_twice_is_outdated(chain: Chain) -> None:
    request = replace(chain.request(REGISTRATION, "approve"), key=None)
    person = chain.cast.registrar.acting
    assert not chain.database.write(moving.act, person, request, chain.now).repeated
    with pytest.raises(Outdated):
        chain.database.write(moving.act, person, request, chain.now)


def test_the_key_of_somebody_else_repeats_nothing(chain: Chain) -> None:
    request = chain.request(REGISTRATION, "approve", key="seen-over-the-shoulder")
    chain.database.write(moving.act, chain.cast.registrar.acting, request, chain.now)
    with pytest.raises(Outdated):
        chain.database.write(moving.act, chain.cast.other_registrar.acting, request, chain.now)


def test_no_sent_key_blocks_a_filing(chain: Chain) -> None:
    draft_id = draft_of(chain.database, chain.cast.other_applicant, application(NOW.date()))
    for key in (f"draft-{draft_id}", f"file/{draft_id}"):
        request = chain.request(REGISTRATION, "override_identity", key=key)
        chain.database.write(moving.act, chain.cast.registrar.acting, request, chain.now)
    assert not chain.database.write(filing.file_draft, chain.cast.other_applicant.acting, draft_id, chain.now).repeated
