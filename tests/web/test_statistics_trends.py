"""One measure by month: its interval, its target, what is typed as one, and what the files say."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.views.statistics.part import hours, said
from approvals.views.statistics.trends import Point, Trend
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of, town_supervisor
from tests.support.seed import OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.statistics.intervals import share_of

Visit = Callable[[Member], Visitor]


@pytest.fixture
def closed(chain: Chain) -> Chain:
    """A company opening that was closed after two hours."""
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.now += timedelta(hours=1, minutes=40)
    chain.settle_matters()
    chain.settle_matters()
    return chain


def test_a_month_stands_with_its_sample_interval_and_target(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get("/statistics/trends").text
    head, *rows = table_of(page, "按月趋势：按时办结率")
    share = share_of(1, 1)
    assert head == ["月份", "n", "按时办结率（%）", "区间低端（%）", "区间高端（%）", "目标（%）", "与目标比"]
    assert rows == [["2026-11", "1", "100", said(round(100 * (share.low or 0), 1)), "100", "100", "件数太少，不评"]]
    (drawn,) = (json.loads(unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', page))
    assert drawn["labels"] == ["2026-11"] and [each["target"] for each in drawn["series"]] == [False, False, True]


def test_the_length_stands_with_median_and_p90(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get("/statistics/trends?measure=length&target=0.5").text
    head, row = table_of(page, "按月趋势：净工作时间")
    case = closed.case()
    assert case.closed_at is not None
    length = said(hours(county_calendar().working_seconds(case.opened_at, case.closed_at)))
    assert row == ["2026-11", "1", length, "—", "—", length, "0.5", "件数太少，不评"]
    assert head[5] == "90 分位数（工作小时）" and 'value="0.5"' in page
    assert '90 分位数</span><span class="heading-unit">（工作小时）</span>' in page, "a unit in brackets is not broken"


@pytest.mark.parametrize(
    ("measure", "target", "value", "p90", "count", "said_of_it"),
    [
        ("on_time", 95.0, 95.0, None, 10, "达到"), ("on_time", 95.0, 94.9, None, 10, "没有达到"),
        ("on_time", 95.0, 100.0, None, 9, "件数太少，不评"), ("on_time", None, 100.0, None, 99, None),
        ("length", 4.0, 1.0, 4.0, 10, "达到"), ("length", 4.0, 1.0, 4.01, 10, "没有达到"), ("length", 4.0, None, None, 0, None),
    ],
)  # fmt: skip
def test_a_month_is_judged_from_ten_cases_on(
    application: Any, measure: str, target: float | None, value: float | None, p90: float | None, count: int, said_of_it: str | None
) -> None:
    with application.test_request_context("/"):
        verdict = Trend(measure, (), target, "", ()).verdict(Point(date(2026, 11, 1), count, value, None, None, p90))
    assert verdict.value == said_of_it


@pytest.mark.parametrize("typed", ["-1", "101", "viel", "nan", "inf", "1e9", "９５%"])
def test_a_target_that_is_none_gets_a_sentence_and_is_not_used(visit: Visit, closed: Chain, typed: str) -> None:
    page = visit(closed.cast.supervisor).get("/statistics/trends", query_string={"target": typed}).text
    assert "目标请填一个数" in page and table_of(page, "按月趋势：按时办结率")[1][5] == "100"
    assert "目标请填一个数" not in visit(closed.cast.supervisor).get("/statistics/trends?target=95").text


def test_the_files_say_what_the_page_says(visit: Visit, closed: Chain) -> None:
    visitor = visit(closed.cast.supervisor)
    page = visitor.get("/statistics/trends?measure=once_done&target=90").text
    shown = table_of(page, "按月趋势：一次办结率")
    address = unescape(re.findall(r'href="(/statistics/trends\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[:2] == shown
    assert visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_a_supervisor_of_a_town_sees_the_trend_of_the_town_alone(application: Any, database: Database, closed: Chain) -> None:
    other = Visitor(application, town_supervisor(database, closed.cast.offices[OTHER_TOWN]))
    assert "这些条件下还没有办结的办件" in other.get("/statistics/trends").text
    assert "不在您的督查范围内" in other.get("/statistics/trends?office=hall").text
    for member in (closed.cast.registrar, closed.cast.applicant, closed.cast.administrator):
        for path in ("/statistics/trends", "/statistics/trends.csv"):
            Visitor(application, member.person_id).get(path, status=403)


def test_it_costs_the_same_however_many_cases(visit: Visit, closed: Chain, database: Database) -> None:
    visitor, costs = visit(closed.cast.supervisor), []
    for name in ("青样", "麦样"):
        visitor.get("/statistics/trends")
        with counted(database) as sent:
            visitor.get("/statistics/trends")
        costs.append(len(sent))
        other = Chain(database, closed.cast, content_with(name={"trade_name": name}), now=closed.now)
        other.act(REGISTRATION, "approve")
        other.settle_matters()
        closed.now = other.now
    assert costs[0] == costs[1] <= MOST_STATEMENTS
