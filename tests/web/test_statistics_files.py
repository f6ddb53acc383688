"""The files of the statistics say what the pages say, figure by figure, and no text in them is run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from approvals.db import Database
from approvals.models import Case
from approvals.views.statistics.part import hours, said
from approvals.views.statistics.sheets import Cell, Column, Sheet, as_file
from tests.support.driving import Chain
from tests.support.figures import table_of
from tests.support.seed import Member
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]


@pytest.mark.parametrize(
    ("page", "title", "file"),
    [
        ("/statistics?workflow=company-registration", "按月统计", "/statistics/months"),
        ("/statistics", "按事项统计", "/statistics/workflows"),
        ("/statistics/steps?measure=p90", "步骤和服务点：90 分位数（工作小时）", "/statistics/steps"),
        ("/statistics/steps?measure=late&office=hall", "步骤和服务点：超期占比（%）", "/statistics/steps"),
        ("/statistics/cases?workflow=company-seal&state=handling", "公章刻制备案 · 刻章备案中", "/statistics/cases"),
    ],
)  # fmt: skip
def test_a_file_says_what_the_page_says(visit: Visit, driven: Chain, page: str, title: str, file: str) -> None:
    visitor = visit(driven.cast.supervisor)
    text = visitor.get(page).text
    shown = table_of(text, title)
    addresses = {kind: found.replace("&amp;", "&") for found, kind in re.findall(rf'href="({file}\.(xlsx|csv)[^"]*)"', text)}
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.get(addresses["xlsx"]).data)).active
    assert sheet is not None
    excel = [list(row[: len(shown[0])]) for row in sheet.iter_rows(max_row=len(shown), values_only=True)]
    assert [[said(value) if not isinstance(value, str) else value for value in row] for row in excel] == shown
    assert any(isinstance(value, int | float) for row in excel[1:] for value in row), "figures are numbers in the file"
    values = list(csv.reader(io.StringIO(visitor.get(addresses["csv"]).text.lstrip("\ufeff"))))
    assert [[value.replace(",", "") for value in row] for row in values[: len(shown)]] == [
        [re.sub(r"(?<=\d),(?=\d)", "", value) for value in row] for row in shown
    ]
    foot = "2025-12至2026-11"
    assert foot in str(sheet.cell(len(shown) + 2, 1).value) and foot in values[len(shown) + 1][0]


@pytest.mark.parametrize("file", ["/statistics/steps?measure=p90", "/statistics/figures?shown=rates"])
def test_the_samples_that_a_page_shows_stand_in_the_foot_of_its_files(visit: Visit, driven: Chain, file: str) -> None:
    visitor = visit(driven.cast.supervisor)
    path, query = file.split("?")
    page = visitor.get(file).text
    rows = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if 'class="cell-note"' in row]
    text = visitor.get(f"{path}.csv?{query}").text.lstrip("\ufeff")
    lines = [row[0] if row else "" for row in csv.reader(io.StringIO(text))]
    foot = lines[lines.index("") + 1 :]
    assert rows
    for row in rows:
        name = " ".join(re.sub(r"<[^>]+>", "", row.split("</th>")[0]).split())
        (line,) = [each for each in foot if each.startswith(f"{name}：")]
        notes = re.findall(r'<span class="cell-note">([^<]*)</span>', row)
        assert [part.rsplit(" n=", 1)[1] for part in line.split("；")] == [note.removeprefix("n=") for note in notes]
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(f"{path}.xlsx?{query}").data)).active
    assert book is not None and [str(row[0].value) for row in book.iter_rows(min_row=len(lines) - len(foot) + 1)] == foot


@pytest.mark.parametrize("path", ["steps", "trends", "comparison", "figures"])
def test_what_a_page_says_of_its_figures_stands_in_the_foot_of_its_files(visit: Visit, driven: Chain, path: str) -> None:
    visitor = visit(driven.cast.supervisor)
    sentences = re.findall(r'<p class="muted">(n 是[^<]*)</p>', visitor.get(f"/statistics/{path}").text)
    lines = [row[0] for row in csv.reader(io.StringIO(visitor.get(f"/statistics/{path}.csv").text)) if row]
    assert sentences and set(map(unescape, sentences)) <= set(lines)


def test_the_foot_of_a_file_of_one_month_names_it_once(visit: Visit, driven: Chain) -> None:
    text = visit(driven.cast.supervisor).get("/statistics/workflows.csv?from=2026-11&to=2026-11").text
    assert list(csv.reader(io.StringIO(text)))[-1] == ["2026-11"]


def test_a_name_that_looks_like_a_formula_stays_a_name(visit: Visit, driven: Chain, database: Database) -> None:
    database.write(lambda session: session.execute(update(Case).values(company="=HYPERLINK(1)")))
    visitor = visit(driven.cast.supervisor)
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/statistics/cases.xlsx").data)).active
    assert book is not None and book.cell(2, 2).value == "=HYPERLINK(1)" and book.cell(2, 2).data_type == "s"
    assert "\n" not in visitor.get("/statistics/cases.csv").headers["Content-Disposition"]
    row = list(csv.reader(io.StringIO(visitor.get("/statistics/cases.csv").text)))[1]
    assert row[1] == "'=HYPERLINK(1)"


def test_a_negative_figure_is_a_number_and_a_missing_one_a_dash(application: Any) -> None:
    sheet = Sheet("表", [Column("甲"), Column("乙"), Column("丙")], [[Cell("-1"), Cell(-12.5), Cell(None)]])
    with application.test_request_context("/"):
        assert as_file(sheet, "csv", "x").get_data(as_text=True).splitlines()[1] == "'-1,-12.5,—"
        book = openpyxl.load_workbook(io.BytesIO(as_file(sheet, "xlsx", "x").get_data())).active
        assert book is not None and [cell.value for cell in book[2]] == ["-1", -12.5, "—"]


def test_figures_are_said_the_same_way_everywhere() -> None:
    assert [said(value) for value in (None, 0, 1204, 0.25, 97.5, 100.0, -3.25, 12345.6, "甲")] == [
        "—", "0", "1,204", "0.25", "97.5", "100", "-3.25", "12,345.6", "甲",
    ]  # fmt: skip
    assert [hours(seconds) for seconds in (None, 0, 60, 1800, 36000, 39_600_000)] == [None, 0, 0.02, 0.5, 10.0, 11000.0]
