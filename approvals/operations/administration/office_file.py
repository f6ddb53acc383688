"""Reading a list of points from a file that a spreadsheet or a person made: encodings, headings, lines."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from .faults import Fault, fault
from .kinds import COLUMN_TITLES, words
from .reading import one_line

COLUMNS = ("code", "name", "kind", "place", "parent", "address", "phone", "valid_from")
NEEDED = ("code", "name", "kind", "place", "parent", "valid_from")
MOST_BYTES = 256 * 1024
MOST_LINES = 1000
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in the file; ``number`` counts from 1, the headings included."""

    number: int
    typed: dict[str, str]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read. With ``fault`` nothing of it could be used."""

    lines: tuple[Line, ...] = ()
    fault: Fault | None = None


_HEADINGS = {"place": {"zh": "地点代码", "en": "Place code"}, "parent": {"zh": "上级代码", "en": "Code of the office above"}}
EXAMPLE = {
    "zh": "grid-example-01,示例网格帮办代办点,网格,371621105,town-lizhuang,示例路1号,0543-5320000,2026-12-01",
    "en": "grid-example-01,Example grid point,grid,371621105,town-lizhuang,1 Example Road,0543-5320000,2026-12-01",
}
"""A line to be written over."""


def template(language: str) -> str:
    """A file with the headings and one line to be written over, as spreadsheets open it (UTF-8 with its mark)."""
    headings = [heading(column)["zh"] if language == "zh" else column for column in COLUMNS]
    return "\ufeff" + "\r\n".join([",".join(headings), EXAMPLE[language], ""])


def decoded(data: bytes) -> str | None:
    """The text of a file: UTF-8 with or without its mark, UTF-16 with it, or GB18030. None for anything else."""
    if data.startswith(_UTF16):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def read_file(data: bytes) -> Sheet:
    """The lines of a file, or why it cannot be read."""
    if data.startswith((_ZIP, _OLD_OFFICE)):
        return Sheet(fault=fault(
            "file", "这是表格软件自己的格式：请用“另存为”存成 CSV 再上传。",
            "This is a spreadsheet's own format: save it as CSV and send that.",
        ))  # fmt: skip
    if len(data) > MOST_BYTES:
        return Sheet(fault=fault(
            "file", f"文件太大：最多 {MOST_BYTES // 1024} KB，请分成几个文件。",
            f"The file is too large: {MOST_BYTES // 1024} KB at most; send several.",
        ))  # fmt: skip
    text = decoded(data)
    if text is None:
        return Sheet(
            fault=fault(
                "file", "读不出文字：请存成 UTF-8 或 GB18030 编码的 CSV。", "No text can be read: save it as CSV in UTF-8 or GB18030."
            )
        )
    return read_text(text)


def read_text(text: str) -> Sheet:
    """The lines of a text with headings in Chinese or English, separated by commas, tabs or semicolons."""
    text = text.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    separator = max(",\t;\uff0c", key=first.count)
    if separator == "\uff0c":
        return Sheet(
            fault=fault(
                "file", "列与列之间用了中文逗号，请换成英文逗号。", "The columns are separated by Chinese commas; use plain ones."
            )
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    titles = [words()["columns"].get(one_line(cell).casefold(), "") for cell in next(reader, [])]
    missing = [column for column in NEEDED if column not in titles]
    if missing:
        zh = "、".join(heading(column)["zh"] for column in missing)
        en = ", ".join(heading(column)["en"] for column in missing)
        return Sheet(
            fault=fault(
                "file", f"第 1 行缺少列：{zh}。请下载模板对照。", f"Line 1 lacks the columns: {en}. Compare it with the template."
            )
        )
    twice = next((column for column in COLUMNS if titles.count(column) > 1), None)
    if twice is not None:
        title = heading(twice)
        return Sheet(
            fault=fault("file", f"“{title['zh']}”这一列出现了两次，请只留一列。", f"The column {title['en']} is there twice; keep one.")
        )
    return _lines(reader, titles)


def heading(column: str) -> dict[str, str]:
    """What a column is called in the first line of a file."""
    return dict(_HEADINGS.get(column) or COLUMN_TITLES[column])


def _lines(reader: csv._reader, titles: list[str]) -> Sheet:
    lines: list[Line] = []
    begun = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            lines.append(
                Line(begun, {}, (fault("file", "这一行引号没有配对，请检查。", "The quotation marks of this line do not match."),))
            )
            begun = reader.line_num + 1
            continue
        number, begun = begun, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) == MOST_LINES:
            return Sheet(
                fault=fault(
                    "file", f"超过 {MOST_LINES} 行，请分成几个文件。", f"There are more than {MOST_LINES} lines; send several files."
                )
            )
        typed = {title: one_line(cell) for title, cell in zip(titles, cells, strict=False) if title}
        more = [cell for cell in cells[len(titles) :] if cell.strip()]
        wrong = (
            (
                fault(
                    "file",
                    "这一行的列比表头多，可能有没加引号的逗号。",
                    "This line has more columns than the headings; perhaps a comma.",
                ),
            )
            if more
            else ()
        )
        lines.append(Line(number, typed, wrong))
    if not lines:
        return Sheet(fault=fault(
            "file", "文件里没有服务点：第 1 行是表头，从第 2 行开始写。",
            "There is no point in the file: line 1 has the headings, write from line 2.",
        ))  # fmt: skip
    return Sheet(tuple(lines))
