"""The page of a case and the pages of its actions: who sees what, and what comes back when something cannot be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import Event
from approvals.operations import filing
from approvals.operations.disclosing import OPEN_FOR
from approvals.queries import cases
from approvals.queries.clocks import clocks_of
from tests.rules.applications import LI, ZHANG
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import NOW, Member, application, draft_of, seed
from tests.support.statements import counted
from tests.support.web import Visitor

STATEMENTS_OF_A_CASE = 12
"""The person, the family, its history, submissions, signatures twice (the panel, and the claims that need them for themselves),
documents, files, notices, offices, consents, and the rating."""
MASKED = ZHANG[:4] + "*" * 10 + ZHANG[-4:]


def path(chain: Chain, workflow: str = "company-opening", action: str = "") -> str:
    return f"/cases/{chain.case(workflow).token}" + (f"/actions/{action}" if action else "")


def form_of(chain: Chain, workflow: str, **values: Any) -> dict[str, Any]:
    """What the page of an action sends besides its fields."""
    task = chain.task(workflow)
    return {"task": str(task.id) if task is not None else "", "key": f"key-of-{workflow}", **values}


def without_path(page: Any) -> str:
    """A page without the addresses that repeat what was asked for, and without its token."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)
    return re.sub(r'name="next" value="[^"]*"', "", text)


# ---- who sees what --------------------------------------------------------------------------------------------------


def test_a_foreign_case_and_an_unknown_one_are_the_same_page(chain: Chain, visit: Any) -> None:
    for member in (chain.cast.other_applicant, chain.cast.outsider, chain.cast.administrator, chain.cast.bank_officer):
        visitor = visit(member)
        foreign = visitor.get(path(chain), status=404)
        assert without_path(foreign) == without_path(visitor.get("/cases/no-such-token", status=404))
    visit(chain.cast.officers["tax"]).get(path(chain, REGISTRATION), status=404)


def test_the_applicant_sees_the_chain_whose_turn_it_is_and_when_it_is_due(chain: Chain, visit: Any) -> None:
    page = visit(chain.cast.applicant).get(path(chain)).text
    for title in ("企业设立登记", "公章刻制备案", "税务信息确认、发票申领", "社会保险登记", "银行预约开户"):
        assert title in page
    assert "由行政审批服务局（登记员）办理，您不用操作" in page
    assert "等待：企业设立登记" in page
    assert "承诺时限" in page and "今天 14:30" in page and "看看怎么算的" in page
    registration = visit(chain.cast.applicant).get(path(chain, REGISTRATION)).text
    assert "法定时限" in registration and "11月26日 17:30" in registration and "《市场主体登记管理条例》第十九条" in registration


def test_the_statutory_clock_says_that_it_is_provisional(application: Any, database: Database) -> None:
    from datetime import UTC, datetime

    driven = Chain(database, now=datetime(2029, 12, 28, 1, 0, tzinfo=UTC))
    application.config["NOW"] = lambda: driven.now
    visitor = Visitor(application, driven.cast.applicant.person_id)
    page = visitor.get(path(driven, REGISTRATION)).text
    assert "（暂定）" in page and "放假安排尚未录入" in page


def test_numbers_are_masked_until_a_reason_is_given_and_the_applicant_sees_their_own(chain: Chain, visit: Any) -> None:
    registrar = visit(chain.cast.registrar)
    page = registrar.get(path(chain, REGISTRATION)).text
    assert ZHANG not in page and MASKED in page
    assert ZHANG in visit(chain.cast.applicant).get(path(chain, REGISTRATION)).text
    chain.claim(REGISTRATION)
    assert ZHANG not in registrar.get(path(chain, REGISTRATION)).text, "to hold the task is not enough"
    chain.disclose(REGISTRATION)
    assert ZHANG in registrar.get(path(chain, REGISTRATION)).text
    for other in (chain.cast.other_registrar, chain.cast.supervisor, chain.cast.clerk):
        page = visit(other).get(path(chain, REGISTRATION)).text
        assert ZHANG not in page and LI not in page and MASKED in page


