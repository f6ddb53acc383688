"""People for tests of pages, entered without a password hash unless the test signs in with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position
from approvals.operations.passwords import hash_password

PASSWORD = "plum tree 2026"
NEWCOMER = {"name": "张测试", "phone": "13800000001", "sign_in_name": "", "password": PASSWORD, "password_again": PASSWORD}
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def _enter(session: Session, name: str, sign_in_name: str | None, password_hash: str | None, roles: Sequence[tuple[str, str]]) -> int:
    person = Person(name=name, sign_in_name=sign_in_name, password_hash=password_hash, phone="13800000000", created_at=NOW)
    session.add(person)
    session.flush()
    if roles:
        office = session.query(Office).filter_by(code="hall").one_or_none()
        if office is None:
            office = Office(code="hall", name="县政务服务大厅", kind="county_hall", place_code="371621", valid_from=date(2019, 1, 1))
            session.add(office)
            session.flush()
        for role, department in roles:
            session.add(
                Position(person_id=person.id, role=role, department=department, office_id=office.id, valid_from=date(2020, 1, 1))
            )
    session.flush()
    return person.id


def enter(application: Any, name: str, *roles: tuple[str, str], sign_in_name: str | None = None) -> int:
    """A person with positions at the hall; with a sign-in name also with PASSWORD. Returns the id."""
    password_hash = hash_password(PASSWORD) if sign_in_name else None
    number: int = application.extensions["database"].write(_enter, name, sign_in_name, password_hash, roles)
    return number


def persons(application: Any) -> list[Person]:
    """Everybody who has an account."""
    with application.extensions["database"].reading() as session:
        return list(session.scalars(select(Person)))
