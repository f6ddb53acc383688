"""Who has to sign and to confirm who they are stands in the history, by the place in the submission that names them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from approvals.models import Event, EventPayload
from tests.rules.applications import LI, WANG, ZHANG
from tests.support.driving import REGISTRATION, ROOT, Chain, content_with

OWED = [
    ["registration.real-name", "capital.shareholders.0.name"],
    ["registration.real-name", "capital.shareholders.1.name"],
    ["registration.real-name", "people.people.2.name"],
    ["registration.articles-signed", "capital.shareholders.0.name"],
    ["registration.articles-signed", "capital.shareholders.1.name"],
    ["registration.application-signed", "declaration.signature"],
]


def body(chain: Chain, workflow: str, action: str) -> str:
    case_id = chain.case(workflow).id
    with chain.database.reading() as session:
        of = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id)
        return session.scalars(of.where(Event.case_id == case_id, Event.action == action)).one() or "null"


def records(chain: Chain, workflow: str, action: str) -> Any:
    return json.loads(body(chain, workflow, action)).get("records")


def test_filing_and_approval_record_what_is_owed_and_by_whom(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    assert records(chain, ROOT, "case:opened") == OWED
    assert records(chain, REGISTRATION, "approve") == OWED
    for workflow, action in ((ROOT, "case:opened"), (REGISTRATION, "approve")):
        written = body(chain, workflow, action)
        assert not [number for number in (ZHANG, LI, WANG) if number in written]
    assert chain.faults() == []


def test_a_corrected_submission_records_anew(chain: Chain) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(declaration={"filed_by": "agent"}))
    assert records(chain, REGISTRATION, "resubmit") == [
        *OWED[:3], ["registration.real-name", "declaration.filed_by"], *OWED[3:],
    ]  # fmt: skip
