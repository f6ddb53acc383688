"""Our own cases written as a log, read in as one, and counted: the figures are those of the history itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from approvals.cli import main
from approvals.db import Database, to_microseconds
from approvals.models import Case, Event
from tests.logs.test_statistics import OPEN, moment, recount
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.seed import application
from workflows.clock import OFFICE_ZONE
from workflows.logs import LocalTime

Run = Callable[..., Result]
CSV = ("--case-id", "case:concept:name", "--activity", "concept:name", "--time", "time:timestamp", "--resource", "org:resource",
       "--group", "org:group")  # fmt: skip


@pytest.fixture(scope="module")
def database(module_database_url: str) -> Iterator[Database]:
    """Three openings: one returned to its applicant, two months later one registered and one withdrawn."""
    opened = Database(module_database_url)
    first = Chain(opened)
    first.claim(REGISTRATION)
    first.act(REGISTRATION, "return_for_correction")
    first.now += timedelta(days=60)
    for trade_name, action, member in (("云样", "approve", first.cast.registrar), ("麦样", "withdraw", first.cast.applicant)):
        content = application(first.now.date())
        content["name"]["trade_name"] = trade_name
        other = Chain(opened, first.cast, content, now=first.now + timedelta(days=1))
        other.claim(REGISTRATION)
        other.act(REGISTRATION, action, member)
    yield opened
    opened.dispose()


@pytest.fixture
def run(module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", module_database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == 0, result.output
        return result

    return invoke


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """The figures of a recount in the form in which the command tells them."""
    names = ("n", "mean", "median", "p90", "p95", "min", "max")

    def figures(spread: Any, *left_out: str) -> dict[str, Any]:
        return {name: getattr(spread, name) for name in names if name not in left_out}

    counts = {
        name: dict(zip(("events", "cases", "repeats"), numbers, strict=True)) for name, numbers in told["activities"].items()
    }
    edges = {edge: {"from": edge[0], "to": edge[1], **figures(spread)} for edge, spread in told["edges"].items()}
    return {**told, "activities": counts, "edges": edges, "duration": figures(told["duration"], "p95")}


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "xes", "xes.gz"])
def test_export_import_statistics(run: Run, database: Database, tmp_path: Path, ending: str) -> None:
    out, name = tmp_path / f"own.{ending}", f"own as {ending}"
    run("history", "export", "--out", str(out))
    run("history", "import", str(out), "--name", name, *(CSV if ending.startswith("csv") else ()))

    with database.reading() as session:
        stored = select(Case.number, Event.action, Event.happened_at).join(Case, Case.id == Event.case_id)
        rows = session.execute(stored.order_by(Event.case_id, Event.position)).all()
    log = [(number, action, to_microseconds(at), None, None) for number, action, at in rows]
    assert len(log) > 30 and len({event[0].split("-")[0] for event in log}) == 3

    working = LocalTime(OFFICE_ZONE, OPEN)
    ways: dict[tuple[str, ...], Any] = {
        (): lambda start, end: Fraction(end - start, 1_000_000),
        ("--working-hours",): lambda start, end: Fraction(working.position(end) - working.position(start), 1_000_000),
    }
    for arguments, between in ways.items():
        told = json.loads(run("statistics", "--log", name, "--json", *arguments).stdout)
        expected = plain(recount(log, between, OFFICE_ZONE))
        assert told["first"] == moment(min(event[2] for event in log)).astimezone(OFFICE_ZONE).isoformat()
        told["edges"] = {(edge["from"], edge["to"]): edge for edge in told["edges"]}
        for key in ("cases", "events", "variants", "activities", "edges", "duration", "started"):
            assert told[key] == expected[key], key
        assert told["resources"]["registrar@approval-bureau"] > 3 and told["resources"]["applicant"] >= 3
        assert sum(told["groups"].values()) < sum(told["resources"].values()) <= told["events"]
    assert told["bad_lines"] == 0 and ROOT not in told["resources"]
