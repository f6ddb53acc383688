"""The ledger of suspensions, held against the history of its case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .replay import Problem, Replayed, problem

_TOLD = ("kind", "ground", "paper", "starts_at", "ends_at", "entered_at", "entered_by_id", "ended_at", "ended_by_id")


def suspension_problems(case: Any, replayed: Replayed, rows: list[Any]) -> Iterator[Problem]:
    """One row for each suspension that the history tells, as it tells it, and no other."""
    found = {row.number: row for row in rows}
    for told in replayed.suspensions:
        row = found.pop(told.number, None)
        if row is None:
            yield problem(told.position, f"第{told.number}次中止计时缺失", f"suspension {told.number} is missing")
        elif any(getattr(row, name) != getattr(told, name) for name in _TOLD):
            yield problem(told.position, f"第{told.number}次中止计时被改动", f"suspension {told.number} was changed")
    for number in found:
        yield problem(case.position, f"第{number}次中止计时没有办理记录", f"no event tells suspension {number}")
