"""What a file says of itself is read with bounds: nothing that it may hold gets further than a document number."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pypdf import PdfWriter

from approvals.documents.reading import own_record
from approvals.documents.rendering import RECORD_NAME

NUMBER = "HMXW-20260302-000001-business-licence-4"


def paper(record: Any, title: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": title})
    writer.add_attachment(RECORD_NAME, json.dumps(record).encode())
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize("number", ["\ud800", f"{NUMBER}\ud800", f"{NUMBER}\0", "x" * 100_000, "", "A" * 5000 + "-a-1"])
def test_a_number_that_is_none_is_not_looked_for(number: str) -> None:
    assert own_record(paper({"number": number})) is None
    found = own_record(paper({"number": number}, NUMBER))
    assert found is not None and found.numbers == (NUMBER,)


def test_ten_numbers_are_enough() -> None:
    many = " ".join(f"HMXW-20260302-{number:06d}-receipt-1" for number in range(1000))
    found = own_record(paper({"number": NUMBER}, many))
    assert found is not None and len(found.numbers) == 10 and found.numbers[0] == NUMBER


def test_a_long_title_is_cut_before_it_is_searched() -> None:
    found = own_record(paper({}, "A" * 4000 + f" {NUMBER}"))
    assert found is None
