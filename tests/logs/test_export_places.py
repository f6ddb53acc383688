"""Where staff sat who did something beside a task, or on a task that was not theirs: the position that they held that day."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.cli import main
from approvals.db import Database
from approvals.models import Office, Position, StandIn
from approvals.operations import urging
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import OTHER_TOWN, TOWN, seed

Place = tuple[str, str]
Export = Callable[..., str]


@pytest.fixture(scope="module")
def chain(module_database_url: str) -> Iterator[Chain]:
    """Taken in by a clerk at a town, urged by a supervisor at the hall, and the licence issued anew when nothing was left to do."""
    database = Database(module_database_url)
    cast = seed(database)
    driven = Chain(database, cast, member=cast.town_clerk, office_id=cast.offices[TOWN])
    driven.now += timedelta(minutes=1)
    database.write(urging.urge, cast.supervisor.acting, driven.case(REGISTRATION).token, driven.now)
    driven.act(REGISTRATION, "approve")
    driven.act(REGISTRATION, "reissue_licence", form={"reason": "遗失"})
    yield driven
    database.dispose()


def names_of(chain: Chain) -> dict[int, str]:
    with chain.database.reading() as session:
        return {office_id: name for office_id, name in session.execute(select(Office.id, Office.name))}


@pytest.fixture
def export(chain: Chain, module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Export:
    """What the command writes."""
    monkeypatch.setenv("APPROVALS_DATABASE_URL", module_database_url)

    def run(kind: str = "csv") -> str:
        result = CliRunner().invoke(main, ["history", "export", "--format", kind])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def places(events: Iterable[Mapping[str, str]]) -> dict[str, Place]:
    """Action → resource and group of its first event by staff."""
    found: dict[str, Place] = {}
    for event in events:
        if event["org:role"] not in ("system", "applicant", "signatory"):
            found.setdefault(event["concept:name"], (event["org:resource"], event.get("org:group", "")))
    return found


def csv_places(export: Export) -> dict[str, Place]:
    return places(csv.DictReader(io.StringIO(export())))


def test_what_was_done_beside_a_task_has_the_place_of_the_position(chain: Chain, export: Export) -> None:
    names, offices = names_of(chain), chain.cast.offices
    hall, town = names[offices["hall"]], names[offices[TOWN]]
    found = csv_places(export)
    assert found["case:opened"] == ("clerk@approval-bureau", town)
    assert found["case:urged"] == ("supervisor@approval-bureau", hall)
    assert found["approve"] == found["reissue_licence"] == ("registrar@approval-bureau", hall)


def test_xes_says_the_same(export: Export) -> None:
    events = ElementTree.fromstring(export("xes")).iter("{http://www.xes-standard.org/}event")
    assert places({each.attrib["key"]: each.attrib["value"] for each in event} for event in events) == csv_places(export)


def test_the_position_counts_that_was_held_that_day(chain: Chain, export: Export) -> None:
    person, day, before = chain.cast.town_clerk.person_id, chain.now.date(), csv_places(export)

    def move(session: Session) -> None:
        """The clerk goes to another town tomorrow."""
        (held,) = session.scalars(select(Position).where(Position.person_id == person))
        held.valid_to = day
        session.add(elsewhere(chain, person, "clerk", day + timedelta(days=1)))

    chain.database.write(move)
    assert csv_places(export) == before
    chain.database.write(lambda session: session.add(elsewhere(chain, person, "clerk", day)))
    assert csv_places(export)["case:opened"] == ("clerk@approval-bureau", ""), "of two offices on one day neither is known"
    chain.database.write(lambda session: session.add(elsewhere(chain, chain.cast.supervisor.person_id, "supervisor", day)))
    assert csv_places(export)["case:urged"] == before["case:urged"], "of two offices the one at which the task lay"


def elsewhere(chain: Chain, person_id: int, role: str, since: date) -> Position:
    """A position at another town."""
    office_id = chain.cast.offices[OTHER_TOWN]
    return Position(person_id=person_id, role=role, office_id=office_id, department="approval-bureau", valid_from=since)


def test_whoever_stands_in_sits_where_the_position_is(chain: Chain, export: Export) -> None:
    person, day = chain.cast.registrar.person_id, chain.now.date()

    def stand_in(session: Session) -> None:
        """The registrar only stands in for the other one, who sits at the other town now."""
        (own,) = session.scalars(select(Position).where(Position.person_id == person))
        (other,) = session.scalars(select(Position).where(Position.person_id == chain.cast.other_registrar.person_id))
        own.valid_from = day + timedelta(days=1)
        other.office_id = chain.cast.offices[OTHER_TOWN]
        session.add(StandIn(position_id=other.id, person_id=person, valid_from=day, valid_to=day, reason="假"))

    chain.database.write(stand_in)
    found = csv_places(export)
    assert found["reissue_licence"] == ("registrar@approval-bureau", names_of(chain)[chain.cast.offices[OTHER_TOWN]])