def test_each_department_sees_only_the_pages_that_its_matter_reads(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    page = visit(chain.cast.officers["public-security"]).get(path(chain, SEAL)).text
    assert "公司人员" in page and "注册资本与股东" not in page
    assert "怎样领取结果" in page, "whoever sends the seals has to know where to"
    assert "统一社会信用代码" in page, "the licence is what the seals are engraved for"
    page = visit(chain.cast.bank_officer).get(path(chain, "bank-account")).text
    assert "住所与经营范围" in page and "注册资本与股东" not in page


def test_the_history_tells_the_applicant_results_and_reasons_but_no_internal_remarks(chain: Chain, visit: Any) -> None:
    chain.claim(REGISTRATION)
    chain.act(REGISTRATION, "request_extension", form={"reason": "内部说明不外传"})
    chain.act(REGISTRATION, "grant_extension", member=chain.cast.registrar_head, form={"opinion": "内部意见不外传"})
    chain.act(REGISTRATION, "refuse", form={"reason": "名称与已登记企业相同"})
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert "不予登记" in page and "名称与已登记企业相同" in page and "孙登记（登记员）" in page
    assert "不外传" not in page and "接办" not in page
    page = visit(chain.cast.registrar).get(path(chain, REGISTRATION)).text
    assert "内部说明不外传" in page and "内部意见不外传" in page and "接办</p>" in page


def test_a_returned_case_shows_what_is_missing_and_where_to_mend_it(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "return_for_correction", form={"items": [{"page": "premises", "text": "请写明门牌号"}]})
    for workflow in ("company-opening", REGISTRATION):
        page = visit(chain.cast.applicant).get(path(chain, workflow)).text
        assert "请写明门牌号" in page and f'action="/corrections/{chain.case(REGISTRATION).token}"' in page
        assert "补正期间不计入" in page and "撤回申请" in page
    page = visit(chain.cast.registrar).get(path(chain, REGISTRATION)).text
    assert "已一次性告知申请人补正" in page and "/corrections/" not in page
    visit(chain.cast.applicant).get(path(chain, REGISTRATION, "resubmit"), status=404)


def test_a_second_submission_shows_what_changed(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(premises={"address": "样例路99号"}))
    page = visit(chain.cast.registrar).get(path(chain, REGISTRATION)).text
    assert "第 2 次提交改了什么" in page
    changes = page[page.index("第 2 次提交改了什么") :]
    assert "住所与经营范围 · 详细地址" in changes and application()["premises"]["address"] in changes and "样例路99号" in changes


def test_supervisors_read_every_case_and_can_do_nothing(chain: Chain, visit: Any) -> None:
    visitor = visit(chain.cast.supervisor)
    for workflow in ("company-opening", REGISTRATION):
        page = visitor.get(path(chain, workflow)).text
        assert "/actions/" not in page and "/claim" not in page
    visitor.get(path(chain, REGISTRATION, "approve"), status=404)
    visitor.post(path(chain, REGISTRATION, "approve"), form_of(chain, REGISTRATION), status=404)
    assert chain.case(REGISTRATION).state == "reviewing"


def test_the_clocks_of_a_page_are_the_due_times_that_the_verbs_stored(chain: Chain, database: Database) -> None:
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "grant_extension", member=chain.cast.registrar_head)
    checked = []
    for workflow in ("company-opening", REGISTRATION):
        case = chain.case(workflow)
        with database.reading() as session:
            family = cases.family_of(session, case.token)
            assert family is not None
            for clock in clocks_of(family, family.subject, chain.now):
                stored = {"promised": case.promised_due_at, "statutory": case.statutory_due_at}[clock.kind]
                assert clock.reading.due == stored
                assert clock.reading.working
                checked.append(clock.kind)
    assert sorted(checked) == ["promised", "promised", "statutory"]
    assert chain.case(REGISTRATION).extension_days == 3


def test_a_case_page_costs_a_fixed_number_of_statements(chain: Chain, visit: Any, database: Database) -> None:
    visitor = visit(chain.cast.applicant)
    visitor.get(path(chain))
    address = path(chain)
    with counted(database) as young:
        visitor.get(address)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    with counted(database) as old:
        visitor.get(address)
    # Once it is closed, one more asks whether it was rated.
    assert len(young) + 1 == len(old) <= STATEMENTS_OF_A_CASE


