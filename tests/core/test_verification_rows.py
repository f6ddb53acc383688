"""Every column of the tables that history speaks of is held against it, or stands here with the reason why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection, text

from approvals.models import Case, CompanyName, Document, Notice, Submission, Task
from approvals.operations import claiming
from tests.support.driving import BANK, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import TOWN

from .test_verification import at, require_one, sql, tamper, where, work_on

MODELS = (Case, Task, Document, Submission, CompanyName, Notice)

SILENT = {
    "cases": {
        "id": "a key; the events hash it",
        "token": "a random address of the case's page",
    },
    "tasks": {},
    "documents": {
        "id": "a key that nothing refers to",
    },
    "submissions": {"id": "a key that nothing refers to"},
    "company_names": {
        "id": "a key that nothing refers to",
        "sound": "follows from the trade name",
        "person_id": "of a reservation",
        "content": "of a reservation",
    },
    "notices": {
        "id": "a key that nothing refers to",
        "read_at": "reading is not an action on the case",
        "to_name": "of whoever has no account",
        "to_phone": "of whoever has no account",
        "to_email": "of whoever has no account",
        "urgent": "a matter of sending",
        "sms": "the short wording of what the text says, a matter of sending",
        "planned_at": "a matter of sending",
    },
}

OTHER_CASE = "(SELECT id FROM cases WHERE workflow = 'housing-fund')"
OTHER_PERSON = "(SELECT max(id) FROM persons)"
OF = "workflow = '{}'".format
CLOSED = "state = 'reviewing' AND holder_id IS NOT NULL AND closed_by = 'return_for_correction'"
OPEN = "workflow = 'tax-registration' AND closed_at IS NULL"
LICENCE = "kind = 'business-licence'"
OF_TASK = {
    "id": "id + 1",
    "case_id": OTHER_CASE,
    "root_id": "1",
    "workflow": "'company-seal'",
    "state": "'done'",
    "role": "'clerk'",
    "department": "'bank'",
    "office_id": "office_id + 1",
    "opened_at": "opened_at + 1",
    "due_at": "due_at + 1",
    "timer_at": "opened_at + 1",
    "holder_id": OTHER_PERSON,
    "held_at": "held_at + 1",
    "counted_from": "opened_at - 1",
    "closed_at": "coalesce(closed_at, opened_at) + 1",
    "closed_by": "'refuse'",
}
FIRST_NOTICE = "id = (SELECT min(id) FROM notices WHERE kind = 'case')"
SPOKEN: list[tuple[str, str, str, str]] = [
    ("cases", "number", "number || '9'", OF(ROOT)),
    ("cases", "number", "number || '9'", OF(SEAL)),
    ("cases", "root_id", "1", OF(SEAL)),
    ("cases", "parent_id", OTHER_CASE, OF(SEAL)),
    ("cases", "workflow", "'company-seal'", OF(REGISTRATION)),
    ("cases", "version", "1", OF(REGISTRATION)),
    ("cases", "state", "'refused'", OF(REGISTRATION)),
    ("cases", "outcome", "'refused'", OF(REGISTRATION)),
    ("cases", "company", "'惠民县假名有限公司'", OF(REGISTRATION)),
    ("cases", "applicant_id", OTHER_PERSON, OF(ROOT)),
    ("cases", "applicant_id", "NULL", OF(SEAL)),
    ("cases", "filed_by_id", OTHER_PERSON, OF(ROOT)),
    ("cases", "channel", "'window'", OF(ROOT)),
    ("cases", "deciding_office_id", "deciding_office_id + 1", OF(BANK)),
    ("cases", "offices", "'{'", OF(REGISTRATION)),
    ("cases", "offices", "'{}'", OF(BANK)),
    ("cases", "chosen", "'[]'", OF(ROOT)),
    ("cases", "chosen", "'['", OF(SEAL)),
    ("cases", "predecessors", "'[]'", OF(BANK)),
    ("cases", "predecessors", "'{'", OF(ROOT)),
    ("cases", "identity_overrides", "'[]'", OF(ROOT)),
    ("cases", "identity_overrides", "'[\"371621198506120011\"]'", OF(REGISTRATION)),
    ("cases", "identity_overrides", "'['", OF(ROOT)),
    ("cases", "submissions", "submissions + 1", OF(ROOT)),
    ("cases", "submissions", "1", OF(SEAL)),
    ("cases", "linked_count", "linked_count - 1", OF(ROOT)),
    ("cases", "opened_at", "opened_at + 1", OF(REGISTRATION)),
    ("cases", "clock_started_at", "clock_started_at + 1", OF(REGISTRATION)),
    ("cases", "extension_days", "extension_days + 1", OF(REGISTRATION)),
    ("cases", "promised_due_at", "promised_due_at + 1", OF(ROOT)),
    ("cases", "statutory_due_at", "statutory_due_at + 1", OF(REGISTRATION)),
    ("cases", "closed_at", "closed_at + 1", OF(REGISTRATION)),
    ("cases", "claim_code_hash", "'aa'", OF(ROOT)),
    ("cases", "position", "position + 1", OF(SEAL)),
    ("cases", "head", "'g' || substr(head, 2)", OF(SEAL)),
    *(("tasks", column, expression, CLOSED) for column, expression in OF_TASK.items()),
    *(("tasks", column, expression, OPEN) for column, expression in OF_TASK.items()),
    ("documents", "case_id", OTHER_CASE, LICENCE),
    ("documents", "root_id", "1", LICENCE),
    ("documents", "token", "token || '9'", LICENCE),
    ("documents", "kind", "'receipt'", LICENCE),
    ("documents", "number", "number || '9'", LICENCE),
    ("documents", "content", "content || ' '", LICENCE),
    ("documents", "digest", "'g' || substr(digest, 2)", LICENCE),
    ("documents", "issued_at", "issued_at + 1", LICENCE),
    ("documents", "status", "'revoked'", LICENCE),
    ("documents", "status_at", "1", LICENCE),
    ("documents", "status_reason", "'x'", LICENCE),
    ("documents", "replaced_by_id", "id", LICENCE),
    ("submissions", "case_id", OTHER_CASE, "number = 2"),
    ("submissions", "number", "3", "number = 2"),
    ("submissions", "content", "content || ' '", "number = 1"),
    ("submissions", "digest", "'g' || substr(digest, 2)", "number = 1"),
    ("submissions", "filed_by_id", OTHER_PERSON, "number = 1"),
    ("submissions", "filed_at", "filed_at + 1", "number = 2"),
    ("company_names", "full_name", "full_name || '。'", "TRUE"),
    ("company_names", "trade_name", "'青苗'", "TRUE"),
    ("company_names", "comparable_full", "'x'", "TRUE"),
    ("company_names", "comparable_trade", "'x'", "TRUE"),
    ("company_names", "industry", "'商贸'", "TRUE"),
    ("company_names", "status", "'reserved'", "TRUE"),
    ("company_names", "since", "'2020-01-01'", "TRUE"),
    ("company_names", "until", "'2030-01-01'", "TRUE"),
    ("company_names", "holder", "'x'", "TRUE"),
    ("company_names", "credit_code", "substr(credit_code, 1, 17) || '-'", "TRUE"),
    ("company_names", "case_id", "NULL", "TRUE"),
    ("company_names", "case_id", OTHER_CASE, "TRUE"),
    *(
        ("notices", column, expression, FIRST_NOTICE)
        for column, expression in {
            "kind": "'code'",
            "case_id": OTHER_CASE, "root_id": "1", "person_id": OTHER_PERSON, "text": "'{\"en\":\"x\",\"zh\":\"假\"}'",
            "created_at": "created_at + 1",
        }.items()
    ),
]  # fmt: skip


@pytest.fixture
def worked(chain: Chain) -> Chain:
    """As every test of verification has it, with an identity number that the registrar has confirmed."""
    chain.act(REGISTRATION, "override_identity")
    return work_on(chain)


def test_every_column_is_covered_here() -> None:
    for model in MODELS:
        table = model.__tablename__
        spoken = {column for name, column, _, _ in SPOKEN if name == table}
        assert spoken | SILENT[table].keys() == {column.name for column in model.__table__.c}
        assert not spoken & SILENT[table].keys()


@pytest.mark.parametrize(("table", "column", "expression", "condition"), SPOKEN)
def test_a_changed_column(worked: Chain, table: str, column: str, expression: str, condition: str) -> None:
    assert worked.faults() == []
    root = worked.case(ROOT)
    tamper(worked.database, sql(f"UPDATE {table} SET {column} = {expression} WHERE {condition}"))
    faults = worked.faults()
    assert faults
    assert all(fault.number.startswith(root.number) for fault in faults)


@pytest.mark.parametrize("table", ["notices", "company_names"])
def test_a_removed_row(worked: Chain, table: str) -> None:
    case = worked.case(REGISTRATION)
    last = f"(SELECT max(id) FROM {table} WHERE case_id = :id)"
    tamper(worked.database, sql(f"DELETE FROM {table} WHERE id = {last}", id=case.id))
    assert where(worked.faults()) == {(case.number, case.position)}


@pytest.mark.parametrize("model", [Notice, CompanyName])
def test_an_added_row(worked: Chain, model: Any) -> None:
    case, table = worked.case(REGISTRATION), model.__tablename__
    changed = {"id": "id + 1", "case_id": str(worked.case(SEAL).id)} | (
        {"credit_code": "'x'", "comparable_full": "'x'"} if model is CompanyName else {}
    )
    columns = ", ".join(column.name for column in model.__table__.c)
    values = ", ".join(changed.get(column.name, column.name) for column in model.__table__.c)
    row = f"(SELECT max(id) FROM {table} WHERE case_id = :id)"
    tamper(worked.database, sql(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = {row}", id=case.id))
    assert {number for number, _ in where(worked.faults())} == {worked.case(SEAL).number}


def test_a_walk_in_s_case_before_and_after_it_is_claimed(chain: Chain) -> None:
    walk_in = Chain(chain.database, chain.cast, member=chain.cast.town_clerk, office_id=chain.cast.offices[TOWN])
    root = walk_in.case(ROOT)
    assert walk_in.faults() == []
    tamper(chain.database, sql("UPDATE cases SET claim_code_hash = '' WHERE id = :id", id=root.id))
    assert where(walk_in.faults()) == {(root.number, root.position)}
    code = walk_in.filed.claim_code
    tamper(chain.database, sql("UPDATE cases SET claim_code_hash = :code WHERE id = :id", id=root.id, code=root.claim_code_hash))
    assert chain.database.write(claiming.adopt, chain.cast.other_applicant.acting, root.number, code, walk_in.now).case_token
    walk_in.act(REGISTRATION, "approve", chain.cast.registrar)
    assert walk_in.faults() == []
    claimed = walk_in.case(ROOT)
    tamper(chain.database, sql("UPDATE cases SET applicant_id = NULL WHERE id = :id", id=root.id))
    assert where(walk_in.faults()) == {(root.number, claimed.position)}


def test_a_family_whose_cases_alone_were_removed(worked: Chain) -> None:
    def change(connection: Connection) -> None:
        connection.execute(text("DELETE FROM cases"))

    root_id = worked.root_id
    tamper(worked.database, change)
    assert (f"#{root_id}", None) in where(worked.faults())


# ---- what lies in the file is no text, no number or no JSON ------------------------------------------------------------

ONLY_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""PostgreSQL itself keeps no bytes that are not text and no word in a column of numbers."""

