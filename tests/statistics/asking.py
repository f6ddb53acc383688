"""Everything that pages ask of the statistics, so that two ways to count can be compared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from approvals.db import Database
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.tables import cases, edges, steps

YEAR = Filter(first_month=date(2026, 1, 1), last_month=date(2026, 12, 1))
AUTUMN = Filter(first_month=date(2026, 10, 1), last_month=date(2026, 11, 1))
STEPS: tuple[tuple[str, ...], ...] = (
    (), ("workflow", "state", "whose"), ("office", "state"), ("month", "channel"), ("department",), ("office", "month", "channel"),
)  # fmt: skip
CASES: tuple[tuple[str, ...], ...] = (
    (), ("workflow",), ("month",), ("office", "month"), ("channel", "department"), ("opened_by", "workflow", "month"),
)  # fmt: skip


def everything(database: Database, now: datetime, offices: frozenset[int] | None = None, office_id: int | None = None) -> list[Any]:
    """The answers to all of these questions, for the county or some offices."""
    found: list[Any] = []
    with database.reading() as session:
        for months in (YEAR, AUTUMN):
            asked = Filter(first_month=months.first_month, last_month=months.last_month, office_id=office_id)
            found += [steps(session, now, offices, asked, by) for by in STEPS]
            found += [cases(session, now, offices, asked, by) for by in CASES]
            found.append(edges(session, now, offices, asked))
        online = Filter(first_month=YEAR.first_month, last_month=YEAR.last_month, channel="online", workflow="company-registration")
        found += [steps(session, now, offices, online, ("state",)), edges(session, now, offices, online)]
    return found