def test_staff_see_who_applies_and_of_a_walk_in_what_the_window_took_down(application: Any, database: Database) -> None:
    cast = seed(database)
    taken = {"name": "李样例", "phone": "13812345678"}
    draft_id = draft_of(database, cast.clerk, content_with(), cast.offices["hall"], walk_in=taken)
    filed = database.write(filing.file_draft, cast.clerk.acting, draft_id, NOW)
    application.config["NOW"] = lambda: NOW
    page = Visitor(application, cast.clerk.person_id).get(f"/cases/{filed.token}").text
    assert "李*例" in page and "138****5678" in page and "窗口代收" in page
    assert "李样例" not in page[page.index("申报时间") : page.index("签署进度")]
    Visitor(application, cast.town_clerk.person_id).get(f"/cases/{filed.token}", status=404)


# ---- doing something ------------------------------------------------------------------------------------------------


def test_every_action_of_a_chain_can_be_done_on_its_page(chain: Chain, visit: Any) -> None:
    registrar, head, applicant = (visit(m) for m in (chain.cast.registrar, chain.cast.registrar_head, chain.cast.applicant))
    chain.claim(REGISTRATION)
    page = registrar.get(path(chain, REGISTRATION)).text
    for action in ("approve", "return_for_correction", "override_identity", "request_extension", "refuse"):
        assert path(chain, REGISTRATION, action) in page or action == "override_identity", "no number is in doubt here"
        registrar.get(path(chain, REGISTRATION, action))
    registrar.post(path(chain, REGISTRATION, "request_extension"), form_of(chain, REGISTRATION, reason="材料较多"))
    head.get(path(chain, REGISTRATION, "grant_extension"))
    head.post(path(chain, REGISTRATION, "grant_extension"), form_of(chain, REGISTRATION, key="grant", opinion="同意"))
    items = {"items-0-page": "premises", "items-0-text": "请写明门牌号", "items-1-page": "", "items-1-text": ""}
    registrar.post(path(chain, REGISTRATION, "return_for_correction"), form_of(chain, REGISTRATION, key="return", **items))
    assert chain.case(REGISTRATION).state == "correcting"
    answer = applicant.post(
        path(chain, REGISTRATION, "withdraw"), form_of(chain, REGISTRATION, key="withdraw", reason="", confirmed="y")
    )
    assert answer.location == path(chain, REGISTRATION)
    assert chain.states() == {"company-opening": "withdrawn", REGISTRATION: "withdrawn"}


def test_a_row_can_be_added_to_a_list_of_corrections_without_scripts(chain: Chain, visit: Any) -> None:
    typed = {"items-0-page": "name", "items-0-text": "字号请改", "add": "items"}
    page = visit(chain.cast.registrar).post(
        path(chain, REGISTRATION, "return_for_correction"), form_of(chain, REGISTRATION, **typed), status=200
    )
    assert "字号请改" in page.text and 'name="items-1-text"' in page.text
    assert chain.case(REGISTRATION).state == "reviewing"


def test_what_is_missing_is_said_and_what_was_typed_is_kept(chain: Chain, visit: Any) -> None:
    typed = {"items-0-page": "", "items-0-text": "这一句要留着"}
    page = visit(chain.cast.registrar).post(
        path(chain, REGISTRATION, "return_for_correction"), form_of(chain, REGISTRATION, **typed), status=422
    )
    assert "这一句要留着" in page.text and "需要修改" in page.text
    assert chain.case(REGISTRATION).state == "reviewing"


def test_a_dangerous_action_asks_to_be_confirmed_on_its_page(chain: Chain, visit: Any) -> None:
    registrar = visit(chain.cast.registrar)
    sent = form_of(chain, REGISTRATION, reason="名称与已登记企业相同")
    page = registrar.post(path(chain, REGISTRATION, "refuse"), sent, status=422)
    assert "请勾选确认" in page.text and "名称与已登记企业相同" in page.text
    assert chain.case(REGISTRATION).state == "reviewing"
    registrar.post(path(chain, REGISTRATION, "refuse"), {**sent, "confirmed": "y"})
    assert chain.case(REGISTRATION).state == "refused"


