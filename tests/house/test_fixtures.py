"""What the fixtures promise: a database per test on both kinds, and browser tests that cannot vanish unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from tests.support.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.support.web import HOW_TO_GET_CHROMIUM


def migrate(url: str) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE words (word TEXT)"))
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    directory = tmp_path_factory.mktemp("made")
    if request.param == "sqlite":
        yield SqliteDatabases(directory, migrate)
    else:
        databases = PostgresqlDatabases(directory, migrate)
        yield databases
        databases.stop()


def test_each_database_is_a_copy_of_its_own(made: Databases) -> None:
    first, second, empty = made.create(), made.create(), made.create(migrated=False)
    engines = [sqlalchemy.create_engine(url) for url in (first, second, empty)]
    assert {engine.dialect.name for engine in engines} == {made.kind}
    with engines[0].begin() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO words VALUES ('䶮')"))
    counts = []
    for engine in engines[:2]:
        with engine.connect() as connection:
            counts.append(connection.scalar(sqlalchemy.text("SELECT count(*) FROM words")))
    assert counts == [1, 0]
    assert sqlalchemy.inspect(engines[2]).get_table_names() == []
    with engines[0].connect() as held:
        held.execute(sqlalchemy.text("SELECT 1"))
        made.drop(first)
        held.invalidate()
    for engine in engines:
        engine.dispose()
    made.drop(second)
    made.drop(empty)


@pytest.mark.parametrize(("required", "code", "word"), [("0", 0, "1 skipped"), ("1", 1, "1 error")])
def test_without_a_chromium_browser_tests_are_skipped_or_fail(
    required: str, code: int, word: str, tmp_path: Path, repository: Path
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    (tmp_path / "test_page.py").write_text("def test_page(browser):\n    assert browser\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n", encoding="utf-8")
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(repository)}
    environment |= {"CHROMIUM": str(tmp_path / "absent"), "REQUIRE_BROWSER": required}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-rsf"]
    run = subprocess.run(
        [*command, "test_page.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert word in run.stdout.splitlines()[-1]
    assert HOW_TO_GET_CHROMIUM in run.stdout


def test_pages_have_the_widths_they_promise(page: object, phone_page: object) -> None:
    assert [shown.evaluate("innerWidth") for shown in (page, phone_page)] == [1280, 360]  # type: ignore[attr-defined]
