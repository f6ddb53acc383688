"""Loading the demo on any day, again, after an interruption; and never over somebody's work."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.calendar import county_calendar
from approvals.demo import NotADemo, clear_demo, load_demo
from approvals.models import Case, Document, Draft, Event, Person, Place, Position, Task
from approvals.queries.verification import verify_all
from tests.demo.support import empty

NOW = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
"""A Wednesday, half past ten in the county."""

ORDINARY = 12
"""Ordinary cases: those that show each state come on top."""


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_same_seed_and_day_give_the_same_cases(databases: Any) -> None:
    seen = []
    for _ in range(2):
        database = empty(databases.create())
        load_demo(database, now=NOW, cases=ORDINARY)
        with database.reading() as session:
            rows = session.execute(select(Case.number, Case.company, Case.state, Case.opened_at, Case.closed_at).order_by(Case.number))
            seen.append([tuple(row) for row in rows])
        database.engine.dispose()
    assert seen[0] == seen[1]


@pytest.mark.real_commits
def test_it_still_works_in_2028(databases: Any) -> None:
    now = datetime(2028, 3, 1, 2, 0, tzinfo=UTC)
    database = empty(databases.create())
    try:
        tally = load_demo(database, now=now, cases=ORDINARY)
        assert tally is not None
        assert tally.refused == []
        with database.reading() as session:
            assert list(verify_all(session)) == []
            due = session.scalars(select(Task.due_at).where(Task.closed_at.is_(None), Task.due_at > now)).all()
        assert due
        assert all(county_calendar().is_provisional_between(now, each) for each in due if each is not None)
    finally:
        database.engine.dispose()


@pytest.mark.parametrize(
    "now",
    [datetime(2026, 11, 29, 4, 0, tzinfo=UTC), datetime(2027, 2, 8, 15, 0, tzinfo=UTC), datetime(2026, 10, 8, 0, 31, tzinfo=UTC)],
    ids=["a Sunday", "Spring Festival at night", "the first minute after a holiday"],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_it_loads_at_any_hour(databases: Any, now: datetime) -> None:
    database = empty(databases.create())
    tally = load_demo(database, now=now, cases=ORDINARY)
    assert tally is not None
    assert tally.refused == []
    with database.reading() as session:
        assert session.scalar(select(func.max(Event.happened_at))) <= now  # type: ignore[operator]
        late = select(func.count()).select_from(Task).where(Task.closed_at.is_(None), Task.due_at < now)
        assert session.scalar(late)
    database.engine.dispose()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_load_that_was_interrupted_is_made_anew(databases: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    database = empty(databases.create())

    def interrupted(session: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("approvals.demo.loading._finish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_demo(database, now=NOW, cases=0)
    with database.reading() as session:
        remains = set(session.scalars(select(Case.number)))
    assert remains
    tally = load_demo(database, now=NOW, cases=0)
    assert tally is not None
    with database.reading() as session:
        filed = select(func.count()).select_from(Case).where(Case.workflow == "company-opening", Case.parent_id.is_(None))
        assert session.scalar(filed) == tally.cases
    database.engine.dispose()


def test_only_a_demo_is_cleared(databases: Any) -> None:
    database = empty(databases.create())
    try:
        database.write(lambda session: session.add(Person(name="王真实", created_at=NOW)))
        with pytest.raises(NotADemo):
            clear_demo(database)
        with pytest.raises(NotADemo):
            load_demo(database, now=NOW, cases=0)
        with database.reading() as session:
            assert session.scalars(select(Person.name)).all() == ["王真实"]
    finally:
        database.engine.dispose()


def test_clearing_keeps_the_lists_and_leaves_nothing_else(databases: Any) -> None:
    database = empty(databases.create())
    try:
        load_demo(database, now=NOW, cases=0)
        clear_demo(database)
        with database.reading() as session:
            for model in (Case, Event, Task, Person, Position, Draft, Document):
                assert session.scalar(select(func.count()).select_from(model)) == 0
            assert session.scalar(select(func.count()).select_from(Place)) == 124
    finally:
        database.engine.dispose()
