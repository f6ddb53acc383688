"""Our own cases written as a log: every event once, in order, of the cases chosen, without anybody's name unless asked for."""

from __future__ import annotations

import csv
import gzip
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from approvals.cli import main
from approvals.db import Database
from approvals.models import Case, Event, Person
from approvals.queries.own_log import Chosen, traces
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.seed import application
from tests.support.statements import counted
from workflows.clock import OFFICE_ZONE

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def database(module_database_url: str) -> Iterator[Database]:
    """One opening that was registered, and one filed six weeks later that its applicant withdrew from the registrar."""
    opened = Database(module_database_url)
    chain = Chain(opened)
    chain.claim(REGISTRATION)
    chain.act(REGISTRATION, "approve")
    later = chain.now + timedelta(days=45)
    content = application(later.date())
    content["name"]["trade_name"] = "云样"
    Chain(opened, chain.cast, content, now=later).act(REGISTRATION, "withdraw", chain.cast.applicant)
    yield opened
    opened.dispose()


@pytest.fixture
def run(module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", module_database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["history", "export", *arguments])


def lines_of(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def stored(database: Database, *conditions: Any) -> list[tuple[str, str, datetime]]:
    with database.reading() as session:
        query = select(Case.number, Event.action, Event.happened_at).join(Case, Case.id == Event.case_id).where(*conditions)
        return [tuple(row) for row in session.execute(query.order_by(Event.case_id, Event.position))]  # type: ignore[misc]


def test_every_event_is_written_once_and_in_order(run: Run, database: Database) -> None:
    written = lines_of(run())
    read = [(line["case:concept:name"], line["concept:name"], datetime.fromisoformat(line["time:timestamp"])) for line in written]
    assert len(read) > 15 and read == stored(database)
    assert {line["time:timestamp"][-6:] for line in written} == {"+08:00"}
    assert {line["lifecycle:transition"] for line in written} == {"complete"}


def test_xes_says_the_same(run: Run, database: Database, tmp_path: Path) -> None:
    out = tmp_path / "own.xes.gz"
    result = run("--out", str(out))
    assert result.exit_code == 0 and f"{len(stored(database))} 个事件" in result.stderr
    with gzip.open(out) as file:
        log = ElementTree.parse(file).getroot()
    name = "{http://www.xes-standard.org/}"
    read = []
    for trace in log.iter(f"{name}trace"):
        case = trace.find(f"{name}string[@key='concept:name']").attrib["value"]  # type: ignore[union-attr]
        for event in trace.iter(f"{name}event"):
            found = {each.attrib["key"]: each.attrib["value"] for each in event}
            read.append((case, found["concept:name"], datetime.fromisoformat(found["time:timestamp"])))
    assert read == stored(database)
    before = out.read_bytes()
    run("--out", str(out))
    assert out.read_bytes() == before


def test_a_resource_is_a_position_and_its_group_the_office(run: Run, database: Database) -> None:
    written = lines_of(run())
    approval = next(line for line in written if line["concept:name"] == "approve")
    assert (approval["org:resource"], approval["org:role"]) == ("registrar@approval-bureau", "registrar")
    assert approval["org:group"] and approval["from_state"] == "reviewing" and approval["case:workflow"] == REGISTRATION
    withdrawal = next(line for line in written if line["concept:name"] == "withdraw")
    assert (withdrawal["org:resource"], withdrawal["org:group"]) == ("applicant", "")
    assert approval["case:parent"] == approval["case:concept:name"].rsplit("-", 1)[0]
    with database.reading() as session:
        names = {*session.scalars(select(Person.name)), *session.scalars(select(Event.actor_name))} - {"系统", ""}
    assert len(names) > 3 and not any(name in value for name in names for line in written for value in line.values())


def test_names_are_written_when_they_are_asked_for(run: Run, database: Database) -> None:
    with database.reading() as session:
        actors = list(session.scalars(select(Event.actor_name).order_by(Event.case_id, Event.position)))
    assert [line["org:resource"] for line in lines_of(run("--names"))] == actors


def test_cases_are_chosen_by_the_day_they_were_opened_and_by_workflow(run: Run, database: Database) -> None:
    with database.reading() as session:
        begun = {moment.astimezone(OFFICE_ZONE).date() for moment in session.scalars(select(Case.opened_at))}
        late = session.scalars(select(Case.number).where(Case.parent_id.is_(None)).order_by(Case.opened_at.desc())).first()
    first, last = min(begun), max(begun)
    assert (last - first).days >= 45
    assert {line["case:concept:name"].split("-")[0] for line in lines_of(run("--from", str(last)))} == {late}
    until = lines_of(run("--to", str(last - timedelta(days=1))))
    assert until and late not in {line["case:concept:name"].split("-")[0] for line in until}
    assert len(lines_of(run("--from", str(first), "--to", str(last)))) == len(stored(database))
    assert {line["case:workflow"] for line in lines_of(run("--workflow", ROOT))} == {ROOT}
    assert lines_of(run("--from", "2030-01-01")) == []


def test_any_number_of_cases_is_two_statements(database: Database) -> None:
    with database.reading() as session, counted(database) as seen:
        events = sum(len(list(trace.events)) for trace in traces(session, Chosen()))
    assert events == len(stored(database)) and len(seen) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2026-02-01", "--to", "2026-01-01"], "请对调"),
        (["--workflow", "tax"], "tax-registration"),
        (["--out", "{tmp}/own"], "--format csv"),
        (["--out", "{tmp}/none/own.csv"], "写不进"),
        (["--format", "csv", "--out", "/dev/null"], "不是普通文件"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_left(run: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert result.exit_code == 1 and said in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_leaves_the_older_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "own.csv"
    out.write_text("older", encoding="utf-8")

    def full(*others: Any, **more: Any) -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("approvals.cli.history_export.csv_lines", full)
    result = run("--out", str(out))
    assert result.exit_code == 1 and "No space left" in result.output
    assert out.read_text(encoding="utf-8") == "older" and list(tmp_path.iterdir()) == [out]


def test_a_case_count_is_told(run: Run, database: Database) -> None:
    with database.reading() as session:
        cases = session.scalar(select(func.count()).select_from(Case))
    assert f"已导出 {cases} 个办件" in run().stderr
