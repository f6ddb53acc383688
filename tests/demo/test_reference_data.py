"""The lists that ship with the product, and that loading them again leaves the county's own changes alone."""

from typing import Any

from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import BusinessItem, Competence, Office, Place
from approvals.operations.reference_data import Loaded, load_reference_data


def test_the_network_is_that_of_the_county(database_url: str) -> None:
    database = Database(database_url)
    loaded = database.write(load_reference_data)
    assert (loaded.places, loaded.offices) == (124, 126)
    with database.reading() as session:
        offices = list(session.scalars(select(Office)))
        units = dict(session.execute(select(Place.level, func.count()).group_by(Place.level)).all())
        codes = set(session.scalars(select(Place.code)))
    assert units == {"county": 1, "street": 2, "town": 12, "community": 9, "village": 100}
    by_kind: dict[str, list[Office]] = {}
    for office in offices:
        by_kind.setdefault(office.kind, []).append(office)
    counts = {kind: len(found) for kind, found in by_kind.items()}
    assert counts == {"county_hall": 1, "sub_centre": 2, "town_centre": 14, "village_point": 109}
    assert {office.place_code for office in by_kind["sub_centre"]} == {"371621105", "371621115"}
    assert {office.place_code for office in offices} <= codes
    ids = {office.id for office in offices}
    assert all(office.parent_id in ids for office in offices if office.kind != "county_hall")
    database.engine.dispose()


def test_example_banks_come_with_a_demo_alone(database_url: str) -> None:
    database = Database(database_url)
    database.write(load_reference_data)
    assert database.write(load_reference_data, example_banks=True) == Loaded(0, 3, 0, competences=3)
    with database.reading() as session:
        banks = session.scalars(select(Office.name).where(Office.kind == "bank")).all()
    assert len(banks) == 3
    assert all("示例" in bank for bank in banks)
    database.engine.dispose()


def test_loading_again_keeps_what_the_county_changed(database_url: str) -> None:
    database = Database(database_url)
    database.write(load_reference_data)

    def change(session: Any) -> None:
        session.scalars(select(Office).where(Office.code == "hall")).one().phone = "0543-0000001"
        point = session.scalars(select(Office).where(Office.code == "point-371621109259")).one()
        for competence in session.scalars(select(Competence).where(Competence.office_id == point.id)):
            session.delete(competence)
        session.flush()
        session.delete(point)
        session.delete(session.get(Place, "371621109"))
        for item in session.scalars(select(BusinessItem)):
            session.delete(item)
        session.flush()
        session.add(BusinessItem(code="F5212", text="县里导入的一项", licensed=False))

    database.write(change)
    assert database.write(load_reference_data) == Loaded(1, 1, 0, competences=2)
    assert not database.write(load_reference_data)
    with database.reading() as session:
        assert session.scalars(select(Office.phone).where(Office.code == "hall")).one() == "0543-0000001"
        assert session.scalars(select(BusinessItem.code)).all() == ["F5212"]
    database.engine.dispose()
