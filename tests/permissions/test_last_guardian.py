"""Whoever grants positions cannot be lost: not by two who remove each other, nor to an account that nobody can use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Person, Position
from approvals.operations import positions, staff
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound
from approvals.operations.position_rules import Wanted
from tests.permissions.conftest import Enter
from tests.support.seed import HALL, NOW, TOWN, Cast, Member

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
GUARDIAN = "security-administrator"


def position_of(database: Database, member: Member) -> int:
    with database.reading() as session:
        return session.scalars(select(Position.id).where(Position.person_id == member.person_id)).one()


def at_once(*calls: Callable[[], Any]) -> list[str]:
    start, outcomes = Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            call()
            outcomes.append("done")
        except Faulty:
            outcomes.append("refused")

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.fixture
def other(enter: Enter, guardian: Member) -> Member:
    return enter("安全员乙", (GUARDIAN, HALL))


@pytest.mark.parametrize("how", ["end", "lock", "both"])
def test_two_who_remove_each_other_leave_one(database: Database, guardian: Member, other: Member, how: str) -> None:
    for _round in range(6):
        first, second = position_of(database, guardian), position_of(database, other)
        ends = [
            lambda: database.write(positions.end, guardian.acting, second, TODAY - DAY, "撤", NOW),  # noqa: B023
            lambda: database.write(positions.end, other.acting, first, TODAY - DAY, "撤", NOW),  # noqa: B023
        ]
        locks = [
            lambda: database.write(staff.lock, guardian.acting, other.person_id, "撤", NOW),
            lambda: database.write(staff.lock, other.acting, guardian.person_id, "撤", NOW),
        ]
        calls = {"end": ends, "lock": locks, "both": [ends[0], locks[1]]}[how]
        assert at_once(*calls) == ["done", "refused"]
        database.write(_as_before, first, second)


def _as_before(session: Any, *ids: int) -> None:
    for position_id in ids:
        position = session.get_one(Position, position_id)
        position.valid_to = None
        session.get_one(Person, position.person_id).locked_at = None


def test_who_is_leaving_does_not_lock_their_successor_out(database: Database, guardian: Member, other: Member) -> None:
    database.write(positions.end, guardian.acting, position_of(database, guardian), TODAY, "轮岗", NOW)
    with pytest.raises(Faulty) as refused:
        database.write(staff.lock, guardian.acting, other.person_id, "撤", NOW)
    assert "没有安全管理员" in refused.value.message["zh"]


def test_an_account_that_nobody_can_use_is_no_successor(database: Database, guardian: Member, other: Member) -> None:
    def forget(session: Any) -> None:
        session.get_one(Person, other.person_id).password_hash = None

    database.write(forget)
    with pytest.raises(Faulty):
        database.write(positions.end, guardian.acting, position_of(database, guardian), TODAY, "轮岗", NOW)


def test_who_has_no_account_is_given_no_position(database: Database, guardian: Member, cast: Cast) -> None:
    """Whoever only entrusted an agent would count as staff, and could not sign at their own telephone any more."""

    def entrust(session: Any) -> int:
        person = Person(name="钱委托", identity_number="37162119850612033X", phone="13900001234", created_at=NOW)
        session.add(person)
        session.flush()
        return int(person.id)

    wanted = Wanted(database.write(entrust), "agent", "approval-bureau", TOWN, TODAY, None, True)
    with pytest.raises(NotFound):
        database.write(positions.grant, guardian.acting, wanted, "任命", NOW)


def test_prolonging_one_position_and_granting_another_at_once_make_no_two_managers(
    database: Database, guardian: Member, cast: Cast, enter: Enter
) -> None:
    for number in range(6):
        person = enter(f"轮岗{number}", ("administrator", HALL, TODAY - DAY, TODAY))
        longer = Wanted(0, "", "", "", None, None, True)
        auditor = Wanted(person.person_id, "auditor", "approval-bureau", HALL, TODAY + DAY, None, True)
        prolonged = position_of(database, person)
        assert at_once(
            lambda: database.write(positions.change_dates, guardian.acting, prolonged, longer, "延长", NOW),  # noqa: B023
            lambda: database.write(positions.grant, guardian.acting, auditor, "任命", NOW),  # noqa: B023
        ) == ["done", "refused"]
