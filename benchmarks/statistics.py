"""The overview and the heat map at ten thousand, a hundred thousand and, when asked, a million closed steps, and filling the rollups.

The steps are of invented company openings of two years, at a hall and thirty town centres, filled in as the schedule does it. What
is in progress is the same at every size: two hundred openings, and what ended since the last run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.jobs.rollups import catch_up
from approvals.models import Case, Office, Task
from approvals.operations.rollups import start_again
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.tables import WORKING, cases, steps
from tests.support.seed import NOW, SINCE, Cast, seed
from tests.support.statements import counted

SIZES = (10_000, 100_000)
MILLION = (10_000, 100_000, 1_000_000)
TOWNS, OPEN, ROUNDS = 30, 200, 15
BEGUN = NOW - timedelta(days=730)
MONTHS = Filter(first_month=date(2025, 12, 1), last_month=date(2026, 11, 1))
_MATTERS = {
    "company-seal": "public-security", "tax-registration": "tax", "social-insurance": "human-resources",
    "medical-insurance": "medical-insurance", "housing-fund": "housing-fund",
}  # fmt: skip
_STEPS = 9
"""Closed steps of one opening."""
_FAMILIES = 500


def measure(kind: str, database: Database, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Statements and milliseconds of both pages at each size, how many steps a second the rollups take in, and the ratios."""
    cast, chance = seed(database), random.Random(4011)
    offices = [cast.offices["hall"], *database.write(_towns)]
    for _ in range(OPEN // 100):
        database.write(_openings, cast, offices, chance, 100, NOW - timedelta(days=4), is_open=True)
    figures: dict[str, Any] = {"bench": "statistics", "db": kind, "sizes": {}}
    done = 0
    for size in sizes:
        while done < size // _STEPS:
            some = min(_FAMILIES, size // _STEPS - done)
            # Spread evenly over two years at every size, so that only how many there are differs.
            database.write(_openings, cast, offices, chance, some, None)
            done += some
        _analyze(database)
        database.write(start_again)
        begun = time.perf_counter()
        entered = catch_up(database, NOW)
        seconds = time.perf_counter() - begun
        figures["sizes"][str(size)] = {
            "rolled_up_per_second": round(entered / seconds), "overview": _page(database, _overview),
            "heat_map": _page(database, _heat_map),
        }  # fmt: skip
    first, last = (figures["sizes"][str(size)] for size in (sizes[0], sizes[-1]))
    for page in ("overview", "heat_map"):
        figures[f"{page}_ratio"] = round(last[page]["ms_median"] / first[page]["ms_median"], 2)
        assert first[page]["statements"] == last[page]["statements"]
    return figures


def _overview(session: Session) -> Any:
    return cases(session, NOW, None, MONTHS, ("workflow", "month"))


def _heat_map(session: Session) -> Any:
    return steps(session, NOW, None, MONTHS, ("workflow", "state", "office"), times=WORKING)


def _page(database: Database, asked: Any) -> dict[str, Any]:
    times = []
    for _ in range(ROUNDS):
        with counted(database) as seen:
            begun = time.perf_counter()
            with database.reading() as session:
                assert asked(session)
            times.append(1000 * (time.perf_counter() - begun))
    return {"statements": len(seen), "ms_median": round(median(times), 1), "ms_max": round(max(times), 1)}


def _analyze(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _towns(session: Session) -> list[int]:
    rows = [
        {
            "id": new_id(), "code": f"town-{number:02d}", "name": f"样例{number}镇便民服务中心", "kind": "town_centre",
            "place_code": "371621105", "valid_from": SINCE, "address": f"示例路{number}号", "phone": "0543-0000000",
        }
        for number in range(TOWNS)
    ]  # fmt: skip
    session.execute(insert(Office), rows)
    return [row["id"] for row in rows]


def _openings(
    session: Session, cast: Cast, offices: list[int], chance: random.Random, count: int, begun: datetime | None, is_open: bool = False
) -> None:
    """So many company openings with their registration and five matters; one that is open stands before its registrar."""
    new_cases: list[dict[str, Any]] = []
    new_tasks: list[dict[str, Any]] = []
    for _ in range(count):
        opened = begun or BEGUN + timedelta(seconds=chance.uniform(0, 715 * 86_400))
        office = offices[0] if chance.random() < 0.5 else chance.choice(offices)
        for each in _opening(cast, office, chance, opened, is_open):
            (new_tasks if "role" in each else new_cases).append(each)
    session.execute(insert(Case), new_cases)
    session.execute(insert(Task), new_tasks)


def _opening(cast: Cast, office: int, chance: random.Random, opened: datetime, is_open: bool) -> Iterator[dict[str, Any]]:
    root = new_id()
    registered = opened + _taken(chance, 600)
    ends = {workflow: registered + _taken(chance, 90) for workflow in _MATTERS}
    over = max(ends.values())
    delivered = over + _taken(chance, 300)

    def case(workflow: str, begun: datetime, ended: datetime, parent: int | None, state: str) -> dict[str, Any]:
        closed = None if is_open else ended
        case_id = root if parent is None else new_id()
        return {
            "id": case_id, "number": f"B{case_id}", "token": f"b{case_id}", "root_id": root, "parent_id": parent, "workflow": workflow,
            "version": 1, "state": state, "outcome": "" if is_open else "done", "company": "样例有限公司",
            "applicant_id": cast.applicant.person_id, "channel": "online", "deciding_office_id": office, "offices": {}, "chosen": [],
            "predecessors": [], "identity_overrides": [], "opened_at": begun, "clock_started_at": begun,
            "promised_due_at": begun + timedelta(days=3), "statutory_due_at": begun + timedelta(days=5), "closed_at": closed,
            "position": 1, "head": "",
        }  # fmt: skip

    def task(held: dict[str, Any], state: str, role: str, department: str, begun: datetime, ended: datetime | None) -> dict[str, Any]:
        addressed = bool(role) and role != "applicant"
        return {
            "id": new_id(), "case_id": held["id"], "root_id": root, "workflow": held["workflow"], "state": state, "role": role,
            "department": department, "office_id": office if addressed else None, "opened_at": begun,
            "due_at": begun + timedelta(hours=8) if addressed else None, "closed_at": ended,
            "holder_id": cast.registrar.person_id if addressed and ended else None, "held_at": None,
            "closed_by": "done" if ended else "",
        }  # fmt: skip

    whole = case("company-opening", opened, over, None, "registering" if is_open else "delivered")
    registration = case("company-registration", opened, registered, root, "reviewing" if is_open else "registered")
    yield from (whole, registration)
    yield task(whole, "registering", "", "", opened, None if is_open else registered)
    yield task(registration, "reviewing", "registrar", "approval-bureau", opened, None if is_open else registered)
    if is_open:
        return
    yield task(whole, "processing", "", "", registered, over)
    yield task(whole, "delivering", "clerk", "approval-bureau", over, delivered)
    for workflow, department in _MATTERS.items():
        matter = case(workflow, registered, ends[workflow], root, "done")
        yield matter
        yield task(matter, "handling", "officer", department, registered, ends[workflow])


def _taken(chance: random.Random, minutes: float) -> timedelta:
    """A length about so long, now and then very much longer."""
    return timedelta(minutes=chance.lognormvariate(0, 1.2) * minutes)
