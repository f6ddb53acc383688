"""``approvals history import``: what can be read is stored once and in order, what cannot is reported with how to mend it."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from approvals.cli import main
from approvals.db import Database
from approvals.logs import opening
from approvals.operations.logs import importing
from tests.logs.importing import COLUMNS, HEADING, Run, activities, importer, line, numbered, reported, stored
from tests.support.statements import counted

MOMENT = 1_551_767_400_000_000
"""2019-03-05 14:30 in Shanghai."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)

    def invoke(*arguments: Any) -> Result:
        result = CliRunner().invoke(main, ["history", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def bring(run: Run, *files: Path, name: str = "old", more: tuple[str, ...] = ()) -> Result:
    return run("import", *files, "--name", name, *COLUMNS, *more)


def test_events_are_stored_by_case_and_time_and_ties_keep_the_order_of_the_file(run: Run, database: Database, tmp_path: Path) -> None:
    file = write(
        tmp_path / "old.csv",
        HEADING + line("B", "发证", "2019-03-05 14:31:00") + line("A", "二") + line("A", "三", person="", group="")
        + line("B", "受理") + line("A", "一", "2019-03-05 14:29:00+08:00"),
    )  # fmt: skip
    answer = bring(run, file)
    assert answer.exit_code == 0 and "old.csv：导入 5 个事件。" in answer.output
    assert stored(database) == [
        ("A", "一", MOMENT - 60_000_000, "甲", "一科"), ("A", "二", MOMENT, "甲", "一科"), ("A", "三", MOMENT, "", ""),
        ("B", "受理", MOMENT, "甲", "一科"), ("B", "发证", MOMENT + 60_000_000, "甲", "一科"),
    ]  # fmt: skip
    assert "按时间先后排列（2 个）" in answer.output and "按 Asia/Shanghai 计（4 个，第一个在第 2 行）" in answer.output
    assert not (tmp_path / "old.csv.bad.csv").exists()


def test_a_file_is_imported_once_whatever_it_is_called(run: Run, database: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + numbered(range(20)))
    assert bring(run, file).exit_code == 0
    again = bring(run, file)
    assert again.exit_code == 0 and "以前已经全部导入（20 个事件），没有再导入" in again.output
    renamed = bring(run, write(tmp_path / "copy.csv", file.read_bytes()))
    assert renamed.exit_code == 0 and "没有再导入" in renamed.output
    assert activities(database) == list(range(20))
    assert bring(run, file, name="another").exit_code == 0
    assert len(stored(database, "another")) == 20, "another log is another"


def test_files_of_one_name_make_one_log(run: Run, database: Database, tmp_path: Path) -> None:
    first, second = (write(tmp_path / f"{begin}.csv", HEADING + numbered(range(begin, begin + 10))) for begin in (0, 10))
    third = write(tmp_path / "third.csv", "NR;WAS;WANN\nA1;20;2019-03-05 00:00:20\n")
    assert bring(run, first, second).exit_code == 0
    assert run("import", third, "--name", "old", "--case-id", "NR", "--activity", "WAS", "--time", "WANN").exit_code == 0
    assert activities(database) == list(range(21))


def test_ties_between_files_keep_the_order_of_import(run: Run, database: Database, tmp_path: Path) -> None:
    files = [write(tmp_path / name, HEADING + line(activity=name)) for name in ("z.csv", "a.csv")]
    assert bring(run, *files).exit_code == 0
    assert [event[1] for event in stored(database)] == ["z.csv", "a.csv"]


def test_files_that_overlap_are_said(run: Run, database: Database, tmp_path: Path) -> None:
    first, second, apart = (write(tmp_path / f"{n}.csv", HEADING + numbered(range(n, n + 40))) for n in (0, 30, 500))
    assert "其他文件" not in bring(run, first).output + bring(run, apart).output
    twice = write(tmp_path / "twice.csv", second.read_bytes() + (line("Z") * 2).encode())
    assert "同一时间），都算数；如果是文件重叠，请用 history remove --file 去掉一个（10 个）" in bring(run, twice).output
    assert len(stored(database)) == 122
    assert "其他文件" not in bring(run, second, name="another").output


def test_every_bad_line_is_reported_and_the_others_imported(run: Run, database: Database, tmp_path: Path) -> None:
    bad = {
        line(case=""): ("办件", "没有办件编号"),
        line(case=" \u3000"): ("办件", "没有办件编号"),
        line(activity=""): ("环节", "没有环节名称"),
        line(time=""): ("时间", "没有时间"),
        line(time="2019-02-30 10:00:00"): ("时间", "没有这一天"),
        line(time="2019-03-05 14:30 CST"): ("时间", "不认识时区“CST”"),
        line(time="03/05/2019"): ("时间", "分不清"),
        line(person="甲\0"): ("人", "NUL"),
        line(case="\0"): ("办件", "NUL"),
        line(activity="长" * 501): ("环节", "501 个字"),
        "A,受理,2019-03-05 14:30:00,甲\n": ("整行", "有 4 列，表头是 5 列"),
        'A,"受理,2019-03-05 14:30:00,甲,一科\n': ("整行", "引号"),
        "A,=cmd(),昨天,甲,一科\n": ("时间", "不是能认出的时间"),
    }
    file = write(tmp_path / "old.csv", HEADING + line() + "".join(bad) + line("Z"))
    answer = bring(run, file)
    assert answer.exit_code == 1 and f"导入 2 个事件；坏行 {len(bad)} 行，见" in answer.output
    assert [event[0] for event in stored(database)] == ["A", "Z"]
    rows = reported(file)
    assert [row[1] for row in rows] == [str(number) for number in range(3, 3 + len(bad))]
    for row, (column, what) in zip(rows, bad.values(), strict=True):
        assert row[0] == "old.csv" and row[2] == column and what in row[4] and len(row[5]) > 5, row
    again = bring(run, file)
    assert again.exit_code == 0 and "没有再导入" in again.output and len(reported(file)) == len(bad)


def test_all_that_is_wrong_with_a_line_is_said_at_once(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line() + line(case="", activity="", time="?"))
    assert bring(run, file).exit_code == 1
    assert [(row[1], row[2]) for row in reported(file)] == [("3", "办件"), ("3", "环节"), ("3", "时间")]


def test_the_report_runs_in_no_spreadsheet(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line() + '=HYPERLINK("x"),受理\n' + line(time="=1+1") + line(time="@x"))
    bring(run, file)
    assert [row[3][:2] for row in reported(file)] == ["'=", "'=", "'@"]


def test_an_end_before_its_start_is_reported(run: Run, database: Database, tmp_path: Path) -> None:
    file = write(
        tmp_path / "old.csv",
        "办件,环节,开始,结束\nA,a,2019-03-05 10:00,2019-03-05 11:00\nA,b,2019-03-05 12:00,2019-03-05 11:00\n"
        "A,c,,2019-03-05 11:00\nA,d,前天,2019-03-05 11:00\n",
    )  # fmt: skip
    answer = run("import", file, "--name", "old", "--case-id", "办件", "--activity", "环节", "--time", "结束", "--start-time", "开始")
    assert answer.exit_code == 1
    assert [event[1] for event in stored(database)] == ["a", "c"]
    assert [(row[1], row[2], row[4]) for row in reported(file)] == [("3", "开始", "结束早于开始"), ("5", "开始", "不是能认出的时间")]


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8-sig", ""), ("gb18030", "按 gb18030 读取"), ("utf-16", "按 utf-16 读取"), ("gbk", "按 gb18030 读取")]
)
def test_the_encoding_is_recognised(encoding: str, said: str, run: Run, database: Database, tmp_path: Path) -> None:
    # The first byte that is not ASCII stands after two megabytes.
    many = "".join(line(f"{number}", "x", person="", group="") for number in range(60_000)) if encoding == "gb18030" else ""
    head = "a,b,c,d,e\n" if many else HEADING
    file = write(tmp_path / "old.csv", head + many + line("联通", "龘" if encoding != "gbk" else "受理"), encoding)
    columns = ("--case-id", "a", "--activity", "b", "--time", "c") if many else COLUMNS
    answer = run("import", file, "--name", "old", *columns)
    assert answer.exit_code == 0 and said in answer.output and ("不是 UTF-8" in answer.output) == bool(said)
    assert stored(database)[-1][0] == "联通"


def test_bytes_of_no_encoding_spoil_their_line_alone(run: Run, database: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", (HEADING + line("甲")).encode() + b"B\xff\xfe,x,2019-03-05,,\n" + line("丙").encode())
    answer = bring(run, file)
    assert answer.exit_code == 1 and "认不出的字符" in reported(file)[0][4]
    assert [event[0] for event in stored(database)] == ["丙", "甲"]
    (other,) = [write(tmp_path / "other.csv", (HEADING + line("甲") * 3).encode("gb18030") + b"\xff,x,2019-03-05,,\n")]
    assert bring(run, other, name="gb").exit_code == 1
    assert [event[0] for event in stored(database, "gb")] == ["甲"] * 3
    assert bring(run, file, name="told", more=("--encoding", "latin-1")).exit_code == 1
    assert "没有“办件”这一列" in bring(run, file, name="told", more=("--encoding", "latin-1")).output


def test_packed_files_are_read_and_damaged_ones_as_far_as_they_go(run: Run, database: Database, tmp_path: Path) -> None:
    packed = gzip.compress((HEADING + numbered(range(60_000))).encode())
    whole = write(tmp_path / "old.csv.gz", packed)
    assert bring(run, whole).exit_code == 0 and activities(database) == list(range(60_000))
    torn = write(tmp_path / "torn.csv.gz", packed[: len(packed) // 2])
    answer = bring(run, torn, name="torn")
    assert answer.exit_code == 1 and "没有读完。压缩文件不完整" in answer.output
    there = activities(database, "torn")
    assert len(there) > 10_000 and there == list(range(len(there)))
    write(torn, packed)
    assert "--replace" in bring(run, torn, name="torn").output
    assert bring(run, torn, name="torn", more=("--replace",)).exit_code == 0
    assert activities(database, "torn") == list(range(60_000))


def test_mixed_precisions_are_said(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line() + line(time="2019-03-05") * 2 + line(time="2019-03-05 10:00") * 3)
    said = bring(run, file).output
    assert "按当天 00:00 计" in said and "（2 个，第一个在第 3 行）" in said and "（3 个，第一个在第 5 行）" in said
    alike = write(tmp_path / "alike.csv", HEADING + line(time="2019-03-05 10:00") * 3)
    assert "只到分钟" not in bring(run, alike, name="alike").output


def test_what_lies_ahead_is_said(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line() + line(time="2199-01-01"))
    assert "晚于现在，已照原样导入，请核对（1 个，第一个在第 3 行）" in bring(run, file).output


def test_the_wrong_column_is_noticed_before_anything_is_stored(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line() * 200)
    answer = run("import", file, "--name", "old", "--case-id", "办件", "--activity", "环节", "--time", "科室")
    assert answer.exit_code == 1 and "多半是列选错了。第 2 行，科室“一科”" in answer.output
    assert "还没有导入过日志" in run("list").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "请用 --case-id、--activity、--time 说明是哪一列。文件里的列有：办件、环节、时间、人、科室。"),
        (("--case-id", "办件号", "--activity", "环节", "--time", "时间"), "没有“办件号”这一列（--case-id）。是不是“办件”？"),
        ((*COLUMNS, "--zone", "Asia/Shangai"), "Asia/Shanghai"),
        ((*COLUMNS, "--zone", "EST"), "不认识时区“EST”"),
        ((*COLUMNS, "--encoding", "klingon"), "不认识编码“klingon”"),
        ((*COLUMNS, "--encoding", "base64"), "不认识编码“base64”"),
        ((*COLUMNS, "--time-format", "YYYY"), "--time-format"),
        ((*COLUMNS, "--lifecycle", "complete"), "只用于 XES"),
        ((*COLUMNS, "--format", "xes"), "不是有效的 XML"),
        ((*COLUMNS, "--name", " "), "--name"),
        ((*COLUMNS, "--name", "x" * 101), "--name"),
    ],
)
def test_options_that_do_not_serve_are_refused(arguments: tuple[str, ...], said: str, run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", HEADING + line())
    answer = run("import", file, "--name", "old", *arguments)
    assert answer.exit_code == 1 and said in answer.output
    assert "还没有导入过日志" in run("list").output


def test_one_file_that_does_not_serve_does_not_hinder_the_next(run: Run, database: Database, tmp_path: Path) -> None:
    empty, good = write(tmp_path / "empty.csv", ""), write(tmp_path / "good.csv", HEADING + line())
    answer = bring(run, empty, good)
    assert answer.exit_code == 1 and "empty.csv：文件是空的" in answer.output and len(stored(database)) == 1


def test_reports_go_where_they_are_asked_for_and_over_no_log(run: Run, tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, HEADING + line(name) + line(time=name)) for name in ("1.csv", "2.csv"))
    together = tmp_path / "all.csv"
    assert bring(run, first, second, more=("--report", str(together))).exit_code == 1
    assert [each.split(",")[0] for each in together.read_text("utf-8-sig").splitlines()] == ["文件", "1.csv", "2.csv"]
    over = bring(run, first, name="x", more=("--report", str(first)))
    assert over.exit_code == 1 and "会盖掉" in over.output and first.read_text().startswith("办件")
    nowhere = bring(run, first, name="x", more=("--report", str(tmp_path / "missing" / "report.csv")))
    assert nowhere.exit_code == 1 and "报告写不到" in nowhere.output


def test_control_characters_of_a_file_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", "\x1b[2J,b\n1,2\n")
    assert "\x1b" not in run("import", file, "--name", "old").output


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_batch_costs_two_statements(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 100)
    costs = []
    for batches in (2, 5):
        file = write(tmp_path / f"{batches}.csv", HEADING + numbered(range(100 * batches)))
        with counted(database) as seen:
            importer(database, f"of {batches}").read(file)
        costs.append(len(seen))
    assert costs[1] - costs[0] == 3 * 2, "its events, and how far the file has been read"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_memory_does_not_grow_with_the_file(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 500)
    monkeypatch.setattr(opening, "_AT_ONCE", 1 << 16)
    peaks = []
    for size in (3_000, 3_000, 30_000):
        file = write(tmp_path / f"{size}-{len(peaks)}.csv", HEADING + numbered(range(size)) + line(time=str(len(peaks))))
        tracemalloc.start()
        importer(database).read(file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The first import also loads what any import needs.
    assert peaks[2] < 1.5 * peaks[1], peaks