NO_TEXT = [
    ("events", "actor_name", "action = 'approve'", "approve"),
    ("events", "role", "action = 'approve'", "approve"),
    ("event_payloads", "body", "event_id = (SELECT id FROM events WHERE action = 'approve')", "approve"),
    ("submissions", "content", "number = 1", "case:opened"),
    ("documents", "content", "kind = 'business-licence'", "approve"),
    ("documents", "number", "kind = 'business-licence'", "approve"),
    ("cases", "offices", "workflow = 'company-registration'", "approve"),
    ("cases", "number", "workflow = 'company-registration'", None),
    ("tasks", "state", "closed_by = 'approve'", "grant_extension"),
    ("notices", "text", FIRST_NOTICE, "all_signed"),
    ("company_names", "full_name", "TRUE", "approve"),
]


@ONLY_SQLITE
@pytest.mark.parametrize(("table", "column", "condition", "action"), NO_TEXT)
@pytest.mark.parametrize("kind", ["one byte", "blob"])
def test_bytes_that_are_no_text(worked: Chain, table: str, column: str, condition: str, action: str | None, kind: str) -> None:
    """The case is named, with the position unless the whole value is something else, and the other families are looked at."""
    number = worked.case(REGISTRATION).number
    expected = at(worked, REGISTRATION, action) if action is not None else None
    byte = f"CAST(x'ff' || substr(CAST({column} AS BLOB), 2) AS TEXT)" if kind == "one byte" else "x'ff00'"
    tamper(worked.database, sql(f"UPDATE {table} SET {column} = {byte} WHERE {condition}"))
    other_root = Chain(worked.database, worked.cast, content_with(name={"trade_name": "远山"})).case(ROOT)
    tamper(worked.database, sql("UPDATE cases SET state = 'delivered' WHERE id = :id", id=other_root.id))
    found = where(worked.faults())
    assert (other_root.number, other_root.position) in found
    mine = {(name, place) for name, place in found if name != other_root.number}
    assert mine
    json.dumps([name for name, _ in mine], ensure_ascii=False).encode()  # what is shown can be printed
    if column != "number" and kind == "one byte":
        assert any(place == expected for _, place in mine)
    if column != "number" and table != "submissions":
        assert number in {name for name, _ in mine}


@ONLY_SQLITE
@pytest.mark.parametrize("statement", ["UPDATE events SET happened_at = 'x'", "UPDATE tasks SET due_at = 'x'"])
def test_a_word_for_a_number(worked: Chain, statement: str) -> None:
    case = worked.case(SEAL)
    tamper(
        worked.database,
        lambda connection: require_one(
            connection.execute(text(f"{statement} WHERE case_id = :id AND {_first(statement)}"), {"id": case.id}).rowcount
        ),
    )
    assert {name for name, _ in where(worked.faults())} == {case.number}


def _first(statement: str) -> str:
    return "position = 1" if "events" in statement else "TRUE"
