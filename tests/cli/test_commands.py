"""The commands, each on a database of its own."""

import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from approvals.cli import main
from approvals.cli.accounts import DEPARTMENTS, STAFF_ROLES
from approvals.db import Database
from approvals.demo import load_demo
from approvals.models import Case, Event, PasswordTries, Person, Position, Task
from approvals.operations import accounts
from approvals.operations.passwords import verify
from tests.demo.support import empty
from workflows.county import county_catalogue
from workflows.engine.definition import OUTSIDE_ROLES

Run = Callable[..., Result]
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on this test's database, in demo mode unless the test says otherwise."""
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    monkeypatch.delenv("APPROVALS_SECRET_KEY", raising=False)

    def invoke(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=typed)

    return invoke


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = empty(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def demo_file(sqlite_databases: Any) -> Path:
    """A small demo, loaded once; each test works on a copy."""
    url = sqlite_databases.create()
    opened = empty(url)
    load_demo(opened, cases=0)
    opened.engine.dispose()
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def small_demo(demo_file: Path, database_url: str) -> Iterator[Database]:
    shutil.copyfile(demo_file, database_url.removeprefix("sqlite:///"))
    opened = Database(database_url)
    yield opened
    opened.engine.dispose()


def test_migrate_twice_is_once(run: Run, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", empty_database_url)
    for _ in range(2):
        result = run("migrate")
        assert result.exit_code == 0, result.output
    opened = Database(empty_database_url)
    with opened.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    opened.engine.dispose()


def test_the_demo_verifies_and_a_changed_state_is_named(run: Run, small_demo: Database) -> None:
    result = run("cases", "verify", "--all")
    assert result.exit_code == 0, result.output
    with small_demo.reading() as session:
        case = session.scalars(select(Case).where(Case.workflow == "company-seal", Case.state == "done")).first()
        roots = session.scalar(select(func.count()).select_from(Case).where(Case.id == Case.root_id))
    assert case is not None
    assert f"已核验 {roots} 个主办件" in result.output

    def change(session: Any) -> None:
        session.get(Case, case.id).state = "failed"

    small_demo.write(change)
    root_number = case.number.rpartition("-")[0]
    for arguments in (("--all",), (root_number,), (case.number,)):
        result = run("cases", "verify", *arguments)
        assert result.exit_code == 1
        assert result.output.startswith(f"{case.number}:{case.position}: ")
    others = [line for line in run("cases", "verify", "--all").output.splitlines() if not line.startswith(case.number)]
    assert others == []


def test_a_damage_that_breaks_references_is_named_and_not_stumbled_over(run: Run, small_demo: Database, database_url: str) -> None:
    with small_demo.reading() as session:
        case = session.scalars(select(Case).where(Case.workflow == "company-seal", Case.state == "done")).first()
    assert case is not None
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:  # without the product's foreign keys
        file.execute("UPDATE tasks SET office_id = 7 WHERE case_id = ?", (case.id,))
        file.commit()
    result = run("cases", "verify", "--all")
    assert result.exit_code == 1 and case.number in result.output, result.output


def test_verify_wants_one_number_or_all(run: Run, database: Database) -> None:
    assert run("cases", "verify").exit_code == 2
    assert run("cases", "verify", "HM1", "--all").exit_code == 2
    unknown = run("cases", "verify", "HM1")
    assert unknown.exit_code == 1
    assert "HM1" in unknown.output


def test_timers_that_have_run_out_act_once(run: Run, small_demo: Database) -> None:
    assert "timers: 0\n" in run("worker", "once").output

    def expire(session: Any) -> tuple[int, int, datetime]:
        waiting = session.scalars(select(Task).where(Task.state == "correcting", Task.closed_at.is_(None))).first()
        as_defined = waiting.timer_at
        waiting.timer_at = datetime.now(UTC) - timedelta(seconds=1)
        return waiting.case_id, waiting.id, as_defined

    case_id, task_id, as_defined = small_demo.write(expire)
    assert "timers: 1\n" in run("worker", "once").output
    assert "timers: 0\n" in run("worker", "once").output
    with small_demo.reading() as session:
        assert session.scalars(select(Case.state).where(Case.id == case_id)).one() == "lapsed"
        assert session.scalar(select(func.count()).select_from(Event).where(Event.case_id == case_id, Event.action == "lapse")) == 1
    assert run("cases", "verify", "--all").exit_code == 1, "a timer set by hand is not the definition's"
    small_demo.write(lambda session: setattr(session.get(Task, task_id), "timer_at", as_defined))
    assert run("cases", "verify", "--all").exit_code == 0


def test_the_demo_is_loaded_once_and_reset_on_demand(run: Run, small_demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("approvals.demo.loading.CASES", 0)
    with small_demo.reading() as session:
        before = set(session.scalars(select(Case.id)))
    again = run("demo", "load")
    assert again.exit_code == 0
    assert "未作改动" in again.output
    renewed = run("demo", "reset")
    assert renewed.exit_code == 0, renewed.output
    with small_demo.reading() as session:
        after = set(session.scalars(select(Case.id)))
    assert after
    assert not before & after


def test_production_has_no_demo(run: Run, small_demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVALS_DEMO", "0")
    for command in ("load", "reset"):
        refused = run("demo", command)
        assert refused.exit_code == 1
        assert "APPROVALS_DEMO=0" in refused.output
    with small_demo.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case))


def test_a_reset_does_not_touch_real_people(run: Run, database: Database) -> None:
    database.write(lambda session: session.add(Person(name="王真实", created_at=datetime.now(UTC))))
    refused = run("demo", "reset")
    assert refused.exit_code == 1
    assert "真实" in refused.output
    with database.reading() as session:
        assert session.scalars(select(Person.name)).all() == ["王真实"]


def test_serve_refuses_an_unsafe_production_start(run: Run, small_demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVALS_DEMO", "0")
    monkeypatch.setenv("PORT", "0")
    assert "APPROVALS_SECRET_KEY" in run("serve").output
    monkeypatch.setenv("APPROVALS_SECRET_KEY", "x" * 40)
    refused = run("serve")
    assert refused.exit_code == 1
    assert "演示账号" in refused.output


def test_serve_does_not_mix_a_demo_with_real_people(run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    database.write(lambda session: session.add(Person(name="王真实", created_at=datetime.now(UTC))))
    refused = run("serve")
    assert refused.exit_code == 1
    assert "APPROVALS_DEMO=0" in refused.output
    with database.reading() as session:
        assert session.scalars(select(Person.name)).all() == ["王真实"]


def test_serve_names_a_taken_port(run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        refused = run("serve")
    assert refused.exit_code == 1
    assert "PORT=" in refused.output


def test_staff_are_entered_with_a_position(run: Run, database: Database) -> None:
    result = run(
        "accounts", "add-staff", "New-Clerk", "--name", "张测试", "--role", "clerk", "--office", "sub-lizhuang",
        typed="a long pass-phrase\na long pass-phrase\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "a long pass-phrase" not in result.output
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.sign_in_name == "new-clerk")).one()
        position = session.scalars(select(Position).where(Position.person_id == person.id)).one()
        assert (position.role, position.department, position.office.code) == ("clerk", "approval-bureau", "sub-lizhuang")
        assert verify(person.password_hash, "a long pass-phrase")
        assert not person.demo


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--office", "nowhere", "--password", "a long pass-phrase"), "服务点"),
        (("--password", "short"), "密码太短"),
        (("--password", "staff-one staff-one"), "容易猜到"),
    ],
)
def test_staff_are_refused_with_a_sentence(run: Run, database: Database, arguments: tuple[str, ...], sentence: str) -> None:
    result = run("accounts", "add-staff", "staff-one", "--name", "张测试", "--role", "clerk", *arguments)
    assert result.exit_code == 1
    assert sentence in result.output
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_sign_in_name_is_taken_once(run: Run, database: Database) -> None:
    arguments = ("accounts", "add-staff", "one", "--name", "张测试", "--role", "clerk", "--password", "a long pass-phrase")
    assert run(*arguments).exit_code == 0
    again = run(*arguments)
    assert again.exit_code == 1
    assert "登录名" in again.output


def test_a_forgotten_password_is_reset_and_a_lock_lifted(run: Run, database: Database) -> None:
    run("accounts", "add-staff", "one", "--name", "张测试", "--role", "clerk", "--password", "a long pass-phrase")
    for _ in range(accounts.ATTEMPTS):
        database.write(accounts.begin_attempt, accounts.tries_of_name("one"), datetime.now(UTC))
    result = run("accounts", "reset-password", "One", "--password", "another pass-phrase")
    assert result.exit_code == 0, result.output
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
        assert verify(person.password_hash, "another pass-phrase")
        assert person.session_version == 1
        assert session.scalars(select(PasswordTries)).all() == []
    unknown = run("accounts", "reset-password", "nobody", "--password", "another pass-phrase")
    assert unknown.exit_code == 1 and "没有登录名" in unknown.output


def test_roles_and_departments_are_those_of_the_definitions(databases: Any) -> None:
    vocabulary = county_catalogue().vocabulary
    assert {*STAFF_ROLES, *OUTSIDE_ROLES} == set(vocabulary["roles"])
    assert set(DEPARTMENTS) == set(vocabulary["departments"])
