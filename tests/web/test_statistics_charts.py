"""What the charts of the statistics are given to draw, and the headings of the tables beside them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import get_template_attribute

from approvals.views.statistics import comparison
from approvals.views.statistics.sheets import Cell, Column, Sheet
from workflows.statistics.standardising import standardised


def test_a_compared_office_is_drawn_with_its_interval(application: Any) -> None:
    office = SimpleNamespace(code="a", name="点甲", kind="town_centre")
    place = comparison.Place(office, frozenset({1}))  # type: ignore[arg-type]
    good, poor = standardised([{"a": (95, 100)}, {"a": (75, 100)}])
    ranked, unranked = comparison.Compared(place, good.found, 1, good), comparison.Compared(place, poor.found, None, poor)
    with application.test_request_context("/"):
        drawn: Any = comparison._chart(comparison.STEPS, [ranked, unranked])
    (series,) = drawn["series"]
    assert drawn["labels"] == ["点甲"] and series["kind"] == "point" and series["values"] == [10.0]
    (low,), (high,) = series["low"], series["high"]
    assert low < 10 < high and series["texts"] == [f"10 ({low:g}–{high:g}) 百分点"]


def test_a_heading_stands_over_its_column_as_words_or_as_figures(application: Any) -> None:
    sheet = Sheet("表", [Column("服务点"), Column("名次"), Column("n")], [[Cell("点甲"), Cell("第1"), Cell(12)]])
    with application.test_request_context("/"):
        table = get_template_attribute("components/sheet.html", "sheet_table")(sheet)
    assert '<th scope="col" class="heading-text">名次</th><th scope="col" class="sheet-heading">n</th>' in table
