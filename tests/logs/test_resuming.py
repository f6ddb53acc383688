"""An import that was killed goes on where it stopped; whatever happens to process or file, each event is there once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from approvals.cli import history_import, main
from approvals.db import Database
from approvals.logs.records import Options
from approvals.operations.errors import Refusal
from approvals.operations.logs import importing
from approvals.operations.logs.entering import Batch, enter_batch
from tests.logs.importing import COLUMNS, HEADING, Run, activities, importer, line, numbered, reported, stored

AT_ONCE = 100
_KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from approvals.db import Database
from approvals.operations.logs import entering, importing
from tests.logs.importing import importer

url, file, fatal = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
importing.AT_ONCE = 100
insert, calls = entering.insert_rows, []

def insert_and_die(*arguments):
    insert(*arguments)
    calls.append(1)
    if len(calls) == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

entering.insert_rows = insert_and_die
importer(Database(url)).read(file)
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", AT_ONCE)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)

    def invoke(*arguments: Any) -> Result:
        return CliRunner().invoke(main, ["history", *map(str, arguments)])

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A thousand events, and a bad line in each hundred."""
    path = tmp_path / "old.csv"
    path.write_text(HEADING + "".join(numbered(range(n, n + 100)) + line(time=f"?{n}") for n in range(0, 1_000, 100)), "utf-8")
    return path


class Stopped(Exception):
    """What a test raises in place of a power cut."""


def stop_after(position: int) -> Any:
    def progress(read: int) -> None:
        if read >= position:
            raise Stopped

    return progress


@pytest.mark.parametrize("fatal", [1, 2, 7, 20])
def test_killed_in_the_middle_of_a_batch(fatal: int, run: Run, database_url: str, database: Database, file: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _KILLED_IN_THE_MIDDLE, database_url, str(file), str(fatal)]
    ended = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    there = activities(database)
    assert there == list(range(len(there))) and len(there) < 1_000
    assert ("没有导完" in run("list").output) and f"{len(there)}" in run("list").output
    answer = run("import", file, "--name", "old", *COLUMNS)
    assert answer.exit_code == 1 and "坏行 10 行" in answer.output
    assert ("从上次停下的地方继续" in answer.output) == bool(there)
    assert activities(database) == list(range(1_000))
    assert [row[3] for row in reported(file)] == [f"?{n}" for n in range(0, 1_000, 100)], "those of before the power cut too"
    assert "时间没有写时区，按 Asia/Shanghai 计（全部）" in answer.output
    assert "已导完" in run("list").output


def test_every_place_at_which_it_may_stop(database: Database, tmp_path: Path) -> None:
    for place in range(0, 9):
        path = tmp_path / f"{place}.csv"
        path.write_text(HEADING + line(activity=f"{place}") + numbered(range(1, 800)), "utf-8")
        name, position = f"log {place}", place * path.stat().st_size // 8
        try:
            importer(database, name).read(path, stop_after(position))
        except Stopped:
            assert importer(database, name).read(path).found == "begun"
        assert len(stored(database, name)) == 800
        assert importer(database, name).read(path).found == "complete"


def test_the_key_that_stops_it_loses_nothing(run: Run, database: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(maker: importing.Importer, path: Path) -> importing.Imported:
        def progress(position: int) -> None:
            if position > file.stat().st_size // 2:
                raise KeyboardInterrupt

        return maker.read(path, progress)

    with monkeypatch.context() as patched:
        patched.setattr(history_import, "_import", interrupted)
        answer = run("import", file, "--name", "old", *COLUMNS)
    assert answer.exit_code == 130 and "再运行同一条命令" in answer.output
    assert run("import", file, "--name", "old", *COLUMNS).exit_code == 1
    assert activities(database) == list(range(1_000))


def test_of_two_at_once_one_is_turned_away(database: Database, file: Path) -> None:
    others: list[importing.Imported] = []

    def meanwhile(position: int) -> None:
        if not others:
            others.append(importer(database).read(file))

    with pytest.raises(Refusal) as refused:
        importer(database).read(file, meanwhile)
    assert refused.value.reason == "elsewhere" and others[0].events == 1_000
    assert activities(database) == list(range(1_000))


@pytest.mark.real_commits
def test_many_at_once_store_each_event_once(database_url: str, database: Database, file: Path) -> None:
    def one(_: int) -> str:
        own = Database(database_url)
        try:
            return importer(own).read(file).found
        except Refusal as refusal:
            return refusal.reason
        finally:
            own.dispose()

    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(one, range(6)))
    assert set(ended) <= {"new", "begun", "complete", "elsewhere"}, ended
    assert activities(database) == list(range(1_000))
    assert importer(database).read(file).found == "complete"


def test_a_batch_is_entered_where_the_file_stands_or_not_at_all(database: Database, file: Path) -> None:
    file_id = importer(database).read(file).file_id
    for begins_at in (0, 1_010):
        with pytest.raises(Refusal):
            database.write(enter_batch, file_id, Batch(begins_at, begins_at + 1, [(file_id, 5_000, "A", "0", 0, "", "")]))
    assert activities(database) == list(range(1_000))


