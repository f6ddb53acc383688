"""Rating a closed case, and following a bad rating up, on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Position, Rating, Task
from tests.core.test_ratings import STEPS, closed
from tests.support.driving import Chain
from tests.support.seed import Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]


@pytest.fixture
def done(database: Database, chain: Chain) -> Chain:
    """A closed case of the applicant; the product's clock goes on with it."""
    driven = closed(database, cast=chain.cast, number=1)
    chain.now = driven.now
    return driven


def address(done: Chain) -> str:
    return f"/cases/{done.filed.token}/rating"


def all_ratings(database: Database) -> list[Rating]:
    with database.reading() as session:
        return list(session.scalars(select(Rating).order_by(Rating.id)))


def test_the_case_page_asks_the_applicant_once_it_is_closed_and_nobody_else(visit: Visit, chain: Chain, done: Chain) -> None:
    cast = chain.cast
    link = f'href="{address(done)}"'
    assert link in visit(cast.applicant).get(f"/cases/{done.filed.token}").text
    assert link not in visit(cast.registrar).get(f"/cases/{done.filed.token}").text
    assert "/rating" not in visit(cast.applicant).get(f"/cases/{chain.filed.token}").text
    assert "办结以后再请您评价" in visit(cast.applicant).get(f"/cases/{chain.filed.token}/rating").text
    assert "还没有办结" in visit(cast.applicant).post(f"/cases/{chain.filed.token}/rating", {"score": "5"}, status=422).text


def test_a_good_rating_and_one_change(visit: Visit, database: Database, done: Chain) -> None:
    applicant = visit(done.cast.applicant)
    applicant.post(address(done), {"score": "5", "number": "1"}, status=303)
    applicant.post(address(done), {"score": "5", "number": "1"}, status=303)
    assert "您可以修改一次" in applicant.get(address(done)).text
    applicant.post(address(done), {"score": "4", "number": "2", "text": "<b>好</b>"}, status=303)
    page = applicant.get(address(done)).text
    assert "&lt;b&gt;好" in page and "以修改后的评价为准" in page and "<form method" not in page.split("<main")[1]
    assert "都用过了" in applicant.post(address(done), {"score": "1", "number": "2", "text": "x"}, status=422).text
    assert [(each.number, each.score, each.channel) for each in all_ratings(database)] == [(1, 5, "pc"), (2, 4, "pc")]
    assert "谢谢您的评价" in applicant.get(f"/cases/{done.filed.token}").text


def test_a_bad_rating_without_a_reason_is_kept_on_the_page(visit: Visit, database: Database, done: Chain) -> None:
    applicant = visit(done.cast.applicant)
    page = applicant.post(address(done), {"score": "2", "text": " "}, status=422).text
    assert "请选一个不满意的原因" in page and 'value="2" checked' in page
    assert "请先选一个满意程度" in applicant.post(address(done), {"text": "写了一半"}, status=422).text
    long = applicant.post(address(done), {"score": "5", "text": "长" * 1001}, status=422).text
    assert "不超过1000个字" in long and "长" * 1001 in long
    for number in ("x", "7", "-1", "٣"):
        applicant.post(address(done), {"score": "5", "number": number}, status=422)
    assert all_ratings(database) == []


@pytest.mark.parametrize("name", ["registrar", "clerk", "supervisor", "rating_officer", "administrator"])
def test_staff_read_why_they_cannot_rate(visit: Visit, database: Database, done: Chain, name: str) -> None:
    visitor = visit(getattr(done.cast, name))
    assert "只有申请人本人可以评价" in visitor.get(address(done)).text
    assert "只有办这件事的申请人本人可以评价" in visitor.post(address(done), {"score": "5"}, status=403).text
    assert all_ratings(database) == []


