"""Taking the names over that the county has registered before: line by line, what cannot be used is reported."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import CompanyName
from approvals.queries.name_index import written_sound
from workflows.rules import comparable, credit_code_faults, normalise_number

COLUMNS = ("name", "trade_name", "industry", "credit_code", "since")
CHINESE_COLUMNS = {
    "名称": "name", "企业名称": "name", "字号": "trade_name", "行业": "industry",
    "统一社会信用代码": "credit_code", "成立日期": "since",
}  # fmt: skip
LONGEST_FULL, LONGEST_PART = 300, 150
"""Characters of a full name and of its parts; compatibility characters may become longer when they are compared."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file that can be used."""

    number: int
    name: str
    trade_name: str
    industry: str
    credit_code: str
    since: date


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


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some lines: how many names are new, how many were there, and what stands against the others."""

    new: int
    known: int
    bad: tuple[BadLine, ...]


def import_names(session: Session, lines: list[Line]) -> Imported:
    """Enter names as registered. A credit code that is known is left as it is, so that a file can be sent twice."""
    compared = CompanyName.comparable_full
    with_codes = select(CompanyName.credit_code, compared).where(CompanyName.credit_code.in_({line.credit_code for line in lines}))
    with_names = select(compared).where(
        compared.in_({comparable(line.name) for line in lines}), CompanyName.status == "registered"
    )  # fmt: skip
    codes: dict[str | None, str] = {code: full for code, full in session.execute(with_codes)}
    named = set(session.scalars(with_names))
    rows, bad, known = [], [], 0
    for line in lines:
        full, trade_name = comparable(line.name), comparable(line.trade_name)
        if line.credit_code in codes:
            known += 1
            if codes[line.credit_code] != full:
                bad.append(BadLine(line.number, f"代码{line.credit_code}已经登记为别的名称，没有改动。"))
            continue
        if full in named:
            bad.append(BadLine(line.number, f"名称“{line.name}”已经登记在另一个代码下。"))
            continue
        codes[line.credit_code] = full
        named.add(full)
        rows.append(
            {
                "id": new_id(), "full_name": line.name, "trade_name": line.trade_name,
                "comparable_full": full, "comparable_trade": trade_name,
                "sound": written_sound(trade_name) or "-", "industry": line.industry, "status": "registered",
                "since": line.since.isoformat(), "until": None, "holder": line.credit_code, "credit_code": line.credit_code,
                "content": {},
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(CompanyName), rows)
    return Imported(len(rows), known, tuple(bad))
