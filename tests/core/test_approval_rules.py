"""What the law asks on the day of approval is asked again there, whatever held when the application was filed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import CompanyName, Place
from approvals.operations import filing, moving
from approvals.operations.errors import Refusal
from approvals.operations.reference import forget
from tests.rules.applications import PLACE
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.seed import NOW, Cast, draft_of


def test_what_the_law_refuses_opens_no_case(database: Database, cast: Cast) -> None:
    draft_id = draft_of(database, cast.applicant, content_with(capital={"capital": "1.00"}))
    with pytest.raises(Refusal) as refused:
        database.write(filing.file_draft, cast.applicant.acting, draft_id, NOW)
    assert refused.value.reason == "rules" and refused.value.details["findings"]
    assert "需要修改" in refused.value.message["zh"]


def test_five_years_count_from_the_day_of_approval(database: Database, cast: Cast) -> None:
    """公司法 第四十七条: paid within five years of establishment. A day's difference between two clocks is enough."""
    content = content_with()
    content["capital"]["shareholders"][0]["paid_by"] = "2031-11-24"
    chain = Chain(database, cast, content, now=NOW + timedelta(days=1))
    chain.now = NOW
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve")
    assert refused.value.reason == "registration_rules_hold" and "五年内缴足" in refused.value.message["zh"]
    chain.now = NOW + timedelta(days=1)
    assert chain.act(REGISTRATION, "approve").state == "registered"


def test_an_approval_that_ran_out_while_the_case_was_open(database: Database, cast: Cast) -> None:
    """市场主体登记管理条例 第十四条: the approval of a licensed item is valid on the day of registration."""
    content = content_with()
    content["premises"]["items"] = [
        {"item": "S0003", "text": "餐饮服务", "licensed": True, "approval_number": "测许1号", "approval_valid_until": "2026-11-23"}
    ]
    chain = Chain(database, cast, content)
    chain.now += timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve")
    assert "餐饮服务" in refused.value.message["zh"] and "到期" in refused.value.message["zh"]
    content["premises"]["items"][0]["approval_valid_until"] = "2027-11-23"
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content)
    assert chain.act(REGISTRATION, "approve").state == "registered"


def test_a_community_that_was_merged_while_the_case_was_open(database: Database, cast: Cast) -> None:
    """企业名称登记管理规定 第七条: the address lies in a unit that stands on the day of registration."""
    chain = Chain(database, cast)

    def merge(session: Session) -> None:
        session.scalars(select(Place).where(Place.code == PLACE)).one().valid_to = NOW.date()

    database.write(merge)
    forget()
    chain.now += timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve")
    assert "不在本县现行名录中" in refused.value.message["zh"]


def test_a_number_that_fails_its_check_waits_for_a_clerk(database: Database, cast: Cast) -> None:
    """Filed with the applicant's word, approved only once somebody has seen the card; who did so stands in the history."""
    content = content_with()
    number = content["people"]["people"][2]["id_number"]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    content["people"]["people"][2].update(id_number=wrong, id_as_on_card=True)
    chain = Chain(database, cast, content)
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve")
    assert "核对证件原件" in refused.value.message["zh"]
    form = {"id_number": wrong, "reason": "与证件原件一致"}
    chain.act(REGISTRATION, "override_identity", chain.cast.clerk, form=form)
    assert chain.case().identity_overrides == [wrong]
    assert chain.act(REGISTRATION, "approve").state == "registered"
    assert chain.faults() == []


def test_a_name_taken_between_filing_and_approval(database: Database, cast: Cast) -> None:
    first, second = Chain(database, cast), Chain(database, cast, member=cast.other_applicant)
    first.act(REGISTRATION, "approve")
    with pytest.raises(Refusal) as refused:
        second.act(REGISTRATION, "approve")
    assert refused.value.reason == "registration_rules_hold"
    assert "已经登记" in refused.value.message["zh"] and refused.value.message["en"]
    assert second.states()[REGISTRATION] == "reviewing"
    second.act(REGISTRATION, "return_for_correction")
    second.resubmit(content_with(name={"trade_name": "青苗样"}), cast.other_applicant)
    assert second.act(REGISTRATION, "approve").state == "registered"
    assert second.faults() == []


@pytest.mark.real_commits
def test_two_registrars_approve_the_same_name_at_once(database: Database, cast: Cast) -> None:
    """One company gets the name; the other registrar reads a sentence of the law, not a failure of the database."""
    for round_number in range(5):
        content = content_with(name={"trade_name": "同名样" + "甲乙丙丁戊"[round_number]})
        chains = [Chain(database, cast, content), Chain(database, cast, content, member=cast.other_applicant)]
        barrier, ends = threading.Barrier(2), [None, None]

        def approve(number: int, chains: list[Chain] = chains, barrier: threading.Barrier = barrier, ends: list = ends) -> None:
            chain, person = chains[number], (cast.registrar, cast.other_registrar)[number]
            request = chain.request(REGISTRATION, "approve")
            barrier.wait()
            try:
                ends[number] = database.write(moving.act, person.acting, request, chain.now).state
            except Exception as error:
                ends[number] = error

        threads = [threading.Thread(target=approve, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        (refused,) = (end for end in ends if end != "registered")
        assert isinstance(refused, Refusal) and refused.reason == "registration_rules_hold", repr(refused)
        with database.reading() as session:
            names = session.scalars(select(CompanyName.full_name).where(CompanyName.trade_name == content["name"]["trade_name"]))
            assert len(list(names)) == 1
    assert chains[0].faults() == []
