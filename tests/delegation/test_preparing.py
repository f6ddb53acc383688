"""Taking in what somebody entrusts, filling in the application for them, answering a correction, and the desk beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.app import create_app
from approvals.db import Database
from approvals.models import Case, Draft, Event, Mandate, Office, OfficeClosure, Person, Position
from approvals.operations import delegation, drafts, renewing
from approvals.operations.acting import Acting, Held
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.reference import network_changed
from approvals.queries import lists
from tests.rules.applications import PLACE, ZHANG
from tests.support.delegating import PRINCIPAL, Delegated
from tests.support.driving import content_with
from tests.support.seed import NOW, TOWN, Cast, Member, seed
from tests.support.statements import counted
from tests.support.web import Visitor, application_settings

TYPED = {
    "matter": "company-opening", "name": PRINCIPAL.name, "id_kind": "identity-card", "id_number": PRINCIPAL.identity_number,
    "phone": PRINCIPAL.phone, "relation": "home", "place": PLACE, "key": "one-page",
}  # fmt: skip


@pytest.fixture
def product(database_url: str) -> Any:
    return create_app(application_settings(database_url))


@pytest.fixture
def database(product: Any) -> Database:
    found: Database = product.extensions["database"]
    return found


@pytest.fixture
def cast(database: Database) -> Cast:
    lists.forget()
    return seed(database)


@pytest.fixture
def carried(product: Any, database: Database, cast: Cast) -> Delegated:
    driven = Delegated(database, cast)
    product.config["NOW"] = lambda: driven.now
    return driven


@pytest.fixture
def agent(product: Any, carried: Delegated) -> Visitor:
    return Visitor(product, carried.people.agent.person_id)


def case_page(visitor: Visitor, carried: Delegated) -> str:
    text: str = visitor.get(f"/cases/{carried.filed.token}").text
    return text


def put_away(visitor: Visitor) -> None:
    visitor.post("/counter/put-away", {"next": "/"}, status=303)


def draft_token(database: Database, carried: Delegated, member: Member | None = None) -> str:
    return database.write(delegation.prepare, (member or carried.people.agent).acting, carried.filed.token, carried.now)


def write(database: Database, statement: Any) -> None:
    database.write(lambda session: session.execute(statement))


# ---- taking in --------------------------------------------------------------------------------------------------------


def test_what_is_taken_in_twice_is_one_case_with_a_receipt(database: Database, carried: Delegated, agent: Visitor) -> None:
    first = agent.post("/desk/delegation", TYPED | {"id_number": ZHANG, "name": "孙委托"}, status=303)
    again = agent.post("/desk/delegation", TYPED | {"id_number": ZHANG, "name": "孙委托"}, status=303)
    assert first.location == again.location
    with database.reading() as session:
        assert len(list(session.scalars(select(Case)))) == 2  # the fixture's own, and this one
    receipt = agent.get(first.location).text
    assert "短信已发到139****1234" in receipt and "<svg" in receipt and "/progress/" in receipt
    assert "古城社区便民服务点 → 孙武街道便民服务中心 → 惠民县政务服务中心" in receipt


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "姓名"),
        ({"id_number": "123"}, "应为 18 位"),
        ({"phone": "12345"}, "手机号"),
        ({"valid_to": "2020-01-01"}, "委托期限已经过去了"),
        ({"valid_to": "2036-01-01"}, "委托最长366天"),
        ({"place": ""}, "经营场所"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_stay_is_said_beside_it_and_nothing_typed_is_lost(
    changed: Mapping[str, str], sentence: str, agent: Visitor
) -> None:
    page = agent.post("/desk/delegation", {**TYPED, "remark": "下午在家", **changed}, status=422).text
    assert sentence in page and "下午在家" in page and 'class="error-summary"' in page


def test_the_agents_own_telephone_is_refused_beside_the_field(database: Database, carried: Delegated, agent: Visitor) -> None:
    with database.reading() as session:
        own = session.get_one(Person, carried.people.agent.person_id).phone
    page = agent.post("/desk/delegation", TYPED | {"phone": own, "key": "other"}, status=422).text
    assert "这是工作人员的手机号" in page and f'value="{own}"' in page


def test_somebody_without_a_telephone_signs_on_paper(carried: Delegated, agent: Visitor) -> None:
    typed = TYPED | {"phone": "", "id_number": ZHANG, "name": "孙委托", "key": "paper"}
    receipt = agent.get(agent.post("/desk/delegation", typed, status=303).location).text
    assert "委托人没有手机" in receipt and "拍照收下" in receipt


def test_a_point_that_is_closed_or_not_competent_says_where_to_go(database: Database, carried: Delegated, agent: Visitor) -> None:
    def close(session: Any) -> None:
        day = NOW.date()
        session.add(OfficeClosure(office_id=carried.people.point_id, closed_from=day, closed_to=day, reason="盘点"))
        network_changed(session)

    database.write(close)
    assert "今天这里不能收件" in agent.get("/desk/delegation").text
    refused = agent.post("/desk/delegation", TYPED | {"key": "closed"}, status=422).text
    assert "闭门" in refused and "今天可以到" in refused and PRINCIPAL.name in refused


def test_only_agents_take_in(product: Any, carried: Delegated) -> None:
    for member in (carried.cast.clerk, carried.people.town, carried.cast.applicant):
        Visitor(product, member.person_id).get("/desk/delegation", status=403)


# ---- filling in -------------------------------------------------------------------------------------------------------


def test_nothing_is_filled_in_before_the_mandate_is_signed(carried: Delegated, agent: Visitor) -> None:
    assert "开始帮填申请" not in case_page(agent, carried)
    refused = agent.post(f"/cases/{carried.filed.token}/prepare", status=409).text
    assert "委托书还没有签" in refused


def test_the_pages_are_filled_from_the_principal_and_lead_back_to_the_case(
    database: Database, carried: Delegated, agent: Visitor
) -> None:
    carried.answer()
    assert "开始填" in case_page(agent, carried)
    begun = agent.post(f"/cases/{carried.filed.token}/prepare", status=303).location
    capital = agent.get(f"{begun}/capital").text
    assert PRINCIPAL.name in capital and PRINCIPAL.identity_number in capital and "马代办" not in capital.split("<main")[1]
    assert "按委托人的证件" in capital
    check = agent.get(f"{begun}/check").text
    assert "先回代办件" in check and "提交申请" not in check
    assert 'href="/cases/' + carried.filed.token in check
    page = case_page(agent, carried)
    assert "提交前还要补填或修改的" in page and f"{begun}/capital" in page and "申请填好后就可以送出" in page
    carried.prepare()
    page = case_page(agent, carried)
    assert "按今天的情况可以提交" in page and "/actions/pass_up" in page
    assert "填好了，回代办件" in agent.get(f"{begun}/check").text


def test_what_is_filled_in_on_a_mandate_is_not_submitted_by_itself(
    database: Database, carried: Delegated, agent: Visitor
) -> None:
    carried.answer()
    carried.prepare()
    token = draft_token(database, carried)
    with database.reading() as session:
        revision = session.scalars(select(Draft.revision).where(Draft.token == token)).one()
    refused = agent.post(f"/applications/{token}/submit", {"revision": str(revision)}, status=422).text
    assert "代办的申请不在这里提交" in refused
    with pytest.raises(Refusal, match="代办的申请不在这里提交"):
        database.write(drafts.submit, carried.people.agent.acting, token, revision, carried.now)


def test_nobody_else_opens_it(product: Any, database: Database, carried: Delegated) -> None:
    carried.answer()
    token = draft_token(database, carried)
    colleague = Visitor(product, carried.people.second_agent.person_id)
    assert "另一位代办员" in colleague.get(f"/applications/{token}", status=409).text
    for member in (carried.people.town, carried.cast.clerk, carried.cast.applicant):
        Visitor(product, member.person_id).get(f"/applications/{token}", status=404)


def stand_in(carried: Delegated) -> Acting:
    held = carried.people.second_agent.acting.positions[0]
    second = carried.people.second_agent
    extra = Held(held.role, held.department, held.office_id, held.kind, for_person_id=carried.people.agent.person_id)
    return Acting(second.person_id, second.name, (held, extra))


def test_a_stand_in_and_the_agent_of_a_renewed_mandate_go_on_with_it(database: Database, carried: Delegated) -> None:
    carried.answer()
    token = draft_token(database, carried)
    saved = {"trade_name": "青禾"}
    database.write(drafts.save_page, stand_in(carried), token, "name", saved, "", carried.now)
    database.write(renewing.renew, carried.people.second_agent.acting, carried.filed.token, {"relation": "self"}, carried.now)
    carried.answer()
    assert draft_token(database, carried, carried.people.second_agent) == token
    with database.reading() as session:
        assert session.scalars(select(Draft.content).where(Draft.token == token)).one() == {"name": saved}
    with pytest.raises(Refusal, match="另一位代办员"):
        database.write(drafts.save_page, carried.people.agent.acting, token, "name", {}, "", carried.now)


def test_a_mandate_that_ended_says_how_to_go_on_and_keeps_what_was_typed(
    product: Any, database: Database, carried: Delegated
) -> None:
    carried.answer()
    token = draft_token(database, carried)
    carried.now += timedelta(days=200)
    agent = Visitor(product, carried.people.agent.person_id)
    refused = agent.post(f"/applications/{token}/name", {"trade_name": "还没存的字号"}, status=409).text
    assert "到期" in refused and "续签委托书" in refused and "还没存的字号" in refused
    page = case_page(agent, carried)
    assert "现在不能代办" in page and "续签委托书" in page and "接着填" not in page


def test_an_agent_whose_position_ended_is_told_so(product: Any, database: Database, carried: Delegated) -> None:
    carried.answer()
    token = draft_token(database, carried)
    agent = carried.people.agent
    ended = update(Position).where(Position.person_id == agent.person_id).values(valid_to=carried.now.date() - timedelta(days=1))
    write(database, ended)
    visitor = Visitor(product, agent.person_id)
    refused = visitor.post(f"/applications/{token}/name", {"trade_name": "还没存的字号"}, status=409).text
    assert "今天不是这个服务点的代办员" in refused and "还没存的字号" in refused
    assert "续岗" in visitor.get("/desk/delegation", status=403).text


def test_what_was_filed_leads_back_to_the_case(database: Database, carried: Delegated, agent: Visitor) -> None:
    carried.answer()
    token = draft_token(database, carried)
    carried.prepare()
    for action, member in (
        ("pass_up", carried.people.agent), ("receive_at_town", carried.people.town), ("pass_on", carried.people.town),
        ("receive_at_centre", carried.people.centre), ("file", carried.people.centre),
    ):  # fmt: skip
        carried.carry(action, member)
    answer = agent.get(f"/applications/{token}", status=303)
    assert answer.location == f"/cases/{carried.filed.token}"
    with pytest.raises(Refusal, match="已经提交"):
        database.write(drafts.save_page, carried.people.agent.acting, token, "name", {}, "", carried.now)


# ---- correcting -------------------------------------------------------------------------------------------------------


@pytest.fixture
def returned(carried: Delegated) -> Delegated:
    carried.up()
    carried.sign()
    carried.act("company-registration", "return_for_correction")
    return carried


def test_the_agent_answers_a_correction_and_the_history_says_for_whom(
    database: Database, returned: Delegated, agent: Visitor
) -> None:
    assert "要替申请人补正" in agent.get("/desk").text and "需补正" in agent.get("/desk").text
    page = case_page(agent, returned)
    assert "代申请人补正" in page and "登记机关请补正" in page
    registration = returned.case("company-registration")
    put_away(agent)
    begun = agent.post(f"/corrections/{registration.token}", status=303).location
    token = begun.rsplit("/", 1)[1]
    changed = content_with(premises={"address": "示例路9号"})["premises"]
    acting = returned.people.agent.acting
    database.write(drafts.save_page, acting, token, "premises", changed, "", returned.now)
    with database.reading() as session:
        revision = session.scalars(select(Draft.revision).where(Draft.token == token)).one()
    answer = agent.post(f"/applications/{token}/submit", {"revision": str(revision)}, status=303)
    assert answer.location == f"/cases/{returned.filed.token}"
    with database.reading() as session:
        principal = session.scalars(select(Mandate.principal_id)).one()
        line = session.scalars(select(Event).where(Event.action == "resubmit")).one()
        assert (line.actor_name, line.on_behalf_of, line.role) == ("马代办", principal, "applicant")
        assert session.get_one(Case, returned.root_id).submissions == 2
    assert "马代办（申请人），代钱*托办理" in case_page(agent, returned)
    assert returned.faults() == []


def test_after_revocation_nobody_corrects_on_behalf(product: Any, database: Database, returned: Delegated) -> None:
    database.write(renewing.revoke, returned.people.centre.acting, returned.filed.token, "本人来电", returned.now)
    agent = Visitor(product, returned.people.agent.person_id)
    assert "代申请人补正" not in case_page(agent, returned)
    refused = agent.post(f"/corrections/{returned.case('company-registration').token}", status=409).text
    assert "已经撤回委托" in refused
    with pytest.raises(NotFound):
        token = returned.filed.token
        database.write(drafts.start_correction, returned.people.town.acting, token, returned.now)


def test_the_agent_is_not_offered_to_give_up_for_the_applicant(returned: Delegated, agent: Visitor) -> None:
    page = agent.get(f"/cases/{returned.case('company-registration').token}").text
    assert "/actions/withdraw" not in page and "/actions/abandon" not in page


# ---- the desk ---------------------------------------------------------------------------------------------------------


def desk_of(product: Any, member: Member) -> tuple[str, int]:
    visitor = Visitor(product, member.person_id)
    visitor.get("/desk")
    with counted(product.extensions["database"]) as statements:
        text = visitor.get("/desk").text
    return text, len(statements)


def test_the_desk_of_an_agent_lists_what_waits_in_five_statements(product: Any, database: Database, carried: Delegated) -> None:
    text, number = desk_of(product, carried.people.agent)
    assert "代办收件" in text and "等本人签、等本人确认" in text and "钱*托的委托" in text and number <= 5
    carried.up()
    text, number = desk_of(product, carried.people.agent)
    assert "在部门办理中" in text and "还有人没有签" in text and number <= 5
    text, number = desk_of(product, carried.people.centre)
    assert "在部门办理中" in text and "代办收件" not in text and number <= 5
    text, _number = desk_of(product, carried.people.town)
    assert "在部门办理中" not in text
    carried.now += timedelta(days=88)
    assert "委托快到期" in desk_of(product, carried.people.agent)[0]


def test_search_finds_the_cases_of_ones_own_point_alone(product: Any, database: Database, carried: Delegated) -> None:
    number = carried.filed.number
    assert number in Visitor(product, carried.people.agent.person_id).get(f"/desk/search?q={number}").text
    outsider = Visitor(product, carried.cast.outsider.person_id).get(f"/desk/search?q={number}").text
    assert "没有找到" in outsider


def test_a_request_is_accepted_or_declined_from_the_desk(product: Any, database: Database, carried: Delegated) -> None:
    wish = delegation.Wish("company-opening", PLACE, {"relation": "phone"}, "asked")
    who = delegation.Principal("张申请", "identity-card", ZHANG, "13800000001")
    asked = database.write(delegation.request_help, carried.cast.applicant.acting, carried.people.point_id, who, wish, carried.now)
    agent = Visitor(product, carried.people.agent.person_id)
    assert asked.number in agent.get("/desk").text
    page = agent.get(f"/cases/{asked.token}").text
    assert "/actions/accept" in page and "/actions/decline_request" in page
    task = re.search(r'name="task" value="(\d+)"', agent.get(f"/cases/{asked.token}/actions/accept").text)
    assert task is not None
    agent.post(f"/cases/{asked.token}/actions/accept", {"task": task[1], "key": "k", "relation": "phone"}, status=302)
    with database.reading() as session:
        assert session.get_one(Case, asked.case_id).state == "mandating"


# ---- what changes on the way ------------------------------------------------------------------------------------------


def test_a_bag_to_a_centre_that_closed_since_goes_to_its_successor(product: Any, database: Database, carried: Delegated) -> None:
    carried.answer()
    carried.prepare()

    def close(session: Any) -> None:
        old = session.get_one(Office, carried.cast.offices[TOWN])
        new = Office(
            code="town-new", name="孙武新中心", kind="town_centre", place_code=old.place_code, parent_id=old.parent_id,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
        session.add(new)
        session.flush()
        old.valid_to, old.successor_id = carried.now.date() - timedelta(days=1), new.id
        network_changed(session)

    database.write(close)
    page = Visitor(product, carried.people.agent.person_id).get(f"/cases/{carried.filed.token}/actions/pass_up").text
    assert "已经撤销" in page and "交给孙武新中心" in page


def test_the_same_case_handed_over_twice_is_one_hand_over(product: Any, database: Database, carried: Delegated) -> None:
    carried.answer()
    carried.prepare()
    agent = Visitor(product, carried.people.agent.person_id)
    form = agent.get(f"/cases/{carried.filed.token}/actions/pass_up").text
    task = re.search(r'name="task" value="(\d+)"', form)
    assert task is not None
    sent = {"task": task[1], "bag": "FD-1", "electronic": "y"}
    address = f"/cases/{carried.filed.token}/actions/pass_up"
    agent.post(address, {**sent, "key": "one"}, status=302)
    again = agent.post(address, {**sent, "key": "one"}, status=None)
    other = agent.post(address, {**sent, "key": "two"}, status=None)
    assert again.status_code in (302, 409) and other.status_code == 409
    assert "已由马代办办理" in other.text
    assert len(carried.hand_overs()) == 1
