"""Whatever is changed behind the history's back is found, with the case and the position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from approvals.db import Database
from approvals.models import Event, Task
from approvals.queries.verification import Fault, verify_case
from tests.support.driving import REGISTRATION, ROOT, SEAL, Chain, content_with


@pytest.fixture
def worked(chain: Chain) -> Chain:
    return work_on(chain)


def work_on(chain: Chain) -> Chain:
    """A case with a claim, a correction, an extension and one settled matter, others open."""
    chain.claim(REGISTRATION)
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(premises={"address": "示例路2号"}))
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "grant_extension", chain.cast.registrar_head)
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    chain.claim("tax-registration")
    return chain


def tamper(database: Database, change: Callable[[Connection], None]) -> None:
    """Change rows as somebody with the database file would: no verb, no check of foreign keys."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        change(connection)
        connection.commit()
        connection.invalidate()


def sql(statement: str, **values: Any) -> Callable[[Connection], None]:
    return lambda connection: require_one(connection.execute(text(statement), values).rowcount)


def require_one(changed: int) -> None:
    assert changed == 1, f"the test changed {changed} rows"


def at(chain: Chain, workflow: str, action: str) -> int:
    """The position of the first event of an action in the history of that workflow's case."""
    with chain.database.reading() as session:
        found = select(Event.position).where(Event.case_id == chain.case(workflow).id, Event.action == action)
        return int(session.scalars(found.order_by(Event.position)).first() or 0)


def where(faults: list[Fault]) -> set[tuple[str, int | None]]:
    return {(fault.number, fault.position) for fault in faults}


def test_what_the_verbs_did_verifies(worked: Chain) -> None:
    assert worked.faults() == []
    with worked.database.session() as session:
        assert verify_case(session, worked.root_id) == []


EVENT_COLUMNS = {
    "happened_at": "happened_at + 1",
    "actor_id": "actor_id + 1",
    "actor_name": "actor_name || '。'",
    "on_behalf_of": "7",
    "role": "'clerk'",
    "action": "'refuse'",
    "from_state": "'reviewing_'",
    "to_state": "'refused'",
    "definition": "'0' || substr(definition, 2)",
    "payload_digest": "'g' || substr(payload_digest, 2)",
    "previous_hash": "'g' || substr(previous_hash, 2)",
    "hash": "'g' || substr(hash, 2)",
    "task_id": "task_id + 1",
}


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_a_changed_column_of_an_event(worked: Chain, column: str) -> None:
    case = worked.case(REGISTRATION)
    tamper(
        worked.database,
        sql(f"UPDATE events SET {column} = {EVENT_COLUMNS[column]} WHERE case_id = :id AND action = 'approve'", id=case.id),
    )
    found = where(worked.faults())
    # The task that an event closed belongs to the stay that began one event earlier.
    position = case.position - 1 if column == "task_id" else case.position
    assert (case.number, position) in found
    assert {number for number, _ in found} == {case.number}


def test_every_event_column_is_covered_here() -> None:
    apart = {"id", "case_id", "position", "request_key"}  # keys of rows, order (tested below), and the mark of a sent page
    assert {column.name for column in Event.__table__.c} - apart == EVENT_COLUMNS.keys()


def test_a_changed_byte_of_a_payload(worked: Chain) -> None:
    case = worked.case(REGISTRATION)
    statement = """UPDATE event_payloads SET body = replace(body, '材', '村') WHERE event_id =
                   (SELECT id FROM events WHERE case_id = :id AND action = 'request_extension')"""
    tamper(worked.database, sql(statement, id=case.id))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "request_extension"))}


def test_a_payload_that_vanished_and_one_purged_under_an_invented_rule(worked: Chain) -> None:
    case = worked.case(REGISTRATION)
    of_event = "(SELECT id FROM events WHERE case_id = :id AND action = 'request_extension')"
    purge = f"UPDATE event_payloads SET body = NULL, purged_under = :rule WHERE event_id = {of_event}"
    tamper(worked.database, sql(purge, id=case.id, rule=""))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "request_extension"))}
    tamper(worked.database, sql(purge, id=case.id, rule="档案管理规定"))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "request_extension"))}
    tamper(worked.database, sql(f"DELETE FROM event_payloads WHERE event_id = {of_event}", id=case.id))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "request_extension"))}


