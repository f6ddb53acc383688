"""A registration under review at the hall, and what people were told of its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.jobs.warnings import warn_due
from approvals.models import Case, DeadlineWarning, Notice, Person
from tests.support.driving import Chain
from tests.support.seed import Cast, seed


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def chain(database: Database, cast: Cast) -> Chain:
    """Filed and signed at nine on a Monday; one and a half working hours for the registrar, half a day promised."""
    return Chain(database, cast)


@dataclass(frozen=True, slots=True)
class Sent:
    """A warning, with the sign-in name of whom it went to."""

    to: str
    clock: str
    level: str
    relation: str
    percent: int
    notice_id: int


class Watch:
    """The schedule of warnings, and what became of it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(self, now: datetime) -> int:
        return warn_due(self.database, now)

    def sent(self, workflow: str = "") -> list[Sent]:
        with self.database.reading() as session:
            rows = session.execute(
                select(DeadlineWarning, Person.sign_in_name)
                .join(Person, Person.id == DeadlineWarning.person_id)
                .join(Case, Case.id == DeadlineWarning.case_id)
                .where(Case.workflow == workflow if workflow else Case.id.is_not(None))
                .order_by(DeadlineWarning.sent_at, DeadlineWarning.id)
            )
            return [Sent(name, row.clock, row.level, row.relation, row.percent, row.notice_id) for row, name in rows]

    def told(self, kind: str = "deadline") -> dict[str, list[str]]:
        """The texts that everybody received, by sign-in name."""
        found: dict[str, list[str]] = {}
        with self.database.reading() as session:
            rows = select(Person.sign_in_name, Notice.text).join(Notice, Notice.person_id == Person.id).where(Notice.kind == kind)
            for name, text in session.execute(rows.order_by(Notice.created_at, Notice.id)):
                assert set(text) == {"zh", "en"}
                found.setdefault(name, []).append(text["zh"])
        return found


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database)
