"""Mandates through the verbs: what revoking and renewing do, two at once, and going on alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Draft
from approvals.operations import confirming, delegation, drafts, moving, renewing, signing
from approvals.operations.acting import Acting, Held
from approvals.operations.errors import NotFound, Outdated, Refusal
from tests.custody.carrying import Carried
from tests.delegation.mandating import mandates, principal_of, refused, renew, revoke
from tests.support.delegating import MATTER, Delegated
from tests.support.driving import content_with
from tests.support.seed import HALL, Cast

REGISTRATION = "company-registration"


@pytest.fixture
def carried(database: Database, cast: Cast) -> Delegated:
    return Delegated(database, cast)


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
