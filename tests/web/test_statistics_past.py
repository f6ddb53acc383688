"""Imported logs in the browser: what they came to, recounted by hand, and our own closed cases beside them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import LogFigures, LogFile
from approvals.operations.logs import counting
from approvals.operations.logs.counting import PATIENCE, count_logs
from approvals.operations.logs.importing import remove_files
from approvals.queries import log_figures
from approvals.queries.log_figures import kept_logs
from approvals.views.statistics.part import hours, said
from tests.logs.importing import HEADING, NOW, importer, line
from tests.support.driving import Chain
from tests.support.figures import MOST_STATEMENTS, table_of, town_supervisor
from tests.support.seed import OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]

# 2019-03-08 is a Friday. A is handled in an hour; B waits over the weekend, is put right and takes up again; C is one event.
SMALL = [
    ("A", "受理", "2019-03-05 09:00:00"), ("A", "办结", "2019-03-05 10:00:00"),
    ("B", "受理", "2019-03-08 16:30:00"), ("B", "补正", "2019-03-11 09:30:00"), ("B", "受理", "2019-03-11 11:30:00"),
    ("B", "办结", "2019-03-11 15:00:00"),
    ("C", "受理", "2019-04-01 09:00:00"),
]  # fmt: skip


def enter(database: Database, folder: Path, events: list[tuple[str, str, str]], name: str = "旧系统", file: str = "旧.csv") -> None:
    path = folder / file
    path.write_text(HEADING + "".join(line(case, activity, at) for case, activity, at in events), encoding="utf-8")
    importer(database, name).read(path)


@pytest.fixture
def small(database: Database, tmp_path: Path) -> None:
    enter(database, tmp_path, SMALL)
    assert count_logs(database, NOW) == 1


def test_what_a_log_came_to_is_what_is_recounted_by_hand(visit: Visit, chain: Chain, small: None) -> None:
    visitor = visit(chain.cast.supervisor)
    page = visitor.get("/statistics/past").text
    assert "3 个办件，7 个事件，3 种走法。" in page
    head, row = table_of(page, "导入的事件日志")
    assert dict(zip(head, row, strict=True)) == {
        "日志": "旧系统", "办件": "3", "事件": "7", "第一天": "2019-03-05", "最后一天": "2019-04-01", "文件": "旧.csv", "坏行": "0",
        "统计时间": "2026-11-23 12:00",
    }  # fmt: skip
    assert table_of(page, "按月新开的办件")[1:] == [["2019-04", "1"], ["2019-03", "2"]]
    assert table_of(page, "每个环节")[1:] == [["受理", "4", "3", "1"], ["办结", "2", "2", "0"], ["补正", "1", "1", "0"]]
    # A: one hour. B: one hour of Friday, then 3.5 hours of Monday morning and one of the afternoon. C: nothing.
    # Of 0, 1 and 5.5 hours: mean 2.17, and the 90th percentile lies 0.8 of the way from 1 to 5.5, the 95th 0.9 of it;
    # by the clock B took 70.5 hours, and 0.9 of the way from 1 to that is 63.55.
    wall = 2 * 24 + 22.5
    assert [row[:3] for row in table_of(page, "办件时长")] == [
        ["时长", "旧日志（工作小时）", "旧日志（日历小时）"], ["n", "3", "3"], ["平均", "2.17", said(hours((1 + wall) * 1200))],
        ["中位数", "1", "1"], ["90 分位数", "4.6", said(hours((1 + 0.8 * (wall - 1)) * 3600))],
        ["95 分位数", "5.05", said(hours(228_780))], ["最短", "0", "0"], ["最长", "5.5", said(wall)],
    ]  # fmt: skip
    # From taking in to closing: an hour in A; in B 11:30 to 15:00 is an hour and a half of working time, 3.5 hours by the clock.
    edges = {(row[0], row[1]): row[2:] for row in table_of(page, "环节之间等了多久（工作时间）")[1:]}
    assert edges == {
        ("受理", "办结"): ["2", "1.25", "1.25", "1.45", "1.48", "1", "1.5"],
        ("受理", "补正"): ["1", *6 * ["2"]], ("补正", "受理"): ["1", *6 * ["2"]],
    }  # fmt: skip
    by_clock = table_of(visitor.get("/statistics/past?time=wall").text, "环节之间等了多久（日历时间）")
    assert {(row[0], row[1]): row[7:] for row in by_clock[1:]} == {
        ("受理", "办结"): ["1", "3.5"], ("受理", "补正"): ["65", "65"], ("补正", "受理"): ["2", "2"],
    }  # fmt: skip


def test_few_cases_stand_side_by_side_and_are_not_judged(visit: Visit, driven: Chain, small: None) -> None:
    driven.settle_matters()
    page = visit(driven.cast.supervisor).get("/statistics/past?workflow=company-opening").text
    rows = {row[0]: row[1:] for row in table_of(page, "办件时长")[1:]}
    case = driven.case()
    assert case.closed_at is not None
    own = said(hours(county_calendar().working_seconds(case.opened_at, case.closed_at)))
    assert rows["n"] == ["3", "1", "—", "3", "1", "—"] and rows["中位数"][:3] == ["1", own, "件数太少，不评"]
    assert rows["最长"][2] == "—", "the ends of both are shown and not compared"
    before = visit(driven.cast.supervisor).get("/statistics/past?workflow=company-opening&to=2026-10").text
    assert {row[0]: row[2] for row in table_of(before, "办件时长")[1:]}["n"] == "0", "none was closed until then"


def test_ten_of_each_are_compared(
    visit: Visit, driven: Chain, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten that took four hours and a half each, of which an hour and a half is noon; ours took what they took."""
    driven.settle_matters()
    ten = [(str(number), done, f"2019-03-05 {at}:00") for number in range(10) for done, at in (("受理", "09:00"), ("办结", "15:00"))]
    enter(database, tmp_path, ten)
    count_logs(database, NOW)
    lives = log_figures.lives
    monkeypatch.setattr(
        log_figures, "lives",
        lambda *asked: [(f"{name}-{copy}", *rest) for copy in range(10) for name, *rest in list(lives(*asked))],
    )  # fmt: skip
    page = visit(driven.cast.supervisor).get("/statistics/past?workflow=company-opening").text
    rows = {row[0]: row[1:] for row in table_of(page, "办件时长")[1:]}
    case = driven.case()
    assert case.closed_at is not None and rows["n"] == ["10", "10", "—", "10", "10", "—"]
    taken = county_calendar().working_seconds(case.opened_at, case.closed_at)
    wall = (case.closed_at - case.opened_at).total_seconds()
    faster = [said(round(100 * (1 - ours / theirs), 1)) for ours, theirs in ((taken, 4 * 3600), (wall, 6 * 3600))]
    for name in ("平均", "中位数", "90 分位数", "95 分位数"):
        assert rows[name][0] == "4" and rows[name][3] == "6" and [rows[name][2], rows[name][5]] == faster
    monkeypatch.setattr(log_figures, "MOST_OWN", 5)
    assert "只比最近办结的 5 件" in visit(driven.cast.supervisor).get("/statistics/past?workflow=company-opening").text


