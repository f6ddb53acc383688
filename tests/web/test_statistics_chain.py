"""The chain as it went: ways and figures against cases driven by hand, the bottleneck, the drawing, and each office's own reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import findall
from typing import Any

import pytest

from approvals.db import Database
from approvals.queries.statistics.lines import EdgeLine
from approvals.views.statistics.chain import bottleneck_of
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of, town_supervisor
from tests.support.seed import HALL, OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.engine.diagram import Arrow, Box, draw_flow
from workflows.statistics.attribution import Attribution

Visit = Callable[[Member], Visitor]
TITLE = "流程怎么走：企业设立登记"
PATH = f"/statistics/chain?workflow={REGISTRATION}"


@pytest.fixture
def closed(chain: Chain) -> Chain:
    """A registration that the registrar examined for twenty minutes."""
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    return chain


def test_each_way_stands_with_volume_median_and_p90_drawn_and_in_the_table(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get(PATH).text
    head, *rows = table_of(page, TITLE)
    assert head == ["从", "到", "件数", "中位数（工作小时）", "90 分位数（工作小时）", "部门合计（工作小时）", "瓶颈"]
    found = {(row[0], row[1]): row[2:] for row in rows}
    way = found["登记审查", "已登记"]
    assert way[0] == "1" and way[1] == way[2] == way[3] and float(way[1]) > 0.3 and way[4] == ""
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "1 件" in drawing and f"中位 {way[1]} 小时" in drawing and f"九成 {way[2]} 小时" in drawing and "登记审查" in drawing
    assert 'style="' not in drawing and "瓶颈" not in drawing and "还看不出瓶颈" in page, "one case is no pattern"


def test_the_chain_leads_to_what_it_opens(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get("/statistics/chain").text
    rows = table_of(page, "流程怎么走：企业开办（一链办理）")[1:]
    assert ["设立登记中", "联办：企业设立登记"] in [row[:2] for row in rows]


def test_results_that_wait_to_be_fetched_are_no_departments_time(application: Any, database: Database) -> None:
    """Closed is not delivered: a late collector makes nobody slow and nobody late."""
    chain = Chain(database, content=content_with(delivery={"way": "window", "office": HALL}))
    application.config["NOW"] = lambda: chain.now
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    chain.now += timedelta(days=40)
    chain.act("company-opening", "hand_out")
    visitor = Visitor(application, chain.cast.supervisor.person_id)
    months = "from=2026-11&to=2027-01"
    rows = table_of(visitor.get(f"/statistics/chain?{months}").text, "流程怎么走：企业开办（一链办理）")[1:]
    (delivered,) = [row for row in rows if row[0] == "已办结，待领取"]
    assert float(delivered[3].replace(",", "")) > 100 and delivered[5] == "0"
    assert "结果已备好，等人来领" in visitor.get(f"/statistics/chain?{months}").text
    for page in ("steps?measure=count", "steps?measure=late", "cases?workflow=company-opening", "comparison"):
        assert "待领取" not in visitor.get(f"/statistics/{page}{'&' if '?' in page else '?'}{months}").text
    late = table_of(visitor.get(f"/statistics/steps?measure=late&{months}").text, "步骤和服务点：超期占比（%）")[1:]
    assert "企业开办（一链办理）" not in " ".join(row[0] for row in late)


def way(count: int, department: int, state: str = "reviewing", linked: bool = False, workflow: str = REGISTRATION) -> EdgeLine:
    line = EdgeLine(workflow, state, REGISTRATION if linked else "registered", linked, count)
    line.seconds = Attribution(department=department, applicant=10**9)
    return line


def test_the_bottleneck_is_where_departments_spent_the_most() -> None:
    few, most, less, mine = way(9, 10**8), way(10, 900), way(500, 899), way(50, 0)
    assert bottleneck_of([few, less, most, mine]) is most, "neither what is rare nor what is the applicant's"
    linked = way(10, 901, linked=True)
    assert bottleneck_of([most, linked]) is linked
    assert bottleneck_of([few, mine]) is None


def test_a_marked_way_is_wider_and_carries_its_word() -> None:
    boxes = [Box("a", ["甲"]), Box("b", ["乙"], "final"), Box("c", ["丙 <x>"], "visited", is_other=True)]
    drawn = draw_flow("题 & 目", boxes, [Arrow("a", "b", ["▲ 瓶颈", "12 件"], 5.0, True), Arrow("a", "c", ["3 件"], 1.5, False, True)])
    assert 'aria-label="题 &amp; 目"' in drawn and 'class="node marked"' in drawn and 'class="node way"' in drawn
    assert 'stroke-width="5"' in drawn and "▲ 瓶颈" in drawn and "stroke-dasharray" in drawn
    assert drawn.startswith('<svg width="') and "style=" not in drawn and " id=" not in drawn and "&lt;x&gt;" in drawn


def test_the_files_say_what_the_page_says(visit: Visit, closed: Chain) -> None:
    visitor = visit(closed.cast.supervisor)
    page = visitor.get(PATH).text
    address = unescape(findall(r'href="(/statistics/chain\.csv[^"]*)"', page)[0])
    shown = table_of(page, TITLE)
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[: len(shown)] == shown and visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_a_supervisor_of_a_town_sees_the_ways_of_the_town_alone(application: Any, database: Database, closed: Chain) -> None:
    other = Visitor(application, town_supervisor(database, closed.cast.offices[OTHER_TOWN]))
    for path in ("/statistics/chain", PATH, f"{PATH}&office={HALL}"):
        assert "这些条件下没有办完的步骤" in other.get(path).text
    for member in (closed.cast.registrar, closed.cast.applicant, closed.cast.administrator):
        for path in ("/statistics/chain", "/statistics/chain.csv"):
            Visitor(application, member.person_id).get(path, status=403)


def test_it_costs_the_same_however_many_cases(visit: Visit, closed: Chain, database: Database) -> None:
    visitor, costs = visit(closed.cast.supervisor), []
    for name in ("青样", "麦样"):
        visitor.get(PATH)
        with counted(database) as sent:
            visitor.get(PATH)
        costs.append(len(sent))
        other = Chain(database, closed.cast, content_with(name={"trade_name": name}), now=closed.now)
        other.act(REGISTRATION, "approve")
        other.settle_matters()
        closed.now = other.now
    assert costs[0] == costs[1] <= 2 * MOST_STATEMENTS, costs
