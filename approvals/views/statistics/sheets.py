"""A table of a page: the same rows make the page, the Excel file and the CSV file, so that none can say anything else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from approvals.language import _
from approvals.spreadsheets import workbook
from workflows.formulas import harmless

from .. import request
from ..ledger import EXCEL
from .part import said

Value = str | int | float | None
_UNIT = re.compile(r"(?<=.)\uff08[^\uff08\uff09]{1,20}\uff09$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, where it leads, and how strongly it is coloured (``level`` of the page's own scale)."""

    value: Value
    link: str = ""
    level: str = ""
    note: str = ""
    """A few words below the figure, such as its sample; in a file they stand below the table."""

    @property
    def text(self) -> str:
        return said(self.value)

    @property
    def is_number(self) -> bool:
        return not isinstance(self.value, str)


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column; ``width`` in characters of a spreadsheet. With ``link`` the heading leads somewhere.

    What stands in a column ``on_one_line`` is not broken on the page: a date, a number of a case."""

    title: str
    width: int = 14
    link: str = ""
    on_one_line: bool = False

    @property
    def parts(self) -> tuple[str, str]:
        """The title, and what of it no line breaks: the unit in brackets at its end, all of it over what stands on one line.

        What has spaces breaks there."""
        if self.on_one_line and " " not in self.title:
            return "", self.title
        found = _UNIT.search(self.title)
        return (self.title[: found.start()], found[0]) if found else (self.title, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, and below it the conditions under which it was made and what is said of its figures (``about``)."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    about: Sequence[str] = ()

    def foot(self) -> list[str]:
        """What stands below the rows of a file: conditions, what is said of the figures, and of each row the notes of its cells."""
        rows = [
            (row[0].text, [f"{column.title} {cell.note}" for column, cell in zip(self.columns, row, strict=True) if cell.note])
            for row in self.rows
        ]
        notes = [_("%(row)s：%(notes)s", row=name, notes=_("；").join(said_there)) for name, said_there in rows if said_there]
        return [line for line in (self.note, *self.about, *notes) if line]


def as_file(sheet: Sheet, kind: str, name: str) -> Response:
    """A sheet as ``xlsx`` or ``csv``. Texts are never run as formulas, whoever typed them."""
    body, mimetype = (_excel(sheet), EXCEL) if kind == "xlsx" else (_csv(sheet), "text/csv; charset=utf-8")
    response = Response(body, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{request.today():%Y%m%d}.{kind}"'
    return response


def _excel(sheet: Sheet) -> bytes:
    columns = [(column.title, column.width) for column in sheet.columns]
    rows = ([cell.text if cell.value is None else cell.value for cell in row] for row in sheet.rows)
    return workbook(sheet.title, columns, rows, sheet.foot())


def _csv(sheet: Sheet) -> str:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([_harmless(column.title) for column in sheet.columns])
    table.writerows([cell.text if cell.value is None else _harmless(cell.value) for cell in row] for row in sheet.rows)
    if foot := sheet.foot():
        table.writerows([[], *([_harmless(line)] for line in foot)])
    return "\ufeff" + written.getvalue()


def _harmless(value: str | int | float) -> str:
    """A number as the page shows it, a negative one as well; a text that a spreadsheet would work out begins with an apostrophe."""
    if not isinstance(value, str):
        return said(value).replace(",", "")
    return harmless(value)
