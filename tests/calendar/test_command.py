"""``approvals calendar``: when a limit ends, told line by line, and which days are working days."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result

from approvals.cli import main
from approvals.db import Database
from approvals.operations import calendar_years
from tests.calendar.conftest import NOW, TYPED
from tests.support.seed import seed

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["calendar", *arguments])


@pytest.mark.parametrize(
    ("start", "days", "due", "provisional"),
    [
        ("2026-09-30", "3", "2026-10-10", False),
        ("2026-12-31", "1", "2027-01-04", True),
        ("2026-11-22", "1", "2026-11-23", False),
        ("2026-02-12", "3", "2026-02-24", False),
        ("2026-09-30", "1", "2026-10-08", False),
        ("2026-04-30", "4", "2026-05-09", False),
        ("2026-09-30T17:31", "1", "2026-10-08", False),
        ("2026-09-29T18:00", "1", "2026-10-08", False),
        ("2026-09-29T10:00:00+00:00", "1", "2026-10-08", False),
    ],
)
def test_a_limit_in_working_days_ends(run: Run, start: str, days: str, due: str, provisional: bool) -> None:
    told = json.loads(run("due", "--start", start, "--working-days", days, "--json").stdout)
    assert (told["due"], told["provisional"]) == (due, provisional)


def test_the_working_is_told_line_by_line(run: Run) -> None:
    told = json.loads(run("due", "--start", "2026-09-30", "--working-days", "3", "--json").stdout)
    assert [(line["from"], line["to"], line["kind"], line["number"]) for line in told["working"]] == [
        ("2026-09-30", "2026-09-30", "start", None),
        ("2026-10-01", "2026-10-07", "holiday", None),
        ("2026-10-08", "2026-10-08", "counted", 1),
        ("2026-10-09", "2026-10-09", "counted", 2),
        ("2026-10-10", "2026-10-10", "counted", 3),
        ("2026-10-10", "2026-10-10", "due", None),
    ]
    table = run("due", "--start", "2026-09-30", "--working-days", "3").stdout.splitlines()
    assert [line["zh"] in row for line, row in zip(told["working"], table, strict=False)] == [True] * 6
    assert table[-1] == "期满：2026-10-10 17:30"


def test_the_notices_of_the_years_are_named_and_no_number_is_made_up(run: Run) -> None:
    def notices(start: str) -> list[tuple[int, bool, str]]:
        told = json.loads(run("due", "--start", start, "--working-days", "3", "--json").stdout)
        return [(each["year"], each["official"], each["notice"]) for each in told["notices"]]

    named = "国务院办公厅关于{}年部分节假日安排的通知".format
    assert notices("2025-12-30") == [
        (2025, True, f"{named(2025)}（国办发明电〔2024〕12号）"),
        (2026, True, f"{named(2026)}（国办发明电〔2025〕7号）"),
    ]
    assert notices("2024-05-06") == [(2024, True, named(2024))]
    ((year, official, by),) = notices("2027-03-01")
    assert (year, official) == (2027, False) and "推定" in by
    assert [each[2] for each in notices("2041-03-01")] == ["仅按周末推定"]


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        (("--working-hours", "9"), "2026-10-09T10:30:00+08:00"),
        (("--working-days", "0.5"), "2026-10-08T12:00:00+08:00"),
        (("--days", "3"), "2026-10-08"),
        (("--months", "1"), "2026-10-30"),
    ],
)
def test_other_limits_end(run: Run, limit: tuple[str, str], due: str) -> None:
    told = json.loads(run("due", "--start", "2026-09-30T17:30", *limit, "--json").stdout)
    assert told["due"] == due


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("due", "--start", "2026-13-01", "--working-days", "3"), "不是日期"),
        (("due", "--start", "2026-09-30", "--working-days", "三"), "不能作期限"),
        (("due", "--start", "2026-09-30", "--working-days", "-1"), "不能作期限"),
        (("due", "--start", "2026-09-30", "--working-days", "1e9"), "太长"),
        (("due", "--start", "2026-09-30"), "请给一个期限"),
        (("due", "--start", "2026-09-30", "--days", "1", "--months", "1"), "请给一个期限"),
        (("due", "--start", "9999-12-30", "--working-days", "3"), "太远"),
        (("days", "--from", "2026-12-31", "--to", "2026-01-01"), "早于"),
        (("days", "--from", "2026-12-31", "--to", "never"), "不是日期"),
        (("days", "--from", "0001-01-01", "--to", "2026-12-31"), "200 年"),
    ],
)
def test_what_cannot_be_reckoned_is_refused_with_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1 and sentence in result.stderr


def test_every_day_of_the_known_years_is_listed_as_the_notices_say(run: Run) -> None:
    from chinese_calendar import is_workday

    rows = list(csv.DictReader(run("days", "--from", "2007-01-01", "--to", "2026-12-31").stdout.splitlines()))
    assert len(rows) == 7305 and rows[0]["date"] == "2007-01-01" and rows[-1]["date"] == "2026-12-31"
    assert [row["date"] for row in rows if (row["working"] == "1") != is_workday(date.fromisoformat(row["date"]))] == []


def test_what_was_entered_counts_and_a_provisional_year_has_a_range(run: Run, database_url: str) -> None:
    asked = ("due", "--start", "2026-12-31", "--working-days", "1", "--json")
    before = json.loads(run(*asked).stdout)
    assert before["possible"] == ["2027-01-04", "2027-01-04"]
    database = Database(database_url)
    administrator = seed(database).administrator.acting
    today = date(2026, 11, 23)
    database.write(calendar_years.enter, administrator, TYPED, None, "0", today, NOW)
    database.dispose()
    after = json.loads(run(*asked).stdout)
    assert (after["due"], after["provisional"], after["possible"]) == ("2027-01-05", False, None)
    assert run("days", "--from", "2027-01-04", "--to", "2027-01-05").stdout == "date,working\n2027-01-04,0\n2027-01-05,1\n"
