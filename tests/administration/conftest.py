"""A small county of every kind of office with its tree, as a system manager finds it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office
from tests.support.seed import Cast, seed

SUB, POINT = "sub-lizhuang", "point-yangli"
SINCE = date(2020, 6, 30)


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    found = seed(database)
    database.write(build_tree)
    return found


def build_tree(session: Session) -> None:
    """The hall; below it a town and a sub-centre; below that its town with a village point. The banks report to the hall."""
    ids = {code: office_id for code, office_id in session.execute(select(Office.code, Office.id))}
    sub = Office(
        code=SUB, name="李庄镇审批服务分中心", kind="sub_centre", place_code="371621105", parent_id=ids["hall"], valid_from=SINCE
    )  # fmt: skip
    session.add(sub)
    session.flush()
    session.execute(update(Office).where(Office.code != "hall").values(parent_id=ids["hall"]))
    session.execute(update(Office).where(Office.code == "town-lizhuang").values(parent_id=sub.id))
    point = Office(
        code=POINT, name="样例村帮办代办点", kind="village_point", place_code="371621105201", parent_id=ids["town-lizhuang"],
        valid_from=SINCE,
    )  # fmt: skip
    session.add(point)
    session.flush()
