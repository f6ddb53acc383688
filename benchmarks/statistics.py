"""The pages of supervisors at ten thousand, a hundred thousand and, when asked, a million closed steps, and filling the rollups.

The steps are of invented company openings of two years, at a hall and thirty town centres, filled in as the schedule does it. What
is in progress is the same at every size: two hundred openings that are open, and twenty whose results were handed out since the
last run, of half of them made since then. At the last size the pages that read what is open are measured with a thousand open ones too.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.jobs.rollups import catch_up
from approvals.models import Office
from approvals.operations.rollups import start_again
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.tables import WORKING, cases, steps
from tests.support.seed import NOW, SINCE, seed

from .measure import timed_reads
from .openings import LONGEST, STEPS, Row, Writer, just_ended, opening
from .pages import PAGES, Supervisor

SIZES = (10_000, 100_000)
MILLION = (10_000, 100_000, 1_000_000)
TOWNS, OPEN, MANY_OPEN, JUST_ENDED = 30, 200, 1_000, 20
BEGUN = NOW - timedelta(days=730)
DAYS = 730 - (3 * LONGEST).days - 1
"""The days from ``BEGUN`` on which what has ended was opened: the last of them end before the newest."""

MONTHS = Filter(first_month=date(2025, 12, 1), last_month=date(2026, 11, 1))
READS_WHAT_IS_OPEN = ("overview", "trends", "chain", "comparison_length", "figures_by_workflow", "forecast", "backlog", "open")
_AT_ONCE = 500


def measure(kind: str, database: Database, connection: Any, mark: str, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Statements and milliseconds of every page at each size, how many steps a second the rollups take in, and the ratios."""
    cast, chance, writer = seed(database), random.Random(4011), Writer(kind, connection, mark)
    offices = [cast.offices["hall"], *database.write(_towns, cast.offices["hall"])]

    def somewhere() -> int:
        return offices[0] if chance.random() < 0.5 else chance.choice(offices)

    def still_open(many: int) -> Iterator[Row]:
        for _ in range(many):
            yield from opening(cast, somewhere(), chance, NOW - timedelta(days=chance.uniform(0.1, 8)), is_open=True)

    def ended(many: int) -> Iterator[Row]:
        # Spread evenly over two years at every size, so that only how many there are differs.
        for opened in sorted(chance.uniform(0, DAYS) for _ in range(many)):
            yield from opening(cast, somewhere(), chance, BEGUN + timedelta(days=opened))

    def fresh() -> Iterator[Row]:
        for _ in range(JUST_ENDED):
            yield from just_ended(cast, somewhere(), chance, NOW - timedelta(seconds=chance.uniform(1, 100)))

    _write(writer, still_open(OPEN))
    _write(writer, fresh())
    figures: dict[str, Any] = {"bench": "statistics", "db": kind, "sizes": {}}
    done = 0
    for size in sizes:
        begun = time.perf_counter()
        _write(writer, ended(size // STEPS - done))
        done = size // STEPS
        _analyze(database, kind)
        filled = time.perf_counter()
        database.write(start_again)
        entered = catch_up(database, NOW)
        over = time.perf_counter()
        figures["sizes"][str(size)] = {
            "written_s": round(filled - begun), "rolled_up_s": round(over - filled),
            "rolled_up_per_second": round(entered / (over - filled)), **_looked_at(database, kind, cast, PAGES),
            "query_cases": timed_reads(database, _cases), "query_steps": timed_reads(database, _steps),
        }  # fmt: skip
    _write(writer, still_open(MANY_OPEN - OPEN))
    figures[f"with_{MANY_OPEN}_open"] = _looked_at(database, kind, cast, READS_WHAT_IS_OPEN)
    figures["ratios"] = _ratios(figures["sizes"], sizes)
    figures["more_statements"] = _more_statements(figures["sizes"])
    return figures


def _looked_at(database: Database, kind: str, cast: Any, names: Iterable[str]) -> dict[str, Any]:
    _analyze(database, kind)
    with Supervisor(database, cast) as supervisor:
        return {name: supervisor.looks_at(name) for name in names}


def _ratios(found: dict[str, Any], sizes: tuple[int, ...]) -> dict[str, Any]:
    """How much more each page takes at one size than at another. The fewest steps leave many cells of a table empty."""
    last = sizes[-1]
    ratios: dict[str, Any] = {}
    for first in sizes[:-1]:
        less, more = found[str(first)], found[str(last)]
        ratios[f"{first}:{last}"] = {name: round(more[name]["ms_min"] / less[name]["ms_min"], 2) for name in PAGES}
    return ratios


def _more_statements(found: dict[str, Any]) -> list[str]:
    """The pages that send more statements at a greater size; there should be none. Fewer are right where there are too many cases
    to work each out exactly."""
    numbers = [[each[name]["statements"] for each in found.values()] for name in PAGES]
    return [f"{name}: {counts}" for name, counts in zip(PAGES, numbers, strict=True) if counts != sorted(counts, reverse=True)]


def _cases(session: Session) -> Any:
    return cases(session, NOW, None, MONTHS, ("workflow", "month"), times=WORKING)


def _steps(session: Session) -> Any:
    return steps(session, NOW, None, MONTHS, ("workflow", "state", "office"), times=WORKING)


def _write(writer: Writer, rows: Iterator[Row]) -> None:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) >= 30 * _AT_ONCE:
            writer.write(some)
            some = []
    writer.write(some)


def _analyze(database: Database, kind: str) -> None:
    """What autovacuum does by and by, or ``PRAGMA optimize``: measured is a county that has been at work for two years."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)" if kind == "postgresql" else "ANALYZE"))


def _towns(session: Session, hall: int) -> list[int]:
    rows = [
        {
            "id": new_id(), "code": f"town-{number:02d}", "name": f"样例{number}镇便民服务中心", "kind": "town_centre",
            "place_code": "371621105", "parent_id": hall, "valid_from": SINCE, "address": f"示例路{number}号", "phone": "0543-0000000",
        }
        for number in range(TOWNS)
    ]  # fmt: skip
    session.execute(insert(Office), rows)
    return [row["id"] for row in rows]
