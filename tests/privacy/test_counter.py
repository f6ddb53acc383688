"""While somebody's case or draft is open at a counter, no list of other people is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from approvals.db import Database
from approvals.models import Case, Office
from approvals.operations import consents, delegation
from approvals.operations.acting import Acting, Held
from approvals.operations.consents import ConsentMissing
from approvals.operations.reference import network_changed
from tests.rules.applications import PLACE
from tests.support.delegating import MATTER, PRINCIPAL, Delegated, carriers
from tests.support.delegating import ROOT as DELEGATED
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import HALL, NOW, Cast, Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]
CLOSED = "先合上再看列表"
LISTS = ("/desk", "/desk/search?q=HM", "/custody")


@pytest.fixture
def delegated(application: Any, database: Database, cast: Cast) -> Delegated:
    """A case that an agent has taken in at a village point; the product's clock follows it."""
    driven = Delegated(database, cast)
    application.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def agent(application: Any, delegated: Delegated) -> Visitor:
    return Visitor(application, delegated.people.agent.person_id)


def address(driven: Chain, workflow: str = DELEGATED) -> str:
    return f"/cases/{driven.case(workflow).token}"


def test_an_open_case_closes_the_lists_until_it_is_put_away(agent: Visitor, delegated: Delegated) -> None:
    for path in LISTS:
        assert CLOSED not in agent.get(path).text
    page = agent.get(address(delegated)).text
    assert "正在为 钱*托 办理" in page and "钱委托" not in page.split("counter-banner")[1].split("</div>")[0]
    for path in LISTS:
        closed = agent.get(path).text
        assert CLOSED in closed and "钱*托" in closed and "合上" in closed
        assert "stacked-table" not in closed and delegated.case(DELEGATED).number not in closed.split("<main")[1]
    agent.post("/counter/put-away", {"next": "/custody"}, status=303)
    for path in LISTS:
        assert CLOSED not in agent.get(path).text
    assert "counter-banner" not in agent.get("/guides").text


def test_the_banner_says_for_whom_and_until_when_while_a_mandate_is_in_force(agent: Visitor, delegated: Delegated) -> None:
    delegated.answer()
    page = agent.get(address(delegated)).text
    assert "代 钱*托 办理（委托书有效期至" in page
    assert "代 钱*托 办理（委托书有效期至" in agent.get("/guides").text, "on every page"


def test_a_finished_action_puts_the_case_away(agent: Visitor, delegated: Delegated) -> None:
    delegated.answer()
    delegated.prepare()
    agent.get(address(delegated))
    task = delegated.root_task()
    assert task is not None and CLOSED in agent.get("/desk").text
    agent.post(f"{address(delegated)}/actions/pass_up", {"task": str(task.id), "key": "up"}, status=None)
    assert delegated.state != "collecting" and CLOSED not in agent.get("/desk").text


def test_a_walk_ins_draft_closes_the_lists_until_it_is_thrown_away(application: Any, database: Database, cast: Cast) -> None:
    application.config["NOW"] = lambda: NOW
    clerk = Visitor(application, cast.clerk.person_id)
    token = clerk.post("/desk/intake", {"office": str(cast.offices[HALL])}, status=303).location.split("/")[2]
    assert "正在为 来人 办理" in clerk.get(f"/applications/{token}/identity").text
    for path in ("/desk", "/desk/intake"):
        assert CLOSED in clerk.get(path).text
    clerk.post(f"/applications/{token}/discard", status=303)
    assert CLOSED not in clerk.get("/desk/intake").text


def test_who_decides_at_a_desk_and_who_applies_have_no_banner(application: Any, database: Database, delegated: Delegated) -> None:
    delegated.up()
    for member in (delegated.cast.registrar, delegated.cast.supervisor):
        visitor = Visitor(application, member.person_id)
        visitor.get(address(delegated, REGISTRATION))
        assert "counter-banner" not in visitor.get("/guides").text
    chain = Chain(database, delegated.cast, now=delegated.now)
    registrar = Visitor(application, delegated.cast.registrar.person_id)
    registrar.get(address(chain, REGISTRATION))
    assert CLOSED not in registrar.get("/desk").text


def test_signing_out_puts_the_case_away(agent: Visitor, delegated: Delegated) -> None:
    agent.get(address(delegated))
    agent.post("/sign-out", status=None)
    agent.sign_in(delegated.people.agent.person_id, 1)
    assert CLOSED not in agent.get("/desk").text


def test_the_banner_costs_one_statement_and_only_while_a_case_is_open(agent: Visitor, delegated: Delegated, database: Database) -> None:
    agent.get("/guides")
    with counted(database) as without:
        agent.get("/guides")
    agent.get(address(delegated))
    agent.get("/guides")
    with counted(database) as open_case:
        agent.get("/guides")
    assert len(open_case) == len(without) + 1, open_case


def test_at_a_merchant_the_agent_goes_on_once_the_paper_is_noted(application: Any, database: Database, cast: Cast) -> None:
    """A co-operation point takes a request in: nothing is read or done there before the person's separate consent."""
    people = carriers(database, cast)

    def become_a_shop(session: Any) -> None:
        session.get_one(Office, people.point_id).kind = "merchant_point"
        network_changed(session)

    database.write(become_a_shop)
    agent = Acting(people.agent.person_id, people.agent.name, (Held("agent", "approval-bureau", people.point_id, "merchant_point"),))
    wish = delegation.Wish(MATTER, PLACE, {"relation": "self"}, "at-a-shop")
    filed = database.write(delegation.take_in, agent, people.point_id, PRINCIPAL, wish, NOW)
    application.config["NOW"] = lambda: NOW
    visitor = Visitor(application, people.agent.person_id)
    page = visitor.get(f"/cases/{filed.token}", status=403).text
    assert "还没有申请人的同意" in page and "登记纸质同意书" in page and PRINCIPAL.name not in page
    visitor.post(f"/cases/{filed.token}/consents/{people.point_id}/give", {"agreed": "y", "next": f"/cases/{filed.token}"}, status=303)
    page = visitor.get(f"/cases/{filed.token}").text
    assert "资料提供给谁" in page and "（纸质同意书）" in page
    database.write(consents.withdraw, agent, filed.token, people.point_id, NOW)
    with database.session() as session, pytest.raises(ConsentMissing):
        case = session.get_one(Case, filed.case_id)
        consents.refuse_without_consent(session, agent, case, case.offices.values())
    visitor.post(f"/cases/{filed.token}/consents/{people.point_id}/give", {"agreed": "y", "next": f"/cases/{filed.token}"}, status=303)
    assert "撤回过对您所在单位的同意" in visitor.get("/guides").text, "who lost the data does not take it back"
    visitor.get(f"/cases/{filed.token}", status=403)
    database.write(consents.give, people.town.acting, filed.token, people.point_id, NOW)
    assert "资料提供给谁" in visitor.get(f"/cases/{filed.token}").text
