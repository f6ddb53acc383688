"""What the tests of the import share: running the command, small logs, and what came of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result

from approvals.db import Database
from approvals.logs.records import Options
from approvals.operations.logs.importing import Importer
from approvals.queries.logs import SortedEvent, sorted_events

Run = Callable[..., Result]
HEADING = "办件,环节,时间,人,科室\n"
OPTIONS = Options("csv", "办件", "环节", "时间", "人", "科室")
COLUMNS = ("--case-id", "办件", "--activity", "环节", "--time", "时间", "--resource", "人", "--group", "科室")
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def line(case: str = "A", activity: str = "受理", time: str = "2019-03-05 14:30:00", person: str = "甲", group: str = "一科") -> str:
    return f"{case},{activity},{time},{person},{group}\n"


def numbered(numbers: Iterable[int], cases: int = 7) -> str:
    """Lines whose activity is their number, a second apart."""
    return "".join(
        line(f"A{number % cases}", str(number), f"2019-03-05 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}")
        for number in numbers
    )


def importer(database: Database, name: str = "old", options: Options = OPTIONS, *, replaces: bool = False) -> Importer:
    return Importer(database, name, options, lambda: NOW, replaces=replaces)


def stored(database: Database, name: str = "old") -> list[SortedEvent]:
    with database.reading() as session:
        return list(sorted_events(session, name))


def activities(database: Database, name: str = "old") -> list[int]:
    """The numbers of ``numbered`` that were stored, by size: equal to the range when each is there once."""
    return sorted(int(event[1]) for event in stored(database, name))


def reported(file: Path) -> list[list[str]]:
    """The rows of the report beside a file, without its heading."""
    with file.with_name(file.name + ".bad.csv").open(encoding="utf-8-sig", newline="") as opened:
        heading, *rows = csv.reader(opened)
    assert heading == ["文件", "行号", "列", "内容", "问题", "怎么改"]
    return rows
