"""Sets a document as PDF/A with typst. The one place that knows how; what is set is handed over as JSON, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from approvals.qr import qr_file

from . import fonts
from .sheet import Line, Sheet

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS = ["a-3a", "ua-1"]
"""PDF/A-3 may carry its own record as an attachment; level A and PDF/UA say how a screen reader reads it."""

RECORD_NAME = "record.json"
_LANDSCAPE = frozenset({"business-licence"})


def render(sheet: Sheet, *, public_url: str, demo: bool) -> bytes:
    """The PDF of a document: the same bytes for the same sheet, address and mode.

    ``public_url`` is where people reach the product: the QR code leads there. In ``demo`` mode the paper says 示例.
    Costs a few milliseconds, and at the first paper of a process a tenth of a second for the fonts.
    """
    return _compiled(sheet, public_url, demo, "pdf")


def picture(sheet: Sheet, *, public_url: str, demo: bool, ppi: float = 72) -> bytes:
    """The first page as PNG."""
    return _compiled(sheet, public_url, demo, "png", ppi=ppi)


def verification_address(public_url: str, token: str) -> str:
    """The page that says whether the document of that token is genuine."""
    return f"{public_url}/verify/{token}"


def _compiled(sheet: Sheet, public_url: str, demo: bool, kind: str, **options: Any) -> bytes:
    # 20 MB of library that only setting a paper needs.
    import typst

    address = verification_address(public_url, sheet.token)
    inputs = {
        "sheet": json.dumps(_shown(sheet, address, demo), ensure_ascii=False),
        "record": sheet.record,
        "qr": qr_file(address).decode("utf-8"),
    }
    if kind == "pdf":
        options["pdf_standards"] = STANDARDS
    template = "licence.typ" if sheet.kind in _LANDSCAPE else "letter.typ"
    made = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=kind,
        sys_inputs=inputs,
        timestamp=int(sheet.issued_at.timestamp()),
        **options,
    )
    return bytes(made[0] if isinstance(made, list) else made)


def ledger(title: str, about: str, made: str, entries: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> bytes:
    """The ledger as PDF, to be printed: each entry with its title and its fields as (label, text)."""
    data = {
        "title": fonts.showable(title, breaks=False),
        "about": fonts.showable(about, breaks=False),
        "made": fonts.showable(made, breaks=False),
        "entries": [
            {"title": fonts.showable(name, breaks=False), "fields": [[label, fonts.showable(text)] for label, text in fields]}
            for name, fields in entries
        ],
    }
    return printed("ledger.typ", data)


def printed(template: str, data: Mapping[str, Any]) -> bytes:
    """A paper that is printed and not issued: no record goes along with it, and nobody verifies it."""
    import typst

    shown = {name: _showable(value) for name, value in data.items()}
    made = typst.compile(
        str(TEMPLATES / template), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True, format="pdf",
        sys_inputs={"data": json.dumps(shown, ensure_ascii=False)}, pdf_standards=["ua-1"],
    )  # fmt: skip
    return bytes(made[0] if isinstance(made, list) else made)


def _showable(value: Any) -> Any:
    if isinstance(value, str):
        return fonts.showable(value)
    return [_showable(each) for each in value] if isinstance(value, (list, tuple)) else value


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])


def _shown(sheet: Sheet, address: str, demo: bool) -> dict[str, Any]:
    issued = sheet.issued_at
    shown = {
        name: fonts.showable(getattr(sheet, name), breaks=False)
        for name in ("kind", "title", "number", "case_number", "company", "issuer", "matter", "issued_on", "digest", "words")
    }
    return {
        **shown,
        "address": address,
        "demo": demo,
        "issued_at": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "record_name": RECORD_NAME,
        "lines": [_line(line) for line in sheet.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "label": fonts.showable(line.label, breaks=False),
        "text": fonts.showable(line.text),
        "rows": [[_line(cell) for cell in row] for row in line.rows],
    }
