"""A permit in the browser: found, applied for, accepted, inspected, with its clocks and their ledger on every page that shows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Document, Draft
from approvals.operations import moving
from tests.support.seed import Cast
from tests.support.web import Visitor, serving

from .permits import Permit, application, at


class Clock:
    """What time it is for the product."""

    def __init__(self) -> None:
        self.now: datetime = at("2026-03-02")


@pytest.fixture
def clock(application: Any) -> Clock:
    found = Clock()
    application.config["NOW"] = lambda: found.now
    return found


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def visit(application: Any, clock: Clock, cast: Cast) -> Callable[[int], Visitor]:
    return lambda person_id: Visitor(application, person_id)


@pytest.fixture
def permit(database: Database, cast: Cast, clock: Clock) -> Permit:
    return Permit(database, cast, clock.now)


def sent(page: dict[str, Any]) -> dict[str, Any]:
    """The answers of a page as a form sends them."""
    return {name: "y" if value is True else value for name, value in page.items()}


def test_applied_for_online_and_told_when_the_clock_begins(
    visit: Callable[[int], Visitor], cast: Cast, database: Database, clock: Clock
) -> None:
    anybody = Visitor(visit(cast.applicant.person_id).application)
    guide = anybody.get("/guides/food-permit").text
    assert "网上申请" in guide and "视为受理" in guide and "中止计时" in guide and "现场核查中" in guide
    assert "/guides/food-permit" in anybody.get("/").text
    assert 'data-key="food-permit"' in anybody.get("/guides", query_string={"q": "开饭店"}).text
    visitor = visit(cast.applicant.person_id)
    started = visitor.post("/applications/start", {"workflow": "food-permit"}, status=303, page="/applications")
    token = started.location.rpartition("/")[2]
    assert "食品经营许可" in visitor.get(f"/applications/{token}").text
    for page, values in application().items():
        answer = visitor.post(f"/applications/{token}/{page}", sent(values), status=None, page=f"/applications/{token}/{page}")
        assert answer.status_code in (302, 303), re.findall(r'class="field-fault[^>]*>(.*?)<', answer.text)
    check = visitor.get(f"/applications/{token}/check").text
    assert "惠民县样例小吃店" in check
    with database.reading() as session:
        revision = session.scalars(select(Draft.revision).where(Draft.token == token)).one()
    filed = visitor.post(f"/applications/{token}/submit", {"revision": str(revision)}, status=303, page=f"/applications/{token}/check")
    receipt = visitor.get(filed.location).text
    assert "受理后开始计算" in receipt and "从收到材料那天起视为受理" in receipt and "营业执照" not in receipt
    assert "企业名称" in receipt and "公司名称" not in receipt
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.workflow == "food-permit")).one()
    assert (case.state, case.company, case.promised_due_at) == ("received", "惠民县样例小吃店", None)
    assert "受理后开始计算；补正在受理之前" in visitor.get(f"/cases/{case.token}").text
    assert "受理后开始计算" in visitor.get("/applications").text


def test_a_matter_that_nobody_applies_for_is_not_begun(visit: Callable[[int], Visitor], cast: Cast) -> None:
    visitor = visit(cast.applicant.person_id)
    visitor.post("/applications/start", {"workflow": "company-seal"}, status=404, page="/applications")
    visitor.post("/applications/start", {"workflow": "no-such"}, status=404, page="/applications")


def test_every_page_shows_the_ledger_and_the_public_one_names_nobody(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, database: Database, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05", "10:00"))
    clock.now = at("2026-03-09", "10:00")
    with database.reading() as session:
        receipt = session.scalars(select(Document.token).where(Document.kind == "receipt")).one()
    pages = {
        "applicant": visit(cast.applicant.person_id).get(f"/cases/{permit.case.token}").text,
        "officer": visit(permit.officer.person_id).get(f"/cases/{permit.case.token}").text,
        "action": visit(permit.officer.person_id).get(f"/cases/{permit.case.token}/actions/finish_inspection").text,
        "progress": Visitor(visit(cast.applicant.person_id).application).get(f"/progress/{receipt}").text,
    }
    for name, page in pages.items():
        assert "中止计时的记录" in page and "现场核查" in page and "行政许可法第三十四条第三款" in page, name
        assert "special-procedure-notice" in page and "还没有结束" in page, name
    assert "宋许可" in pages["officer"] and "宋许可" not in pages["progress"]
    assert "中止计时中" in pages["applicant"] and "03-05 至 03-06 中止计时（现场核查）" in pages["applicant"]
    assert "03-05 至 03-06 中止计时（现场核查）" in pages["progress"] and "期满" not in pages["progress"]
    for page in pages.values():
        # What comes after today is known of no clock that stands still.
        assert "03-07 至 03-08 周末" in page and "03-09 第" not in page and "03-10 第" not in page
    assert "正在这一步" in pages["progress"] and "所选事项全部办完后" not in pages["applicant"]
    assert "中止计时中" in visit(cast.applicant.person_id).get("/applications").text


def test_the_applicant_is_told_in_writing_how_long_the_inspection_will_take(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, database: Database, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05", "10:00"))
    assert permit.ledger[0].expected_days == 3
    clock.now = at("2026-03-05", "11:00")
    with database.reading() as session:
        notice = session.scalars(select(Document.id).where(Document.kind == "special-procedure-notice")).one()
    visitor = visit(cast.applicant.person_id)
    paper = visitor.get(f"/cases/{permit.case.token}/documents/{notice}").text
    assert re.search(r"预计需要的工作日数</dt>\s*<dd[^>]*>\s*<bdi>3</bdi>", paper)
    page = visitor.get(f"/cases/{permit.case.token}").text
    assert "预计需要 3 个工作日" in page and "2026-03-10" in page
    permit.inspected_to("2026-03-06", at("2026-03-06"))
    assert "预计需要 3 个工作日" not in visitor.get(f"/cases/{permit.case.token}").text


@pytest.mark.parametrize(
    ("steps", "on_receipt"),
    [
        ([("reject", {"reason": "请向样例机关申请"})], "没有受理，时限没有开始"),
        ([("withdraw", {"reason": ""})], "没有受理，时限没有开始"),
        ([("accept", {}), ("withdraw", {"reason": ""})], "2026年3月12日 17:30"),
        ([("return_for_correction", {"items": [{"page": "premises", "text": "写明"}]}), ("lapse", None)], "没有受理，时限没有开始"),
    ],
)
def test_nothing_is_promised_of_what_is_closed(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, database: Database, clock: Clock, steps: Any, on_receipt: str
) -> None:
    for action, form in steps:
        if form is None:
            database.write(moving.fire_timer, permit.case_id, at("2026-07-01"))
        else:
            permit.act(action, at("2026-03-03"), form, cast.applicant.acting if action == "withdraw" else None)
    assert permit.case.closed_at is not None
    with database.reading() as session:
        token = session.scalars(select(Document.token).where(Document.kind == "receipt")).one()
    visitor = visit(cast.applicant.person_id)
    progress = visitor.get(f"/progress/{token}").text
    assert "承诺最晚" not in progress and "受理后开始计算" not in progress
    assert on_receipt in visitor.get(f"/receipts/{permit.case.token}").text


def test_the_receipt_says_that_the_clock_stands_still(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05", "10:00"))
    clock.now = at("2026-03-09", "10:00")
    visitor = visit(cast.applicant.person_id)
    assert "中止计时中，恢复后继续" in visitor.get(f"/receipts/{permit.case.token}").text
    page = visitor.get(f"/cases/{permit.case.token}").text
    assert "03-05 至 03-06 中止计时（现场核查）" in page and "期满" not in page


def test_a_permit_that_is_past_its_promise_is_late_though_its_step_is_in_time(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.act("propose_without_inspection", at("2026-03-12", "17:00"), {"opinion": "材料足够"})
    clock.now = at("2026-03-12", "17:30")
    assert permit.case.number not in visit(cast.supervisor.person_id).get("/supervision").text
    clock.now = at("2026-03-13", "10:00")
    page = visit(cast.supervisor.person_id).get("/supervision").text
    assert permit.case.number in page and "没有超期的待办" not in page
    assert re.search(r'class="count-late"><a href="#overdue"><strong>1<', page)


def test_an_inspection_that_takes_too_long_has_the_button_to_urge_it(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05", "10:00"))
    here = f"/cases/{permit.case.token}"
    clock.now = at("2026-03-12", "17:00")
    assert f"{here}/urging" not in visit(cast.applicant.person_id).get(here).text
    clock.now = at("2026-03-13", "17:00")
    visitor = visit(cast.applicant.person_id)
    assert f"{here}/urging" in visitor.get(here).text
    visitor.post(f"{here}/urging", {}, status=303, page=here)
    assert "被催办" in visit(permit.officer.person_id).get(here).text and permit.faults() == []


def test_a_wrong_day_gets_a_sentence_and_keeps_what_was_typed(
    visit: Callable[[int], Visitor], permit: Permit, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    clock.now = at("2026-03-09")
    visitor = visit(permit.officer.person_id)
    task = permit.task()
    assert task is not None
    here = f"/cases/{permit.case.token}/actions/finish_inspection"
    visitor.post(f"/tasks/{task.id}/claim", {}, status=None, page=f"/cases/{permit.case.token}")
    form = {"ended_on": "2026-03-04", "result": "fit", "found": "后厨整洁，符合要求", "task": str(task.id), "key": "k"}
    refused = visitor.post(here, form, status=422, page=f"/cases/{permit.case.token}").text
    assert "不能在这之前的2026-03-04结束" in refused and "后厨整洁，符合要求" in refused
    assert refused.index("没有办成") < refused.index("case-clocks")
    done = visitor.post(here, {**form, "ended_on": "2026-03-06"}, status=302, page=f"/cases/{permit.case.token}")
    assert done.location
    assert permit.case.state == "evaluating" and permit.faults() == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_refusal_is_in_view_at_once_on_a_telephone(
    application: Any, visit: Callable[[int], Visitor], permit: Permit, clock: Clock, phone_page: Any
) -> None:
    from playwright.sync_api import expect

    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    clock.now = at("2026-03-09")
    task = permit.task()
    assert task is not None
    visitor, here = visit(permit.officer.person_id), f"/cases/{permit.case.token}"
    visitor.post(f"/tasks/{task.id}/claim", {}, status=None, page=here)
    cookie = visitor.client.get_cookie(application.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with serving(application) as address:
        phone_page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        phone_page.goto(f"{address}{here}/actions/finish_inspection")
        phone_page.fill("#ended_on", "2026-03-04")
        phone_page.click("label:text-is('符合要求')")
        phone_page.fill("#found", "后厨整洁，符合要求")
        phone_page.click(".action-form .button-row button")
        banner = phone_page.locator("[data-answer]")
        expect(banner).to_contain_text("不能在这之前的2026-03-04结束")
        expect(banner).to_be_focused()
        expect(banner).to_be_in_viewport(ratio=1)


def test_whoever_is_late_reads_so_and_the_case_is_accepted_as_of_its_receipt(
    visit: Callable[[int], Visitor], permit: Permit, clock: Clock
) -> None:
    clock.now = at("2026-03-09", "17:31")
    visitor, task, here = visit(permit.officer.person_id), permit.task(), f"/cases/{permit.case.token}"
    assert task is not None
    visitor.post(f"/tasks/{task.id}/claim", {}, status=None, page=here)
    form = {"reason": "请向样例机关申请", "task": str(task.id), "key": "k", "confirmed": "y"}
    page = visitor.post(f"{here}/actions/reject", form, status=409, page=here).text
    assert "已经“逾期未告知，视为受理”" in page and "请向样例机关申请" in page
    assert permit.case.state == "reviewing" and permit.due == ("2026-03-11", "2026-03-16")
    assert permit.faults() == []


def test_after_the_inspection_the_working_shows_what_did_not_count(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-10", at("2026-03-11"))
    permit.extend(at("2026-03-12"))
    clock.now = at("2026-03-12", "12:00")
    page = visit(cast.applicant.person_id).get(f"/cases/{permit.case.token}").text
    assert "已延长 5 个工作日" in page and "03-05 至 03-06 中止计时（现场核查），不计入" in page
    assert "不计入工作时间 3 天 6 小时" in page and "落在 4 个工作日里" in page
    assert "中止计时的记录" in visit(cast.supervisor.person_id).get(f"/cases/{permit.case.token}").text


def test_whoever_decides_reads_beside_the_form_what_was_found_asked_for_and_proposed(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-06", at("2026-03-06"))
    permit.act("request_extension", at("2026-03-09"), {"reason": "要等专家论证"})
    clock.now = at("2026-03-09", "10:00")
    head, here = visit(cast.registrar_head.person_id), f"/cases/{permit.case.token}/actions"
    for action in ("grant_extension", "decline_extension"):
        beside = head.get(f"{here}/{action}").text.split('id="written"')[1].split("<form")[0]
        assert "要等专家论证" in beside and beside.index("要等专家论证") < beside.index("核查情况") < beside.index("看后厨")
    assert 'id="written"' not in visit(cast.applicant.person_id).get(f"{here}/withdraw").text
    permit.act("decline_extension", at("2026-03-09", "11:00"), {"reason": "按时办"}, cast.registrar_head.acting)
    permit.act("propose", at("2026-03-10"), {"proposed": "refuse", "opinion": "冷藏不够"})
    clock.now = at("2026-03-10", "10:00")
    head = visit(cast.registrar_head.person_id)
    assert "冷藏不够" in head.get(f"{here}/grant").text.split('id="written"')[1].split("<form")[0]


def test_whoever_has_the_receipt_reads_both_deadlines_with_their_working(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, database: Database, clock: Clock
) -> None:
    with database.reading() as session:
        token = session.scalars(select(Document.token).where(Document.kind == "receipt")).one()
    anybody = Visitor(visit(cast.applicant.person_id).application)
    before = anybody.get(f"/progress/{token}").text
    assert before.count("受理后开始计算") == 2 and "看看怎么算的" not in before
    permit.act("return_for_correction", at("2026-03-02", "10:00"), {"items": [{"page": "premises", "text": "写明门牌号"}]})
    correcting = anybody.get(f"/progress/{token}").text
    assert "受理以后才开始计算办理时限" in correcting and "补正期间不计入" not in correcting
    permit.act("resubmit", at("2026-03-02", "11:00"), None, cast.applicant.acting)
    permit.accepted("2026-03-03")
    assert "行政审批服务局接着办理。" in anybody.get(f"/progress/{token}").text
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-10", at("2026-03-11"))
    permit.extend(at("2026-03-12"))
    clock.now = at("2026-03-12", "12:00")
    page = anybody.get(f"/progress/{token}").text
    promised, statutory = page.split("承诺最晚")[1].split("法定最晚")
    for deadline, due in ((promised, permit.due[0]), (statutory, permit.due[1])):
        assert f"{due} 17:30 期满" in deadline and "03-05 至 03-06 中止计时（现场核查），不计入" in deadline
    assert "已延长 5 个工作日" in statutory and "已延长" not in promised


def test_a_permit_is_printed_with_its_facts(visit: Callable[[int], Visitor], permit: Permit, cast: Cast, database: Database) -> None:
    permit.accepted("2026-03-03")
    permit.act("propose_without_inspection", at("2026-03-04"), {"opinion": "材料足够"})
    permit.act("grant", at("2026-03-05"), None, cast.registrar_head.acting)
    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.kind == "food-permit")).one()
    visitor = visit(cast.applicant.person_id)
    page = visitor.get(f"/cases/{permit.case.token}/documents/{document.id}").text
    assert re.search(r"JY2371621\d{7}", page) and "热食类食品制售、冷食类食品制售" in page and "2031年3月4日" in page
    assert visitor.get(f"/cases/{permit.case.token}/documents/{document.id}/file").data.startswith(b"%PDF")


def test_the_clerk_hands_over_the_permit_and_no_paper_of_the_procedure(
    visit: Callable[[int], Visitor], permit: Permit, cast: Cast, clock: Clock
) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-04", at("2026-03-04"))
    permit.inspected_to("2026-03-04", at("2026-03-04", "16:00"))
    permit.extend(at("2026-03-05"))
    permit.act("propose", at("2026-03-06"), {"proposed": "grant"})
    permit.act("grant", at("2026-03-06", "10:00"), None, cast.registrar_head.acting)
    clock.now = at("2026-03-09")
    page = visit(cast.clerk.person_id).get(f"/cases/{permit.case.token}/actions/hand_out").text
    handed = page.split("要一起发放的结果")[1].split("申请人希望怎样领取")[0]
    assert re.findall(r"<strong>(.*?)</strong>", handed) == ["食品经营许可证"]


def test_the_page_says_how_much_of_a_step_was_used_before(visit: Callable[[int], Visitor], permit: Permit, clock: Clock) -> None:
    permit.accepted("2026-03-03").inspected_from("2026-03-03", at("2026-03-03", "15:00"))
    permit.inspected_to("2026-03-06", at("2026-03-06", "16:00"))
    page = f"/cases/{permit.case.token}"
    clock.now = at("2026-03-09")
    assert "以前在这一步" not in visit(permit.officer.person_id).get(page).text
    permit.act("request_extension", at("2026-03-09", "15:00"), {"reason": "情况复杂"})
    permit.act("decline_extension", at("2026-03-11", "10:00"), {"reason": "材料齐全"}, permit.cast.registrar_head.acting)
    clock.now = at("2026-03-11", "11:00")
    assert "以前在这一步已用 1 天，接着计算" in visit(permit.officer.person_id).get(page).text