def test_somebody_elses_case_is_not_found(application: Any, visit: Visit, done: Chain) -> None:
    other = visit(done.cast.other_applicant)
    other.get(address(done), status=404)
    other.post(address(done), {"score": "5"}, status=404)
    visit(done.cast.applicant).get("/cases/unknown/rating", status=404)
    Visitor(application).get(address(done), status=302)


def test_the_channel_is_what_the_visitor_came_by(visit: Visit, database: Database, done: Chain) -> None:
    applicant = visit(done.cast.applicant)
    phone = {"Origin": "http://localhost", "User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari"}
    applicant.post(address(done), {"score": "5"}, status=303, headers=phone)
    applicant.post(address(done), {"score": "4", "number": "2"}, status=303)
    assert [each.channel for each in all_ratings(database)] == ["mobile", "pc"]


def follow_up_of(database: Database) -> Case:
    with database.reading() as session:
        return session.scalars(select(Case).where(Case.workflow == "rating-follow-up")).one()


def test_a_bad_rating_goes_to_the_rating_officer_and_through_to_the_end(visit: Visit, database: Database, done: Chain) -> None:
    applicant, officer = visit(done.cast.applicant), visit(done.cast.rating_officer)
    applicant.post(address(done), {"score": "1", "reasons": ["attitude"], "text": "没人理"}, status=303)
    case = follow_up_of(database)
    page = applicant.get(address(done)).text
    assert f"回访编号 {case.number}" in page.split("<main")[1] and "<summary>修改评价</summary>" in page
    assert case.number in officer.get("/desk").text
    page = officer.get(f"/cases/{case.token}").text
    assert "没人理" in page and done.cast.registrar.name in page and "138****" in page and "13800000001" not in page
    for action, form in STEPS:
        with database.reading() as session:
            task = session.scalars(select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))).one()
        if task.holder_id is None:
            officer.post(f"/tasks/{task.id}/claim", {"next": f"/cases/{case.token}"})
            officer.post(f"/cases/{case.token}/disclosure", {"reason": "contact", "next": f"/cases/{case.token}"}, status=303)
            assert "13800000001" in officer.get(f"/cases/{case.token}").text
        officer.get(f"/cases/{case.token}/actions/{action}")
        officer.post(f"/cases/{case.token}/actions/{action}", {**form, "task": str(task.id), "key": action})
    assert follow_up_of(database).outcome == "done"
    told = applicant.get(f"/cases/{case.token}").text
    assert "已增设窗口" in told and "再评价一次" in told and done.cast.registrar.name not in told.split("<main")[1]
    assert case.number not in applicant.get("/applications").text
    applicant.post(address(done), {"score": "4", "number": "2"}, status=303)
    assert done.faults() == []


def test_nobody_else_reads_what_was_said_of_them(visit: Visit, database: Database, done: Chain) -> None:
    visit(done.cast.applicant).post(address(done), {"score": "1", "text": "没人理"}, status=303)
    case = follow_up_of(database)
    for member in (done.cast.registrar, done.cast.clerk, done.cast.registrar_head, done.cast.other_applicant):
        text = visit(member).get(f"/cases/{case.token}", status=404).text
        assert ("被评价的人不能参与" in text) is (member is done.cast.registrar) and "没人理" not in text
        assert case.token not in visit(member).get("/desk/search", query_string={"q": case.number}).text
    assert "没人理" in visit(done.cast.supervisor).get(f"/cases/{case.token}").text


@pytest.mark.parametrize("name", ["applicant", "supervisor"])
def test_a_follow_up_can_be_urged_on_its_page(visit: Visit, database: Database, done: Chain, name: str) -> None:
    visit(done.cast.applicant).post(address(done), {"score": "1", "text": "没人理"}, status=303)
    case, visitor = follow_up_of(database), visit(getattr(done.cast, name))
    sending = f'action="/cases/{case.token}/urging"'
    assert sending in visitor.get(f"/cases/{case.token}").text
    visitor.post(f"/cases/{case.token}/urging", {}, status=303)
    page = visitor.get(f"/cases/{case.token}").text
    assert sending not in page and "今天催办过了" in page
    assert sending not in visit(done.cast.rating_officer).get(f"/cases/{case.token}").text
    assert done.faults() == []


