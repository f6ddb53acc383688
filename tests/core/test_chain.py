"""The whole chain through the public verbs: who moves what where, and what follows by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from approvals.db import Database
from approvals.models import Case, CompanyName, Document, Event, EventPayload, Notice, Submission, Task
from approvals.operations import filing, moving
from approvals.operations.errors import NotFound, Outdated, Refusal
from tests.support.driving import BANK, FORMS, OFFICERS, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, Cast, application, draft_of

SIGNED = ("sign", "all_signed", "case:clock-begun")
"""What the history says of signing; it is the same for every case that gets that far."""


def actions(database: Database, case_id: int) -> list[str]:
    with database.reading() as session:
        events = select(Event.action).where(Event.case_id == case_id, Event.action.not_in(SIGNED))
        return list(session.scalars(events.order_by(Event.position)))


def documents(chain: Chain) -> list[str]:
    with chain.database.reading() as session:
        return list(session.scalars(select(Document.kind).where(Document.root_id == chain.root_id).order_by(Document.id)))


def payload(chain: Chain, workflow: str, action: str) -> Any:
    import json

    with chain.database.reading() as session:
        of = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id)
        case_id = chain.case(workflow).id
        return json.loads(session.scalars(of.where(Event.case_id == case_id, Event.action == action)).one() or "null")


def receipt_facts(chain: Chain) -> dict[str, Any]:
    with chain.database.reading() as session:
        content = session.scalars(select(Document.content).where(Document.kind == "delivery-receipt")).one()
        return dict(content["facts"])


def test_an_electronic_delivery_sends_nobody_to_a_window_and_its_receipt_says_how_and_to_whom(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    with chain.database.reading() as session:
        told = [each["zh"] for each in session.scalars(select(Notice.text).where(Notice.case_id == chain.root_id))]
    assert any("电子送达" in text for text in told) and not any("领取" in text for text in told)
    facts = receipt_facts(chain)
    assert facts["delivered_by"].startswith("电子送达") and facts["delivered_at"].startswith("2026年11月23日") and facts["delivered_to"]


def test_a_receipt_of_what_was_handed_out_names_the_office(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.act(ROOT, "hand_out")
    assert receipt_facts(chain)["office"] == "惠民县政务服务中心"


def test_the_whole_chain_is_delivered(chain: Chain) -> None:
    assert chain.states() == {ROOT: "registering", REGISTRATION: "reviewing"}
    chain.act(REGISTRATION, "approve")
    assert chain.states() == {ROOT: "processing", REGISTRATION: "registered", BANK: "waiting"} | {
        workflow: "handling" for workflow in OFFICERS if workflow != BANK
    }
    chain.settle_matters(BANK)
    assert chain.states()[ROOT] == "processing"
    assert chain.states()[BANK] == "handling"
    chain.act(BANK, "complete")
    assert set(chain.states().values()) == {"delivered", "registered", "done"}
    assert actions(chain.database, chain.root_id) == ["case:opened", "consent:given", "registered", "settle", "deliver_electronically"]
    assert documents(chain)[:3] == ["receipt", "registration-notice", "business-licence"]
    assert documents(chain)[-1] == "delivery-receipt"
    credit_code = payload(chain, REGISTRATION, "approve")["enterprise"]["credit_code"]
    with chain.database.reading() as session:
        assert session.scalars(select(CompanyName.credit_code)).one() == credit_code
        assert not session.scalar(select(func.count()).select_from(Task).where(Task.closed_at.is_(None)))
    assert chain.faults() == []


def test_numbers_tell_parent_and_order(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    root = chain.case(ROOT)
    digits, check = root.number[2:-1], root.number[-1]
    assert root.number.startswith("HM20261123") and filing.number_check_digit(digits) == check
    assert chain.case(REGISTRATION).number == f"{root.number}-1"
    assert {chain.case(workflow).number for workflow in OFFICERS} == {f"{root.number}-{number}" for number in range(2, 8)}


@pytest.mark.parametrize("chosen", [[], ["tax-registration"]])
def test_only_chosen_matters_are_opened(database: Database, cast: Cast, chosen: list[str]) -> None:
    chain = Chain(database, cast, content_with(matters={"chosen": chosen}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    assert set(chain.states()) == {ROOT, REGISTRATION, *chosen}
    assert chain.states()[ROOT] == "delivered"
    assert chain.faults() == []


def test_results_are_handed_out_at_the_window(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters(BANK)
    chain.act(BANK, "complete")
    root, task = chain.case(), chain.task(ROOT)
    assert root.state == "delivering" and root.closed_at == chain.now, "closed is not delivered"
    assert task is not None and task.role == "clerk" and task.due_at is not None and task.due_at > chain.now + timedelta(days=9)
    closed_at = root.closed_at
    chain.act(ROOT, "hand_out")
    root = chain.case()
    assert (root.state, root.closed_at) == ("delivered", closed_at)
    assert payload(chain, ROOT, "hand_out")["contact"]["kind"] == "collection"
    assert chain.faults() == []


def test_a_correction_restarts_the_clock_and_is_a_second_submission(chain: Chain) -> None:
    before = chain.case(REGISTRATION)
    chain.act(REGISTRATION, "return_for_correction")
    task = chain.task(REGISTRATION)
    assert task is not None and (task.role, task.department, task.office_id) == ("applicant", "", None)
    chain.now += timedelta(days=2)
    chain.resubmit(content_with(name={"trade_name": "禾样新"}))
    after, root = chain.case(REGISTRATION), chain.case()
    assert after.state == "reviewing" and after.clock_started_at == chain.now
    assert before.statutory_due_at is not None and after.statutory_due_at is not None
    assert after.statutory_due_at >= before.statutory_due_at + timedelta(days=2)
    assert root.clock_started_at == chain.now
    assert (root.submissions, root.company, after.company) == (2, "惠民县禾样新农产品销售有限公司", root.company)
    with chain.database.reading() as session:
        assert list(session.scalars(select(Submission.number).order_by(Submission.number))) == [1, 2]
    assert documents(chain) == ["receipt", "correction-notice"]
    assert payload(chain, REGISTRATION, "return_for_correction")["form"] == FORMS["return_for_correction"]
    assert chain.faults() == []


def test_a_correction_that_breaks_the_law_is_refused_and_leaves_nothing(chain: Chain) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    with pytest.raises(Refusal) as refused:
        chain.resubmit(content_with(capital={"capital": "1.00"}))
    assert refused.value.reason == "registration_rules_hold"
    assert chain.states()[REGISTRATION] == "correcting"
    assert chain.case().submissions == 1
    assert chain.faults() == []


def test_an_extension_needs_the_head_and_moves_the_statutory_limit(chain: Chain) -> None:
    before = chain.case(REGISTRATION).statutory_due_at
    chain.act(REGISTRATION, "request_extension")
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "grant_extension", chain.cast.registrar)
    assert refused.value.reason == "not-permitted"
    chain.act(REGISTRATION, "grant_extension", chain.cast.registrar_head)
    case = chain.case(REGISTRATION)
    assert (case.state, case.extension_days) == ("reviewing_extended", 3)
    # Thursday's limit of three working days goes over the weekend to Tuesday.
    assert before is not None and case.statutory_due_at == before + timedelta(days=5)
    assert documents(chain)[-1] == "extension-notice"
    chain.act(REGISTRATION, "approve")
    assert chain.faults() == []


def test_a_declined_extension_goes_back_to_the_registrar(chain: Chain) -> None:
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", chain.cast.registrar_head)
    assert chain.case(REGISTRATION).extension_days == 0
    assert chain.states()[REGISTRATION] == "reviewing"


@pytest.mark.parametrize(
    ("action", "person", "registration", "root"),
    [("refuse", "registrar", "refused", "not_registered"), ("withdraw", "applicant", "withdrawn", "withdrawn")],
)
def test_without_registration_nothing_else_begins(chain: Chain, action: str, person: str, registration: str, root: str) -> None:
    chain.act(REGISTRATION, action, getattr(chain.cast, person))
    assert chain.states() == {ROOT: root, REGISTRATION: registration}
    case = chain.case()
    assert case.closed_at == chain.now and case.outcome == chain.case(REGISTRATION).outcome
    assert chain.faults() == []


def test_a_correction_that_never_comes_lapses_by_its_timer(chain: Chain) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    case_id = chain.case(REGISTRATION).id

    def due(now: Any) -> list[int]:
        with chain.database.reading() as session:
            return moving.due_timers(session, now)

    task = chain.task(REGISTRATION)
    assert task is not None and task.timer_at is not None
    assert due(task.timer_at - timedelta(seconds=1)) == [] and due(task.timer_at) == [case_id]
    assert not chain.database.write(moving.fire_timer, case_id, task.timer_at - timedelta(seconds=1))
    assert chain.database.write(moving.fire_timer, case_id, task.timer_at)
    assert not chain.database.write(moving.fire_timer, case_id, task.timer_at)
    assert chain.states() == {ROOT: "withdrawn", REGISTRATION: "lapsed"}
    assert due(task.timer_at) == []
    assert chain.faults() == []


def test_a_failed_seal_leaves_the_bank_unopened_until_both_are_started_again(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "fail")
    assert (chain.states()[SEAL], chain.states()[BANK]) == ("failed", "not_opened")
    with pytest.raises(Refusal) as refused:
        chain.act(BANK, "restart", chain.cast.applicant)
    assert refused.value.reason == "predecessors_done"
    chain.act(SEAL, "restart", chain.cast.applicant)
    assert chain.states()[SEAL] == "handling"
    chain.act(SEAL, "complete")
    chain.act(BANK, "restart", chain.cast.applicant)
    chain.settle_matters()
    assert set(chain.states().values()) == {"delivered", "registered", "done"}
    assert actions(chain.database, chain.root_id).count("settle") == 1
    assert chain.faults() == []


def test_a_failed_matter_does_not_undo_the_others(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act("tax-registration", "fail")
    chain.settle_matters()
    assert chain.states()["tax-registration"] == "failed"
    assert chain.case().state == "delivered" and chain.case(REGISTRATION).outcome == "done"
    with chain.database.reading() as session:
        texts = [notice["zh"] for notice in session.scalars(select(Notice.text))]
    assert any("设备故障" in text for text in texts), "the applicant is told why"
    # Started again after everything was handed out: the parent stays closed, its join does not fire again.
    chain.act("tax-registration", "restart", chain.cast.applicant)
    chain.act("tax-registration", "complete")
    assert chain.case().state == "delivered"
    assert actions(chain.database, chain.root_id).count("settle") == 1
    assert chain.faults() == []


def test_what_is_started_again_before_the_hand_out_is_handed_out_with_the_rest(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.act("tax-registration", "fail")
    chain.settle_matters()
    assert chain.states()[ROOT] == "delivering"
    chain.act("tax-registration", "restart", cast.applicant)
    with pytest.raises(Refusal) as refused:
        chain.act(ROOT, "hand_out")
    assert refused.value.reason == "linked_cases_settled_now"
    assert chain.case("tax-registration").number in refused.value.message["zh"]
    chain.act("tax-registration", "complete")
    assert chain.states()[ROOT] == "delivering", "the join does not fire again"
    chain.act(ROOT, "hand_out")
    assert actions(database, chain.root_id) == ["case:opened", "consent:given", "registered", "settle", "hand_out"]
    assert chain.faults() == []


def test_what_is_started_again_after_the_hand_out_is_handed_out_again(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.act("tax-registration", "fail")
    chain.settle_matters()
    chain.act(ROOT, "hand_out")
    closed_at = chain.case().closed_at
    for step in (None, "restart"):
        if step:
            chain.act("tax-registration", step, cast.applicant)
        with pytest.raises(Refusal) as refused:
            chain.act(ROOT, "hand_out_again", form=FORMS["hand_out"])
        assert refused.value.reason == "linked_cases_settled_again"
        assert (chain.case("tax-registration").number in refused.value.message["zh"]) is bool(step)
    chain.act("tax-registration", "complete")
    chain.act(ROOT, "hand_out_again", form=FORMS["hand_out"])
    root = chain.case()
    assert (root.state, root.closed_at, chain.task(ROOT)) == ("delivered", closed_at, None)
    assert documents(chain).count("delivery-receipt") == 2
    assert payload(chain, ROOT, "hand_out_again")["contact"]["kind"] == "collection"
    assert actions(database, chain.root_id).count("settle") == 1
    assert chain.faults() == []


def test_what_is_delivered_electronically_waits_for_what_is_open_and_follows_by_itself(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, content_with(matters={"chosen": ["tax-registration"]}, delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.act("tax-registration", "fail")
    chain.act("tax-registration", "restart", cast.applicant)
    # Electronic from now on: only so can a chain stand there with a matter open again, since it is delivered at once.
    with database.engine.begin() as connection:
        content = content_with(matters={"chosen": ["tax-registration"]}, delivery={"way": "electronic"})
        connection.execute(update(Submission).where(Submission.case_id == chain.root_id).values(content=content))
    assert chain.states()[ROOT] == "delivering"
    chain.claim("tax-registration")
    assert chain.states()[ROOT] == "delivering"
    chain.act("tax-registration", "complete")
    assert chain.states()[ROOT] == "delivered"
    assert actions(database, chain.root_id) == ["case:opened", "registered", "settle", "deliver_electronically"]


def test_a_withdrawn_matter_settles_too(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act("housing-fund", "withdraw", chain.cast.applicant)
    chain.settle_matters()
    assert chain.case().state == "delivered"
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "withdraw", chain.cast.applicant)
    assert refused.value.reason == "not-from-this-state" and "已登记" in refused.value.message["zh"]


def test_the_same_request_acts_once(chain: Chain) -> None:
    request = chain.request(REGISTRATION, "approve", key="one-page")
    person = chain.cast.registrar.acting
    first = chain.database.write(moving.act, person, request, chain.now)
    again = chain.database.write(moving.act, person, request, chain.now)
    assert (first.repeated, again.repeated, again.state) == (False, True, "registered")
    assert actions(chain.database, chain.case(REGISTRATION).id).count("approve") == 1


def test_the_same_request_of_an_action_that_stays_acts_once(chain: Chain) -> None:
    request = chain.request(REGISTRATION, "override_identity", key="one-page")
    for repeated in (False, True, True):
        assert chain.database.write(moving.act, chain.cast.registrar.acting, request, chain.now).repeated is repeated
    assert actions(chain.database, chain.case(REGISTRATION).id) == ["case:opened", "override_identity"]
    task = chain.task(REGISTRATION)
    assert task is not None and task.id == request.task_id, "the task and its clock go on"
    assert chain.faults() == []


def test_the_same_draft_opens_one_case(database: Database, cast: Cast) -> None:
    draft_id = draft_of(database, cast.applicant, application())
    now = Chain(database, cast).now  # another case beside it
    first = database.write(filing.file_draft, cast.applicant.acting, draft_id, now)
    again = database.write(filing.file_draft, cast.applicant.acting, draft_id, now)
    assert again.repeated and (again.case_id, again.number, again.token) == (first.case_id, first.number, first.token)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case).where(Case.root_id == first.case_id)) == 2
    with pytest.raises(NotFound):
        database.write(filing.file_draft, cast.other_applicant.acting, draft_id, now)


def test_an_outdated_page_says_what_changed_and_by_whom(chain: Chain) -> None:
    request = chain.request(REGISTRATION, "approve")
    chain.act(REGISTRATION, "return_for_correction", chain.cast.other_registrar)
    with pytest.raises(Outdated) as outdated:
        chain.database.write(moving.act, chain.cast.registrar.acting, request, chain.now)
    message = outdated.value.message
    assert "周登记" in message["zh"] and "退回补正" in message["zh"] and "待申请人补正" in message["zh"]
    assert "Return for correction" in message["en"]
    assert outdated.value.details["by"] == "周登记"


def test_a_held_task_is_left_to_its_holder(chain: Chain) -> None:
    chain.claim(REGISTRATION, chain.cast.other_registrar)
    for verb in (chain.claim, lambda workflow, member: chain.act(workflow, "approve", member)):
        with pytest.raises(Outdated) as outdated:
            verb(REGISTRATION, chain.cast.registrar)
        assert outdated.value.reason == "held" and "周登记" in outdated.value.message["zh"]
    with pytest.raises(Refusal):
        chain.release(REGISTRATION, chain.cast.registrar_head)
    chain.claim(REGISTRATION, chain.cast.other_registrar)  # again: nothing happens
    chain.release(REGISTRATION, chain.cast.other_registrar)
    with pytest.raises(Refusal) as refused:
        chain.release(REGISTRATION, chain.cast.other_registrar)
    assert refused.value.reason == "not-held"
    chain.act(REGISTRATION, "approve", chain.cast.registrar)
    case_id = chain.case(REGISTRATION).id
    assert actions(chain.database, case_id) == ["case:opened", "task:claimed", "task:released", "approve"]
    assert chain.faults() == []


def test_the_applicant_may_withdraw_what_a_registrar_holds(chain: Chain) -> None:
    chain.claim(REGISTRATION)
    chain.act(REGISTRATION, "withdraw", chain.cast.applicant)
    assert chain.states()[ROOT] == "withdrawn"


def test_a_walk_in_has_a_claim_code_and_an_intake(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, member=cast.town_clerk, office_id=cast.offices["town-sunwu"])
    root = chain.case()
    assert (root.channel, root.applicant_id, root.filed_by_id) == ("window", None, cast.town_clerk.person_id)
    assert len(chain.filed.claim_code) == 10 and root.claim_code_hash == filing.claim_hash(chain.filed.claim_code)
    assert chain.filed.claim_code not in root.claim_code_hash
    opened = payload(chain, ROOT, "case:opened")
    assert opened["contact"] == {"kind": "intake", "office": cast.offices["town-sunwu"]}
    chain.act(REGISTRATION, "approve")
    assert chain.faults() == []
