"""The dated update of the national list as it is written: dates, successors, names, positions, and a record of each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import (
    AdministrationChange,
    Competence,
    Counter,
    Office,
    OfficeDepartment,
    Person,
    Place,
    PlaceChange,
    Position,
    StandIn,
)
from approvals.operations import reference
from approvals.operations.errors import Refusal
from approvals.operations.network import updating
from approvals.operations.reference_data import load_reference_data
from approvals.queries import county_network
from workflows.network import DECIDE, TAKE_IN

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ON, BEFORE = date(2023, 6, 30), date(2023, 6, 29)
OLD, NEW = "point-371621003001", "point-371621004001"


@pytest.fixture
def county(engine: Any) -> Database:
    reference.forget()
    database = Database(engine=engine)
    database.write(load_reference_data)
    return database


def counts(database: Database, on: date) -> tuple[int, int, int, int]:
    with database.reading() as session:
        known = reference.network(session.connection()).counts(on)
    return known["county_hall"], known["sub_centre"], known["town_centre"], known["village_point"]


def apply(database: Database, since: date | None = None) -> updating.Applied:
    return database.write(updating.apply_update, None, "2023", since, NOW)


def test_loading_gives_every_office_what_its_kind_may_do(county: Database) -> None:
    with county.reading() as session:
        known = reference.network(session.connection())
        present = session.execute(select(Office.code, OfficeDepartment.department).join(OfficeDepartment)).all()
    hall, sub, other = (known.by_code(code) for code in ("hall", "sub-lizhuang", "sub-zaohuli"))
    assert hall and sub and other
    for office in known.offices.values():
        assert known.may(office, TAKE_IN, "company-opening", ON), office.code
        decides = [each.matter for each in known.competences_of(office.id) if each.power == DECIDE]
        assert decides == {"hall": ["*"], "sub-lizhuang": ["company-registration"]}.get(office.code, []), office.code
    assert {office for office, _ in present} == {"hall", "sub-lizhuang"} and ("hall", "tax") in {tuple(row) for row in present}


def test_an_older_database_gets_points_and_competences_and_a_changed_one_keeps_its_own(engine: Any) -> None:
    reference.forget()
    database = Database(engine=engine)

    def older(session: Any) -> None:
        session.add(Place(code="371621", name="惠民县", level="county", parent_code="3716", valid_from=ON))
        session.add(Office(code="hall", name="惠民县政务服务中心", kind="county_hall", place_code="371621", valid_from=ON))

    database.write(older)
    loaded = database.write(load_reference_data)
    assert (loaded.places, loaded.offices) == (123, 125) and loaded.competences == 2 * 126 + 1
    with database.reading() as session:
        since = session.scalars(select(Competence.valid_from).join(Office).where(Office.code == "hall")).all()
    assert since == [ON, ON], "not before the office itself"

    def change(session: Any) -> None:
        for competence in session.scalars(select(Competence).join(Office).where(Office.code == "sub-lizhuang")):
            session.delete(competence)

    database.write(change)
    assert not database.write(load_reference_data), "what the county took away is not given back"


def test_counts_before_and_after(county: Database) -> None:
    assert counts(county, ON) == (1, 2, 14, 109)
    applied = apply(county)
    assert applied.change and applied.positions == 0
    assert counts(county, BEFORE) == (1, 2, 14, 109) and counts(county, ON) == (1, 2, 15, 116)


def test_dates_successors_and_names_are_kept(county: Database) -> None:
    apply(county)
    with county.reading() as session:
        old = session.get_one(Place, "371621003001")
        assert (old.valid_to, old.successor_code) == (BEFORE, "371621004001")
        assert session.get_one(Place, "371621004").valid_from == ON
        closed = session.scalars(select(Office).where(Office.code == OLD)).one()
        heir = session.scalars(select(Office).where(Office.code == NEW)).one()
        assert (closed.valid_to, closed.successor_id, heir.valid_from) == (BEFORE, heir.id, ON)
        kinds = dict(session.execute(select(PlaceChange.kind, func.count()).group_by(PlaceChange.kind)).all())
        assert kinds == {"added": 9, "moved": 1, "renamed": 100}
        renamed = session.scalars(select(PlaceChange).where(PlaceChange.code == "371621102276")).one()
        assert (renamed.old_name, renamed.new_name) == ("辛店社区村民委员会", "辛店街联村村民委员会")
        assert renamed.changed_on == ON and "2023年版" in renamed.source
        point = session.scalars(select(Office.name).where(Office.code == "point-371621102276")).one()
        assert point == "辛店街联村便民服务点"
        other = session.scalars(select(Office).where(Office.code == "point-371621101500")).one()
        assert other.name == "白鹭新村生活区便民服务点", "a unit that is neither village nor community has its point as well"
        lines = list(session.scalars(select(AdministrationChange)))
        assert {line.subject for line in lines} == {"place", "office", "competence"}
        assert all(line.person_name == "approvals" and "2023年版" in line.reason for line in lines)
        known = reference.network(session.connection())
        assert all(known.may(office, TAKE_IN, "delegated-handling", ON) for office in known.standing(ON))


def test_a_second_time_nothing_changes(county: Database) -> None:
    apply(county)
    tables = (Place, Office, Competence, PlaceChange, AdministrationChange, Position)
    with county.reading() as session:
        before = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        version = session.get_one(Counter, county_network.VERSION).value
    for since in (None, date(2027, 1, 1)):
        assert not apply(county, since).change
    with county.reading() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == before
        assert session.get_one(Counter, county_network.VERSION).value == version
        assert updating.pending_updates(session.connection()) == ()
    assert not county.write(load_reference_data), "nor does a start of the product bring back what ended"


def test_positions_and_stand_ins_go_to_the_successor(county: Database) -> None:
    def staff(session: Any) -> None:
        office = session.scalars(select(Office).where(Office.code == OLD)).one()
        persons = [Person(name=name, created_at=NOW) for name in ("代办甲", "代办乙", "代办丙")]
        session.add_all(persons)
        session.flush()
        values = {"role": "agent", "department": "approval-bureau", "office_id": office.id}
        running = Position(person_id=persons[0].id, valid_from=date(2021, 1, 1), **values)
        ended = Position(person_id=persons[1].id, valid_from=date(2021, 1, 1), valid_to=date(2022, 1, 1), **values)
        later = Position(person_id=persons[1].id, valid_from=date(2024, 1, 1), **values)
        session.add_all([running, ended, later])
        session.flush()
        away = ((date(2022, 1, 1), date(2022, 2, 1)), (date(2023, 6, 1), date(2023, 7, 31)), (date(2026, 1, 1), date(2026, 2, 1)))
        for first, last in away:
            session.add(StandIn(position_id=running.id, person_id=persons[2].id, valid_from=first, valid_to=last, reason="休假"))

    county.write(staff)
    assert apply(county).positions == 2
    with county.reading() as session:
        rows = session.execute(
            select(Person.name, Office.code, Position.valid_from, Position.valid_to)
            .join(Position, Position.person_id == Person.id).join(Office, Office.id == Position.office_id)
            .order_by(Person.name, Position.valid_from)
        ).all()  # fmt: skip
        stood_in = session.execute(
            select(Office.code, StandIn.valid_from, StandIn.valid_to)
            .join(Position, Position.id == StandIn.position_id).join(Office, Office.id == Position.office_id)
            .order_by(StandIn.valid_from)
        ).all()  # fmt: skip
        subjects = {line.subject for line in session.scalars(select(AdministrationChange))}
    assert {tuple(row) for row in rows} == {
        ("代办甲", OLD, date(2021, 1, 1), BEFORE), ("代办甲", NEW, ON, None),
        ("代办乙", OLD, date(2021, 1, 1), date(2022, 1, 1)), ("代办乙", NEW, date(2024, 1, 1), None),
    }  # fmt: skip
    assert [tuple(row) for row in stood_in] == [
        (OLD, date(2022, 1, 1), date(2022, 2, 1)), (OLD, date(2023, 6, 1), BEFORE),
        (NEW, ON, date(2023, 7, 31)), (NEW, date(2026, 1, 1), date(2026, 2, 1)),
    ]  # fmt: skip
    assert {"position", "stand-in"} <= subjects


def test_it_is_assumed_for_days_after_the_list_until_it_is_applied(county: Database) -> None:
    def standing(on: date) -> tuple[int, int, int]:
        with county.reading() as session:
            known, assumed = updating.network_on(session.connection(), on)
        return known.counts(on)["town_centre"], known.counts(on)["village_point"], len(assumed)

    assert standing(BEFORE) == (14, 109, 0) and standing(ON) == (15, 116, 1)
    apply(county, date(2027, 1, 1))
    assert standing(ON) == (14, 109, 0), "from now on the dates in the database decide"
    assert standing(date(2027, 1, 1)) == (15, 116, 0)


def test_a_wrong_list_or_day_gets_a_sentence(county: Database) -> None:
    with pytest.raises(Refusal, match="可用的有：2023"):
        county.write(updating.apply_update, None, "2031", None, NOW)
    with pytest.raises(Refusal, match="截止2023-06-30"):
        apply(county, BEFORE)
    assert counts(county, ON) == (1, 2, 14, 109)


# ---- the copy that a process keeps -----------------------------------------------------------------------------------


def test_a_change_is_seen_within_its_transaction_and_by_nobody_else_before_it_is_written(county: Database) -> None:
    class Stop(Exception):
        pass

    def close(session: Any, *, stop: bool) -> None:
        reference.network_changed(session)
        session.scalars(select(Office).where(Office.code == OLD)).one().valid_to = BEFORE
        session.flush()
        assert reference.network(session.connection()).counts(ON)["village_point"] == 108
        if stop:
            raise Stop

    with pytest.raises(Stop):
        county.write(close, stop=True)
    assert counts(county, ON)[3] == 109, "what was taken back was not kept"
    county.write(close, stop=False)
    assert counts(county, ON)[3] == 108


def test_another_process_reads_anew_when_the_version_it_meets_is_another(county: Database) -> None:
    assert counts(county, ON)[3] == 109
    with county.reading() as session:
        version = session.scalar(select(county_network.version_now))

    def elsewhere(session: Any) -> None:
        session.scalars(select(Office).where(Office.code == OLD)).one().valid_to = BEFORE
        session.get_one(Counter, county_network.VERSION).value += 1

    county.write(elsewhere)
    reference.note_network_version(county.engine, version)
    assert counts(county, ON)[3] == 109, "the copy is as new as this version"
    reference.note_network_version(county.engine, version + 1)
    assert counts(county, ON)[3] == 108
