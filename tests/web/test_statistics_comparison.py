"""Offices beside each other: samples, intervals, places only where figures can be told apart, and each office's own reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import findall
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from approvals.db import Database
from approvals.models import Task
from approvals.views.statistics import comparison
from approvals.views.statistics.asking import Asked
from approvals.views.statistics.part import percent, said
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of, town_supervisor
from tests.support.seed import HALL, OTHER_TOWN, TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.statistics.intervals import share_of
from workflows.statistics.standardising import standardised

Visit = Callable[[Member], Visitor]


@pytest.fixture
def closed(chain: Chain) -> Chain:
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    return chain


HEAD = [
    "服务点", "名次", "n", "步骤按时率（%）", "同样的步骤平均（%）", "比平均高（百分点）", "区间低端（百分点）", "区间高端（百分点）",
]  # fmt: skip


def test_what_only_one_office_does_is_compared_with_nobody(visit: Visit, closed: Chain) -> None:
    page = visit(closed.cast.supervisor).get("/statistics/comparison").text
    head, *rows = table_of(page, "服务点比较：步骤按时率")
    assert head == HEAD
    (row,) = [row for row in rows if row[0] == "惠民县政务服务中心（本级）"]
    assert row[1:] == ["没有可比的", "0", "—", "—", "—", "—", "—"] and findall("另有 [0-9]+ 步只有这里办（100%）", page)
    assert "data-chart=" not in page, "nobody who is not ranked is drawn beside another"
    cases = table_of(visit(closed.cast.supervisor).get("/statistics/comparison?measure=on_time").text, "服务点比较：按时办结率")
    assert cases[1][1:3] == ["没有可比的", "0"] and cases[0][4] == "同样的事项平均（%）"


def test_the_same_steps_of_two_offices_are_compared(visit: Visit, closed: Chain, database: Database) -> None:
    """The review of one of two openings lies at a town: that step both have, all others the hall alone."""
    other = Chain(database, closed.cast, content_with(name={"trade_name": "麦样"}), now=closed.now)
    other.act(REGISTRATION, "approve")
    closed.now = other.now
    town = closed.cast.offices[TOWN]
    moved = update(Task).where(Task.root_id == other.root_id, Task.state == "reviewing").values(office_id=town)
    database.write(lambda session: session.execute(moved))
    page = visit(closed.cast.supervisor).get("/statistics/comparison").text
    rows = {row[0]: row[1:] for row in table_of(page, "服务点比较：步骤按时率")[1:]}
    share = share_of(1, 1)
    ends = ["0", said(percent((share.low or 0) - 1)), said(percent((share.high or 0) - 1))]
    assert rows["惠民县政务服务中心（本级）"] == ["件数太少，不排", "1", "100", "100", *ends], "three cases are never ranked"
    assert [row for name, row in rows.items() if name != "惠民县政务服务中心（本级）" and row[1] != "0"] == [
        ["件数太少，不排", "1", "100", "100", *ends]
    ]
    for sentence in ("难的和容易的不能直接比", "少于 10 件的服务点不排名次"):
        assert sentence in page and sentence in visit(closed.cast.supervisor).get("/statistics/comparison.csv").text


def wanted(workflow: str | None = None) -> Asked:
    return SimpleNamespace(filter=SimpleNamespace(workflow=workflow))  # type: ignore[return-value]


def places(monkeypatch: pytest.MonkeyPatch, *samples: dict[str, tuple[int, int]]) -> list[tuple[str, object]]:
    offices = [SimpleNamespace(code=f"office-{number}", name=f"点{number}", kind="town_centre") for number in range(len(samples))]
    kinds = [(comparison.Place(office, frozenset({1})), sample) for office, sample in zip(offices, samples, strict=True)]  # type: ignore[arg-type]
    monkeypatch.setattr(comparison, "_kinds_of_steps", lambda asked: kinds)
    rows = comparison._compared(wanted(), comparison.STEPS)
    return [(row.column.office.code, comparison._place(wanted(), comparison.STEPS, row, rows)) for row in rows]


def test_places_are_shared_where_intervals_overlap_and_left_out_below_ten(application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with application.test_request_context("/"):
        assert places(monkeypatch, {"a": (9, 9)}, {"a": (50, 100)}, {"a": (100, 100)}, {"a": (99, 100)}) == [
            ("office-2", "并列第1"), ("office-3", "并列第1"), ("office-1", "第3"), ("office-0", "件数太少，不排"),
        ]  # fmt: skip
        assert places(monkeypatch, {"a": (100, 100)}, {"a": (3, 3)}) == [("office-0", "没有可比的"), ("office-1", "件数太少，不排")]
        assert places(monkeypatch, {"a": (10, 100)}, {"b": (100, 100)}) == [("office-0", "没有可比的"), ("office-1", "没有可比的")]


def test_who_lies_clearly_above_or_below_the_average_is_told_so(application: Any) -> None:
    good, poor, few = standardised([{"a": (990, 1000)}, {"a": (800, 1000)}, {"a": (0, 9)}])
    with application.test_request_context("/"):
        assert [comparison._clearly(each.above) for each in (good, poor, few)] == ["明显高于平均", "明显低于平均", ""]
        assert comparison._clearly(standardised([{"a": (9, 10)}, {"a": (90, 100)}])[0].above) == ""


def test_an_office_is_not_behind_for_having_the_harder_steps(application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is kept as often at both; by their plain shares, 86 % and 54 %, one would be last."""
    easy, hard = {"easy": (900, 1000), "hard": (50, 100)}, {"easy": (90, 100), "hard": (500, 1000)}
    with application.test_request_context("/"):
        assert {place for _office, place in places(monkeypatch, easy, hard)} == {"并列第1"}