def test_a_file_that_has_grown_is_read_on(run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(HEADING + numbered(range(2_000)), "utf-8")
    run("import", path, "--name", "old", *COLUMNS)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(numbered(range(2_000, 2_150)))
    answer = run("import", path, "--name", "old", *COLUMNS)
    assert answer.exit_code == 0 and "文件末尾添了内容，又导入 150 个事件，共 2150 个" in answer.output
    assert activities(database) == list(range(2_150))
    assert "没有再导入" in run("import", path, "--name", "old", *COLUMNS).output


@pytest.mark.parametrize(
    ("before", "after"), [("", "x"), ('A,"', "\n"), ("A,x\n", "")], ids=["half a line", "an open quote", "a bad line"]
)
def test_growth_that_changes_the_last_record_is_a_change(
    before: str, after: str, run: Run, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "old.csv"
    path.write_text(HEADING + line() + line(group="科")[:-1] + ("\n" + before if before else ""), "utf-8")
    run("import", path, "--name", "old", *COLUMNS)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(after + "\n" + line())
    answer = run("import", path, "--name", "old", *COLUMNS)
    assert answer.exit_code == 1 and "内容变了" in answer.output and len(stored(database)) == 2


def test_a_changed_file_waits_for_a_word(run: Run, database: Database, file: Path) -> None:
    with pytest.raises(Stopped):
        importer(database).read(file, stop_after(file.stat().st_size // 2))
    half = len(stored(database))
    file.write_text(HEADING + numbered(range(5, 300)), "utf-8")
    refused = run("import", file, "--name", "old", *COLUMNS)
    assert refused.exit_code == 1 and "内容变了" in refused.output and "--replace" in refused.output
    assert len(stored(database)) == half > 0
    assert run("import", file, "--name", "old", *COLUMNS, "--replace").exit_code == 0
    assert activities(database) == list(range(5, 300))


def test_what_replaces_must_be_usable_first(run: Run, database: Database, file: Path) -> None:
    run("import", file, "--name", "old", *COLUMNS)
    file.write_text(HEADING + line(time="?") * 200, "utf-8")
    answer = run("import", file, "--name", "old", *COLUMNS, "--replace")
    assert answer.exit_code == 1 and "没有一行可用" in answer.output
    assert activities(database) == list(range(1_000)), "what was there before"


def test_a_file_of_which_nothing_was_usable_gives_way_to_its_mended_edition(run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(HEADING + line(time="?") * 3, "utf-8")
    assert run("import", path, "--name", "old", *COLUMNS).exit_code == 1
    path.write_text(HEADING + line() * 3, "utf-8")
    assert run("import", path, "--name", "old", *COLUMNS).exit_code == 0
    assert len(stored(database)) == 3


def test_other_options_are_not_mixed_into_what_was_begun(run: Run, database: Database, file: Path) -> None:
    with pytest.raises(Stopped):
        importer(database).read(file, stop_after(1))
    other = ("--case-id", "人", "--activity", "环节", "--time", "时间")
    answer = run("import", file, "--name", "old", *other)
    assert answer.exit_code == 1 and "别的选项" in answer.output and "--case-id 办件" in answer.output
    assert run("import", file, "--name", "old", *other, "--replace").exit_code == 1
    assert {event[0] for event in stored(database)} == {"甲"} and len(stored(database)) == 1_000


def test_a_file_rewritten_while_it_is_read_is_not_called_complete(run: Run, database: Database, file: Path) -> None:
    def rewrite(position: int) -> None:
        file.write_text(file.read_text("utf-8").replace("受理", "审查"), "utf-8")

    with pytest.raises(Refusal) as refused:
        importer(database).read(file, rewrite)
    assert refused.value.reason == "changed-meanwhile"
    assert "没有导完" in run("list").output
    assert "内容变了" in run("import", file, "--name", "old", *COLUMNS).output


def test_lines_added_while_it_is_read_are_for_the_next_time(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(HEADING + numbered(range(1_500)), "utf-8")

    def grow(position: int) -> None:
        if path.stat().st_size == size:
            with path.open("a", encoding="utf-8") as opened:
                opened.write(numbered(range(1_500, 1_600)))

    size = path.stat().st_size
    assert importer(database).read(path, grow).events == 1_500
    assert importer(database).read(path).found == "grown"
    assert activities(database) == list(range(1_600))


def test_a_torn_xes_file_is_read_as_far_as_it_goes_and_on_once_it_is_whole(database: Database, tmp_path: Path) -> None:
    options = Options("xes", "concept:name", "concept:name", "time:timestamp")
    events = "".join(
        f'<event><string key="concept:name" value="{n}"/><date key="time:timestamp" value="{1_551_767_400 + n}"/></event>\n'
        for n in range(500)
    )
    whole = f'<?xml version="1.0"?>\n<log>\n<trace><string key="concept:name" value="A"/>\n{events}</trace>\n</log>\n'
    path = tmp_path / "old.xes"
    path.write_text("".join(whole.splitlines(keepends=True)[:304]), "utf-8")
    torn = importer(database, options=options).read(path)
    assert torn.events == 301 and "不是有效的 XML" in torn.stopped
    path.write_text(whole, "utf-8")
    assert importer(database, options=options).read(path).found == "grown"
    assert activities(database) == list(range(500))