@pytest.mark.parametrize("column", ["content", "digest", "filed_at", "filed_by_id"])
def test_a_changed_submission(worked: Chain, column: str) -> None:
    new = {
        "content": "content || ' '",
        "digest": "'g' || substr(digest, 2)",
        "filed_at": "filed_at + 1",
        "filed_by_id": "filed_by_id + 1",
    }
    tamper(worked.database, sql(f"UPDATE submissions SET {column} = {new[column]} WHERE number = 2"))
    root, registration = worked.case(ROOT), worked.case(REGISTRATION)
    refiled, resubmitted = at(worked, ROOT, "case:refiled"), at(worked, REGISTRATION, "resubmit")
    assert where(worked.faults()) == {(root.number, refiled), (registration.number, resubmitted)}


def test_a_submission_removed_or_added(worked: Chain) -> None:
    root = worked.case(ROOT)
    tamper(worked.database, sql("UPDATE submissions SET number = 3 WHERE number = 2"))
    assert {(root.number, at(worked, ROOT, "case:refiled")), (root.number, root.position)} <= where(worked.faults())
    tamper(worked.database, sql("DELETE FROM submissions WHERE number = 3"))
    assert (root.number, at(worked, ROOT, "case:refiled")) in where(worked.faults())


@pytest.mark.parametrize("change", ["content = content || ' '", "digest = 'g' || substr(digest, 2)", "issued_at = issued_at + 1"])
def test_a_changed_document(worked: Chain, change: str) -> None:
    case = worked.case(REGISTRATION)
    tamper(worked.database, sql(f"UPDATE documents SET {change} WHERE kind = 'business-licence'"))
    assert where(worked.faults()) == {(case.number, case.position)}


def test_a_document_removed_or_added(worked: Chain) -> None:
    case = worked.case(REGISTRATION)
    tamper(worked.database, sql("UPDATE documents SET number = 'HM-forged' WHERE kind = 'extension-notice'"))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "grant_extension")), (case.number, case.position)}
    tamper(worked.database, sql("DELETE FROM documents WHERE number = 'HM-forged'"))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "grant_extension"))}


def test_a_removed_last_event(worked: Chain) -> None:
    case = worked.case(SEAL)
    tamper(worked.database, sql("DELETE FROM events WHERE case_id = :id AND position = :last", id=case.id, last=case.position))
    assert where(worked.faults()) == {(case.number, case.position)}


def test_a_removed_last_event_with_the_case_set_back(worked: Chain) -> None:
    """The case's own row made to fit: then its state and its task do not."""
    case = worked.case(SEAL)

    def change(connection: Connection) -> None:
        values = {"id": case.id, "last": case.position}
        connection.execute(text("DELETE FROM events WHERE case_id = :id AND position = :last"), values)
        head = "(SELECT hash FROM events WHERE case_id = :id AND position = :last - 1)"
        connection.execute(text(f"UPDATE cases SET position = :last - 1, head = {head} WHERE id = :id"), values)

    tamper(worked.database, change)
    assert (case.number, case.position - 1) in where(worked.faults())


def test_a_join_names_heads_that_are_gone(chain: Chain) -> None:
    """Even a linked case made wholly to fit cannot lose what its parent has joined."""
    chain.act(REGISTRATION, "approve")
    case, root = chain.case(REGISTRATION), chain.case(ROOT)

    def change(connection: Connection) -> None:
        values = {"id": case.id, "last": case.position}
        connection.execute(text("DELETE FROM documents WHERE case_id = :id"), values)
        connection.execute(text("DELETE FROM events WHERE case_id = :id AND position = :last"), values)
        head = "(SELECT hash FROM events WHERE case_id = :id AND position = :last - 1)"
        connection.execute(
            text(
                f"""UPDATE cases SET position = :last - 1, head = {head}, state = 'reviewing', outcome = '', closed_at = NULL
                    WHERE id = :id"""
            ),
            values,
        )
        task = "closed_at = NULL, closed_by = '', holder_id = NULL, held_at = NULL"
        connection.execute(text(f"UPDATE tasks SET {task} WHERE case_id = :id"), values)

    tamper(chain.database, change)
    assert (root.number, at(chain, ROOT, "registered")) in where(chain.faults())


