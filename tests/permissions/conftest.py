"""What tests of permissions share: the county of the tests, its three managers, and people who look at pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office, Person, Position
from approvals.operations.acting import Acting, Held
from approvals.operations.reference import network_changed
from tests.support.seed import HALL, NOW, SINCE, Cast, Member, password_hash, seed
from tests.support.web import Visitor

Enter = Callable[..., Member]


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def cast(application: Any, database: Database) -> Cast:
    application.config["NOW"] = lambda: NOW
    return seed(database)


@pytest.fixture
def enter(database: Database, cast: Cast) -> Enter:
    """Enters somebody with positions, each (role, office code) or (role, office code, first day, last day)."""

    def enter(name: str, *positions: tuple[Any, ...], department: str = "approval-bureau", sign_in_name: str = "") -> Member:
        def store(session: Session) -> Member:
            key = sign_in_name or f"entered-{name}"
            person = Person(name=name, sign_in_name=key, password_hash=password_hash(), phone="13900000000", created_at=NOW)
            session.add(person)
            session.flush()
            held = []
            for role, code, *days in positions:
                office = session.query(Office).filter_by(code=code).one()
                first, last = days if days else (SINCE, None)
                row = Position(
                    person_id=person.id, role=role, department=department, office_id=office.id, valid_from=first, valid_to=last
                )
                session.add(row)
                held.append(Held(role, department, office.id, office.kind))
            session.flush()
            return Member(person.id, key, name, Acting(person.id, name, tuple(held)))

        return database.write(store)

    return enter


@pytest.fixture
def guardian(enter: Enter) -> Member:
    """The security administrator."""
    return enter("安全员", ("security-administrator", HALL), sign_in_name="guardian")


@pytest.fixture
def auditor(enter: Enter) -> Member:
    return enter("审计员", ("auditor", HALL), sign_in_name="auditor")


@pytest.fixture
def office(database: Database, cast: Cast) -> Callable[..., int]:
    """Adds an office; returns its id."""

    def add(code: str, kind: str, parent: str | None = HALL, **values: Any) -> int:
        def store(session: Session) -> int:
            above = session.query(Office).filter_by(code=parent).one().id if parent else None
            values.setdefault("valid_from", date(2019, 1, 1))
            row = Office(code=code, name=f"测试{code}", kind=kind, place_code="371621", parent_id=above, **values)
            session.add(row)
            session.flush()
            network_changed(session)
            return row.id

        return database.write(store)

    return add


@pytest.fixture
def look(application: Any) -> Callable[[Member], Visitor]:
    return lambda member: Visitor(application, member.person_id)
