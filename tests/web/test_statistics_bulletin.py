"""The bulletin of a month: what its PDF says, for whom, and of which month where none can be read."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import findall
from typing import Any

import pytest
from pypdf import PdfReader

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.documents.rendering import printed
from approvals.views.statistics.part import hours, said
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.figures import town_supervisor
from tests.support.seed import OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]


def text_of(answer: Any) -> str:
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


@pytest.fixture
def closed(chain: Chain) -> Chain:
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    return chain


def test_it_says_what_was_received_and_closed_beside_the_months_before(visit: Visit, closed: Chain) -> None:
    answer = visit(closed.cast.supervisor).get("/statistics/bulletin?month=2026-11")
    assert answer.headers["Content-Disposition"] == 'inline; filename="bulletin-2026-11.pdf"'
    said_there = " ".join(text_of(answer).split())
    case = closed.case()
    assert case.closed_at is not None
    length = said(hours(county_calendar().working_seconds(case.opened_at, case.closed_at)))
    assert "政务服务办件月报（2026-11）" in said_there and "指标 2026-11 2026-10 2025-11" in said_there
    assert "收件 1 0 0" in said_there and "办结 1 0 0" in said_there and f"净工作时间中位数（工作小时） {length} — —" in said_there
    assert "事项 收件 办结 月末在办" in said_there and "100（n=1）" in said_there
    assert "企业设立登记 1 1 0" in said_there and "惠民县政务服务中心（本级）" in said_there
    assert "比平均高" in said_there and "各服务点办的步骤难易不同" in said_there
    assert "这个月还没有过完" in said_there and "制表：2026-11-23" in said_there


def test_a_month_of_the_whole_county_and_its_notes_are_one_page() -> None:
    rows = [["惠民县政务服务中心（本级）", "431", "94.7", "92.1", "96.4"]]
    tables = [(f"第 {number} 部分", rows[0], rows * count, "") for number, count in enumerate((10, 11, 16))]
    data = {"title": "月报", "about": "2026-11", "made": "制表", "lang": "zh", "tables": tables, "notes": ["说明" * 40] * 4}
    pages = PdfReader(io.BytesIO(printed("bulletin.typ", data))).pages
    assert len(pages) == 1 and "说明说明" in pages[0].extract_text()


@pytest.mark.parametrize("query", ["", "?month=", "?month=x", "?month=2026-13", "?month=1-1"])
def test_without_a_month_it_is_of_the_last_full_one(visit: Visit, closed: Chain, query: str) -> None:
    said_there = text_of(visit(closed.cast.supervisor).get(f"/statistics/bulletin{query}"))
    assert "2026-10" in said_there and "这个月没有办件。" in said_there and "这个月还没有过完" not in said_there


@pytest.mark.parametrize(
    ("query", "words"), [("month=2026-13", "没看懂"), ("month=2027-02", "以后的月份还没有数"), ("month=2026-11", "")]
)
def test_a_month_that_cannot_be_used_is_said_below(visit: Visit, closed: Chain, query: str, words: str) -> None:
    text = text_of(visit(closed.cast.supervisor).get(f"/statistics/bulletin?{query}"))
    assert words in text and ("没看懂" in text or "以后的月份" in text) is bool(words)


def test_a_supervisor_of_a_town_reads_of_the_town_alone(application: Any, database: Database, closed: Chain) -> None:
    other = Visitor(application, town_supervisor(database, closed.cast.offices[OTHER_TOWN]))
    for query in ("month=2026-11", "month=2026-11&office=hall"):
        said_there = text_of(other.get(f"/statistics/bulletin?{query}"))
        assert "惠民县政务服务中心" not in said_there and "这个月没有办件。" in said_there
    for member in (closed.cast.registrar, closed.cast.applicant, closed.cast.administrator):
        Visitor(application, member.person_id).get("/statistics/bulletin", status=403)


def test_the_overview_leads_to_it_with_its_conditions(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get(f"/statistics?workflow={REGISTRATION}").text
    address = unescape(findall(r'href="(/statistics/bulletin[^"]*)"', page)[0])
    assert "month=2026-11" in address and f"workflow={REGISTRATION}" in address
    assert "公章刻制备案" not in text_of(visit(closed.cast.supervisor).get(address))


def test_it_costs_the_same_however_many_cases(visit: Visit, closed: Chain, database: Database) -> None:
    visitor, costs = visit(closed.cast.supervisor), []
    for name in ("青样", "麦样"):
        visitor.get("/statistics/bulletin?month=2026-11")
        with counted(database) as sent:
            visitor.get("/statistics/bulletin?month=2026-11")
        costs.append(len(sent))
        other = Chain(database, closed.cast, content_with(name={"trade_name": name}), now=closed.now)
        other.act(REGISTRATION, "approve")
        other.settle_matters()
        closed.now = other.now
    assert costs[0] == costs[1] <= 50, costs
