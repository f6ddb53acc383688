"""No text in a file that office software opens is run, in the wide signs of Chinese keyboards neither."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from workflows.formulas import harmless
from workflows.logs.writing import Event, Trace, csv_lines

RUN = ["=1+1", "+1", "-1", "@a", "＝1+1", "＋1", "－1", "＠a", "\t=1", "\n=1"]


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_would_run_stands_behind_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"
    (_head, row) = csv.reader(csv_lines([Trace("A-1", {}, [Event(text, datetime(2026, 11, 2, tzinfo=UTC))])]))
    assert row[1] == f"'{text}"


@pytest.mark.parametrize("text", ["", "审查", "1-1", "'=1"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
