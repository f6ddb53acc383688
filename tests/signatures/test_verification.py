"""Whatever is changed in the signatures is found: each column is told by the history, or stands here with the reason why not."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from approvals.models import Signature
from approvals.operations import reminding, signing
from tests.core.test_verification import sql, tamper
from tests.support.driving import REGISTRATION, Chain, answer, content_with

SILENT = {
    "token": "a random address",
    "link_expires_at": "a matter of the link",
    "reminded_at": "a matter of the link",
    "reminders": "a matter of the link",
    "code_hash": "a matter of the link",
    "code_sent_at": "a matter of the link",
    "code_tries": "a matter of the link",
}
OPEN, SIGNED, OLD = "superseded_at IS NULL AND vote = ''", "superseded_at IS NULL AND vote = 'yes'", "superseded_at IS NOT NULL"
SPOKEN = [
    ("id", "id + 1", SIGNED),
    ("case_id", "(SELECT root_id FROM cases WHERE workflow = 'company-registration')", OPEN),
    ("root_id", "1", OPEN),
    ("task_id", "task_id + 1", OPEN),
    ("ordinal", "ordinal + 10", OPEN),
    ("submission", "1", OPEN),
    ("name", "'李冒名'", SIGNED),
    ("phone", "'13900000000'", OPEN),
    ("email", "'x@example.org'", OPEN),
    ("paths", "'[\"capital.shareholders.7\"]'", OPEN),
    ("acts", "'[]'", SIGNED),
    ("digest", "'0'", SIGNED),
    ("digest", "'0'", OPEN),
    ("vote", "'no'", SIGNED),
    ("vote", "''", SIGNED),
    ("vote", "'yes'", OPEN),
    ("vote", "'yes'", OLD + " AND vote = 'no'"),
    ("way", "'notarised'", SIGNED),
    ("reason", "'别的理由'", "vote = 'no'"),
    ("asked_at", "asked_at + 1", OPEN),
    ("voted_at", "voted_at + 1", SIGNED),
    ("confirmed_at", "confirmed_at - 1", SIGNED),
    ("confirmed_at", "NULL", SIGNED),
    ("superseded_at", "NULL", OLD),
    ("superseded_at", "superseded_at + 1", OLD),
]


def test_every_column_is_spoken_of_or_silent_for_a_reason() -> None:
    spoken = {column for column, _, _ in SPOKEN}
    assert spoken | SILENT.keys() == {column.name for column in Signature.__table__.columns}
    assert not spoken & SILENT.keys()


@pytest.fixture
def worked(chain: Chain) -> Chain:
    """One declined, the application was changed, one was signed for at the window, one waits with another telephone."""
    first, second, _ = chain.signatures()
    answer(chain.database, first, chain.now)
    answer(chain.database, second, chain.now, signing.DECLINE, "出资额写错了")
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    first, second, third = chain.signatures()
    answer(chain.database, first, chain.now)
    form = {"signatory": str(second.id), "way": "in-person", "identity_checked": True}
    chain.act(REGISTRATION, "sign_in_person", chain.cast.clerk, form=form)
    chain.database.write(reminding.change_contact, chain.cast.applicant.acting, third.id, "13800009999", chain.now)
    return chain


def test_untouched_signatures_agree_with_the_history(worked: Chain) -> None:
    assert worked.faults() == []
    worked.sign()
    assert worked.faults() == []
    worked.act(REGISTRATION, "approve")
    assert worked.faults() == []


@pytest.mark.parametrize(("column", "value", "which"), SPOKEN)
def test_a_changed_column_is_found(worked: Chain, column: str, value: str, which: str) -> None:
    changed = f"UPDATE signatures SET {column} = {value} WHERE id = (SELECT min(id) FROM signatures WHERE {which})"
    tamper(worked.database, sql(changed))
    assert worked.faults()


def test_a_removed_row_is_found(worked: Chain) -> None:
    tamper(worked.database, sql(f"DELETE FROM signatures WHERE {OPEN}"))
    [fault] = worked.faults()
    assert fault.message["zh"].endswith("的签署记录缺失")


def test_an_added_row_is_found(worked: Chain) -> None:
    columns = [column.name for column in Signature.__table__.columns]
    values = [{"id": "id + 1", "token": "'another'", "ordinal": "9", "vote": "'yes'"}.get(name, name) for name in columns]
    row = f"INSERT INTO signatures ({', '.join(columns)}) SELECT {', '.join(values)} FROM signatures WHERE {SIGNED} LIMIT 1"
    with worked.database.engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM signatures")).scalar_one()
    tamper(worked.database, sql(row))
    with worked.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM signatures")).scalar_one() == before + 1
    [fault] = worked.faults()
    assert "多出一条签署记录" in fault.message["zh"]