def test_an_overtaken_page_says_by_whom_and_keeps_what_was_typed(chain: Chain, visit: Any) -> None:
    sent = form_of(chain, REGISTRATION, reason="我正在写的理由", confirmed="y")
    chain.act(REGISTRATION, "request_extension", member=chain.cast.other_registrar)
    page = visit(chain.cast.registrar).post(path(chain, REGISTRATION, "refuse"), sent, status=409)
    assert "周登记" in page.text and "延期待批" in page.text and "我正在写的理由" in page.text
    assert chain.case(REGISTRATION).state == "extension_requested"
    visit(chain.cast.registrar).get(path(chain, REGISTRATION, "refuse"), status=409)


def test_a_task_in_other_hands_is_not_done_by_two(chain: Chain, visit: Any) -> None:
    chain.claim(REGISTRATION, chain.cast.other_registrar)
    registrar = visit(chain.cast.registrar)
    page = registrar.get(path(chain, REGISTRATION)).text
    assert "周登记正在办理" in page and "/actions/" not in page
    page = registrar.get(path(chain, REGISTRATION, "approve"), status=409).text
    assert "正由周登记办理" in page
    sent = form_of(chain, REGISTRATION, opinion="写了一半")
    page = registrar.post(path(chain, REGISTRATION, "approve"), sent, status=409).text
    assert "正由周登记办理" in page and "写了一半" in page


def test_the_same_page_sent_twice_acts_once(chain: Chain, visit: Any, database: Database) -> None:
    registrar = visit(chain.cast.registrar)
    sent = form_of(chain, REGISTRATION, opinion="")
    for _ in range(2):
        registrar.post(path(chain, REGISTRATION, "approve"), sent)
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.action == "approve")) == 1


def test_a_number_in_doubt_is_named_confirmed_and_then_approved(application: Any, database: Database) -> None:
    wrong = ZHANG[:-1] + ("1" if ZHANG[-1] != "1" else "2")
    content = content_with()
    for table in (content["people"]["people"], content["capital"]["shareholders"]):
        for row in table:
            if row["id_number"] == ZHANG:
                row.update(id_number=wrong, id_as_on_card=True)
    driven = Chain(database, seed(database), content)
    application.config["NOW"] = lambda: driven.now
    registrar = Visitor(application, driven.cast.registrar.person_id)
    page = registrar.get(path(driven, REGISTRATION, "approve")).text
    assert page.count("末位校验码") == 1, "one person in two tables is spoken of once"
    assert wrong not in page and "核验张测试的证件号码" in page
    refused = registrar.post(path(driven, REGISTRATION, "approve"), form_of(driven, REGISTRATION, opinion="同意"), status=422)
    assert "还不能登记" in refused.text and "同意" in refused.text
    for member in (driven.cast.registrar, driven.cast.clerk):
        unheld = Visitor(application, member.person_id).get(path(driven, REGISTRATION, "override_identity")).text
        assert wrong not in unheld, "who does not hold the task types the number from the paper"
    driven.claim(REGISTRATION)
    link = re.search(r'href="([^"]+override_identity\?row=[^"]+)"', page)
    assert link is not None
    assert wrong not in registrar.get(link.group(1)).text, "nor does who holds it and has not said why"
    driven.disclose(REGISTRATION)
    assert f'value="{wrong}"' in registrar.get(link.group(1)).text
    confirmed = form_of(driven, REGISTRATION, key="confirm", id_number=wrong, reason="与身份证原件一致")
    answer = registrar.post(path(driven, REGISTRATION, "override_identity"), confirmed)
    assert answer.location == path(driven, REGISTRATION)
    assert "按今天的情况可以登记" in registrar.get(path(driven, REGISTRATION, "approve")).text
    registrar.post(path(driven, REGISTRATION, "approve"), form_of(driven, REGISTRATION, key="then", opinion=""))
    assert driven.case(REGISTRATION).state == "registered"
    driven.now += OPEN_FOR
    assert wrong not in registrar.get(path(driven, REGISTRATION)).text, "the history masks the number that was confirmed"


def test_a_failed_matter_shows_why_and_can_be_started_again(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "fail", form={"reason": "身份信息对不上"})
    applicant = visit(chain.cast.applicant)
    page = applicant.get(path(chain)).text
    assert "未办成" in page and "身份信息对不上" in page and path(chain, SEAL, "restart") in page
    assert "前置事项未办成" in page
    assert path(chain, "bank-account", "restart") not in page, "the bank cannot begin before the seals are done"
    applicant.post(path(chain, SEAL, "restart"), form_of(chain, SEAL))
    assert chain.states()[SEAL] == "handling"


