"""The ledger of delegated handling: on screen, as Excel and as PDF, for whom it is meant, at a fixed cost."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.support.delegating import Delegated
from tests.support.statements import counted
from tests.support.web import Visitor


def test_an_entry_tells_the_whole_way(application: Any, carried: Delegated) -> None:
    carried.up()
    carried.through()
    carried.down()
    page = Visitor(application, carried.people.agent.person_id).get("/ledger").text
    way = "古城社区便民服务点 → 孙武街道便民服务中心"
    for said in ("钱委托", "3716**********", "139****1234", "本人手机签署", way, "送到家门口", carried.filed.number):
        assert said in page, said
    assert f"DB{carried.filed.number[2:]}" in page


def test_the_files_hold_what_the_page_shows(application: Any, carried: Delegated) -> None:
    carried.up()
    visitor = Visitor(application, carried.people.town.person_id)
    sheet = load_workbook(io.BytesIO(visitor.get("/ledger/excel").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1, max_row=2)]
    assert rows[0][14] == "办件号" and rows[1][14] == carried.filed.number
    assert rows[1][4] == "钱委托" and rows[1][3] == "马代办"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(visitor.get("/ledger/pdf").data)).pages)
    assert carried.filed.number in text and "代办台账" in text


def test_each_point_reads_its_own(application: Any, carried: Delegated) -> None:
    assert "共 1 条" in Visitor(application, carried.people.agent.person_id).get("/ledger").text
    assert "共 1 条" in Visitor(application, carried.cast.supervisor.person_id).get("/ledger").text
    assert Visitor(application, carried.cast.clerk.person_id).get("/ledger", status=403)
    nothing = Visitor(application, carried.people.agent.person_id).get("/ledger?begin=2025-01-01&end=2025-02-01").text
    assert "这一段时间没有代办件" in nothing


def test_a_page_costs_the_same_with_one_entry_and_with_three(application: Any, carried: Delegated) -> None:
    visitor = Visitor(application, carried.people.town.person_id)
    visitor.get("/ledger")
    with counted(carried.database) as one:
        visitor.get("/ledger")
    for _ in range(2):
        Delegated(carried.database, carried.cast, carried.people, now=carried.now).up()
    with counted(carried.database) as three:
        visitor.get("/ledger")
    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("begin=2026-13-40", "日期请按"),
        ("begin=2026-11-23&end=2026-11-01", "已经对调"),
        ("begin=2001-01-01&end=2026-11-23", "一次最多看一年"),
        ("point=x&agent=-1&page=99999", "代办台账"),
    ],
)
def test_a_wrong_filter_is_answered_with_a_sentence(application: Any, carried: Delegated, query: str, said: str) -> None:
    assert said in Visitor(application, carried.people.town.person_id).get(f"/ledger?{query}").text
