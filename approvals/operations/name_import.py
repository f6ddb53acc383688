"""Taking the names over that the county has registered before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import CompanyName
from approvals.queries.name_index import written_sound
from workflows.rules import comparable

OTHER_NAME, OTHER_CODE = "other-name", "other-code"
"""Why a line is not taken over: its credit code has another name, or its name another credit code."""


@dataclass(frozen=True, slots=True)
class Line:
    """A registered name as a file has it, in the line of that number."""

    number: int
    name: str
    trade_name: str
    industry: str
    credit_code: str
    since: date


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some lines: how many names are new, how many were there, and which stand against what is registered."""

    new: int
    known: int
    against: tuple[tuple[Line, str], ...]


def import_names(session: Session, lines: list[Line]) -> Imported:
    """Enter names as registered. A credit code that is known is left as it is, so that a file can be sent twice."""
    compared = CompanyName.comparable_full
    with_codes = select(CompanyName.credit_code, compared).where(CompanyName.credit_code.in_({line.credit_code for line in lines}))
    with_names = select(compared).where(
        compared.in_({comparable(line.name) for line in lines}), CompanyName.status == "registered"
    )  # fmt: skip
    codes: dict[str | None, str] = {code: full for code, full in session.execute(with_codes)}
    named = set(session.scalars(with_names))
    rows, against, known = [], [], 0
    for line in lines:
        full, trade_name = comparable(line.name), comparable(line.trade_name)
        if line.credit_code in codes:
            known += 1
            if codes[line.credit_code] != full:
                against.append((line, OTHER_NAME))
            continue
        if full in named:
            against.append((line, OTHER_CODE))
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
    return Imported(len(rows), known, tuple(against))
