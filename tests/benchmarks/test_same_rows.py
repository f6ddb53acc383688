"""The hand-written side of the benchmark does the whole work: row for row and column for column what the verbs write."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from approvals.db import Database
from approvals.db.engine import _PRAGMAS
from approvals.queries.verification import verify_all
from benchmarks.by_hand import ByHand
from benchmarks.chain import STEPS, Driver
from benchmarks.databases import PRAGMAS
from benchmarks.delegated import Driver as Carrier
from benchmarks.measure import by_hand_steps, record
from benchmarks.plan import TABLES, Rows, snapshot

RANDOM = {
    "token",
    "salt",
    "digest",
    "payload_digest",
    "hash",
    "previous_hash",
    "head",
    "number",
    "credit_code",
    "holder",
    "request_key",
}
"""Columns that differ between any two cases. Their digests are checked by verification, which reads both alike."""


_IDENTIFIERS = ("id", "case_id", "root_id", "parent_id", "task_id", "event_id", "item_id", "hand_over_id")


@pytest.fixture
def connection(database_url: str) -> Iterator[Any]:
    """A connection of the driver alone."""
    if database_url.startswith("sqlite"):
        opened: Any = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        opened.execute("PRAGMA foreign_keys=ON")
    else:
        import psycopg

        opened = psycopg.connect(database_url.replace("postgresql+psycopg", "postgresql"))
    yield opened
    opened.close()


def added(before: Rows, after: Rows) -> Rows:
    return {name: {key: row for key, row in after[name].items() if row != before[name].get(key)} for name in TABLES}


def plain(row: dict[str, Any], draft_ids: set[int]) -> dict[str, Any]:
    """A row without what differs between any two cases: identifiers, numbers, names, digests."""

    def content(column: str, value: Any) -> Any:
        if column in RANDOM:
            return type(value)
        if isinstance(value, int) and value > 1 << 58:
            return (
                "identifier"
                if value in draft_ids or column in _IDENTIFIERS
                else value
            )
        if isinstance(value, str):
            value = re.sub(r"速[零一二三四五六七八九]+", "速", value)
            value = re.sub(r"HM\d{15}", "HM", value)
            value = re.sub(r"9137\w{14}", "credit code", value)
            value = re.sub(r"/sign/[\w-]+", "/sign/#", value)
            return re.sub(r"[0-9a-f]{64}|\d{18,}", "#", value)
        return value

    return {column: content(column, value) for column, value in row.items()}


@pytest.mark.parametrize("kind", [Driver, Carrier], ids=["chain", "delegated"])
def test_by_hand_writes_what_the_verbs_write(engine: Any, connection: Any, kind: type[Driver | Carrier]) -> None:
    database = Database(engine=engine)
    driver = kind(database)
    by_hand = ByHand(connection, record(driver), "?" if engine.dialect.name == "sqlite" else "%s")

    before = snapshot(database)
    for _, call in driver.steps():
        call()
    between = snapshot(database)
    for _, call in by_hand_steps(driver, by_hand):
        call()
    after = snapshot(database)

    ours, theirs = added(before, between), added(between, after)
    for name in TABLES:
        draft_ids = set(ours["drafts"]) | set(theirs["drafts"]) | {row["filed_case_id"] for row in theirs["drafts"].values()}
        draft_ids |= {row["filed_case_id"] for row in ours["drafts"].values()}
        assert len(ours[name]) == len(theirs[name]), name
        if name == "counters":
            continue
        expected = sorted((plain(row, draft_ids) for row in ours[name].values()), key=repr)
        assert sorted((plain(row, draft_ids) for row in theirs[name].values()), key=repr) == expected, name
    if kind is Driver:
        assert len(ours["events"]) > 30 and len(ours["documents"]) > 10 and len(ours["notices"]) > 8
    else:
        assert len(ours["events"]) > 25 and len(ours["hand_overs"]) == 4 and len(ours["custody_moves"]) > 10

    with database.session() as session:
        assert list(verify_all(session)) == []


def test_a_case_takes_twenty_actions_and_more() -> None:
    names = [action for _, action in STEPS]
    assert len(STEPS) >= 20
    assert {"file", "claim", "return_for_correction", "resubmit", "request_extension", "grant_extension", "approve", "hand_out"} <= set(
        names
    )


def test_both_sides_use_the_same_pragmas() -> None:
    assert tuple(f"PRAGMA {pragma}" for pragma in PRAGMAS) == _PRAGMAS