def test_the_rated_read_why_they_cannot_follow_up(application: Any, visit: Visit, database: Database, done: Chain) -> None:
    visit(done.cast.applicant).post(address(done), {"score": "1", "text": "没人理"}, status=303)
    case = follow_up_of(database)

    def promote(session: Any) -> None:
        session.add(
            Position(
                person_id=done.cast.registrar.person_id, role="rating-officer", department="approval-bureau",
                office_id=done.cast.offices["hall"], valid_from=date(2020, 1, 1),
            )
        )  # fmt: skip

    database.write(promote)
    rated = visit(done.cast.registrar)
    with database.reading() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))).one()
    rated.post(f"/tasks/{task.id}/claim", {"next": f"/cases/{case.token}"})
    assert "不能由您回访或办结" in rated.get(f"/cases/{case.token}").text
    form = {**STEPS[1][1], "task": str(task.id), "key": "k"}
    refused = rated.post(f"/cases/{case.token}/actions/contact", form, status=422).text
    assert "不能由您回访或办结" in refused and "等得太久" in refused
    assert follow_up_of(database).state == "contacting"


def test_statements_of_the_pages(visit: Visit, database: Database, done: Chain) -> None:
    applicant, officer = visit(done.cast.applicant), visit(done.cast.rating_officer)
    applicant.get(address(done))
    with counted(database) as sent:
        applicant.get(address(done))
    assert len(sent) == 4, sent
    applicant.post(address(done), {"score": "1", "text": "没人理"}, status=303)
    case = follow_up_of(database)
    officer.get(f"/cases/{case.token}")
    with counted(database) as sent:
        officer.get(f"/cases/{case.token}")
    assert len(sent) == 7, sent


def test_the_supervisor_sees_satisfaction_with_three_and_defaults_apart(visit: Visit, database: Database, done: Chain) -> None:
    def store(session: Any) -> None:
        for number, (score, channel) in enumerate([(5, "pc"), (4, "qr"), (3, "pc"), (5, "default"), (1, "default")]):
            session.add(
                Rating(
                    root_id=done.root_id, service=f"test-{number}", number=1, score=score, reasons=[], channel=channel, rated=[],
                    created_at=done.now,
                )
            )  # fmt: skip

    database.write(store)
    visit(done.cast.applicant).post(address(done), {"score": "2", "text": "太慢"}, status=303)
    supervisor = visit(done.cast.supervisor)
    page = supervisor.get("/supervision").text
    section = page[page.index('id="ratings"') :]
    assert "<strong>50.0%</strong> 满意率（4 个评价）" in section
    assert "<strong>1</strong> 基本满意" in section and "<strong>2</strong> 系统默认，不计入" in section
    assert "太慢" in section and follow_up_of(database).number in section and "待联系评价人" in section
    # A follow-up is no company opening.
    assert page.count("待联系评价人") == 2 and "差评回访整改" in page[page.index('id="open"') :]
    visit(done.cast.applicant).post(address(done), {"score": "4", "number": "2"}, status=303)
    assert "<strong>75.0%</strong> 满意率（4 个评价）" in supervisor.get("/supervision").text


def test_the_receipt_carries_the_code_of_its_progress(visit: Visit, done: Chain) -> None:
    page = visit(done.cast.applicant).get(f"/receipts/{done.filed.token}").text
    assert 'role="img" aria-label="用手机扫一扫' in page and "/progress/" in page and "同类办件还太少" in page


def test_a_notice_of_a_closed_case_leads_to_its_rating(visit: Visit, chain: Chain, done: Chain) -> None:
    page = visit(done.cast.applicant).get("/notices").text
    assert f'href="{address(done)}"' in page and chain.filed.token + "/rating" not in page
