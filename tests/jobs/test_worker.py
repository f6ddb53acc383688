"""Workers as processes: started by the command, killed without warning, and the work taken over by another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, update

from approvals.db import Database
from approvals.jobs import worker as jobs
from approvals.models import Base, Delivery, Notice, Worker
from approvals.operations import workers
from tests.jobs.conftest import SECRET, Tell
from tests.jobs.receivers import Gateway

LONGEST = 90.0
"""Seconds; a worker starts in three on an idle machine, and the tests share theirs."""


def until(holds: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {LONGEST} seconds")


@contextmanager
def working(database: Database, webhook: str, repository: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker; what it says lies in a file of the folder, and it is gone at the end whatever happens."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("APPROVALS_")},
        "APPROVALS_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "APPROVALS_MESSAGE_WEBHOOK": webhook, "APPROVALS_MESSAGE_WEBHOOK_SECRET": SECRET, "APPROVALS_QUIET_HOURS": "off",
        "APPROVALS_DEMO": "0", "PYTHONPATH": str(repository), "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    with (folder / f"worker-{time.monotonic_ns()}.txt").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "approvals.cli", "worker", "run"], cwd=folder, env=environment, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def alive(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Worker.executor_id)))


def delivery(database: Database) -> Delivery | None:
    with database.reading() as session:
        return session.scalars(select(Delivery)).one_or_none()


@pytest.mark.real_commits
def test_another_worker_finishes_what_a_killed_one_began(
    database: Database, tell: Tell, webhook: tuple[Gateway, str], repository: Path, tmp_path: Path
) -> None:
    server, address = webhook
    server.script = ["hold"]
    with working(database, address, repository, tmp_path) as first:
        (name,) = until(lambda: alive(database), "the first worker lives")
        tell(at=datetime.now(UTC), channels=["sms"])
        assert server.arrived.wait(LONGEST), "the message is on its way"
        first.send_signal(signal.SIGKILL)
        first.wait()
    found = delivery(database)
    assert found is not None and (found.state, found.claimed_by) == ("waiting", name)

    # As if a minute had gone by since it was last heard of.
    long_ago = datetime.now(UTC) - workers.DEAD_AFTER - timedelta(seconds=1)
    database.write(lambda session: session.execute(update(Worker).values(seen_at=long_ago)))
    with working(database, address, repository, tmp_path) as second:
        until(lambda: (found := delivery(database)) is not None and found.state == "sent", "the second worker sends it")
        assert name not in alive(database)
        pending = "SELECT count(*) FROM {}workflow_status WHERE status = 'PENDING' AND executor_id = '{}'"
        schema = "" if database.engine.dialect.name == "sqlite" else "dbos."

        def unfinished() -> int:
            with database.engine.connect() as connection:
                return int(connection.exec_driver_sql(pending.format(schema, name)).scalar_one())

        until(lambda: unfinished() == 0, "the runs of the first worker are taken over")
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
    assert alive(database) == [], "a worker that ends strikes itself out"
    assert len(set(server.keys())) == 1 and len(server.keys()) == 2, "the repetition carries the key of the first"


@pytest.mark.real_commits
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_two_workers_share_the_work(
    database: Database, tell: Tell, webhook: tuple[Gateway, str], repository: Path, tmp_path: Path
) -> None:
    server, address = webhook
    with working(database, address, repository, tmp_path), working(database, address, repository, tmp_path):
        until(lambda: len(alive(database)) == 2, "both live")
        for _ in range(20):
            tell(at=datetime.now(UTC), channels=["sms"])
        until(lambda: len(set(server.keys())) == 20, "all messages arrive")
    assert len(server.keys()) == 20, "each once"


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_tables_of_the_jobs_disturb_no_comparison(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    jobs.migrate(database)
    jobs.migrate(database)
    beside = set(inspect(database.engine).get_table_names()) - set(Base.metadata.tables) - {"alembic_version"}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda thing, name, kind, *others: kind != "table" or name in Base.metadata.tables}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert bool(beside) == (database.engine.dialect.name == "sqlite"), "on PostgreSQL they have a schema of their own"


def test_finished_runs_are_purged(database: Database) -> None:
    jobs.migrate(database)
    assert jobs.purge(database, datetime.now(UTC)) == 0


def test_a_dead_worker_is_taken_over_by_one(database: Database) -> None:
    now = datetime.now(UTC)
    database.write(workers.beat, "dead", now - workers.DEAD_AFTER - timedelta(seconds=1))
    database.write(workers.beat, "slow", now - workers.DEAD_AFTER + timedelta(seconds=1))
    assert database.write(workers.take_over, now) == "dead"
    assert database.write(workers.take_over, now) is None, "somebody is at it"
    later = now + workers.DEAD_AFTER + timedelta(seconds=2)
    assert {database.write(workers.take_over, later) for _ in range(2)} == {"dead", "slow"}, "that somebody died of it as well"
    database.write(workers.forget, "dead")
    database.write(workers.beat, "slow", later)
    assert alive(database) == ["slow"]


def test_notices_are_found_by_one_look(database: Database, tell: Tell) -> None:
    from approvals.operations import messages

    now = datetime.now(UTC)
    with database.reading() as session:
        assert not messages.is_due(session, now, urgent=False)
    tell(at=now)
    with database.reading() as session:
        assert messages.is_due(session, now, urgent=False) and not messages.is_due(session, now, urgent=True)
        assert session.scalar(select(Notice.planned_at)) is None