@pytest.mark.parametrize(
    ("table", "title", "asked"),
    [
        ("logs", "导入的事件日志", ""), ("lengths", "办件时长", "workflow=company-opening"), ("months", "按月新开的办件", ""),
        ("activities", "每个环节", ""), ("edges", "环节之间等了多久（日历时间）", "time=wall"),
    ],
)  # fmt: skip
def test_a_file_says_what_the_page_says(visit: Visit, driven: Chain, small: None, table: str, title: str, asked: str) -> None:
    visitor = visit(driven.cast.supervisor)
    text = visitor.get(f"/statistics/past?{asked}").text
    shown = table_of(text, title)
    found = re.findall(r'href="(/statistics/past\.(xlsx|csv)\?[^"]*)"', text)
    addresses = {kind: address.replace("&amp;", "&") for address, kind in found if f"table={table}" in address}
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.get(addresses["xlsx"]).data)).active
    assert sheet is not None
    excel = [list(row[: len(shown[0])]) for row in sheet.iter_rows(max_row=len(shown), values_only=True)]
    assert [["" if value is None else value if isinstance(value, str) else said(value) for value in row] for row in excel] == shown
    values = list(csv.reader(io.StringIO(visitor.get(addresses["csv"]).text.lstrip("\ufeff"))))
    assert values[: len(shown)] == shown
    if table != "logs":
        assert "日志“旧系统”" in values[-1][0]
    if table == "lengths":
        assert "本系统2025-12至2026-11办结的企业开办" in values[-1][0]


def test_without_a_log_it_is_said_how_one_is_imported(visit: Visit, chain: Chain) -> None:
    page = visit(chain.cast.supervisor).get("/statistics/past").text
    assert "还没有导入过以前系统的日志" in page and "approvals history import FILE" in page
    assert visit(chain.cast.supervisor).get("/statistics/past.csv").text.startswith("\ufeff日志,")


def test_a_page_costs_no_pass_over_the_events(visit: Visit, driven: Chain, database: Database, tmp_path: Path) -> None:
    driven.settle_matters()
    visitor, costs = visit(driven.cast.supervisor), []
    for number, events in enumerate((SMALL, [(f"{case}{number}", *rest) for number in range(40) for case, *rest in SMALL])):
        enter(database, tmp_path, events, file=f"{number}.csv")  # type: ignore[arg-type]
        count_logs(database, NOW)
        with counted(database.engine) as sent:
            visitor.get("/statistics/past?workflow=company-opening")
        assert not any("log_events" in each for each in sent)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= MOST_STATEMENTS


