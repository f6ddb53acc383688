"""A task is taken over before it is worked on: what the pages show before and after, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from approvals.db import Database
from tests.rules.applications import ZHANG
from tests.support.driving import REGISTRATION, SEAL, Chain
from tests.support.seed import Member
from tests.support.web import Visitor
from tests.web.test_cases import form_of, path


@pytest.fixture
def chain(application: Any) -> Chain:
    database: Database = application.extensions["database"]
    driven = Chain(database)
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def visit(application: Any, chain: Chain) -> Callable[[Member], Visitor]:
    return lambda member: Visitor(application, member.person_id)


def claim_address(chain: Chain, workflow: str) -> str:
    task = chain.task(workflow)
    assert task is not None
    return f"/tasks/{task.id}/claim"


def test_a_case_page_leads_with_the_claim_and_offers_the_actions_after_it(chain: Chain, visit: Any) -> None:
    registrar = visit(chain.cast.registrar)
    for workflow in (REGISTRATION, "company-opening"):
        page = registrar.get(path(chain, workflow)).text
        assert f'action="{claim_address(chain, REGISTRATION)}"' in page and "/actions/" not in page
    chain.claim(REGISTRATION)
    page = registrar.get(path(chain, REGISTRATION)).text
    assert path(chain, REGISTRATION, "approve") in page and "/claim" not in page


def test_a_matter_in_the_chain_is_offered_after_the_claim_too(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    officer = visit(chain.cast.officers["public-security"])
    assert "/actions/" not in officer.get(path(chain, SEAL)).text
    chain.claim(SEAL)
    assert path(chain, SEAL, "complete") in officer.get(path(chain, SEAL)).text


def test_an_action_opened_directly_asks_for_the_claim_first_and_comes_back(chain: Chain, visit: Any) -> None:
    registrar, address = visit(chain.cast.registrar), path(chain, REGISTRATION, "approve")
    page = registrar.get(address).text
    assert 'name="opinion"' not in page and "接办" in page and f'name="next" value="{address}"' in page
    answer = registrar.post(claim_address(chain, REGISTRATION), {"next": address})
    assert answer.location == address
    page = registrar.get(address).text
    assert 'name="opinion"' in page and ZHANG not in page and "/claim" not in page
    registrar.post(f"{path(chain, REGISTRATION)}/disclosure", {"reason": "compare-papers", "next": address}, status=303)
    page = registrar.get(address).text
    assert 'name="opinion"' in page and ZHANG in page


def test_what_was_typed_without_a_claim_is_shown_again(chain: Chain, visit: Any) -> None:
    sent = form_of(chain, REGISTRATION, reason="名称与已登记企业相同")
    page = visit(chain.cast.registrar).post(path(chain, REGISTRATION, "refuse"), sent, status=422).text
    assert "名称与已登记企业相同" in page


def test_actions_of_other_positions_do_not_wait_for_a_claim(chain: Chain, visit: Any) -> None:
    assert path(chain, REGISTRATION, "withdraw") in visit(chain.cast.applicant).get(path(chain, REGISTRATION)).text


def test_claiming_from_the_whole_case_leads_to_the_matter_where_one_reason_shows_the_numbers(chain: Chain, visit: Any) -> None:
    registrar, matter = visit(chain.cast.registrar), path(chain, REGISTRATION)
    page = registrar.get(path(chain)).text
    assert f'name="next" value="{matter}"' in page and ZHANG not in page
    answer = registrar.post(claim_address(chain, REGISTRATION), {"next": matter})
    assert ZHANG not in registrar.get(answer.location).text
    shown = registrar.post(f"{matter}/disclosure", {"reason": "examine", "next": matter}, status=303)
    assert shown.location == matter and ZHANG in registrar.get(matter).text


def test_taking_over_and_putting_back_have_words_of_their_own(chain: Chain, visit: Any) -> None:
    registrar = visit(chain.cast.registrar)
    inbox = registrar.get("/desk").text
    assert ">接办</button>" in inbox and "无人接办" in inbox and "领取" not in inbox
    chain.claim(REGISTRATION)
    assert ">放回</button>" in registrar.get("/desk").text
    page = registrar.get(path(chain, REGISTRATION)).text
    assert "放回，让别人办理" in page
    chain.release(REGISTRATION)
    page = registrar.get(path(chain, REGISTRATION)).text
    history = page[page.index('id="history"') :]
    assert "接办" in history and "放回" in history and "领取" not in history