def test_times_are_ranked_only_within_one_workflow(visit: Visit, closed: Chain) -> None:
    visitor = visit(closed.cast.supervisor)
    assert "请先选一个事项" in visitor.get("/statistics/comparison?measure=length").text
    assert "请先选一个事项" not in visitor.get(f"/statistics/comparison?measure=length&workflow={REGISTRATION}").text
    assert not comparison._is_alike(wanted(), comparison.LENGTH) and comparison._is_alike(wanted("x"), comparison.LENGTH)
    assert comparison._is_alike(wanted(), "on_time")


def test_the_files_say_what_the_page_says(visit: Visit, closed: Chain) -> None:
    visitor = visit(closed.cast.supervisor)
    page = visitor.get(f"/statistics/comparison?measure=length&workflow={REGISTRATION}").text
    shown = table_of(page, "服务点比较：净工作时间中位数")
    address = unescape(findall(r'href="(/statistics/comparison\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[: len(shown)] == shown
    assert visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_a_supervisor_of_a_town_compares_offices_of_the_town_alone(application: Any, database: Database, closed: Chain) -> None:
    other = Visitor(application, town_supervisor(database, closed.cast.offices[OTHER_TOWN]))
    for query in ("", f"?office={HALL}", f"?office={TOWN}&measure=on_time", "?measure=length&workflow=company-registration"):
        page = other.get(f"/statistics/comparison{query}").text
        assert "惠民县政务服务中心（本级）" not in page and "没有可比的服务点" in page
    for member in (closed.cast.registrar, closed.cast.applicant, closed.cast.administrator):
        for path in ("/statistics/comparison", "/statistics/comparison.csv"):
            Visitor(application, member.person_id).get(path, status=403)


def test_it_costs_the_same_however_many_cases(visit: Visit, closed: Chain, database: Database) -> None:
    visitor, paths = visit(closed.cast.supervisor), ("/statistics/comparison", "/statistics/comparison?measure=on_time")
    costs: dict[str, list[int]] = {path: [] for path in paths}
    for name in ("青样", "麦样"):
        for path in paths:
            visitor.get(path)
            with counted(database) as sent:
                visitor.get(path)
            costs[path].append(len(sent))
        other = Chain(database, closed.cast, content_with(name={"trade_name": name}), now=closed.now)
        other.act(REGISTRATION, "approve")
        other.settle_matters()
        closed.now = other.now
    assert all(few == many <= MOST_STATEMENTS for few, many in costs.values()), costs
