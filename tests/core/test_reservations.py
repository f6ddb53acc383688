"""Reserving names: what is kept, what is refused, how a reservation ends, and that it carries into an application."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import CompanyName, Draft, Notice
from approvals.operations import names
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries.names import reservations_of
from tests.support.seed import NOW, Cast, Member
from tests.support.statements import counted
from workflows.rules import normalise_number, readable_reservation_number
from workflows.rules.reservations import is_mistyped_reservation_number

PAGE = {"region": "惠民县", "trade_name": "青禾", "industry": "农产品销售", "organisation": "有限公司"}


def reserve(database: Database, member: Member, now: datetime = NOW, approval: str = "", **changes: Any) -> names.Reserved:
    return database.write(names.reserve, member.acting, PAGE | changes, approval, now)


def row_of(database: Database, number: str) -> CompanyName:
    with database.reading() as session:
        return session.scalars(select(CompanyName).where(CompanyName.holder == number)).one()


def refused(database: Database, member: Member, now: datetime = NOW, **changes: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        reserve(database, member, now, **changes)
    return error.value


def test_a_reservation_keeps_the_name_for_two_months_or_a_year(database: Database, cast: Cast) -> None:
    short, long = reserve(database, cast.applicant), reserve(database, cast.applicant, approval=" 民办学校办学许可 ", trade_name="青苗")
    assert (short.until.isoformat(), long.until.isoformat()) == ("2027-01-25", "2027-11-23")
    row = row_of(database, short.number)
    assert (row.status, row.since, row.person_id, row.sound) == ("reserved", "2026-11-23", cast.applicant.person_id, "qing/jing he")
    assert row.content["trade_name"] == "青禾"
    with database.reading() as session:
        kept = reservations_of(session, cast.applicant.person_id)
    assert [each.prior_approval for each in kept] == ["民办学校办学许可", ""]
    for number in (short.number, long.number):
        assert normalise_number(readable_reservation_number(number)) == number and not is_mistyped_reservation_number(number)


def test_the_same_name_again_is_the_reservation_one_has(database: Database, cast: Cast) -> None:
    first, again = reserve(database, cast.applicant), reserve(database, cast.applicant, trade_name="青\u200b禾 ".strip())
    assert again.number == first.number and again.repeated and not first.repeated


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trade_name": "青禾"}, "forbidden-name"),
        ({"trade_name": "青 禾"}, "forbidden-name"),
        ({"trade_name": "共产党"}, "forbidden-name"),
        ({"trade_name": "禾"}, "forbidden-name"),
        ({"trade_name": " "}, "no-name"),
        ({"trade_name": "青苗", "industry": ""}, "forbidden-name"),
        ({"trade_name": "\ud800\0<b>"}, "forbidden-name"),
    ],
)
def test_what_the_law_forbids_is_refused_with_its_sentence(
    database: Database, cast: Cast, changes: Mapping[str, Any], reason: str
) -> None:
    reserve(database, cast.applicant)
    refusal = refused(database, cast.other_applicant, **changes)
    assert refusal.reason == reason and refusal.message["zh"] and refusal.message["en"]
    with database.reading() as session:
        assert len(session.scalars(select(CompanyName)).all()) == 1


def test_three_names_at_a_time_are_enough(database: Database, cast: Cast) -> None:
    kept = [reserve(database, cast.applicant, trade_name=name) for name in ("青苗", "青木", "青林")]
    refusal = refused(database, cast.applicant)
    assert refusal.reason == "too-many-reservations" and "3" in refusal.message["zh"]
    assert reserve(database, cast.other_applicant).number
    database.write(names.cancel, cast.applicant.acting, kept[0].number, NOW)
    assert refused(database, cast.applicant).reason == "forbidden-name"
    assert reserve(database, cast.applicant, trade_name="青山").number


def test_a_cancelled_reservation_is_free_at_once_and_comes_back_within_ten_minutes(database: Database, cast: Cast) -> None:
    number, mine = reserve(database, cast.applicant).number, cast.applicant.acting
    for member in (cast.other_applicant, cast.registrar):
        with pytest.raises(NotFound):
            database.write(names.cancel, member.acting, number, NOW)
    assert database.write(names.cancel, mine, number, NOW) == "惠民县青禾农产品销售有限公司"
    database.write(names.cancel, mine, number, NOW)
    database.write(names.restore, mine, readable_reservation_number(number), NOW + timedelta(minutes=9))
    assert row_of(database, number).status == "reserved" and "released_at" not in row_of(database, number).content
    database.write(names.cancel, mine, number, NOW)
    with pytest.raises(Outdated):
        database.write(names.restore, mine, number, NOW + timedelta(minutes=11))
    taken = reserve(database, cast.other_applicant)
    with pytest.raises(Refusal) as error:
        database.write(names.restore, mine, number, NOW + timedelta(minutes=1))
    assert error.value.reason == "forbidden-name" and "正在保留期内" in error.value.message["zh"]
    assert row_of(database, taken.number).status == "reserved"


def test_reservations_end_by_themselves_after_their_last_day(database: Database, cast: Cast) -> None:
    number = reserve(database, cast.applicant).number
    last = datetime.fromisoformat("2027-01-25T15:59:00+00:00")  # one minute to midnight in the county
    assert database.write(names.release_expired, last) == 0
    assert refused(database, cast.other_applicant, last).reason == "forbidden-name"
    over = last + timedelta(minutes=2)
    with database.reading() as session:
        assert not names.check(session, PAGE, over).blocked  # free on the day after, schedule or not
    assert database.write(names.release_expired, over) == 1
    assert database.write(names.release_expired, over) == 0
    assert row_of(database, number).status == "released"
    assert reserve(database, cast.other_applicant, over).number != number
    with pytest.raises(Outdated):
        database.write(names.apply_with, cast.applicant.acting, number, over)


def test_people_are_reminded_once_in_the_last_week(database: Database, cast: Cast) -> None:
    number = reserve(database, cast.applicant).number
    reserve(database, cast.other_applicant, trade_name="青苗", approval="许可")
    assert database.write(names.remind, NOW + timedelta(days=50)) == 0
    soon = datetime.fromisoformat("2027-01-18T01:00:00+00:00")
    assert [database.write(names.remind, soon) for _ in range(2)] == [1, 0]
    with database.reading() as session:
        (notice,) = session.scalars(select(Notice))
    assert (notice.person_id, notice.kind) == (cast.applicant.person_id, "reminder")
    assert readable_reservation_number(number) in notice.text["zh"] and "1月25日" in notice.text["zh"]
    assert "25 January" in notice.text["en"]


def test_an_application_begins_with_the_reserved_name_once(database: Database, cast: Cast) -> None:
    number, mine = reserve(database, cast.applicant).number, cast.applicant.acting
    token = database.write(names.apply_with, mine, number, NOW)
    assert database.write(names.apply_with, mine, number, NOW) == token
    with database.reading() as session:
        draft = session.scalars(select(Draft).where(Draft.token == token)).one()
    number_shown = readable_reservation_number(number)
    assert draft.content["name"] == {**PAGE, "company_type": "llc-natural-persons", "reservation_number": number_shown}
    with database.reading() as session:
        assert not names.check(session, draft.content["name"], NOW).blocked
        assert names.check(session, PAGE, NOW).identical
    with pytest.raises(NotFound):
        database.write(names.apply_with, cast.other_applicant.acting, number, NOW)


def test_rows_of_before_get_their_sound_and_their_present_comparison(database: Database, cast: Cast) -> None:
    def before(session: Session) -> None:
        for full, trade in (("惠民县樂禾有限公司", "樂禾"), ("惠民县新樂有限公司", "新樂"), ("惠民县新乐有限公司", "新乐")):
            session.add(
                CompanyName(
                    full_name=full, trade_name=trade, comparable_full=full, comparable_trade=trade, industry="", status="registered",
                    since="2020-01-01", holder=full,
                )
            )  # fmt: skip

    database.write(before)
    assert database.write(names.complete_sounds, 2) == 2
    assert [database.write(names.complete_sounds) for _ in range(2)] == [1, 0]
    rows = {row.full_name: row for row in database.session().scalars(select(CompanyName))}
    assert rows["惠民县樂禾有限公司"].comparable_full == "惠民县乐禾有限公司"
    assert rows["惠民县樂禾有限公司"].sound == "le/yue he"
    # Two that were told apart when they were registered stay in the register.
    apart = ("惠民县新樂有限公司", "惠民县新乐有限公司")
    assert tuple(rows[name].comparable_full for name in apart) == apart


def test_a_reservation_costs_a_fixed_number_of_statements(database: Database, cast: Cast) -> None:
    reserve(database, cast.applicant)
    with counted(database) as few:
        reserve(database, cast.other_applicant, trade_name="青木")
    for name in ("青山", "青石", "青田"):
        reserve(database, cast.registrar, trade_name=name)
    with counted(database) as many:
        reserve(database, cast.supervisor, trade_name="青林")
    assert len(few) == len(many) <= 5
    with counted(database) as checked, database.reading() as session:
        names.check(session, PAGE, NOW)
    assert len(checked) == 1
