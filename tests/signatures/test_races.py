"""Signatories who act at the same moment: each counts once, and the case moves on exactly once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import Event
from approvals.operations import confirming, signing
from tests.races.test_races import at_once, split
from tests.support.driving import REGISTRATION, Chain, confirm_identity
from tests.support.seed import Cast

pytestmark = pytest.mark.real_commits


def events(chain: Chain, action: str) -> int:
    with chain.database.reading() as session:
        return session.scalar(select(func.count(Event.id)).where(Event.action == action)) or 0


def test_one_person_signs_on_two_devices(chain: Chain) -> None:
    asked = chain.signatures()[0]
    confirm_identity(chain.database, asked, chain.now)
    sign = partial(chain.database.write, signing.answer, asked.id, signing.SIGN, asked.digest, chain.now)
    won, lost = split(at_once(sign, sign, sign))
    assert len(won) == 3 and not lost and events(chain, "sign") == 1
    assert chain.faults() == []


@pytest.mark.parametrize("round_", range(4))
def test_the_last_two_sign_at_once(chain: Chain, round_: int) -> None:
    chain.sign(leave=2)
    for each in chain.signatures()[1:]:
        confirm_identity(chain.database, each, chain.now)
    verbs = [
        partial(chain.database.write, signing.answer, each.id, signing.SIGN, each.digest, chain.now) for each in chain.signatures()[1:]
    ]
    won, lost = split(at_once(*verbs))
    assert not lost and sorted(won) == ["reviewing", "signing"]
    assert events(chain, "all_signed") == 1 and chain.case(REGISTRATION).state == "reviewing"
    assert chain.faults() == []


@pytest.mark.parametrize("round_", range(4))
def test_the_last_signature_and_a_change_at_once(chain: Chain, round_: int) -> None:
    from approvals.operations import moving

    chain.sign(leave=1)
    last = chain.signatures()[2]
    confirm_identity(chain.database, last, chain.now)
    change = chain.request(REGISTRATION, "change")
    won, lost = split(
        at_once(
            partial(chain.database.write, signing.answer, last.id, signing.SIGN, last.digest, chain.now),
            partial(chain.database.write, moving.act, chain.cast.applicant.acting, change, chain.now),
        )
    )
    assert len(won) == len(lost) == 1
    assert chain.case(REGISTRATION).state in ("reviewing", "correcting") and chain.faults() == []


def test_many_tries_at_once_are_all_counted(chain: Chain) -> None:
    asked = chain.signatures()[0]
    wrong = partial(chain.database.write, confirming.identify, asked.token, "张测试", "0", chain.now)
    won, lost = split(at_once(*[wrong] * 8))
    assert not lost and sorted(each.tries_left for each in won) == [0, 0, 0, 0, 1, 2, 3, 4]


def test_of_two_codes_sent_at_once_one_rings(chain: Chain, database: Database, cast: Cast) -> None:
    asked = chain.signatures()[0]
    send = partial(database.write, confirming.send_code, asked.token, "secret", chain.now)
    won, lost = split(at_once(send, send))
    assert not lost and len(set(won)) == 1
