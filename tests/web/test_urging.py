"""Urging and warnings on pages: the case, the receipt, the inbox, and the supervisor's list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals.db import Database
from approvals.jobs.warnings import warn_due
from approvals.queries.urging import MOST_A_STEP
from tests.permissions.conftest import Enter
from tests.permissions.conftest import enter as enter
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import OTHER_TOWN, TOWN, Cast, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from tests.web.test_desk import multiply, rows_of
from tests.web.test_progress import WALK_IN, ask, receipt_of

Visit = Callable[[Member], Visitor]
STATEMENTS_OF_THE_LIST = 4


@pytest.fixture
def cast(chain: Chain) -> Cast:
    return chain.cast


def path(chain: Chain, workflow: str = "company-opening") -> str:
    return f"/cases/{chain.case(workflow).token}"


def test_the_applicant_urges_once_a_day_and_reads_so(chain: Chain, visit: Visit) -> None:
    visitor, address = visit(chain.cast.applicant), path(chain)
    page = visitor.get(address).text
    assert f'action="{address}/urging"' in page and "每个工作日可以催一次" in page
    answer = visitor.post(f"{address}/urging", {}, status=303, page=address)
    assert answer.location.endswith(f"{address}#urging")
    page = visitor.get(address).text
    assert "已催办，经办人和负责人收到了通知" in page and "今天催办过了" in page and f"{address}/urging" not in page
    assert "催办" in page[page.index('id="history"') :]
    visitor.post(f"{address}/urging", {}, status=303, page=address)
    assert "今天已经催办过" in visitor.get(address).text
    chain.now += timedelta(days=1)
    assert f'action="{address}/urging"' in visit(chain.cast.applicant).get(address).text


def test_whoever_may_not_urge_again_finds_the_numbers_to_call(chain: Chain, visit: Visit, application: Any) -> None:
    address = path(chain)
    for _day in range(MOST_A_STEP):
        page = visit(chain.cast.applicant).get(address).text
        assert f'action="{address}/urging"' in page and "服务点的电话" not in page
        visit(chain.cast.applicant).post(f"{address}/urging", {}, status=303, page=address)
        chain.now += timedelta(days=1)
    page = visit(chain.cast.applicant).get(address).text
    assert "不能再催" in page and f"{address}/urging" not in page and '<a href="/offices">服务点的电话</a>' in page
    caller = Visitor(application)
    ask(caller, chain.filed.number, "0001", 303)
    assert '<a href="/offices">服务点的电话</a>' in caller.get(f"/progress/{receipt_of(chain)}").text


def test_staff_see_that_it_was_urged_on_the_case_and_in_their_inbox(chain: Chain, visit: Visit) -> None:
    staff = visit(chain.cast.registrar)
    assert "被催办" not in staff.get("/desk").text
    for member in (chain.cast.applicant, chain.cast.supervisor):
        visit(member).post(f"{path(chain)}/urging", {}, status=303, page=path(chain))
    (row,) = rows_of(staff.get("/desk"))
    assert "被催办 2 次" in row
    page = staff.get(path(chain, REGISTRATION)).text
    assert "被催办 2 次" in page and "/urging" not in page
    staff.post(f"{path(chain, REGISTRATION)}/urging", {}, status=303, page=path(chain, REGISTRATION))
    assert "只有申请人和督查人员可以催办" in staff.get("/desk").text
    chain.act(REGISTRATION, "approve")
    assert "被催办" not in visit(chain.cast.officers["tax"]).get("/desk").text


def test_the_inbox_costs_no_more_for_it(chain: Chain, visit: Visit, database: Database) -> None:
    staff = visit(chain.cast.registrar)
    visit(chain.cast.applicant).post(f"{path(chain)}/urging", {}, status=303, page=path(chain))
    staff.get("/desk")
    multiply(database, chain.case(REGISTRATION).id, [chain.now + timedelta(hours=1)] * 30)
    with counted(database) as sent:
        assert len(rows_of(staff.get("/desk"))) == 20
    assert len(sent) <= 5


def test_nothing_is_offered_while_the_applicant_corrects(chain: Chain, visit: Visit) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    for member in (chain.cast.applicant, chain.cast.supervisor):
        visitor = visit(member)
        assert 'id="urging"' not in visitor.get(path(chain)).text
        visitor.post(f"{path(chain)}/urging", {}, status=303, page=path(chain))
        assert "不用催办" in visitor.get(path(chain)).text


def test_others_do_not_learn_of_the_case(chain: Chain, visit: Visit, application: Any) -> None:
    for member in (chain.cast.other_applicant, chain.cast.outsider, chain.cast.administrator):
        visit(member).post(f"{path(chain)}/urging", {}, status=404)
    Visitor(application).post(f"{path(chain)}/urging", {}, status=401)


def test_whoever_has_the_receipt_urges_after_the_check_of_the_telephone(
    application: Any, database: Database, visit: Visit, chain: Chain
) -> None:
    cast = chain.cast
    walked = Chain(database, cast, now=chain.now, member=cast.clerk, office_id=cast.offices["hall"], walk_in=WALK_IN)
    address = f"/progress/{receipt_of(walked)}"
    stranger = Visitor(application)
    page = stranger.get(address).text
    assert "核对手机号" in page and f"{address}/urging" not in page
    assert stranger.post(f"{address}/urging", {}, status=303).location.startswith("/progress?number=HM")
    ask(stranger, walked.filed.number, "1234", 303)
    assert f'action="{address}/urging"' in stranger.get(address).text
    stranger.post(f"{address}/urging", {}, status=303, page=address)
    page = stranger.get(address).text
    assert "已催办" in page and "今天催办过了" in page and f"{address}/urging" not in page
    assert "被催办 1 次" in visit(cast.registrar).get("/desk").text
    assert walked.faults() == []
    clerk = visit(cast.clerk)
    ask(clerk, walked.filed.number, "1234", 303)
    clerk.post(f"{address}/urging", {}, status=303, page=address)
    assert "只有申请人和督查人员可以催办" in clerk.get(address).text
    Visitor(application).post("/progress/unknown/urging", {}, status=404)


def test_staff_and_supervisors_see_who_was_warned_and_applicants_do_not(chain: Chain, visit: Visit, database: Database) -> None:
    chain.claim(REGISTRATION)
    chain.now += timedelta(minutes=95)
    assert warn_due(database, chain.now) > 0
    for member in (chain.cast.registrar, chain.cast.supervisor):
        page = visit(member).get(path(chain, REGISTRATION)).text
        part = page[page.index('id="warned"') :]
        assert "经办人：<bdi>孙登记</bdi>" in part and "负责人：<bdi>吴负责</bdi>" in part and "“登记审查”这一步" in part
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert 'id="warned"' not in page and "吴负责" not in page
    inbox = visit(chain.cast.registrar).get("/notices").text
    assert "已超期" in inbox and path(chain, REGISTRATION) in inbox


def test_the_list_of_warnings_is_the_supervisors_own_offices(
    application: Any, database: Database, chain: Chain, visit: Visit, cast: Cast, enter: Enter
) -> None:
    in_town = Chain(database, cast, now=chain.now, member=cast.town_clerk, office_id=cast.offices[TOWN])
    supervisors = {place: enter(f"督查{place}", ("supervisor", place)) for place in (TOWN, OTHER_TOWN)}
    chain.now += timedelta(minutes=95)
    warn_due(database, chain.now)
    visit(cast.supervisor).post(f"{path(in_town)}/urging", {}, status=303, page=path(in_town))
    every = visit(cast.supervisor).get("/supervision/warnings").text
    numbers = [each.case(REGISTRATION).number for each in (chain, in_town)]
    assert all(number in every for number in numbers) and "孙登记" in every and "督查人员" in every
    town = visit(supervisors[TOWN]).get("/supervision/warnings").text
    assert numbers[0] not in town and numbers[1] in town and "还在办" in town
    other = visit(supervisors[OTHER_TOWN]).get("/supervision/warnings").text
    assert "没有发出过预警" in other and "还没有人催办" in other
    assert "没有发出过预警" in visit(cast.supervisor).get("/supervision/warnings?level=escalated").text
    assert "回到第一页" in visit(cast.supervisor).get("/supervision/warnings?page=9").text
    for member in (cast.registrar, cast.applicant, cast.administrator):
        visit(member).get("/supervision/warnings", status=403)


def test_the_list_costs_a_fixed_number_of_statements(chain: Chain, visit: Visit, database: Database) -> None:
    visitor = visit(chain.cast.supervisor)
    visitor.get("/supervision/warnings")
    with counted(database) as few:
        visitor.get("/supervision/warnings")
    warn_due(database, chain.now + timedelta(minutes=95))
    with counted(database) as many:
        visitor.get("/supervision/warnings")
    assert len(few) == len(many) <= STATEMENTS_OF_THE_LIST
