"""Mandates through the verbs: what revoking does before and after filing, who may sign, and what a mandate never allows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Draft, Mandate, Notice, Person, Upload
from approvals.operations import confirming, delegation, drafts, moving, paper_signing, reminding, renewing, signing
from approvals.operations.acting import Acting, Held
from approvals.operations.delegation import Principal
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.paper_signing import Paper
from approvals.queries.verification import verify_case
from tests.custody.carrying import Carried
from tests.rules.applications import PLACE
from tests.support.delegating import MATTER, PRINCIPAL, Delegated
from tests.support.driving import content_with
from tests.support.seed import HALL, Cast

REGISTRATION = "company-registration"
SECRET = "a secret for tests only"


@pytest.fixture
def carried(database: Database, cast: Cast) -> Delegated:
    return Delegated(database, cast)


def principal_of(carried: Delegated) -> Acting:
    person_id = carried.root_case().applicant_id
    assert person_id is not None
    return Acting(person_id, PRINCIPAL.name)


def revoke(carried: Delegated, acting: Acting | None = None, reason: str = "") -> None:
    carried.now += timedelta(minutes=1)
    carried.database.write(renewing.revoke, acting or principal_of(carried), carried.filed.token, reason, carried.now)


def renew(carried: Delegated, acting: Acting | None = None, **terms: str) -> None:
    carried.now += timedelta(minutes=1)
    who = acting or carried.people.agent.acting
    carried.database.write(renewing.renew, who, carried.filed.token, {"relation": "phone", **terms}, carried.now)


def mandates(carried: Delegated) -> list[Mandate]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Mandate).where(Mandate.case_id == carried.root_id).order_by(Mandate.number)))


def refused(reason: str, verb: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verb()
    assert caught.value.reason == reason, caught.value.reason
    assert caught.value.message["zh"] and caught.value.message["en"]
    return caught.value


# ---- revoking --------------------------------------------------------------------------------------------------------


def test_before_filing_everything_stops(carried: Delegated) -> None:
    carried.answer()
    carried.prepare()
    carried.carry("pass_up", carried.people.agent)
    revoke(carried)
    assert carried.state == "moving_to_town", "a bag on its way is first signed for"
    carried.carry("receive_at_town", carried.people.town)
    assert carried.state == "withdrawn", "nothing of the applicant's is held, so nothing is to be given back"
    assert carried.faults() == []


def test_after_filing_the_case_goes_on_with_the_applicant_alone(carried: Delegated) -> None:
    carried.up()
    revoke(carried)
    assert carried.state == "handling"
    carried.sign()
    carried.act(REGISTRATION, "approve")
    carried.settle_matters()
    assert (carried.case(MATTER).state, carried.state) == ("delivered", "completed_alone")
    assert carried.faults() == []


def test_after_filing_corrections_are_the_applicants_and_no_longer_the_agents(carried: Delegated) -> None:
    carried.up()
    case = carried.case(MATTER)
    with carried.database.session() as session:
        unit = renewing.Unit.load(session, case.id, carried.now)
        behalf = moving.actor_on(carried.people.agent.acting, unit.case(case.id), unit)
        assert behalf.on_behalf_of == carried.root_case().applicant_id
    revoke(carried)
    with carried.database.session() as session:
        unit = renewing.Unit.load(session, case.id, carried.now)
        try:
            roles = moving.actor_on(carried.people.agent.acting, unit.case(case.id), unit).roles
        except NotFound:
            roles = frozenset()
        assert "applicant" not in roles
        assert "applicant" in moving.actor_on(principal_of(carried), unit.case(case.id), unit).roles


def test_only_the_applicant_or_a_second_person_revokes(carried: Delegated) -> None:
    carried.answer()
    for member in (carried.people.agent, carried.people.second_agent, carried.cast.applicant):
        refused("not-permitted", lambda member=member: revoke(carried, member.acting, "他说不办了"))  # type: ignore[misc]
    refused("no-reason", lambda: revoke(carried, carried.people.town.acting))
    revoke(carried, carried.people.centre.acting, "电话核实，本人不办了")
    assert carried.state == "withdrawn" and carried.faults() == []


def test_an_agent_who_is_a_clerk_too_does_not_record_it(carried: Delegated) -> None:
    carried.answer()
    agent = carried.people.agent.acting
    both = replace(agent, positions=(*agent.positions, Held("clerk", "approval-bureau", carried.people.point_id, "village_point")))
    refused("not-permitted", lambda: revoke(carried, both, "他说不办了"))
    stand_in = Acting(
        carried.people.town.person_id, "朱协调",
        (*carried.people.town.acting.positions, replace(agent.positions[0], for_person_id=agent.person_id)),
    )  # fmt: skip
    refused("not-permitted", lambda: revoke(carried, stand_in, "他说不办了"))


def test_an_unsigned_mandate_is_not_revoked_and_a_second_time_changes_nothing(carried: Delegated) -> None:
    refused("unsigned", lambda: revoke(carried))
    carried.answer()
    revoke(carried, reason="不办了")
    revoke(carried, reason="again")
    assert [row.revoke_reason for row in mandates(carried)] == ["不办了"]


def test_after_a_revocation_nothing_is_done_on_anybodys_behalf(carried: Delegated, database: Database) -> None:
    carried.answer()
    carried.prepare()
    revoke(carried)
    refused("over", lambda: renew(carried))
    with pytest.raises((Refusal, NotFound)):
        database.write(delegation.prepare, carried.people.agent.acting, carried.filed.token, carried.now)


def test_sign_after_revoke_signs_nothing(carried: Delegated) -> None:
    carried.up()
    renew(carried)
    asked = carried.asked()
    carried.database.write(confirming.mark_confirmed, asked.id, carried.now)
    revoke(carried)
    with pytest.raises(Outdated):
        carried.database.write(signing.answer, asked.id, signing.SIGN, asked.digest, carried.now)
    assert all(row.revoked_at is not None for row in mandates(carried))
    assert carried.faults() == []


# ---- renewing and taking over ----------------------------------------------------------------------------------------


def test_nothing_is_done_on_a_mandate_that_ended_until_it_is_renewed(database: Database, cast: Cast) -> None:
    carried = Delegated(database, cast, terms={"valid_to": "2026-11-30"})
    carried.answer()
    carried.prepare()
    carried.now += timedelta(days=20)
    said = refused("mandate_in_force", lambda: carried.carry("pass_up", carried.people.agent))
    assert "续签委托书" in said.message["zh"]
    renew(carried)
    refused("mandate_in_force", lambda: carried.carry("pass_up", carried.people.agent))
    carried.answer()
    carried.carry("pass_up", carried.people.agent)
    assert carried.state == "moving_to_town" and carried.faults() == []


def test_who_is_no_agent_of_the_point_renews_nothing(carried: Delegated) -> None:
    carried.answer()
    gone = replace(carried.people.agent.acting, positions=())
    said = refused("not-permitted", lambda: renew(carried, gone))
    assert "另一位代办员" in said.message["zh"]
    refused("not-permitted", lambda: renew(carried, carried.people.town.acting))


def test_a_stand_in_acts_on_the_mandate_and_may_renew_it(carried: Delegated) -> None:
    carried.answer()
    agent, second = carried.people.agent, carried.people.second_agent
    position = replace(agent.acting.positions[0], for_person_id=agent.person_id)
    stand_in = replace(second, acting=Acting(second.person_id, second.name, (position,)))
    carried.prepare(member=stand_in)
    renew(carried, stand_in.acting)
    carried.answer()
    assert mandates(carried)[-1].agent_id == second.person_id
    carried.carry("pass_up", stand_in)
    assert carried.faults() == []


def test_the_terms_cannot_be_in_the_past_or_for_ever(carried: Delegated) -> None:
    carried.answer()
    refused("mandate-term", lambda: renew(carried, valid_to="2020-01-01"))
    refused("mandate-term", lambda: renew(carried, valid_to="2030-01-01"))
    assert len(mandates(carried)) == 1


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


# ---- two at once -----------------------------------------------------------------------------------------------------


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Run verbs in threads of their own; each gives its result or what it raised."""

    def run(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        except (Refusal, Outdated, NotFound) as error:
            return error

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_revoking_and_sending_up_at_once(carried: Delegated) -> None:
    carried.answer()
    carried.prepare()
    at_once(
        lambda: carried.database.write(renewing.revoke, principal_of(carried), carried.filed.token, "", carried.now),
        lambda: carried.carry("pass_up", carried.people.agent),
    )
    assert carried.state in ("withdrawn", "moving_to_town")
    if carried.state == "moving_to_town":
        carried.carry("receive_at_town", carried.people.town)
    assert carried.state == "withdrawn" and carried.faults() == []


def test_revoking_and_filing_at_once(carried: Delegated) -> None:
    carried.answer()
    carried.prepare()
    for action, member in (
        ("pass_up", carried.people.agent), ("receive_at_town", carried.people.town), ("pass_on", carried.people.town),
        ("receive_at_centre", carried.people.centre),
    ):  # fmt: skip
        carried.carry(action, member)
    at_once(
        lambda: carried.carry("file", carried.people.centre),
        lambda: carried.database.write(renewing.revoke, principal_of(carried), carried.filed.token, "", carried.now),
    )
    assert carried.state in ("withdrawn", "handling")
    assert mandates(carried)[0].revoked_at is not None
    assert carried.faults() == []


def test_signing_twice_at_once_signs_once(carried: Delegated) -> None:
    asked = carried.asked()
    carried.database.write(confirming.mark_confirmed, asked.id, carried.now)

    def sign() -> str:
        return carried.database.write(signing.answer, asked.id, signing.SIGN, asked.digest, carried.now)

    assert at_once(sign, sign) == ["collecting", "collecting"]
    assert carried.faults() == []


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


# ---- going on alone ---------------------------------------------------------------------------------------------------


def test_without_an_account_a_clerk_corrects_with_them_after_a_revocation(carried: Delegated) -> None:
    carried.up()
    carried.sign()
    carried.act(REGISTRATION, "return_for_correction")
    revoke(carried, carried.people.centre.acting, "本人到窗口")
    registration, clerk = carried.case(REGISTRATION), carried.cast.clerk.acting
    token = carried.database.write(drafts.start_correction, clerk, registration.token, carried.now)
    changed = content_with(premises={"address": "示例路9号"})["premises"]
    carried.database.write(drafts.save_page, clerk, token, "premises", changed, "", carried.now)
    with carried.database.reading() as session:
        revision = session.scalars(select(Draft.revision).where(Draft.token == token)).one()
    carried.database.write(drafts.submit, clerk, token, revision, carried.now)
    carried.sign()
    carried.act(REGISTRATION, "approve")
    carried.settle_matters()
    assert carried.state == "completed_alone" and carried.faults() == []


def test_alone_the_result_is_handed_out_where_the_applicant_chose(carried: Delegated) -> None:
    carried.answer()
    carried.prepare(content_with(delivery={"way": "window", "office": HALL}))
    for action, member in (
        ("pass_up", carried.people.agent), ("receive_at_town", carried.people.town), ("pass_on", carried.people.town),
        ("receive_at_centre", carried.people.centre), ("file", carried.people.centre),
    ):  # fmt: skip
        carried.carry(action, member)
    revoke(carried)
    carried.sign()
    carried.act(REGISTRATION, "approve")
    carried.settle_matters()
    task = carried.task(MATTER)
    assert task is not None and task.office_id == carried.cast.offices[HALL]
    assert (carried.case(MATTER).state, carried.state) == ("delivering", "handling")
    carried.act(MATTER, "hand_out", carried.cast.clerk, form={"way": "window", "receiver": "钱委托"})
    assert (carried.case(MATTER).state, carried.state) == ("delivered", "completed_alone")
    assert carried.faults() == []


def test_originals_come_back_though_the_mandate_was_revoked(database: Database, cast: Cast) -> None:
    carried = Carried(database, cast)
    carried.answer()
    carried.prepare()
    items = carried.to_town()
    carried.send(*items, action="pass_on", member=carried.people.town)
    carried.sign_for("receive_at_centre", carried.people.centre)
    carried.carry("file", carried.people.centre)
    revoke(carried)
    carried.sign()
    carried.act(REGISTRATION, "approve")
    carried.settle_matters()
    assert carried.state == "packing", "what the applicant gave lies at the centre"
    carried.send(*items, action="send_down", member=carried.people.centre)
    carried.sign_for("receive_back_at_town", carried.people.town)
    carried.send(*items, action="relay", member=carried.people.town)
    carried.sign_for("receive_at_point", carried.people.agent)
    carried.carry("deliver", carried.people.agent, {"way": "door", "receiver": "钱委托"})
    carried.answer()
    assert carried.state == "completed" and carried.faults() == []
