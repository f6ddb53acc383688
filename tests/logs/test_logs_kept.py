"""What is kept of imported logs can be listed and removed; XES files are imported as CSV files are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from approvals.cli import main
from approvals.db import Database
from approvals.models import Event, EventLog, LogEvent, LogFault, LogFile
from approvals.operations.logs import entering, importing
from approvals.queries.logs import NoSuchLog, sorted_events
from tests.logs.importing import COLUMNS, HEADING, Run, activities, importer, line, numbered, reported, stored


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)

    def invoke(*arguments: Any, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["history", *map(str, arguments)], input=typed)

    return invoke


@pytest.fixture
def files(run: Run, tmp_path: Path) -> list[Path]:
    """Two files of one log, the second with a bad line, and one of another."""
    made = []
    for name, log, text in (
        ("1.csv", "old", numbered(range(30))), ("2.csv", "old", numbered(range(30, 50)) + line(time="?")), ("3.csv", "new", line()),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_text(HEADING + text, "utf-8")
        run("import", path, "--name", log, *COLUMNS)
        made.append(path)
    return made


def rows(database: Database) -> list[int]:
    """How many logs, files, events and faults there are."""
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in (EventLog, LogFile, LogEvent, LogFault)]


def test_logs_are_listed_with_their_files(run: Run, files: list[Path]) -> None:
    assert [each.split() for each in run("list").output.splitlines()] == [
        ["日志", "文件", "状态", "事件", "坏行"], ["new", "3.csv", "已导完", "1", "0"],
        ["old", "1.csv", "已导完", "30", "0"], ["old", "2.csv", "已导完", "20", "1"],
    ]  # fmt: skip
    told = json.loads(run("list", "--json").output)
    assert [log["name"] for log in told] == ["new", "old"]
    assert told[1]["files"][1]["file"] == str(files[1]) and told[1]["files"][1]["options"]["case_id"] == "办件"
    assert told[1]["files"][1]["ended_at"] and len(told[1]["files"][1]["sha256"]) == 64


def test_a_file_or_a_log_is_removed_and_nothing_else(run: Run, files: list[Path], database: Database) -> None:
    assert rows(database) == [2, 3, 51, 1]
    answer = run("remove", "--name", "old", "--file", "2.csv", typed="y\n")
    assert answer.exit_code == 0 and "已删除 1 个文件、20 个事件" in answer.output
    assert activities(database) == list(range(30)) and rows(database) == [2, 2, 31, 0]
    assert run("remove", "--name", "old", "--yes").exit_code == 0
    assert rows(database) == [1, 1, 1, 0] and len(stored(database, "new")) == 1
    with pytest.raises(NoSuchLog) as missing:
        stored(database)
    assert missing.value.names == ["new"]
    assert run("import", files[0], "--name", "old", *COLUMNS).exit_code == 0, "what was removed can be imported again"


def test_removing_asks_first(run: Run, files: list[Path], database: Database) -> None:
    answer = run("remove", "--name", "old", typed="n\n")
    assert "2 个文件、50 个事件" in answer.output and "没有删除" in answer.output and rows(database) == [2, 3, 51, 1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--name", "odl"), "现有：new、old"), (("--name", "old", "--file", "9.csv"), "没有“9.csv”这个文件")],
)
def test_what_is_not_there_is_not_removed(
    arguments: tuple[str, ...], said: str, run: Run, files: list[Path], database: Database
) -> None:
    answer = run("remove", *arguments, "--yes")
    assert answer.exit_code == 1 and said in answer.output and rows(database) == [2, 3, 51, 1]


def test_files_of_one_name_are_told_apart_by_their_path(run: Run, database: Database, tmp_path: Path) -> None:
    paths = [tmp_path / year / "events.csv" for year in ("2019", "2020")]
    for place, path in enumerate(paths):
        path.parent.mkdir()
        path.write_text(HEADING + numbered(range(place, place + 1)), "utf-8")
        assert run("import", path, "--name", "old", *COLUMNS).exit_code == 0
    assert "请写全路径" in run("remove", "--name", "old", "--file", "events.csv", "--yes").output
    assert run("remove", "--name", "old", "--file", paths[0], "--yes").exit_code == 0
    assert activities(database) == [1]


def test_an_interrupted_removal_is_out_of_the_statistics_and_can_be_ended(
    run: Run, files: list[Path], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "_REMOVED_AT_ONCE", 7)
    removed: list[int] = []

    def some(session: Any, file_id: int) -> bool:
        removed.append(file_id)
        if len(removed) > 2:
            raise ConnectionError
        return entering.remove_some(session, file_id)

    with monkeypatch.context() as patched:
        patched.setattr(importing, "remove_some", some)
        with pytest.raises(ConnectionError):
            importing.remove_files(database, [_file_id(database, "1.csv")])
    assert rows(database)[2] == 51 - 14, "two pieces of seven"
    assert activities(database) == list(range(30, 50)) and "没有删完" in run("list").output
    # The same file imported again first ends the removal.
    assert run("import", files[0], "--name", "old", *COLUMNS).exit_code == 0
    assert activities(database) == list(range(50)) and "没有删完" not in run("list").output


def _file_id(database: Database, name: str) -> int:
    with database.reading() as session:
        return next(file.id for file in session.scalars(select(LogFile)) if file.path.endswith(name))


def test_logs_lie_apart_from_our_own_cases(run: Run, files: list[Path], database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0
        assert next(sorted_events(session, "new"))[0] == "A"


def test_a_name_that_is_no_text_is_kept(run: Run, database: Database, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "old") + b"\xff.csv"))
    path.write_text(HEADING + line(), "utf-8")
    assert importer(database).read(path).found == "new"
    assert importer(database).read(path).found == "complete"
    assert "\\udcff.csv" in run("list").output


# ---- XES ------------------------------------------------------------------------------------------------------------

XES = """<?xml version="1.0" encoding="{encoding}"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
<trace><string key="concept:name" value="办件一"/>
<event><string key="concept:name" value="受理"/><date key="time:timestamp" value="2019-03-05T14:30:00.000+08:00"/>
  <string key="lifecycle:transition" value="start"/><string key="org:resource" value="甲"/></event>