def test_two_swapped_events(worked: Chain) -> None:
    case = worked.case(REGISTRATION)

    def change(connection: Connection) -> None:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            statement = text("UPDATE events SET position = :new WHERE case_id = :id AND position = :old")
            require_one(connection.execute(statement, {"id": case.id, "old": old, "new": new}).rowcount)

    tamper(worked.database, change)
    assert {(case.number, 3), (case.number, 4)} <= where(worked.faults())


@pytest.mark.parametrize("position", [3, 16])
def test_an_inserted_event(worked: Chain, position: int) -> None:
    case = worked.case(REGISTRATION)
    assert case.position == 15

    def change(connection: Connection) -> None:
        for old in range(case.position, position - 1, -1):
            connection.execute(
                text("UPDATE events SET position = :old + 1 WHERE case_id = :id AND position = :old"), {"id": case.id, "old": old}
            )
        connection.execute(
            text(
                """INSERT INTO events (id, case_id, position, task_id, happened_at, actor_id, actor_name, on_behalf_of, role, action,
                       from_state, to_state, definition, payload_digest, previous_hash, hash)
                   SELECT id + 1, case_id, :position, task_id, happened_at, actor_id, actor_name, on_behalf_of, role, action,
                       from_state, to_state, definition, payload_digest, previous_hash, hash
                   FROM events WHERE case_id = :id AND position = 2"""
            ),
            {"id": case.id, "position": position},
        )

    tamper(worked.database, change)
    assert (case.number, position) in where(worked.faults())


@pytest.mark.parametrize(
    "change",
    [
        "state = 'refused'",
        "outcome = 'refused'",
        "closed_at = closed_at + 1",
        "head = 'g' || substr(head, 2)",
        "position = position + 1",
    ],
)
def test_a_changed_case(worked: Chain, change: str) -> None:
    case = worked.case(REGISTRATION)
    tamper(worked.database, sql(f"UPDATE cases SET {change} WHERE id = :id", id=case.id))
    position = case.position + 1 if change.startswith("position") else case.position
    assert where(worked.faults()) == {(case.number, position)}


def test_a_deleted_open_task(worked: Chain) -> None:
    case = worked.case("housing-fund")
    tamper(worked.database, sql("DELETE FROM tasks WHERE case_id = :id", id=case.id))
    assert where(worked.faults()) == {(case.number, case.position)}


def test_a_deleted_closed_task(worked: Chain) -> None:
    case = worked.case(REGISTRATION)
    tamper(worked.database, sql("DELETE FROM tasks WHERE case_id = :id AND state = 'extension_requested'", id=case.id))
    assert where(worked.faults()) == {(case.number, at(worked, REGISTRATION, "request_extension"))}


@pytest.mark.parametrize(
    "change",
    [
        "state = 'done'", "role = 'clerk'", "department = 'bank'", "office_id = office_id + 1", "opened_at = opened_at + 1",
        "closed_at = opened_at", "holder_id = NULL",
    ],
)  # fmt: skip
def test_a_changed_open_task(worked: Chain, change: str) -> None:
    case = worked.case("tax-registration")
    tamper(worked.database, sql(f"UPDATE tasks SET {change} WHERE case_id = :id", id=case.id))
    assert where(worked.faults()) >= {(case.number, 1)}


def test_a_second_open_task(worked: Chain) -> None:
    case = worked.case("housing-fund")
    columns = ", ".join(column.name for column in Task.__table__.c if column.name != "id")
    tamper(
        worked.database, sql(f"INSERT INTO tasks (id, {columns}) SELECT id + 1, {columns} FROM tasks WHERE case_id = :id", id=case.id)
    )
    assert case.number in {fault.number for fault in worked.faults()}


def test_a_linked_case_taken_out_of_its_family(worked: Chain) -> None:
    case, root = worked.case("housing-fund"), worked.case(ROOT)
    tamper(worked.database, sql("UPDATE cases SET root_id = 1 WHERE id = :id", id=case.id))
    assert {(root.number, root.position), (case.number, None)} <= where(worked.faults())


def test_faults_speak_both_languages(worked: Chain) -> None:
    tamper(worked.database, sql("UPDATE cases SET state = 'refused' WHERE id = :id", id=worked.case(REGISTRATION).id))
    (fault,) = worked.faults()
    assert "refused" in fault.message["zh"] and "办理记录" in fault.message["zh"]
    assert "history" in fault.message["en"]
