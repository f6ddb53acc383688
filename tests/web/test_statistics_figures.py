"""Every figure by workflow, office, department, channel and month, of cases and of steps, and its files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from re import findall
from typing import Any

import pytest

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.queries.statistics.facts import case_facts
from approvals.views.statistics.part import apportioned, hours, said
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of, tiles_of, town_supervisor
from tests.support.seed import HALL, OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.county import county_catalogue

Visit = Callable[[Member], Visitor]
WAYS = {"workflow": "按事项", "office": "按服务点", "department": "按部门", "channel": "按申办渠道", "month": "按月"}


@pytest.fixture
def driven(chain: Chain, database: Database) -> Chain:
    """An opening that is over, whose seal took until the next day, and one that is open."""
    Chain(database, chain.cast, content_with(name={"trade_name": "麦样"}), now=chain.now)
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.now += timedelta(days=1)
    chain.act(SEAL, "complete")
    chain.settle_matters()
    chain.settle_matters()
    return chain


def say_department(key: str) -> str:
    return county_catalogue().vocabulary["departments"][key]["zh"]


def rows_of(page: str, title: str) -> dict[str, dict[str, str]]:
    head, *rows = table_of(page, title)
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_net_and_wall_time_stand_beside_each_other_with_all_that_is_counted(visit: Visit, driven: Chain) -> None:
    page = visit(driven.cast.supervisor).get("/statistics/figures?shown=all").text
    row = rows_of(page, "全部指标：办件，按事项")["公章刻制备案"]
    case = driven.case(SEAL)
    assert case.closed_at is not None
    net = said(hours(county_calendar().working_seconds(case.opened_at, case.closed_at)))
    wall = said(hours((case.closed_at - case.opened_at).total_seconds()))
    assert net != wall
    for figure in ("平均", "最短", "中位数", "90 分位数", "95 分位数", "最长"):
        assert row[f"净工作时间{figure}（工作小时）"] == net and row[f"日历时间{figure}（小时）"] == wall
    assert [row[name] for name in ("n", "结转", "收件", "在办", "办成", "超期", "提前")] == ["1", "0", "1", "0", "1", "1", "0"]
    assert "企业设立登记" in rows_of(page, "全部指标：办件，按事项"), "each matter by itself"


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("of", ["cases", "steps"])
def test_each_way_to_see_them_comes_to_the_same_whole(visit: Visit, driven: Chain, of: str, by: str) -> None:
    visitor = visit(driven.cast.supervisor)
    title = f"全部指标：{'办件' if of == 'cases' else '部门的步骤'}，{WAYS[by]}"
    page = visitor.get(f"/statistics/figures?of={of}&by={by}&shown=all").text
    rows = rows_of(page, title)
    if of == "steps":
        whole = rows_of(visitor.get("/statistics/figures?of=steps&by=month").text, "部门的步骤，按月：件数和结果")
        assert sum(int(row["n"]) for row in rows.values()) == sum(int(row["n"]) for row in whole.values()) > 5
    elif by in ("office", "channel", "month"):
        (row,) = rows.values()
        assert (row["n"], row["收件"], row["在办"]) == ("1", "2", "1"), "whole applications, each once"
    elif by == "department":
        counts = {name: row["n"] for name, row in rows.items()}
        assert counts[say_department("public-security")] == "1", "the matter that it answers itself"
    address = unescape(findall(r'href="(/statistics/figures\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[0] == table_of(page, title)[0] and len(values) > len(rows)
    assert visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_the_share_of_openings_that_meet_all_six_claims_stands_by_month_and_office(
    visit: Visit, driven: Chain, database: Database
) -> None:
    driven.now += timedelta(hours=1)
    catch_up(database, driven.now)
    visitor = visit(driven.cast.supervisor)
    for by in ("month", "office", "department", "channel", "workflow"):
        rows = rows_of(visitor.get(f"/statistics/figures?by={by}&shown=rates").text, f"办件，{WAYS[by]}：比率")
        assert [row["4011 达标率（%）"] for row in rows.values() if row["4011 达标率（%）"] != "—"] == ["100"], by
    assert tiles_of(visitor.get("/statistics").text)["4011 达标率"] == ("100.0%", "n=1，能认定的企业开办")


HOURS = ["部门（工作小时）", "特别程序（工作小时）", "申请人（工作小时）", "等待和交接（工作小时）"]
PARTS = ["部门（%）", "特别程序（%）", "申请人（%）", "等待和交接（%）"]


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("of", ["cases", "steps"])
def test_whose_the_time_was_adds_up_to_the_whole(visit: Visit, driven: Chain, of: str, by: str) -> None:
    visitor = visit(driven.cast.supervisor)
    what = "办件" if of == "cases" else "部门的步骤"
    page = visitor.get(f"/statistics/figures?of={of}&by={by}&shown=whose").text
    rows = rows_of(page, f"{what}，{WAYS[by]}：时间用在谁那里")
    for row in rows.values():
        whole = Decimal(row["全部工作时间（工作小时）"])
        assert sum(Decimal(row[name]) for name in HOURS) == whole, row
        assert not whole or sum(Decimal(row[name]) for name in PARTS) == 100, row
    assert any(Decimal(row["部门（工作小时）"]) > 0 for row in rows.values())
    address = unescape(findall(r'href="(/statistics/figures\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    table = [[value or "—" for value in line] for line in values[: len(rows) + 1]]
    assert table == table_of(page, f"{what}，{WAYS[by]}：时间用在谁那里")
    assert any("四项合起来就是全部工作时间" in line[0] for line in values[len(rows) + 1 :] if line), "said in the file as on the page"


def test_whose_the_time_of_one_case_was_is_what_its_own_page_says(visit: Visit, driven: Chain, database: Database) -> None:
    case = driven.case()
    with database.reading() as session:
        (fact,) = [each for each in case_facts(session, [case.root_id], driven.now) if each.case_id == case.id]
    page = visit(driven.cast.supervisor).get("/statistics/figures?shown=whose&by=month").text
    (row,) = rows_of(page, "办件，按月：时间用在谁那里").values()
    for name, seconds in zip(HOURS, fact.seconds.seconds(), strict=True):
        assert abs(float(row[name]) - seconds / 3600) <= 0.01
    assert json.loads(unescape(findall(r'data-chart="([^"]*)"', page)[0]))["labels"] == ["2026-11"]


def test_no_set_of_figures_costs_a_statement_more(visit: Visit, driven: Chain, database: Database) -> None:
    visitor, costs = visit(driven.cast.supervisor), {}
    for shown in ("counts", "rates", "lengths", "whose", "all"):
        visitor.get(f"/statistics/figures?shown={shown}")
        with counted(database) as sent:
            visitor.get(f"/statistics/figures?shown={shown}")
        costs[shown] = len(sent)
    assert costs["counts"] == costs["lengths"] == costs["whose"] == costs["rates"] - 1 == costs["all"] - 1, "the claims are read apart"


@pytest.mark.parametrize("query", ["shown=x", "of=steps&shown=rates", "of=x&by=x&shown="])
def test_a_choice_that_there_is_not_shows_the_first(visit: Visit, driven: Chain, query: str) -> None:
    assert "：件数和结果" in visit(driven.cast.supervisor).get(f"/statistics/figures?{query}").text


def test_parts_are_rounded_so_that_they_add_up() -> None:
    assert apportioned((1, 1, 1, 0), 1000) == [334, 333, 333, 0] and apportioned((5, 0, 0, 0), 7) == [7, 0, 0, 0]
    with pytest.raises(ValueError, match="no parts"):
        apportioned((0, 0, 0, 0), 1000)


def test_what_was_open_before_the_first_month_is_carried_over(visit: Visit, driven: Chain) -> None:
    driven.now += timedelta(days=31)
    page = visit(driven.cast.supervisor).get("/statistics/figures?from=2026-12&to=2026-12").text
    row = rows_of(page, "办件，按事项：件数和结果")["企业开办（一链办理）"]
    assert [row[name] for name in ("n", "结转", "收件", "在办")] == ["0", "1", "0", "1"]


def test_the_catalogue_says_how_far_promises_lie_below_the_law(visit: Visit, driven: Chain) -> None:
    visitor = visit(driven.cast.supervisor)
    tiles = tiles_of(visitor.get(f"/statistics?workflow={REGISTRATION}").text)
    assert tiles["承诺时限压缩比"] == ("83.3%", "n=1，两种时限都有的事项；出自事项目录")
    assert tiles["即办件占比"] == ("0.0%", "n=1，有承诺时限的事项；出自事项目录")
    assert tiles_of(visitor.get("/statistics").text)["零跑动占比"] == ("100.0%", "n=1，申报的办结件")


def test_an_office_sees_its_own_alone_and_others_nothing(application: Any, database: Database, driven: Chain) -> None:
    other = Visitor(application, town_supervisor(database, driven.cast.offices[OTHER_TOWN]))
    for path in ("/statistics/figures", "/statistics/figures?of=steps&by=office", f"/statistics/figures?office={HALL}"):
        assert "这些条件下还没有可算的" in other.get(path).text
    for member in (driven.cast.registrar, driven.cast.applicant, driven.cast.administrator):
        for path in ("/statistics/figures", "/statistics/figures.csv"):
            Visitor(application, member.person_id).get(path, status=403)


def test_it_costs_the_same_however_many_cases(visit: Visit, driven: Chain, database: Database) -> None:
    visitor, costs = visit(driven.cast.supervisor), []
    for name in ("青样", "云样"):
        visitor.get("/statistics/figures?by=office")
        with counted(database) as sent:
            visitor.get("/statistics/figures?by=office")
        costs.append(len(sent))
        Chain(database, driven.cast, content_with(name={"trade_name": name}), now=driven.now).act(REGISTRATION, "approve")
    assert costs[0] == costs[1] <= MOST_STATEMENTS, costs
