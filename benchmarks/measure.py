"""Both implementations, case by case in turn, on one database in one run."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from sqlalchemy import text

from approvals.db import Database
from tests.support.statements import counted

from .by_hand import ByHand
from .chain import Call, Driver, application
from .delegated import Driver as Carrier
from .plan import Recorder, Written, snapshot

DAY = "20261123"
READS = 15


def record(driver: Driver | Carrier) -> list[tuple[str, Written]]:
    """The rows of one case, driven through the public verbs. One case comes before it, for the counters of the day."""
    for _, call in driver.steps():
        call()
    plan: list[tuple[str, Written]] = []
    recorder = Recorder({})
    for name, call in driver.steps():
        before = snapshot(driver.database)
        recorder.learn(driver.known(before))
        call()
        plan.append((name, recorder.difference(before, snapshot(driver.database))))
    return plan


def by_hand_steps(driver: Driver | Carrier, by_hand: ByHand) -> Iterator[tuple[str, Call]]:
    """The actions of one more case by hand. What people typed before is made beforehand, as it is for the product."""
    drafts = driver.drafts()
    trade_name = application(driver.filed)["name"]["trade_name"]
    slots: dict[str, Any] = {
        **dict(zip(("draft a", "draft b"), drafts, strict=False)),
        "trade name": trade_name,
        "company": f"惠民县{trade_name}农产品销售有限公司",
    }
    for name, call in by_hand.steps(slots, DAY):
        driver.before(name, slots)
        yield name, call


def timed(steps: Iterator[tuple[str, Call]]) -> tuple[float, float, int]:
    """Wall and CPU seconds of this process inside the calls, and how many calls."""
    wall = cpu = 0.0
    number = 0
    for _, call in steps:
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        call()
        wall, cpu = wall + time.perf_counter() - wall_before, cpu + time.process_time() - cpu_before
        number += 1
    return wall, cpu, number


def chain(
    kind: str, database: Database, connection: Any, mark: str, pairs: int, cases: int, *, carried: bool = False
) -> dict[str, Any]:
    """The figures of one kind of database: ``pairs`` times ``cases`` cases by each implementation, in turn.

    ``carried``: the delegated chain around the registration instead of the company opening with all its matters.
    """
    driver = Carrier(database) if carried else Driver(database)
    by_hand = ByHand(connection, record(driver), mark)
    timed(by_hand_steps(driver, by_hand))
    shares, walls, cpus, raw_cpus, actions = [], 0.0, 0.0, 0.0, 0
    size_before = _size(database, kind)
    for _ in range(pairs):
        gc.collect()
        product = raw = 0.0
        for _ in range(cases):
            wall, cpu, number = timed(driver.steps())
            product, walls, cpus, actions = product + wall, walls + wall, cpus + cpu, actions + number
            wall, cpu, _ = timed(by_hand_steps(driver, by_hand))
            raw, raw_cpus = raw + wall, raw_cpus + cpu
        shares.append(raw / product)
    return {
        "bench": "delegated" if carried else "chain",
        "db": kind,
        "share_of_raw": {"median": round(median(shares), 3), "min": round(min(shares), 3), "max": round(max(shares), 3)},
        "pairs": pairs,
        "actions_per_case": actions // (pairs * cases),
        "actions_per_second": round(actions / walls),
        "cpu_ms_per_action": round(1000 * cpus / actions, 3),
        "raw_cpu_ms_per_action": round(1000 * raw_cpus / actions, 3),
        "bytes_per_case": round((_size(database, kind) - size_before) / (2 * pairs * cases)),
    }


def _size(database: Database, kind: str) -> int:
    with database.engine.connect() as connection:
        if kind == "postgresql":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages * connection.execute(text("PRAGMA page_size")).scalar_one())


def timed_reads(database: Database, read: Any) -> dict[str, Any]:
    """Statements and milliseconds of something that is read from a session."""
    times = []
    for _ in range(READS):
        with counted(database) as seen:
            begun = time.perf_counter()
            with database.reading() as session:
                assert read(session)
            times.append(1000 * (time.perf_counter() - begun))
    return {"statements": len(seen), "ms_min": round(min(times), 1), "ms_median": round(median(times), 1)}
