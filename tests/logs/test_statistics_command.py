"""``approvals statistics``: what the log says, in the words of the answer and in its sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert
from sqlalchemy.orm import Session

from approvals.cli import main
from approvals.cli.statistics import group
from approvals.db import Database
from approvals.models import CalendarYear, EventLog, LogEvent, LogFile
from tests.support.driving import Chain
from workflows.clock import OFFICE_ZONE

Run = Callable[..., Result]

# The second case has the make-up workday 2026-10-10 in it; two of its events come at one time, in the order of the file.
LOG = [
    ("HM-2", "受理", "2026-09-30 16:30", "张样例", "窗口"),
    ("HM-1", "受理", "2026-10-01 00:30", "李样例", ""),
    ("HM-2", "补正", "2026-10-08 09:30", "", "窗口"),
    ("HM-2", "受理", "2026-10-08 09:30", "张样例", "窗口"),
    ("HM-2", "办结", "2026-10-10 10:00", "张样例", ""),
]
EMPTY = {"n": 0, "mean": None, "median": None, "p90": None, "min": None, "max": None}


def enter(database: Database, name: str, events: Iterable[tuple[str, ...]], state: str = "complete", bad: int = 0) -> None:
    def store(session: Session) -> None:
        now = datetime(2026, 11, 23, 9, tzinfo=OFFICE_ZONE)
        log = EventLog(name=name, created_at=now)
        session.add(log)
        session.flush()
        file = LogFile(
            log_id=log.id, path="past.csv", digest=name, size=0, options={}, state=state, records=0, events=0, bad=bad, tallies={},
            began_at=now,
        )  # fmt: skip
        session.add(file)
        session.flush()
        rows = [
            {
                "file_id": file.id, "record": record, "case_key": case, "activity": activity, "resource": resource,
                "resource_group": group, "happened_at": datetime.fromisoformat(at).replace(tzinfo=OFFICE_ZONE),
            }
            for record, (case, activity, at, resource, group) in enumerate(events)
        ]  # fmt: skip
        if rows:
            session.execute(insert(LogEvent), rows)

    database.write(store)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    database = Database(database_url)
    enter(database, "past", LOG)
    enter(database, "half read", LOG[:2], state="reading", bad=7)
    enter(database, "nothing", [])
    database.dispose()
    return lambda *arguments: CliRunner().invoke(main, ["statistics", *arguments])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def once(seconds: float, *left_out: str) -> dict[str, float]:
    names = ("mean", "median", "p90", "p95", "min", "max")
    return {"n": 1, **{name: seconds for name in names if name not in left_out}}


def test_a_log_is_told_in_figures(run: Run) -> None:
    hour, day = 3600.0, 86_400.0
    assert told(run("--log", "past", "--json")) == {
        "log": "past", "zone": "Asia/Shanghai", "working_hours": None,
        "first": "2026-09-30T16:30:00+08:00", "last": "2026-10-10T10:00:00+08:00",
        "files": 1, "unfinished_files": 0, "bad_lines": 0, "cases": 2, "events": 5, "variants": 2,
        "activities": {
            "受理": {"events": 3, "cases": 2, "repeats": 1},
            "办结": {"events": 1, "cases": 1, "repeats": 0},
            "补正": {"events": 1, "cases": 1, "repeats": 0},
        },
        "edges": [
            {"from": "受理", "to": "办结", **once(2 * day + hour / 2)},
            {"from": "受理", "to": "补正", **once(7 * day + 17 * hour)},
            {"from": "补正", "to": "受理", **once(0.0)},
        ],
        "duration": {
            "n": 2, "mean": (9 * day + 17.5 * hour) / 2, "median": (9 * day + 17.5 * hour) / 2, "p90": (9 * day + 17.5 * hour) * 0.9,
            "min": 0.0, "max": 9 * day + 17.5 * hour,
        },
        "started": {"2026-09": 1, "2026-10": 1},
        "resources": {"张样例": 3, "李样例": 1}, "groups": {"窗口": 3},
    }  # fmt: skip


def test_working_hours_are_those_of_the_county_s_calendar(run: Run) -> None:
    found = told(run("--log", "past", "--working-hours", "--json"))
    assert found["working_hours"] == "08:30-12:00,14:00-17:30" and found["provisional_years"] == []
    # An hour of 09-30 and one of 10-08; then the rest of 10-08, 10-09 whole, and an hour and a half of Saturday 10-10.
    assert {(edge["from"], edge["to"]): edge["mean"] for edge in found["edges"]} == {
        ("受理", "补正"): 2 * 3600.0, ("补正", "受理"): 0.0, ("受理", "办结"): (6 + 7 + 1.5) * 3600.0,
    }  # fmt: skip
    assert found["duration"]["max"] == 16.5 * 3600
    long_days = told(run("--log", "past", "--json", "--working-hours", "8:00－20:00"))
    assert long_days["working_hours"] == "08:00-20:00"
    assert long_days["duration"]["max"] == (3.5 + 12 + 12 + 2) * 3600


def test_the_zone_decides_months_and_opening_hours(run: Run) -> None:
    found = told(run("--log", "past", "--json", "--zone", "UTC", "--working-hours"))
    assert found["started"] == {"2026-09": 2} and found["first"] == "2026-09-30T08:30:00+00:00"
    # 16:30 in Shanghai is 08:30 in UTC: a whole day of 09-30 counts; 10-08 and 10-10 lie before the opening there.
    assert found["duration"]["max"] == (7 + 7 + 7) * 3600
    assert told(run("--log", "past", "--json", "--zone", "+08:00"))["started"] == {"2026-09": 1, "2026-10": 1}


def test_a_log_without_events_is_told_too(run: Run) -> None:
    found = told(run("--log", "nothing", "--json"))
    assert (found["cases"], found["edges"], found["started"], found["duration"]) == (0, [], {}, EMPTY)
    assert "0 个办件" in run("--log", "nothing").output


def test_what_is_missing_is_said(run: Run) -> None:
    found = told(run("--log", "half read", "--json"))
    assert (found["unfinished_files"], found["bad_lines"], found["events"]) == (1, 7, 2)
    text = run("--log", "half read").output
    assert "还没有读完" in text and "7 行有问题" in text


def test_the_text_is_a_table(run: Run) -> None:
    result = run("--log", "past")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == [
        "事件日志 past：2 个办件，5 个事件，2 种走法。", "从 2026-09-30 16:30 到 2026-10-10 10:00（Asia/Shanghai）。"
    ]  # fmt: skip
    assert "受理  补正     1  7 天 17:00:00" in result.output
    rows = lines[lines.index(next(line for line in lines if line.startswith("活动"))) :][:4]
    assert rows == ["活动  事件  办件  重复", "受理     3     2     1", "办结     1     1     0", "补正     1     1     0"]


def test_the_text_says_what_time_it_counts(run: Run) -> None:
    text = run("--log", "past", "--working-hours").output
    assert "08:30-12:00,14:00-17:30" in text and "7 小时" in text and "2 天 2:30:00" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--log NAME"),
        (["--log", "other"], "past"),
        (["--log", "past", "--zone", "Asia/Shangai"], "Asia/Shanghai"),
        (["--log", "past", "--zone", "../etc/passwd"], "没有时区"),
        (["--log", "past", "--zone", "+25:00"], "没有时区"),
        (["--log", "past", "--working-hours", "morning"], "看不懂办公时间"),
        (["--log", "past", "--working-hours", "09:00-24:00"], "24:00"),
        (["--log", "past", "--working-hours", "09:70-12:00"], "09:70"),
        (["--log", "past", "--working-hours", "12:00-09:00"], "早于"),
        (["--log", "past", "--working-hours", "08:00-12:00,11:00-17:00"], "重叠"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0 and said in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_names_from_a_file_do_not_steer_the_terminal(run: Run, database_url: str) -> None:
    database = Database(database_url)
    enter(database, "hostile", [("1", "\x1b[2J甲\r\n乙", "2026-09-30 09:00", "", "")])
    database.dispose()
    output = run("--log", "hostile").output
    assert "\x1b" not in output and "\ufffd[2J甲\ufffd\ufffd乙" in output


def test_years_without_a_notice_are_named(run: Run, database_url: str) -> None:
    database = Database(database_url)
    enter(database, "later", [("1", "a", "2026-12-30 09:00", "", ""), ("1", "b", "2028-01-05 09:00", "", "")])
    database.dispose()
    assert told(run("--log", "later", "--json", "--working-hours"))["provisional_years"] == [2027, 2028]
    assert "2027、2028 年" in run("--log", "later", "--working-hours").output


def test_a_year_that_was_entered_counts(run: Run, database_url: str) -> None:
    """The notice makes Sunday 2028-01-02 a workday; the calendar is that of the database the log lies in."""
    database = Database(database_url)
    enter(database, "later", [("1", "a", "2028-01-02 09:00", "", ""), ("1", "b", "2028-01-02 10:00", "", "")])
    assert told(run("--log", "later", "--json", "--working-hours"))["duration"]["max"] == 0.0
    now = datetime(2026, 11, 23, 9, tzinfo=OFFICE_ZONE)
    notice = {"official": True, "notice_name": "放假安排", "notice_number": "1", "entered_at": now, "settled_at": now}
    year = {"id": 1, "year": 2028, "revision": 1, "working": "1" * 366, **notice}
    database.write(lambda session: session.execute(insert(CalendarYear), [year]))
    database.dispose()
    found = told(run("--log", "later", "--json", "--working-hours"))
    assert found["duration"]["max"] == 3600.0 and found["provisional_years"] == []


def test_a_command_below_runs_without_a_log_and_refuses_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(group.commands, "below", click.Command("below", callback=lambda: click.echo("ran")))
    assert run("below").output == "ran\n"
    refused = run("--log", "past", "below")
    assert refused.exit_code == 2 and "--log" in refused.output and "ran" not in refused.output


def test_own_cases_stand_beside_a_log_with_how_much_faster_they_are(run: Run, database_url: str) -> None:
    """Past years and the present by one way to count: the same hours, the same percentiles."""
    database = Database(database_url)
    chain = Chain(database, now=datetime(2026, 11, 23, 9, tzinfo=OFFICE_ZONE))
    nobody = told(run("--log", "past", "--beside", "company-registration", "--json"))["beside"]
    assert nobody["duration"]["n"] == 0 and set(nobody["faster"].values()) == {None}, "what is open is no case to compare"
    assert "还没有可以比的" in run("--log", "past", "--beside", "company-registration").output
    chain.now += timedelta(days=1)
    chain.act("company-registration", "approve")
    case = chain.case("company-registration")
    assert case.closed_at is not None
    taken, past = (case.closed_at - case.opened_at).total_seconds(), (9 * 86_400 + 17.5 * 3600) / 2
    beside = told(run("--log", "past", "--beside", "company-registration", "--json"))["beside"]
    assert beside["duration"]["n"] == 1 and beside["duration"]["median"] == taken
    assert beside["faster"]["median"] == pytest.approx(1 - taken / past)
    shown = run("--log", "past", "--beside", "company-registration")
    assert f"中位数快了 {100 * (1 - taken / past):.1f}%" in shown.output
    hours = told(run("--log", "past", "--beside", "company-registration", "--working-hours", "--json"))["beside"]
    assert 0 < hours["duration"]["median"] < taken
    wrong = run("--log", "past", "--beside", "no-such-matter")
    assert wrong.exit_code == 1 and "company-registration" in wrong.output
    database.dispose()
