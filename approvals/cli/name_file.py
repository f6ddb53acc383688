"""The file of ``approvals names import``: read line by line, each line either usable or reported."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from approvals.operations.name_import import Line
from workflows.rules import comparable, credit_code_faults, normalise_number

COLUMNS = ("name", "trade_name", "industry", "credit_code", "since")
CHINESE_COLUMNS = {
    "名称": "name", "企业名称": "name", "字号": "trade_name", "行业": "industry",
    "统一社会信用代码": "credit_code", "成立日期": "since",
}  # fmt: skip
LONGEST_FULL, LONGEST_PART = 300, 150
"""Characters of a full name and of its parts; compatibility characters may become longer when they are compared."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """One that cannot, and why, for whoever mends the file."""

    number: int
    why: str


def read_lines(file: Iterable[str]) -> Iterator[Line | BadLine]:
    """The lines of a CSV file with the columns name, trade_name, industry, credit_code, since, or their Chinese headings.

    Reads as it goes, so that a large file needs no memory. Raises ValueError when a column is missing.
    """
    reader = csv.reader(file)
    heading = next(reader, [])
    names = [CHINESE_COLUMNS.get(cell.strip("\ufeff \t"), cell.strip("\ufeff \t")) for cell in heading]
    missing = [column for column in ("name", "trade_name", "credit_code", "since") if column not in names]
    if missing:
        raise ValueError(f"缺少列：{'、'.join(missing)}。第一行应是列名：{','.join(COLUMNS)}。")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(reader.line_num, f"不是完整的 CSV 行：{error}")
            continue
        if any(cell.strip() for cell in cells):
            yield _line(reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False)))


def _line(number: int, cells: dict[str, str]) -> Line | BadLine:
    name, trade_name, industry = cells.get("name", ""), cells.get("trade_name", ""), cells.get("industry", "")
    code = normalise_number(cells.get("credit_code", ""))
    for text, title, longest in ((name, "名称", LONGEST_FULL), (trade_name, "字号", LONGEST_PART), (industry, "行业", LONGEST_PART)):
        if len(text) > longest:
            return BadLine(number, f"{title}超过{longest}个字。")
        if not text.isprintable():
            return BadLine(number, f"{title}含有无法显示的字符。")
    if not name or not comparable(trade_name):
        return BadLine(number, "名称和字号不能空。")
    if comparable(trade_name) not in comparable(name):
        return BadLine(number, f"名称“{name}”里没有字号“{trade_name}”。")
    # Real codes exist that fail the published check digit, so only their form is asked for.
    if len(code) != 18 or not code.isascii() or not code.isalnum():
        return BadLine(number, f"统一社会信用代码“{code[:30]}”不是18位字母和数字。")
    try:
        since = date.fromisoformat(cells.get("since", "").replace("/", "-").replace(".", "-"))
    except ValueError:
        return BadLine(number, f"日期“{cells.get('since', '')[:20]}”应写成 2020-01-31。")
    return Line(number, name, trade_name, industry, code, since)


def has_faulty_check_digit(line: Line) -> bool:
    """Whether the code fails its published check, which is worth a look and no reason to leave the name out."""
    return bool(credit_code_faults(line.credit_code))


def encoding_of(file: Path) -> str:
    """UTF-8 when the beginning of the file is, else what older systems write."""
    with file.open("rb") as opened:
        beginning = opened.read(1 << 20)
    try:
        beginning[: -4 if len(beginning) == 1 << 20 else None].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A character cut in two at the end of what was read is no sign of another encoding.
        return "utf-8-sig" if error.start > len(beginning) - 8 and len(beginning) == 1 << 20 else "gb18030"
    return "utf-8-sig"
