"""How long such cases take: from recent ones of the same workflow, without what lay with the applicant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.models import Case, ClockSuspension, Task
from approvals.queries import expectations
from approvals.queries.expectations import FEWEST_CASES, Expectation, expectation
from tests.support.seed import Cast
from tests.support.statements import counted

START = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
"""A Monday, 08:30 in the county."""

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR = 3600


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    expectations.forget()
    yield
    expectations.forget()


def add(session: Session, hall: int, number: int, hours: float, **values: Any) -> Case:
    """A closed case that took so many working hours of one morning or day."""
    case_id = new_id()
    facts: dict[str, Any] = {
        "id": case_id, "number": f"T{number}", "token": f"t{number}", "root_id": case_id, "workflow": "company-seal", "version": 1,
        "state": "done", "outcome": "done", "channel": "online", "deciding_office_id": hall, "offices": {}, "chosen": [],
        "predecessors": [], "identity_overrides": [], "opened_at": START, "clock_started_at": START,
        "closed_at": START + timedelta(hours=hours),
    }  # fmt: skip
    case = Case(**{**facts, **values})
    session.add(case)
    session.flush()
    return case


def task(session: Session, case: Case, role: str, first: float, last: float, root_id: int | None = None) -> None:
    session.add(
        Task(
            case_id=case.id, root_id=root_id or case.root_id, workflow=case.workflow, state="x", role=role,
            opened_at=START + timedelta(hours=first), closed_at=START + timedelta(hours=last), closed_by="x",
        )
    )  # fmt: skip
    session.flush()


def read(database: Database, workflow: str = "company-seal") -> Expectation:
    with database.reading() as session:
        return expectation(session, workflow, NOW)


def test_half_and_nine_of_ten_of_twenty_cases(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]
    database.write(lambda session: [add(session, hall, number, 0.1 * (number + 1)) for number in range(FEWEST_CASES)] and None)
    # Between neighbours, as everywhere in the statistics: the half between the tenth and the eleventh.
    assert read(database) == Expectation(20, 105 * HOUR // 100, 181 * HOUR // 100)
    assert read(database, "tax-registration") == Expectation(0)


def test_too_few_cases_say_nothing(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]
    database.write(lambda session: [add(session, hall, number, 1) for number in range(FEWEST_CASES - 1)] and None)
    assert read(database) == Expectation(FEWEST_CASES - 1)


def test_withdrawn_open_and_old_cases_do_not_count(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]

    def fill(session: Session) -> None:
        for number in range(FEWEST_CASES):
            add(session, hall, number, 1)
        add(session, hall, 100, 3, outcome="withdrawn")
        add(session, hall, 101, 3, outcome="not_opened")
        add(session, hall, 102, 3, closed_at=None)
        add(session, hall, 103, 3, opened_at=START - timedelta(days=400), closed_at=NOW - timedelta(days=200))

    database.write(fill)
    assert read(database) == Expectation(20, HOUR, HOUR)


def test_time_with_the_applicant_or_waiting_for_others_is_left_out_once(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]

    def fill(session: Session) -> None:
        for number in range(FEWEST_CASES):
            root = add(session, hall, number, 3, workflow="company-opening")
            linked = add(session, hall, 1000 + number, 3, root_id=root.id, parent_id=root.id)
            task(session, root, "", 0, 3)  # the whole chain waits for its linked cases: that is its work
            task(session, linked, "", 0, 0.5)
            task(session, linked, "applicant", 1, 2)
            task(session, linked, "signatory", 1.5, 2.5)
            task(session, linked, "officer", 2.5, 3)

    database.write(fill)
    assert read(database, "company-opening") == Expectation(20, 3 * HOUR // 2, 3 * HOUR // 2)
    assert read(database) == Expectation(20, HOUR, HOUR)


def test_time_in_which_the_clock_stood_still_is_left_out(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]

    def fill(session: Session) -> None:
        for number in range(FEWEST_CASES):
            case = add(session, hall, number, 3)
            task(session, case, "applicant", 1.5, 2)
            begin, end = START + timedelta(hours=1), START + timedelta(hours=2)
            session.add(
                ClockSuspension(
                    case_id=case.id, number=1, kind="inspection", ground="x", paper="x", expected_days=1, starts_at=begin, ends_at=end,
                    entered_at=begin,
                )
            )

    database.write(fill)
    assert read(database) == Expectation(20, 2 * HOUR, 2 * HOUR)


def test_two_statements_once_for_ten_minutes(database: Database, cast: Cast) -> None:
    hall = cast.offices["hall"]
    database.write(lambda session: [add(session, hall, number, 1) for number in range(FEWEST_CASES)] and None)
    with counted(database) as sent:
        read(database)
        read(database)
    assert len(sent) == 2
