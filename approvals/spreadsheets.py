"""Excel files. The one place that knows how they are written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

LONGEST_CELL = 32_767
"""Characters that one cell of a workbook may hold."""


def workbook(
    title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str | int | float]], foot: Sequence[str] = ()
) -> bytes:
    """One sheet with a heading row that stays in view; ``columns`` are (heading, width in characters).

    Text is written as text, never as a formula: what people typed must not run in somebody's spreadsheet. Each line of
    ``foot`` stands below the last row.
    """
    # Half a megabyte of library that only an export needs.
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("".join(each for each in title if each not in "[]:*?/\\'")[:31])
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#f2e9e9"})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    for place, (name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, heading)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(last, place, value[:LONGEST_CELL], plain)
            else:
                sheet.write_number(last, place, value, plain)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    for at, line in enumerate(foot, start=last + 2):
        sheet.write_string(at, 0, line[:LONGEST_CELL])
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    book.close()
    return made.getvalue()
