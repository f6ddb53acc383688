"""What was changed behind the product's back in the register of disclosures and in the consents is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.operations import consents
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.seed import BANK

CHANGES = {
    "another reason": "UPDATE disclosures SET reason = '别的'",
    "another person": "UPDATE disclosures SET person_name = '别人'",
    "another role": "UPDATE disclosures SET role = 'clerk'",
    "another time": "UPDATE disclosures SET disclosed_at = disclosed_at + 1",
    "no row of a disclosure": "DELETE FROM disclosures",
    "another purpose": "UPDATE consents SET purpose = '营销'",
    "more data": """UPDATE consents SET data = '["everything"]'""",
    "no data that can be read": "UPDATE consents SET data = 'x'",
    "another way": "UPDATE consents SET way = 'paper'",
    "given earlier": "UPDATE consents SET given_at = given_at - 1",
    "a withdrawal that nobody told": "UPDATE consents SET withdrawn_at = given_at + 1 WHERE withdrawn_at IS NULL",
    "a withdrawal that is gone": "UPDATE consents SET withdrawn_at = NULL",
    "no row of a consent": "DELETE FROM consents",
}


@pytest.fixture
def sound(chain: Chain) -> Chain:
    """Somebody has looked, a consent was withdrawn and given anew."""
    chain.disclose(REGISTRATION)
    for verb in (consents.withdraw, consents.give):
        chain.now = chain.now.replace(second=chain.now.second + 1)
        chain.database.write(verb, chain.cast.applicant.acting, chain.case(ROOT).token, chain.cast.offices[BANK], chain.now)
    assert chain.faults() == []
    return chain


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_found(sound: Chain, database: Database, change: str) -> None:
    def tamper(session: Session) -> None:
        session.execute(text(change))

    database.write(tamper)
    faults = sound.faults()
    assert faults and {fault.number for fault in faults} <= {sound.case(ROOT).number, "—"}