def test_results_are_handed_out_together_as_the_applicant_asked(application: Any, database: Database) -> None:
    content = content_with(delivery={"way": "window", "office": "hall", "recipient": "李领取", "phone": "13812345678"})
    driven = Chain(database, seed(database), content)
    application.config["NOW"] = lambda: driven.now
    driven.act(REGISTRATION, "approve")
    driven.settle_matters()
    driven.settle_matters()
    clerk = Visitor(application, driven.cast.clerk.person_id)
    driven.claim("company-opening")
    page = clerk.get(path(driven, action="hand_out")).text
    for title in ("营业执照", "公章刻制备案回执", "税务信息确认单", "银行预约开户回执"):
        assert title in page
    assert "补齐补正通知书" not in page and "收件凭证" not in page
    assert "李领取" in page and "13812345678" not in page and "138****5678" in page
    driven.disclose("company-opening", reason="contact")
    assert "13812345678" in clerk.get(path(driven, action="hand_out")).text
    assert 'value="window" checked' in page and 'name="receiver" value="李领取"' in page
    handed = {"way": "window", "receiver": "李领取"}
    unchecked = clerk.post(path(driven, action="hand_out"), form_of(driven, "company-opening", **handed), status=422).text
    assert "已核对领取人证件" in unchecked[unchecked.index("error-summary") : unchecked.index("要一起发放的结果")]
    handed["identity_checked"] = "y"
    answer = clerk.post(path(driven, action="hand_out"), form_of(driven, "company-opening", **handed))
    assert answer.location == "/desk" and driven.case().state == "delivered"
    page = Visitor(application, driven.cast.applicant.person_id).get(path(driven)).text
    assert "已送达" in page and "送达回执" in page


def test_text_is_shown_as_typed_and_never_as_markup(chain: Chain, visit: Any) -> None:
    typed = "<script>alert(1)</script> 䶮𫍯 \u202e反向"
    chain.act(REGISTRATION, "refuse", form={"reason": typed})
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 䶮𫍯" in page and "<script>alert" not in page


@pytest.mark.parametrize("name", ["no-such-action", "lapse", "resubmit", "withdraw"])
def test_an_action_that_is_not_ones_own_is_not_there(chain: Chain, visit: Any, name: str) -> None:
    visit(chain.cast.registrar).get(path(chain, REGISTRATION, name), status=404)
    visit(chain.cast.registrar).post(path(chain, REGISTRATION, name), form_of(chain, REGISTRATION, confirmed="y"), status=404)


@pytest.mark.parametrize("key", ["", "one-key"])
def test_pages_with_an_empty_or_a_used_key_are_answered(chain: Chain, visit: Any, database: Database, key: str) -> None:
    registrar, officer = visit(chain.cast.registrar), visit(chain.cast.officers["public-security"])
    registrar.post(path(chain, REGISTRATION, "approve"), form_of(chain, REGISTRATION, key=key, opinion=""))
    sent = form_of(chain, SEAL, key=key, record_number="1", seal_shop="样例刻章社", handed_over="window")
    officer.post(path(chain, SEAL, "complete"), sent)
    officer.post(path(chain, SEAL, "complete"), sent, status=302 if key else 409)
    assert chain.states()[SEAL] == "done"


@pytest.mark.parametrize("task", ["²", "9" * 5000, "-1"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_task_that_is_no_number_is_no_error(chain: Chain, visit: Callable[[Member], Visitor], task: str) -> None:
    sent = form_of(chain, REGISTRATION, confirmed="y") | {"task": task}
    answer = visit(chain.cast.applicant).post(path(chain, action="withdraw"), sent, status=None)
    assert answer.status_code < 500
    answer = visit(chain.cast.clerk).get(path(chain, action="override_identity") + f"?row={task}", status=None)
    assert answer.status_code < 500


def test_seals_in_the_post_are_shown_with_their_address(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    form = {"record_number": "备字第1号", "seal_shop": "示例刻章社", "handed_over": "post"}
    chain.act("company-seal", "complete", form=form)
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert "您的印章" in page and "由刻制单位寄给您" in page
