"""A bag that nobody confirmed for a working day alarms both ends and their supervisors, once, whoever runs the schedule."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.jobs.hand_overs import alarm_late
from approvals.jobs.schedules import schedule_named
from approvals.models import HandOver, Notice, Person, Position
from approvals.operations.custody_alarms import alarm, late_hand_overs
from approvals.queries import custody
from tests.custody.carrying import CARD, Carried
from tests.support.seed import HALL, NOW, OTHER_TOWN, SINCE, TOWN, Cast


@pytest.fixture
def sent(carried: Carried) -> Carried:
    (card,) = carried.take(CARD)
    carried.send(card)
    return carried


def told(database: Database) -> Counter[int | None]:
    with database.reading() as session:
        return Counter(session.scalars(select(Notice.person_id).where(Notice.kind == "custody")))


def _supervisor_at(database: Database, office_id: int, key: str) -> int:
    def add(session: Session) -> int:
        person = Person(sign_in_name=key, name="督查", phone="13700009999", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(
            Position(person_id=person.id, role="supervisor", department="approval-bureau", office_id=office_id, valid_from=SINCE)
        )
        return person.id

    return database.write(add)


def test_both_ends_and_their_supervisors_are_told_once(sent: Carried, database: Database, cast: Cast) -> None:
    town, elsewhere = _supervisor_at(database, cast.offices[TOWN], "town-s"), _supervisor_at(database, cast.offices[OTHER_TOWN], "s")
    (bag,) = sent.hand_overs()
    assert alarm_late(database, bag.due_at - timedelta(minutes=1)) == 0 and told(database) == {}
    assert alarm_late(database, bag.due_at) == 1
    people = sent.people
    expected = {people.agent.person_id, people.second_agent.person_id, people.town.person_id, cast.supervisor.person_id, town}
    assert told(database) == dict.fromkeys(expected, 1) and elsewhere not in expected
    assert alarm_late(database, bag.due_at + timedelta(days=1)) == 0, "once is enough"
    assert sum(told(database).values()) == len(expected)
    assert sent.hand_overs()[0].alarmed_at == bag.due_at
    with database.reading() as session:
        text = session.scalars(select(Notice.text).where(Notice.kind == "custody")).first()
    assert text is not None and "封袋B-001" in text["zh"] and "古城社区便民服务点" in text["zh"] and "孙武街道" in text["zh"]
    assert sent.faults() == [], "an alarm is no history, and none too early"


def test_what_was_confirmed_in_time_alarms_nobody(sent: Carried, database: Database) -> None:
    (bag,) = sent.hand_overs()
    sent.sign_for("receive_at_town", sent.people.town)
    assert alarm_late(database, bag.due_at + timedelta(days=9)) == 0 and told(database) == {}


def test_the_outage_of_a_weekend_is_made_up_for(carried: Carried, database: Database, cast: Cast) -> None:
    cases = [carried, *(_another(database, cast, carried) for _ in range(2))]
    for case in cases:
        case.send(*case.take(CARD))
    assert alarm_late(database, carried.now + timedelta(days=4)) == 3
    with database.reading() as session:
        assert late_hand_overs(session, carried.now + timedelta(days=4)) == []


def _another(database: Database, cast: Cast, carried: Carried) -> Carried:
    case = Carried(database, cast, carried.people)
    case.answer()
    case.prepare()
    return case


def test_of_two_workers_that_find_it_one_tells(sent: Carried, database: Database) -> None:
    (bag,) = sent.hand_overs()
    with database.reading() as first, database.reading() as second:
        found = late_hand_overs(first, bag.due_at), late_hand_overs(second, bag.due_at)
    assert found == ([bag.id], [bag.id])
    assert [database.write(alarm, bag.id, bag.due_at) for _ in range(2)] == [True, False]


def test_one_that_fails_does_not_hold_up_the_others(
    carried: Carried, database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cases = [carried, _another(database, cast, carried)]
    for case in cases:
        case.send(*case.take(CARD))
    broken = carried.hand_overs()[0].id

    def alarm_or_fail(session: Session, hand_over_id: int, now: Any) -> bool:
        if hand_over_id == broken:
            raise RuntimeError("broken row")
        return alarm(session, hand_over_id, now)

    monkeypatch.setattr("approvals.jobs.hand_overs.alarm", alarm_or_fail)
    assert alarm_late(database, carried.now + timedelta(days=4)) == 1
    assert "failed" in caplog.text
    with database.reading() as session:
        assert session.scalars(select(HandOver.id).where(HandOver.alarmed_at.is_(None))).all() == [broken]


def test_the_schedule_is_known_to_the_workers() -> None:
    assert schedule_named("late-hand-overs") is not None


def test_lists_and_counts_show_what_is_on_its_way_and_late(sent: Carried, database: Database, cast: Cast) -> None:
    (bag,) = sent.hand_overs()
    late = bag.due_at + timedelta(minutes=1)
    with database.reading() as session:
        (line,) = custody.in_transit(session, {cast.offices[TOWN]}, sent.now)
        assert (line.comes, line.goes, line.late, line.pieces, line.sender) == (True, False, False, 1, "马代办")
        (line,) = custody.in_transit(session, {sent.people.point_id}, late)
        assert (line.comes, line.goes, line.late) == (False, True, True)
        assert custody.in_transit(session, {cast.offices[HALL]}, late) == [] == custody.in_transit(session, set(), late)
        assert len(custody.in_transit(session, None, late)) == 1
        assert custody.counts_of(session, {cast.offices[TOWN]}, late) == custody.Counts(1, 0, 1, 1)
        assert custody.counts_of(session, {sent.people.point_id}, sent.now) == custody.Counts(0, 1, 1, 0)
        assert custody.counts_of(session, {cast.offices[HALL]}, late) == custody.Counts(0, 0, 0, 0)
