"""One verb is one durable transaction: refused, it leaves nothing; overtaken by the database, it is done again unseen."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.models import Counter, Event, Notice, Office
from approvals.operations.errors import Refusal
from tests.support.driving import REGISTRATION, Chain

NO = {"zh": "不行。", "en": "No."}


def value_of(database: Database, name: str) -> int | None:
    with database.reading() as session:
        return session.scalar(select(Counter.value).where(Counter.name == name))


def test_a_refusal_leaves_nothing(database: Database) -> None:
    def verb(session: Session) -> None:
        session.add(Counter(name="refused", value=1))
        session.flush()
        raise Refusal("no", NO)

    with pytest.raises(Refusal):
        database.write(verb)
    assert value_of(database, "refused") is None


def test_what_a_verb_returns_is_stored(database: Database) -> None:
    def verb(session: Session, name: str, *, value: int) -> int:
        session.add(Counter(name=name, value=value))
        return value + 1

    assert database.write(verb, "kept", value=4) == 5
    assert value_of(database, "kept") == 4


def test_a_row_made_by_another_at_the_same_moment_is_found_at_the_second_try(database: Database) -> None:
    attempts = []

    def verb(session: Session) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            session.execute(text("INSERT INTO counters (name, value) VALUES ('twice', 1), ('twice', 1)"))
        return "done"

    assert database.write(verb) == "done" and len(attempts) == 2


def test_a_fault_that_stays_is_raised_after_three_tries(database: Database) -> None:
    attempts = []

    def verb(session: Session) -> None:
        attempts.append(1)
        session.execute(text("INSERT INTO counters (name, value) VALUES ('twice', 1), ('twice', 1)"))

    with pytest.raises(IntegrityError):
        database.write(verb)
    assert len(attempts) == 3


def test_a_refusal_and_a_mistake_are_not_repeated(database: Database) -> None:
    for error in (Refusal("no", NO), ValueError("a mistake")):
        attempts = []

        def verb(session: Session, error: Exception = error, attempts: list[int] = attempts) -> None:
            attempts.append(1)
            raise error

        with pytest.raises(type(error)):
            database.write(verb)
        assert attempts == [1]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.real_commits
def test_a_deadlock_repeats_the_verb(database: Database) -> None:
    database.write(lambda session: session.add_all([Counter(name="a", value=0), Counter(name="b", value=0)]))
    barrier, tries, errors = threading.Barrier(2), [], []

    def verb(session: Session, first: str, second: str) -> None:
        tries.append(first)
        session.execute(text("UPDATE counters SET value = value + 1 WHERE name = :name"), {"name": first})
        if tries.count(first) == 1:
            barrier.wait(10)
        session.execute(text("UPDATE counters SET value = value + 1 WHERE name = :name"), {"name": second})

    def run(first: str, second: str) -> None:
        try:
            database.write(verb, first, second)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors and len(tries) == 3, (errors, tries)
    assert (value_of(database, "a"), value_of(database, "b")) == (2, 2)


@pytest.mark.real_commits
def test_threads_queue_for_the_one_writer(database: Database) -> None:
    """Twenty writers of one row at once: all are served, none waits long, none sees a lock."""
    database.write(lambda session: session.add(Counter(name="shared", value=0)))
    errors: list[Exception] = []

    def verb(session: Session) -> None:
        value = session.scalar(select(Counter.value).where(Counter.name == "shared").with_for_update())
        assert value is not None
        session.execute(text("UPDATE counters SET value = :value WHERE name = 'shared'"), {"value": value + 1})

    def run() -> None:
        try:
            for _ in range(5):
                database.write(verb)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert value_of(database, "shared") == 60


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_writer_that_fails_lets_the_next_one_in(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(OperationalError):
            database.write(lambda session: session.execute(text("SELECT nothing FROM nowhere")))
    ended: list[Any] = []
    thread = threading.Thread(target=lambda: ended.append(database.write(lambda session: "served")), daemon=True)
    thread.start()
    thread.join(5)
    assert ended == ["served"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_is_durable_and_checks_its_keys(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_identifiers_grow_and_never_repeat() -> None:
    made: list[int] = []

    def make() -> None:
        ids = [new_id() for _ in range(5000)]
        assert ids == sorted(ids)
        made.extend(ids)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20000 and max(made) < 1 << 63


def test_moments_are_whole_microseconds_in_utc(database: Database) -> None:
    moment = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
    with pytest.raises(ValueError):
        from approvals.db import to_microseconds

        to_microseconds(moment.replace(tzinfo=None))
    chain = Chain(database, now=moment)
    assert chain.case().opened_at == moment


def test_a_refused_action_leaves_no_event_and_no_notice(chain: Chain) -> None:
    def counts() -> list[int | None]:
        with chain.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(model)) for model in (Event, Notice, Office)]

    before = counts()
    with pytest.raises(Refusal):
        chain.act(REGISTRATION, "approve", chain.cast.applicant)
    assert counts() == before
