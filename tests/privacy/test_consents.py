"""Data goes to a bank, post office or merchant only with a consent that can be seen and withdrawn (个人信息保护法 第二十三条)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Consent, Event
from approvals.operations import consents, disclosing, moving
from approvals.operations.acting import Acting, Held
from approvals.operations.consent_rows import recipients
from approvals.operations.consents import ConsentMissing
from approvals.operations.errors import NotFound, Refusal
from tests.support.driving import BANK, REGISTRATION, ROOT, Chain, content_with
from tests.support.seed import BANK as BANK_CODE
from tests.support.seed import HALL, OTHER_BANK, Cast, Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]


def rows_of(database: Database) -> list[Consent]:
    with database.reading() as session:
        return list(session.scalars(select(Consent).order_by(Consent.given_at, Consent.id)))


def told_of(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [
            (action, role)
            for action, role in session.execute(
                select(Event.action, Event.role).where(Event.action.like("consent:%")).order_by(Event.happened_at, Event.id)
            )
        ]


def at_the_bank(chain: Chain) -> Chain:
    """Until the bank has the matter."""
    chain.act(REGISTRATION, "approve")
    chain.settle_matters(BANK)
    assert chain.states()[BANK] == "handling"
    return chain


def change(chain: Chain, verb: Any, member: Member | None = None, office: str = BANK_CODE) -> None:
    chain.now = chain.now.replace(second=chain.now.second + 1)
    acting = (member or chain.cast.applicant).acting
    chain.database.write(verb, acting, chain.case(ROOT).token, chain.cast.offices[office], chain.now)


# ---- given ----------------------------------------------------------------------------------------------------------


def test_the_declaration_of_an_application_is_a_consent_on_record(chain: Chain, database: Database) -> None:
    (consent,) = rows_of(database)
    assert (consent.root_id, consent.person_id, consent.office_id) == (
        chain.root_id, chain.cast.applicant.person_id, chain.cast.offices[BANK_CODE],
    )  # fmt: skip
    assert (consent.way, consent.recorded_by_id, consent.withdrawn_at) == ("online", None, None)
    assert set(consent.data) == {"company", "premises", "people", "contacts"} and "预约" in consent.purpose
    assert told_of(database) == [("consent:given", "applicant")] and chain.faults() == []


def test_without_the_bank_nothing_is_asked_and_nothing_recorded(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(matters={"chosen": ["company-seal"]}))
    assert not rows_of(database) and told_of(database) == []
    assert recipients(chain.case().offices, chain.case().chosen, {cast.offices[BANK_CODE]: "bank"}) == {}
    with pytest.raises(Refusal, match="不经过这个单位"):
        change(chain, consents.give)


def test_a_window_notes_the_consent_of_a_walk_in_as_one_on_paper(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, member=cast.clerk, office_id=cast.offices[HALL], walk_in={"name": "王来访", "phone": "13800001111"})
    (consent,) = rows_of(database)
    assert (consent.person_id, consent.way, consent.recorded_by_id) == (None, "paper", cast.clerk.person_id)
    change(chain, consents.withdraw, cast.clerk)
    assert rows_of(database)[0].withdrawn_at is not None
    assert told_of(database) == [("consent:given", "clerk"), ("consent:withdrawn", "clerk")] and chain.faults() == []


def test_another_bank_in_a_correction_is_another_consent(chain: Chain, database: Database) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(matters={"bank": OTHER_BANK}))
    first, second = rows_of(database)
    assert first.withdrawn_at is not None and second.withdrawn_at is None
    assert second.office_id == chain.cast.offices[OTHER_BANK]
    assert [action for action, _ in told_of(database)] == ["consent:given", "consent:withdrawn", "consent:given"]
    assert chain.faults() == []


def test_a_correction_does_not_bring_back_what_was_withdrawn(chain: Chain, database: Database) -> None:
    change(chain, consents.withdraw)
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(premises={"address": "样例路99号"}))
    (consent,) = rows_of(database)
    assert consent.withdrawn_at is not None


# ---- withdrawn ------------------------------------------------------------------------------------------------------


def test_from_the_withdrawal_on_the_bank_neither_reads_nor_acts_and_the_case_goes_on(
    chain: Chain, visit: Visit, database: Database
) -> None:
    at_the_bank(chain)
    officer, applicant = visit(chain.cast.bank_officer), visit(chain.cast.applicant)
    address = f"/cases/{chain.case(BANK).token}"
    assert 'id="filed"' in officer.get(address).text
    page = applicant.get(f"/cases/{chain.case().token}").text
    assert "资料提供给谁" in page and "示例银行惠民支行" in page and "撤回同意" in page
    withdraw = f"/cases/{chain.case().token}/consents/{chain.cast.offices[BANK_CODE]}/withdraw"
    applicant.post(withdraw, status=303)
    for path in (address, f"{address}/actions/complete"):
        page = officer.get(path, status=403).text
        assert "申请人已撤回同意" in page and 'id="filed"' not in page and "您不用操作" in page
    task = chain.task(BANK)
    assert task is not None
    officer.post(f"{address}/actions/complete", {"task": str(task.id)}, status=403)
    for verb in (lambda: chain.act(BANK, "complete"), lambda: chain.claim(BANK), lambda: chain.disclose(BANK)):
        with pytest.raises(ConsentMissing):
            verb()
    page = applicant.get(f"/cases/{chain.case().token}").text
    assert "等您同意" in page and "同意提供" in page
    assert "等申请人同意把资料提供给示例银行惠民支行" in visit(chain.cast.supervisor).get(f"/cases/{chain.case().token}").text
    # Nobody else is stopped, and consent given anew lets the bank go on.
    assert 'id="filed"' in visit(chain.cast.registrar).get(f"/cases/{chain.case(REGISTRATION).token}").text
    applicant.post(withdraw.replace("withdraw", "give"), {"agreed": "y"}, status=303)
    assert 'id="filed"' in officer.get(address).text
    chain.act(BANK, "complete")
    assert chain.states()[BANK] == "done" and chain.faults() == []
    assert [(row.withdrawn_at is None) for row in rows_of(database)] == [False, True]


def test_a_second_press_changes_nothing(chain: Chain, database: Database) -> None:
    change(chain, consents.give)
    assert len(rows_of(database)) == 1
    change(chain, consents.withdraw)
    at = rows_of(database)[0].withdrawn_at
    change(chain, consents.withdraw)
    assert rows_of(database)[0].withdrawn_at == at and len(told_of(database)) == 2


def test_a_box_that_nobody_ticked_is_no_consent(chain: Chain, visit: Visit, database: Database) -> None:
    change(chain, consents.withdraw)
    applicant = visit(chain.cast.applicant)
    page = applicant.get("/consents").text
    assert 'name="agreed" value="y">' in page and "checked" not in page.split("consent-form")[1]
    give = f"/cases/{chain.case().token}/consents/{chain.cast.offices[BANK_CODE]}/give"
    applicant.post(give, status=303)
    assert "请先勾选" in applicant.get("/consents").text
    assert rows_of(database)[0].withdrawn_at is not None and len(rows_of(database)) == 1


def test_my_consents_lists_all_cases_and_nobody_elses(chain: Chain, visit: Visit, database: Database) -> None:
    other = Chain(database, chain.cast, content_with(name={"trade_name": "另禾"}, matters={"bank": OTHER_BANK}), now=chain.now)
    page = visit(chain.cast.applicant).get("/consents").text
    assert "示例银行惠民支行" in page and "样例银行惠民支行" in page and "个人信息保护法" in page
    assert chain.case().number in page and other.case().number in page
    assert "没有提供给银行" in visit(chain.cast.other_applicant).get("/consents").text
    visitor = visit(chain.cast.applicant)
    visitor.get("/consents")
    with counted(database) as sent:
        visitor.get("/consents")
    assert len(sent) <= 4, sent


@pytest.mark.parametrize("member", ["other_applicant", "registrar", "bank_officer", "supervisor", "outsider", "administrator"])
def test_nobody_else_speaks_for_the_applicant(chain: Chain, visit: Visit, database: Database, member: str) -> None:
    who = getattr(chain.cast, member)
    for verb in (consents.withdraw, consents.give):
        with pytest.raises(NotFound):
            change(chain, verb, who)
    visit(who).post(f"/cases/{chain.case().token}/consents/{chain.cast.offices[BANK_CODE]}/withdraw", status=404)
    visit(who).post(f"/cases/{chain.case().token}/consents/{1 << 70}/withdraw", status=None)
    assert rows_of(database)[0].withdrawn_at is None


# ---- who is asked ---------------------------------------------------------------------------------------------------


def test_consent_is_asked_of_who_serves_a_third_party_alone(chain: Chain, database: Database) -> None:
    at_the_bank(chain)
    change(chain, consents.withdraw)
    bank, hall = chain.cast.offices[BANK_CODE], chain.cast.offices[HALL]
    case = chain.case(BANK)
    both = (Held("officer", "bank", bank, "bank"), Held("clerk", "approval-bureau", hall, "county_hall"))
    with database.session() as session:
        for positions, stopped in ((both[:1], True), (both, False), (both[1:], False)):
            person = Acting(1, "某人", positions)
            if stopped:
                with pytest.raises(ConsentMissing):
                    consents.refuse_without_consent(session, person, case, case.offices.values())
            else:
                consents.refuse_without_consent(session, person, case, case.offices.values())


def test_at_a_cooperation_point_the_paper_is_noted_by_its_agent(database: Database, cast: Cast) -> None:
    """A merchant point takes part in a case: without consent its agent reads nothing, and notes the paper to go on."""
    offices = {"deciding": cast.offices[HALL], "point": cast.offices[BANK_CODE]}
    kinds = {cast.offices[HALL]: "county_hall", cast.offices[BANK_CODE]: "bank"}
    assert recipients(offices, (), kinds) == {cast.offices[BANK_CODE]: ("bank", False)}, "a bank as a point needs no account"
    agent = Acting(2, "商户", (Held("agent", "approval-bureau", cast.offices[BANK_CODE], "merchant_point"),))
    assert consents.recorder_role(agent, [cast.offices[BANK_CODE]]) == "agent"
    assert consents.recorder_role(agent, [cast.offices[HALL]]) == ""
    officer = Acting(3, "银行", (Held("officer", "bank", cast.offices[BANK_CODE], "bank"),))
    assert consents.recorder_role(officer, [cast.offices[BANK_CODE]]) == "", "who wants the data does not speak for its owner"


def test_the_checks_cost_a_statement_of_third_parties_alone(chain: Chain, database: Database) -> None:
    at_the_bank(chain)
    case = chain.case(BANK)
    with database.session() as session, counted(database) as sent:
        consents.refuse_without_consent(session, chain.cast.registrar.acting, case, case.offices.values())
        assert len(sent) == 0
        consents.refuse_without_consent(session, chain.cast.bank_officer.acting, case, case.offices.values())
        assert len(sent) == 1


def test_disclosing_and_moving_ask_for_consent_before_anything_is_read(database: Database, cast: Cast) -> None:
    chain = at_the_bank(Chain(database, cast))
    change(chain, consents.withdraw)
    task = chain.task(BANK)
    assert task is not None
    with pytest.raises(ConsentMissing) as stopped:
        database.write(moving.claim, cast.bank_officer.acting, task.case_id, task.id, chain.now)
    assert chain.case(BANK).number in stopped.value.message["zh"] and stopped.value.withdrawn_at is not None
    with pytest.raises(ConsentMissing):
        database.write(disclosing.disclose, cast.bank_officer.acting, task.case_id, chain.now, "contact")
