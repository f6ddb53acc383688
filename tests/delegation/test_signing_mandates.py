"""Signing a mandate: nobody signs for the principal, and what a paper needs; what changed since is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Mandate, Notice, Person, Upload
from approvals.operations import confirming, delegation, moving, paper_signing, reminding, signing
from approvals.operations.acting import Acting
from approvals.operations.delegation import Principal
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.paper_signing import Paper
from approvals.queries.verification import verify_case
from tests.delegation.mandating import mandates, principal_of, refused
from tests.rules.applications import PLACE
from tests.support.delegating import MATTER, PRINCIPAL, Delegated
from tests.support.seed import Cast

SECRET = "a secret for tests only"


@pytest.fixture
def carried(database: Database, cast: Cast) -> Delegated:
    return Delegated(database, cast)


# ---- nobody signs for the principal -----------------------------------------------------------------------------------


def take_in(carried: Delegated, who: Principal, key: str) -> delegation.Filed:
    wish = delegation.Wish(MATTER, PLACE, {"relation": "self"}, key)
    return carried.database.write(
        delegation.take_in, carried.people.agent.acting, carried.people.point_id, who, wish, carried.now
    )


def number(birthday: str, order: int) -> str:
    body = f"372321{birthday}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def test_staffs_own_numbers_do_not_sign(carried: Delegated) -> None:
    with carried.database.reading() as session:
        phones = [session.get_one(Person, each.person_id).phone for each in (carried.people.agent, carried.people.second_agent)]
    for place, phone in enumerate(phones):
        who = Principal("周样例", "identity-card", number("19700101", place), phone)
        refused("phone-of-staff", lambda who=who: take_in(carried, who, "k"))  # type: ignore[misc]


def test_one_telephone_signs_for_a_household_and_not_for_a_village(carried: Delegated) -> None:
    for place in range(3):
        take_in(carried, Principal(f"村民{place}", "identity-card", number("19700101", place), "13955556666"), f"k{place}")
    said = refused(
        "phone-of-many",
        lambda: take_in(carried, Principal("村民三", "identity-card", number("19700101", 3), "13955556666"), "k3"),
    )
    assert "纸质委托书" in said.message["zh"]
    take_in(carried, Principal("村民三", "identity-card", number("19700101", 3), ""), "k4")


def test_an_account_with_an_agents_number_is_found_when_the_mandate_is_drafted(carried: Delegated) -> None:
    def redirect(session: Session) -> None:
        agent = session.get_one(Person, carried.people.agent.person_id)
        person = session.get_one(Person, carried.root_case().applicant_id)
        person.password_hash, person.phone = "set", agent.phone

    carried.database.write(redirect)
    refused("phone-of-staff", lambda: carried.carry("redraft", carried.people.agent, {"relation": "self"}))


@pytest.mark.parametrize("phone", [PRINCIPAL.phone, ""])
def test_an_account_under_a_neighbours_name_and_number_signs_nothing_for_them(carried: Delegated, phone: str) -> None:
    """Names and numbers of accounts are typed by who signs up: with those of somebody else they would sign, read and rate."""
    who = Principal("周样例", "identity-card", number("19700101", 7), phone)

    def squat(session: Session) -> None:
        session.add(Person(
            sign_in_name="squatter", name=who.name, identity_number=who.identity_number, phone="13966667777", password_hash="set",
            created_at=carried.now,
        ))  # fmt: skip

    carried.database.write(squat)
    if phone:
        said = refused("phone-of-account", lambda: take_in(carried, who, "k"))
        assert "手机号留空" in said.message["zh"]
        own = take_in(carried, replace(who, phone="13966667777"), "k2")
    else:
        own = take_in(carried, who, "k")
    with carried.database.reading() as session:
        applicant = session.get_one(Person, session.get_one(Case, own.case_id).applicant_id)
    assert (applicant.password_hash is not None) == bool(phone), "only who gives the telephone of the account has it"


def test_another_number_for_somebody_known_is_told_to_the_old_one(carried: Delegated) -> None:
    take_in(carried, replace(PRINCIPAL, phone="13977778888"), "again")
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "mandate")).all()
    assert [(each.to_phone, "139****8888" in each.text["zh"]) for each in told] == [(PRINCIPAL.phone, True)]
    assert carried.asked().phone == PRINCIPAL.phone, "what was asked before still goes to the old one"


def test_staff_do_not_change_where_the_code_goes(carried: Delegated) -> None:
    asked = carried.asked()
    for acting in (carried.people.agent.acting, carried.people.town.acting, principal_of(carried)):
        refused(
            "phone-of-principal",
            lambda acting=acting: carried.database.write(  # type: ignore[misc]
                reminding.change_contact, acting, asked.id, "13911112222", carried.now
            ),
        )
    assert carried.asked().phone == PRINCIPAL.phone


def test_the_agent_reminds_and_the_link_goes_to_the_principal_alone(carried: Delegated) -> None:
    carried.now += timedelta(hours=2)
    carried.database.write(reminding.remind, carried.people.agent.acting, carried.asked().id, carried.now)
    with carried.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "reminder")).one()
    assert told.to_phone == PRINCIPAL.phone and "委托书" in told.text["zh"]
    assert carried.faults() == []


def test_without_a_code_nothing_is_signed(carried: Delegated) -> None:
    asked = carried.asked()
    with pytest.raises(Outdated):
        carried.database.write(signing.answer, asked.id, signing.SIGN, asked.digest, carried.now)
    assert carried.database.write(confirming.identify, asked.token, "马代办", PRINCIPAL.identity_number, carried.now).tries_left == 4
    assert carried.database.write(confirming.identify, asked.token, PRINCIPAL.name, PRINCIPAL.identity_number, carried.now).is_right
    carried.database.write(confirming.send_code, asked.token, SECRET, carried.now)
    assert not carried.database.write(confirming.confirm, asked.token, "0", SECRET, carried.now).is_right
    assert carried.state == "mandating"


def test_a_delivery_is_not_confirmed_by_those_who_carry_it(carried: Delegated) -> None:
    carried.up()
    carried.through()
    for action, member in (
        ("send_down", carried.people.centre), ("receive_back_at_town", carried.people.town), ("relay", carried.people.town),
        ("receive_at_point", carried.people.agent),
    ):  # fmt: skip
        carried.carry(action, member)
    carried.carry("deliver", carried.people.agent, {"way": "door", "receiver": "钱委托"})
    asked, task = carried.asked(), carried.root_task()
    assert task is not None
    form = {"signatory": str(asked.id), "way": "paper", "upload": "1"}
    agent = carried.people.agent.acting
    stand_in = Acting(
        carried.people.second_agent.person_id, "牛代办", (replace(agent.positions[0], for_person_id=agent.person_id),)
    )
    for acting in (agent, stand_in):
        order = moving.Request(carried.root_id, "confirm_on_paper", task.id, None, form)
        with pytest.raises(Refusal):
            carried.database.write(moving.act, acting, order, carried.now)
        with pytest.raises(Refusal):
            carried.database.write(paper_signing.keep_photo, acting, carried.filed.token, PHOTO, carried.now)
    assert carried.state == "confirming"


# ---- paper -----------------------------------------------------------------------------------------------------------


class Photo:
    """A photo as the inspection gives it."""

    name, media_type, content = "paper.jpg", "image/jpeg", b"picture"
    digest = "a7" * 32
    sent_digest = "b8" * 32


PHOTO = Photo()


def keep(carried: Delegated, acting: Acting) -> str:
    return carried.database.write(paper_signing.keep_photo, acting, carried.filed.token, PHOTO, carried.now)


def test_paper_needs_ones_own_photo_a_possible_day_and_a_check(carried: Delegated) -> None:
    second, town = carried.people.second_agent.acting, carried.people.town.acting
    photo = keep(carried, second)
    assert keep(carried, second) == photo, "the same photo is kept once"
    today = carried.now.date()
    good = Paper(today, photo, True)

    def take(acting: Acting, paper: Paper) -> str:
        return carried.database.write(paper_signing.take_in, acting, carried.filed.token, paper, carried.now)

    refused("no-photo", lambda: take(town, good))
    refused("no-photo", lambda: take(second, replace(good, photo="unknown")))
    refused("unchecked", lambda: take(second, replace(good, checked_in_person=False)))
    refused("signed-on", lambda: take(second, replace(good, signed_on=today + timedelta(days=1))))
    refused("signed-on", lambda: take(second, replace(good, signed_on=today - timedelta(days=1))))
    refused("second-person", lambda: take(carried.people.agent.acting, good))
    with pytest.raises(NotFound):
        take(carried.cast.applicant.acting, good)
    assert take(second, good) == take(second, good) == "collecting"
    assert mandates(carried)[0].witness_id == second.person_id


# ---- the records -----------------------------------------------------------------------------------------------------

PLANTED = {
    "agent_name": "别人", "valid_to": "2030-01-01", "identity_number": "1", "phone": "13900000000", "digest": "0" * 64,
    "way": "paper", "revoke_reason": "x", "scope": '{"acts":[],"matters":[],"remark":""}',
}  # fmt: skip


@pytest.mark.parametrize("column", PLANTED)
def test_a_changed_mandate_is_found(carried: Delegated, column: str) -> None:
    carried.answer()
    assert carried.faults() == []
    statement = text(f"UPDATE mandates SET {column} = :value")
    value: Any = PLANTED[column]
    if column == "valid_to":
        value = date(2030, 1, 1) if carried.database.engine.dialect.name == "postgresql" else value
    carried.database.write(lambda session: session.execute(statement, {"value": value}) and None)
    with carried.database.session() as session:
        told = verify_case(session, carried.root_id)
    assert any(column in fault.message["zh"] for fault in told), [fault.message for fault in told]


def test_a_mandate_too_many_or_too_few_is_found(carried: Delegated) -> None:
    carried.answer()
    carried.database.write(lambda session: session.execute(update(Mandate).values(id=Mandate.id + 1)) and None)
    said = [fault.message["en"] for fault in carried.faults()]
    assert "mandate 1 is missing" in said and "no event drafted mandate 1" in said


def test_a_changed_photo_is_found(carried: Delegated) -> None:
    second = carried.people.second_agent.acting
    paper = Paper(carried.now.date(), keep(carried, second), True)
    carried.database.write(paper_signing.take_in, second, carried.filed.token, paper, carried.now)
    said = [fault.message["en"] for fault in carried.faults()]
    assert said == ["the photo paper.jpg was changed"], "its bytes are not those of the digest that this test made up"
    carried.database.write(lambda session: session.execute(update(Upload).values(digest="c" * 64)) and None)
    assert "the photo of the signed paper is missing or was changed" in [fault.message["en"] for fault in carried.faults()]
