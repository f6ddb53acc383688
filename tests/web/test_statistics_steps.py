"""The heat map and the lists behind its cells: figures against cases driven by hand, and how they are coloured."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Task
from approvals.queries.statistics import drill
from approvals.views.statistics import behind, steps
from tests.support.driving import SEAL, Chain
from tests.support.figures import links_of, table_of
from tests.support.seed import Member
from tests.support.web import Visitor
from workflows.clock import OFFICE_ZONE

Visit = Callable[[Member], Visitor]


def test_the_heat_map_counts_each_step_at_each_office(visit: Visit, driven: Chain) -> None:
    page = visit(driven.cast.supervisor).get("/statistics/steps").text
    head, *rows = table_of(page, "步骤和服务点：90 分位数（工作小时）")
    assert head[:3] == ["步骤", "时限（工作小时）", "合计"] and "惠民县政务服务中心（本级）" in head[3]
    found = {row[0]: row[1:4] for row in rows}
    assert found["企业设立登记 · 登记审查"] == ["1.5", "0.35", "0.35"]
    assert found["公章刻制备案 · 刻章备案中"] == ["1", "1.68", "1.68"]
    assert "企业设立登记 · 签署中" not in found, "the applicant's time is no department's"
    late = table_of(visit(driven.cast.supervisor).get("/statistics/steps?measure=late").text, "步骤和服务点：超期占比（%）")
    assert {row[0]: row[2] for row in late[1:]}["公章刻制备案 · 刻章备案中"] == "100"
    count = table_of(visit(driven.cast.supervisor).get("/statistics/steps?measure=count").text, "步骤和服务点：办完的步骤数")
    assert {row[0]: row[2] for row in count[1:]}["企业设立登记 · 登记审查"] == "1"


def test_a_cell_leads_to_its_list_and_the_list_to_the_case(visit: Visit, driven: Chain, database: Database) -> None:
    visitor = visit(driven.cast.supervisor)
    page = visitor.get("/statistics/steps?measure=late").text
    cell = next(each for each in links_of(page, "步骤和服务点：超期占比（%）") if "alone=1" in each and SEAL in each)
    listed = visitor.get(cell).text
    head, row = table_of(listed, "公章刻制备案 · 刻章备案中，惠民县政务服务中心（超期的）")
    assert head == ["办件号", "企业", "服务点", "进入这一步", "离开这一步", "到期", "用时（工作小时）", "结果"]
    case = driven.case(SEAL)
    assert row[0] == case.number and row[2] == "惠民县政务服务中心" and row[6:] == ["1.68", "超期"]
    with database.reading() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "handling")).one()
    assert row[3:6] == [f"{at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" for at in (task.opened_at, task.closed_at, task.due_at)]
    assert "共 1 步" in listed and f"/cases/{case.token}" in links_or_names(listed)
    visitor.get(f"/cases/{case.token}")
    every = visitor.get("/statistics/cases").text
    assert table_of(every, "办完的步骤")[0][2] == "步骤", "steps of several kinds are named"


def links_or_names(page: str) -> str:
    return page[page.index("sheet-texts") :]


def test_a_list_is_shown_a_page_at_a_time_and_its_file_is_all_of_it(
    visit: Visit, driven: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven.settle_matters()
    visitor = visit(driven.cast.supervisor)
    rows = list(csv.reader(io.StringIO(visitor.get("/statistics/cases.csv").text.lstrip("\ufeff"))))
    monkeypatch.setattr(drill.steps_behind, "__kwdefaults__", {**(drill.steps_behind.__kwdefaults__ or {}), "size": 3})
    address, seen = "/statistics/cases", []
    while address:
        page = visitor.get(address).text
        seen += table_of(page, "办完的步骤")[1:]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    count = len(seen)
    assert count > 3 and [row[0] for row in rows[1 : 1 + count]] == [row[0] for row in seen] and rows[1 + count] == []
    assert "文件里是整个列表" in page and "回到第一页" in page


def test_a_list_too_long_to_work_out_has_the_figures_of_the_heat_map(
    visit: Visit, driven: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(driven.cast.supervisor)
    address = "/statistics/cases?workflow=company-seal&state=handling"
    exact = visitor.get(address).text
    assert "共 1 步；用时（工作小时，逐件算出）" in exact
    monkeypatch.setattr(behind, "MOST_EXACT", 0)
    close = visitor.get(address).text
    assert "共 1 步；用时（工作小时，中位数和 90 分位数误差不超过百分之一）" in close
    assert re.findall(r"<strong>([\d.]+)</strong>", exact) == re.findall(r"<strong>([\d.]+)</strong>", close) == ["1.68"] * 5
    assert "把月份或条件缩小" in visitor.get(address + "&timing=late").text


@pytest.mark.parametrize(
    ("seconds", "limit", "count", "level"),
    [
        (1800, 3600, 10, "good"), (1801, 3600, 10, "middle"), (3600, 3600, 10, "middle"), (3601, 3600, 10, "high"),
        (5400, 3600, 10, "high"), (5401, 3600, 10, "over"), (5401, 3600, 9, ""), (5401, None, 100, ""), (None, 3600, 10, ""),
    ],
)  # fmt: skip
def test_a_length_is_coloured_against_its_limit_from_ten_on(seconds: Any, limit: Any, count: int, level: str) -> None:
    assert steps._length_level(seconds, limit, count) == level


@pytest.mark.parametrize(
    ("share", "count", "level"),
    [(0.0, 10, "good"), (0.05, 20, "middle"), (0.051, 20, "high"), (0.2, 10, "high"), (0.21, 99, "over"), (1.0, 9, ""), (None, 0, "")],
)
def test_a_share_is_coloured_from_ten_on(share: Any, count: int, level: str) -> None:
    assert steps._late_level(share, count) == level


def test_counts_are_coloured_by_quarters_of_the_most() -> None:
    assert [steps._part(count, 100) for count in (1, 25, 26, 50, 51, 75, 76, 100)] == [
        f"part-{each}" for each in (1, 1, 2, 2, 3, 3, 4, 4)
    ]
    assert [steps._part(count, most) for count, most in ((1, 1), (2, 2), (200, 100), (5, 0))] == ["part-1", "part-3", "part-4", ""]