<event><string key="concept:name" value="受理"/><date key="time:timestamp" value="2019-03-05T14:20:00.000+08:00"/>
  <string key="lifecycle:transition" value="complete"/><string key="org:group" value="一科"/></event>
<event><string key="concept:name" value="发证"/></event>
</trace>
</log>
"""
MOMENT = 1_551_767_400_000_000


@pytest.mark.parametrize(
    ("declared", "written"), [("UTF-8", "utf-8"), ("GB18030", "gb18030"), ("UTF-8", "gb18030"), ("UTF-16", "utf-16")]
)
def test_an_xes_file_needs_no_columns(declared: str, written: str, run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.xes"
    path.write_bytes(XES.format(encoding=declared).encode(written))
    answer = run("import", path, "--name", "old")
    assert answer.exit_code == 1 and "导入 2 个事件；坏行 1 行" in answer.output
    assert stored(database) == [("办件一", "受理", MOMENT - 600_000_000, "", "一科"), ("办件一", "受理", MOMENT, "甲", "")]
    assert "步骤的完成早于它的开始" in answer.output and "--lifecycle complete --replace" in answer.output
    ((name, number, column, _, what, _),) = reported(path)
    assert (name, number, column, what) == ("old.xes", "8", "time:timestamp", "没有时间")


def test_another_declared_encoding_is_believed_when_it_fits(run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.xes"
    text = XES.format(encoding="windows-1252").replace("受理", "Prüfung")
    for chinese in ("办件一", "一科", "甲", "发证"):
        text = text.replace(chinese, "x")
    path.write_bytes(text.encode("cp1252"))
    assert "按 cp1252 读取" in run("import", path, "--name", "old").output
    assert {event[1] for event in stored(database)} == {"Prüfung"}


def test_completions_alone_and_other_keys(run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.xes"
    path.write_text(XES.format(encoding="UTF-8"), "utf-8")
    answer = run("import", path, "--name", "old", "--lifecycle", "Complete", "--group", "org:role")
    assert "没有导入（1 个，第一个在第 4 行）" in answer.output
    assert stored(database) == [("办件一", "受理", MOMENT - 600_000_000, "", "")]
    refused = run("import", path, "--name", "x", "--start-time", "x")
    assert refused.exit_code == 1 and "只用于 CSV" in refused.output
