"""What the pages of an application fill in by themselves, and what they work out from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from approvals.forms import Offered
from workflows.rules import comparable, normalise_number
from workflows.rules.company import YEARS_TO_PAY, years_later
from workflows.rules.reading import Application, Row

COPIED = ("name", "id_kind", "id_number", "id_as_on_card")


def offered(page: str, today: date) -> Offered:
    """Values of new rows: contributions are due within five years of establishment (公司法 第四十七条), never before today."""
    return {"shareholders": {"paid_by": years_later(today, YEARS_TO_PAY).isoformat()}} if page == "capital" else {}


def completed(page: str, values: dict[str, Any], items: Mapping[str, tuple[str, bool]]) -> dict[str, Any]:
    """What was typed, with what follows from it.

    A business item takes its official wording unless another was written, and counts as licensed when the list says so. The
    bank opens an account only with the company's seal, so choosing the bank chooses the seal.
    """
    if page == "premises" and isinstance(values.get("items"), list):
        return {**values, "items": [_completed_item(row, items) for row in values["items"]]}
    chosen = values.get("chosen")
    if page == "matters" and isinstance(chosen, list) and "bank-account" in chosen and "company-seal" not in chosen:
        return {**values, "chosen": ["company-seal", *chosen]}
    return values


def _completed_item(row: Mapping[str, Any], items: Mapping[str, tuple[str, bool]]) -> dict[str, Any]:
    completed = dict(row)
    if row.get("item") in items:
        wording, licensed = items[row["item"]]
        if not row.get("text") or row["text"] in {text for text, _licensed in items.values()}:
            completed["text"] = wording
        completed["licensed"] = bool(row.get("licensed")) or licensed
    return completed


@dataclass(frozen=True, slots=True)
class Copyable:
    """A shareholder who can be copied into the people of the firm."""

    number: int
    name: str


def copyable(content: Mapping[str, Any]) -> list[Copyable]:
    """Shareholders that are natural persons and do not stand among the people yet."""
    application = Application(content)
    there = {_key(row) for row in application.people}
    found: dict[str, Copyable] = {}
    for row in application.shareholders:
        if row.text("kind") in ("natural", "") and row.text("name") and _key(row) not in there:
            found.setdefault(_key(row), Copyable(int(row.path.rpartition(".")[2]), row.text("name")))
    return list(found.values())


def _key(row: Row) -> str:
    return normalise_number(row.text("id_number")) or comparable(row.text("name"))


def copied_row(content: Mapping[str, Any], number: str) -> dict[str, Any] | None:
    """The row of the people's table for the shareholder of that number; None when there is none to copy."""
    wanted = next((each for each in copyable(content) if str(each.number) == number), None)
    if wanted is None:
        return None
    row = Application(content).page("capital").values["shareholders"][wanted.number]
    return {name: row[name] for name in COPIED if name in row}


@dataclass(frozen=True, slots=True)
class Tally:
    """What the shareholders subscribe, against the registered capital; amounts in yuan, None when it cannot be told."""

    capital: Decimal | None
    total: Decimal
    shares: tuple[tuple[str, str], ...]

    @property
    def difference(self) -> Decimal | None:
        return None if self.capital is None else self.capital - self.total


def tally(content: Mapping[str, Any]) -> Tally:
    """The sum of the contributions and each shareholder's share of it in percent, to the hundredth."""
    application = Application(content)
    amounts = [(row.text("name") or str(place), row.money("amount")) for place, row in enumerate(application.shareholders, 1)]
    total = sum((amount for _name, amount in amounts if amount is not None), Decimal())
    shares = tuple(
        (name, f"{(amount / total * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%") for name, amount in amounts if amount and total
    )
    return Tally(application.page("capital").money("capital"), total, shares)
