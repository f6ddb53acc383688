"""The signatures on the page of a case: who sees what, reminding, passing a link on, and the window's own signatures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.db import Database
from approvals.models import Notice, Person, Signature
from approvals.operations import confirming, signing
from tests.support.driving import REGISTRATION, Chain, answer, content_with
from tests.support.pages import token_in
from tests.support.seed import Member
from tests.support.web import Visitor

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
Visit = Callable[[Member], Visitor]


@pytest.fixture
def chain(application: Any, database: Database) -> Chain:
    """One filed company opening that nobody has signed; the product's clock follows the chain's."""
    driven = Chain(database, signed=False)
    application.config["NOW"] = lambda: driven.now
    return driven


def page_of(visitor: Visitor, chain: Chain, workflow: str = "company-opening") -> str:
    return unescape(visitor.get(f"/cases/{chain.case(workflow).token}").text)


def panel_in(page: str) -> str:
    start = page.index('id="signatures"')
    return page[start : page.index("</section>", start)]


def test_everybody_who_reads_the_case_sees_who_has_signed(chain: Chain, visit: Visit) -> None:
    first, second, _ = chain.signatures()
    answer(chain.database, first, chain.now)
    for member in (chain.cast.applicant, chain.cast.clerk, chain.cast.registrar, chain.cast.supervisor):
        panel = panel_in(page_of(visit(member), chain, REGISTRATION))
        assert "还差2人" in panel and "网上签署" in panel and first.digest[:16] in panel, member.name
        assert second.token not in panel and second.phone not in panel
        manages = member in (chain.cast.applicant, chain.cast.clerk)
        assert ("提醒李样例" in panel) == manages, member.name
    visit(chain.cast.other_applicant).get(f"/cases/{chain.case().token}", 404)


def test_after_everybody_signed_the_panel_is_the_record(chain: Chain, visit: Visit) -> None:
    chain.sign()
    page = page_of(visit(chain.cast.applicant), chain)
    assert "张测试（签署人）" in page, "the history names who signed"
    assert "3人全部签署" in panel_in(page) and "签署记录" in page and "提醒" not in panel_in(page)


def test_no_clock_runs_while_people_sign(chain: Chain, visit: Visit) -> None:
    chain.now += timedelta(days=20)
    page = page_of(visit(chain.cast.applicant), chain)
    assert "签署期间不计时" in page and "已超期" not in page
    listed = unescape(visit(chain.cast.applicant).get("/applications").text)
    assert "待签署，还差3人" in listed and "签署期间不计时" in listed
    receipt = unescape(visit(chain.cast.applicant).get(f"/receipts/{chain.case().token}").text)
    assert "待签署，还差3人" in receipt and "全部签署后开始计算" in receipt
    for member in (chain.cast.clerk, chain.cast.registrar):
        assert chain.case().number not in visit(member).get("/desk").text, "nobody's task"
    assert chain.case().number not in visit(chain.cast.supervisor).get("/supervision").text, "late nowhere"
    chain.sign()
    assert "签署" not in unescape(visit(chain.cast.applicant).get(f"/receipts/{chain.case().token}").text)


def post(visitor: Visitor, chain: Chain, asked: Signature, part: str, data: Any = None, status: int = 303) -> Any:
    return visitor.post(f"/cases/{chain.case().token}/signatures/{asked.id}/{part}", data, status=status)


def test_reminding_from_the_page(chain: Chain, visit: Visit) -> None:
    applicant, asked = visit(chain.cast.applicant), chain.signatures()[1]
    post(applicant, chain, asked, "reminder")
    page = page_of(applicant, chain)
    assert "已提醒李样例" in page and "提醒过1次" in page and "提醒还没有签署的人" in page
    post(applicant, chain, asked, "reminder")
    assert "一小时内已经给李样例发过链接" in page_of(applicant, chain)
    post(visit(chain.cast.registrar), chain, asked, "reminder", status=404)
    post(visit(chain.cast.other_applicant), chain, asked, "reminder", status=404)
    assert chain.signatures()[1].reminders == 1 and chain.faults() == []


def test_passing_a_link_on_and_correcting_a_telephone(application: Any, chain: Chain, visit: Visit) -> None:
    applicant, asked = visit(chain.cast.applicant), chain.signatures()[1]
    path = f"/cases/{chain.case().token}/signatures/{asked.id}"
    page = unescape(applicant.get(path).text)
    assert f"{application.config['PUBLIC_URL']}/sign/{asked.token}" in page and "<svg" in page and "李样例的签署链接" in page
    visit(chain.cast.registrar).get(path, 404)
    answer = post(applicant, chain, asked, "telephone", {"phone": "12"}, 422)
    assert "手机号应为1开头" in answer.text and 'value="12"' in answer.text
    post(applicant, chain, asked, "telephone", {"phone": "１３８ ００００ ９９９９"})
    assert "改正签署人的手机号" in page_of(applicant, chain)
    changed = chain.signatures()[1]
    assert changed.phone == "13800009999" and changed.token != asked.token
    chain.sign()
    answer = applicant.client.get(path)
    assert answer.status_code == 303, "nothing is left to pass on"


def test_an_applicant_who_has_to_sign_goes_there_directly(chain: Chain, visit: Visit) -> None:
    applicant, asked = visit(chain.cast.applicant), chain.signatures()[0]
    assert "现在签署我自己的" not in page_of(applicant, chain)

    def is_signatory(session: Any, number: str) -> None:
        session.execute(update(Person).where(Person.id == chain.cast.applicant.person_id).values(identity_number=number))

    from tests.rules.applications import ZHANG

    chain.database.write(is_signatory, ZHANG)
    page = page_of(applicant, chain)
    assert f'href="/sign/{asked.token}">现在签署我自己的' in page
    assert "现在签署我自己的" not in page_of(visit(chain.cast.clerk), chain)
    answer(chain.database, asked, chain.now)
    assert "现在签署我自己的" not in page_of(applicant, chain)


def test_a_code_is_shown_to_nobody_else(chain: Chain, visit: Visit) -> None:
    asked = chain.signatures()[1]
    chain.database.write(confirming.send_code, asked.token, "secret", chain.now)
    with chain.database.reading() as session:
        text = session.scalars(select(Notice.text).where(Notice.kind == "code")).one()["zh"]
    code = text.removeprefix("验证码")[:6]
    assert code.isdigit()
    for member in (chain.cast.applicant, chain.cast.clerk, chain.cast.supervisor):
        for workflow in ("company-opening", REGISTRATION):
            assert f"验证码{code}" not in page_of(visit(member), chain, workflow), member.name


def do(visitor: Visitor, chain: Chain, action: str, data: Any, status: int = 302) -> Any:
    path = f"/cases/{chain.case(REGISTRATION).token}/actions/{action}"
    task = chain.task(REGISTRATION)
    assert task is not None
    return visitor.post(path, {"task": str(task.id), "key": f"page-{action}", **data}, status=status, page=path)


def test_the_window_records_a_signature_in_person(chain: Chain, visit: Visit) -> None:
    clerk = visit(chain.cast.clerk)
    first, second, third = chain.signatures()
    answer(chain.database, third, chain.now)
    page = unescape(clerk.get(f"/cases/{chain.case(REGISTRATION).token}/actions/sign_in_person").text)
    form = page[page.index('<form class="panel action-form"') :].split("</form>")[0]
    assert "张测试（确认身份、签署章程、签署申请书）" in form and "李样例（确认身份、签署章程）" in form
    assert "王示范" not in form, "has signed"
    assert "要一起发放的结果" not in page
    assert do(clerk, chain, "sign_in_person", {"signatory": "1", "way": "in-person", "identity_checked": "y"}, 422)
    assert do(clerk, chain, "sign_in_person", {"signatory": str(first.id), "way": "notarised", "identity_checked": "y"}, 422)
    do(clerk, chain, "sign_in_person", {"signatory": str(first.id), "way": "in-person", "identity_checked": "y"})
    deed = {"signatory": str(second.id), "way": "notarised", "paper": "（2026）示证字第1号", "identity_checked": "y", "key": "another"}
    do(clerk, chain, "sign_in_person", deed)
    assert [each.way for each in chain.signatures()] == ["in-person", "notarised", "online"]
    assert chain.case(REGISTRATION).state == "reviewing"
    page = page_of(clerk, chain)
    assert "当面签署" in page and "经公证" in page and "（2026）示证字第1号" in page and str(first.id) not in page
    assert chain.faults() == []


def test_changing_and_objecting_lead_to_the_correction_pages(chain: Chain, visit: Visit) -> None:
    applicant = visit(chain.cast.applicant)
    do(applicant, chain, "change", {})
    page = page_of(applicant, chain)
    assert "申请正在修改" in page and "去修改" in page
    started = applicant.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303)
    tasks = unescape(applicant.get(started.headers["Location"]).text)
    assert "修改申请" in tasks and "部门一次性告知" not in tasks
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    assert "还差3人" in panel_in(page_of(applicant, chain))
    second = chain.signatures()[1]
    answer(chain.database, second, chain.now, signing.DECLINE, "金额不对")
    page = page_of(applicant, chain)
    assert "有人没有同意签署" in page and "李样例说：金额不对" in page
    started = applicant.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303)
    assert "金额不对" in unescape(applicant.get(started.headers["Location"]).text)


def test_what_the_registrar_returned_before_is_not_asked_for_again(chain: Chain, visit: Visit) -> None:
    applicant = visit(chain.cast.applicant)
    chain.sign()
    chain.act(REGISTRATION, "return_for_correction")
    started = applicant.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303)
    assert "请写明门牌号" in applicant.get(started.headers["Location"]).text
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    chain.act(REGISTRATION, "change", chain.cast.applicant)
    assert "请写明门牌号" not in page_of(applicant, chain).split("办理记录")[0].split('id="results"')[0]
    started = applicant.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303)
    tasks = applicant.get(started.headers["Location"]).text
    assert "请写明门牌号" not in tasks and token_in(tasks)