def test_what_changes_is_said_and_counted_again(visit: Visit, chain: Chain, database: Database, tmp_path: Path) -> None:
    visitor = visit(chain.cast.supervisor)
    enter(database, tmp_path, SMALL)
    assert "这份日志还没有统计好" in visitor.get("/statistics/past").text
    assert count_logs(database, NOW, most=6) == 0 and count_logs(database, NOW, name="别的") == 0
    assert count_logs(database, NOW, most=7, name="旧系统") == 1 and count_logs(database, NOW) == 0
    enter(database, tmp_path, [("D", "受理", "2030-05-06 09:00:00")], file="新.csv")
    stale = visitor.get("/statistics/past").text
    assert "以下是2026-11-23 12:00的数" in stale and "3 个办件" in stale
    assert count_logs(database, NOW) == 1
    fresh = visitor.get("/statistics/past").text
    assert "4 个办件" in fresh and "以下是" not in fresh and "年没有放假安排的通知" in fresh
    with database.reading() as session:
        files = {Path(file.path).name: file.id for file in session.scalars(select(LogFile))}
    remove_files(database, [files["新.csv"]])
    assert count_logs(database, NOW) == 1 and "3 个办件" in visitor.get("/statistics/past").text
    remove_files(database, list(files.values()))
    with database.reading() as session:
        assert kept_logs(session) == [] and session.scalars(select(LogFigures)).all() == []


def test_what_was_counted_of_other_files_is_not_kept(database: Database, tmp_path: Path) -> None:
    enter(database, tmp_path, SMALL)
    with database.reading() as session:
        log = kept_logs(session)[0].log
        figures = log_figures.count(session, log.name)
    assert database.write(counting.keep_figures, log.id, "of before", figures, NOW) is False
    with database.reading() as session:
        assert kept_logs(session)[0].figures is None


def test_a_log_that_is_still_read_is_waited_for(visit: Visit, chain: Chain, database: Database, tmp_path: Path) -> None:
    enter(database, tmp_path, SMALL)
    database.write(lambda session: session.execute(update(LogFile).values(state="reading", bad=2)))
    assert count_logs(database, NOW + PATIENCE - timedelta(seconds=1)) == 0
    assert count_logs(database, NOW + PATIENCE) == 1, "an import that was given up"
    page = visit(chain.cast.supervisor).get("/statistics/past").text
    assert "有 1 个文件还没有读完" in page and "另有 2 行有问题" in page and "3 个办件" in page


def test_one_of_several_is_chosen_and_what_is_none_is_said(
    visit: Visit, chain: Chain, database: Database, small: None, tmp_path: Path
) -> None:
    enter(database, tmp_path, SMALL[:2], name="<b>另一份</b>", file="另.csv")
    count_logs(database, NOW)
    visitor = visit(chain.cast.supervisor)
    page = visitor.get("/statistics/past").text
    assert "办件时长" not in page and "&lt;b&gt;另一份" in page and "<b>另" not in page
    link = re.findall(r'href="(/statistics/past\?[^"]*log=[^"]*)"', page)[0].replace("&amp;", "&")
    assert "1 个办件，2 个事件，1 种走法。" in visitor.get(link).text
    assert "没有这份日志" in visitor.get("/statistics/past?log=17").text
    for wrong in ("log=x", "time=x", "workflow=x", "table=x", "from=x"):
        visitor.get(f"/statistics/past?{wrong}")
        visitor.get(f"/statistics/past.csv?{wrong}")


def test_the_frequent_ones_are_shown_and_the_others_counted(
    visit: Visit, chain: Chain, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_figures, "KEPT_EDGES", 1)
    enter(database, tmp_path, SMALL)
    count_logs(database, NOW)
    page = visit(chain.cast.supervisor).get("/statistics/past").text
    assert [row[:2] for row in table_of(page, "环节之间等了多久（工作时间）")[1:]] == [["受理", "办结"]]
    assert "这里是最多的 1 种，还有 2 种没有列出。" in page


def test_it_is_for_those_who_supervise_the_county(application: Any, chain: Chain, database: Database, small: None) -> None:
    town = Visitor(application, town_supervisor(database, chain.cast.offices[OTHER_TOWN]))
    town.get("/statistics/past", status=403)
    town.get("/statistics/past.xlsx", status=403)
    assert "/statistics/past" not in town.get("/statistics").text
    assert "/statistics/past" in Visitor(application, chain.cast.supervisor.person_id).get("/statistics").text
    for member in (chain.cast.applicant, chain.cast.registrar):
        Visitor(application, member.person_id).get("/statistics/past", status=403)
