"""Each kind of paper: PDF/A with embedded fonts, saying what its record says, whatever that is."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

import pytest
from pypdf import PdfReader

from approvals.documents import Sheet, own_record, render
from approvals.documents.fonts import covered, showable
from tests.documents.papers import COMPANY, FACTS, REGISTERED, sheet
from tests.documents.support import ADDRESS
from workflows.county import county_catalogue

KINDS = tuple(FACTS)


def made(paper: Sheet, demo: bool = False) -> bytes:
    return render(paper, public_url=ADDRESS, demo=demo)


def text_of(data: bytes) -> str:
    """The text of all pages as a reader copies it, without any space."""
    pages = PdfReader(io.BytesIO(data)).pages
    return bare("".join(page.extract_text() for page in pages))


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFKC", text))


def fonts_of(data: bytes) -> list[Any]:
    found = []
    for page in PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():
            found.append(font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object())
    return found


def test_every_kind_that_is_issued_is_looked_at_here() -> None:
    issued = {
        effect.parameters["kind"]
        for definition in county_catalogue()
        for action in definition.actions.values()
        for effect in action.effects
        if effect.name in ("issue_document", "replace_document", "revoke_document")
    }
    assert issued | {"receipt"} == set(FACTS) == set(county_catalogue().vocabulary["documents"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_is_archival_accessible_and_complete(kind: str) -> None:
    paper = sheet(kind)
    data = made(paper)
    metadata = data[data.index(b"<?xpacket begin") : data.index(b"<?xpacket end")].decode()
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata and f"{paper.title} {paper.number}" in metadata
    fonts = fonts_of(data)
    assert fonts and all("/FontFile3" in font and "+NotoS" in font["/FontName"] for font in fonts)
    reader = PdfReader(io.BytesIO(data))
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert len(data) < 150_000 and len(reader.pages) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_says_all_its_facts(kind: str) -> None:
    paper = sheet(kind)
    said = text_of(made(paper))
    for line in paper.lines:
        assert bare(line.label) in said or line.rows
        assert bare(line.text) in said
        assert all(bare(cell.text) in said for row in line.rows for cell in row)
    # The licence names what it is for by its nine facts alone.
    shown = [paper.title, paper.company, paper.issuer, paper.issued_on, paper.number, f"{ADDRESS}/verify/{paper.token}"]
    assert [each for each in shown if bare(each) not in said] == []
    assert "示例文书" not in said and "示例文书" in text_of(made(paper, demo=True))


def test_answers_are_said_in_words() -> None:
    said = {line.name: line.text for line in sheet("tax-record").lines}
    assert (
        said["taxpayer_kind"] == "小规模纳税人" and said["first_period"] == "2027年1月15日" and said["invoice_quota"] == "100,000.00 元"
    )
    assert {line.name: line.label for line in sheet("refusal-notice").lines} == {"reason": "理由和依据"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_record_gives_the_same_bytes_and_is_read_back(kind: str) -> None:
    paper = sheet(kind)
    data = made(paper)
    assert data == made(sheet(kind))
    found = own_record(data)
    assert found is not None and found.text == paper.record and found.numbers == (paper.number,)


HOSTILE = {
    "markup": '#eval("1") *粗* _斜_ $x$ `代码` = 标题 #pagebreak() \\ <label> @ref // 注释 [方括号] {花括号} "引号"',
    "control": "甲\x00乙\x07丙\u202e丁\u200b戊\ufeff己",
    "emoji": "办成了🎉👍🏽 𠮷野家 \ud83d",
    "long latin": "W" * 200,
    "long name": "测" * 200,
    "lines": "第一行\r\n第二行\n\n第三行\t制表",
    "empty": "",
    "braces": '{"zh": "x"}',
    "right to left": "שלום עולם",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["business-licence", "refusal-notice", "correction-notice"])
def test_what_was_typed_is_data_and_never_markup(kind: str, name: str) -> None:
    value = HOSTILE[name]
    facts: Any = {
        "business-licence": {**REGISTERED, "name": value, "legal_representative": value, "scope": value},
        "refusal-notice": {"reason": value},
        "correction-notice": {"items": [{"page": value, "text": value}, {}, {"text": ""}]},
    }[kind]
    if name == "emoji":  # no record that was stored holds half a character; the papers show it all the same
        facts = {**facts} if kind != "correction-notice" else facts
        value, facts = _without_surrogates(value), _without_surrogates(facts)
    paper = sheet(kind, facts, company=value)
    said = text_of(made(paper))
    assert bare(showable(value)) in said
    assert len(PdfReader(io.BytesIO(made(paper))).pages) == 1


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\ud83d", "")
    if isinstance(value, dict):
        return {name: _without_surrogates(each) for name, each in value.items()}
    return [_without_surrogates(each) for each in value]


def test_what_no_font_shows_is_written_out() -> None:
    assert showable("甲\u202e乙🎉\ud83d") == "甲[U+202E]乙[U+1F389][U+D83D]"
    assert showable("一\r\n二\t三") == "一\n二 三" and showable("一\n二", breaks=False) == "一 二"
    assert len(covered()) > 20_000 and {ord(each) for each in "惠民县①·（）《》“”"} <= covered()


@pytest.mark.parametrize(
    "facts", [{}, {name: "" for name in REGISTERED}, {name: None for name in REGISTERED}, {"name": [1, {"x": "y"}]}]
)
def test_a_licence_without_its_facts_is_still_a_paper(facts: Any) -> None:
    assert COMPANY not in text_of(made(sheet("business-licence", facts, company="")))


@pytest.mark.parametrize(("length", "pages"), [(1000, 1), (2500, 1)])
def test_the_longest_scope_of_business_stays_on_the_licence(length: int, pages: int) -> None:
    facts = {**REGISTERED, "scope": "农产品销售；" * (length // 6), "address": "示例路" * 60}
    data = made(sheet("business-licence", facts))
    assert len(PdfReader(io.BytesIO(data)).pages) == pages and bare(facts["scope"]) in text_of(data)


def test_a_long_notice_runs_over_pages_that_are_numbered() -> None:
    items = [{"page": "premises", "text": "请写明门牌号和房间号。" * 20} for _ in range(30)]
    data = made(sheet("correction-notice", {"items": items}))
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) > 2 and f"共{len(pages)}页" in bare(pages[-1].extract_text())


def test_the_libraries_are_loaded_only_by_who_sets_papers() -> None:
    import subprocess
    import sys

    asked = "import sys, approvals.app, approvals.documents; print({'typst', 'pypdf', 'pylopdf_fonts_zh_cn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "set()"
