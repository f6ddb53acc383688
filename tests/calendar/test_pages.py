"""The page of the working calendar without scripts: what it shows, what a refusal keeps, what it costs, and who may see it."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import CalendarYear
from tests.calendar.conftest import TYPED
from tests.calendar.test_notice import whole_file
from tests.support.driving import REGISTRATION, Chain
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock.notice import Days, read_text, year_of

PAGE = "/administration/calendar"


@pytest.fixture
def manager(application: Any, chain: Chain) -> Visitor:
    return Visitor(application, chain.cast.administrator.person_id)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def hidden(answer: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', answer.text, re.S)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def entered(database: Database) -> list[CalendarYear]:
    with database.reading() as session:
        return list(session.scalars(select(CalendarYear).order_by(CalendarYear.revision)))


def preview(manager: Visitor, status: int = 200, **changes: Any) -> Any:
    return manager.post(PAGE, {**TYPED, **changes}, status=status, page=PAGE)


def test_a_notice_is_shown_before_it_is_confirmed(manager: Visitor, chain: Chain, database: Database) -> None:
    before = text_of(manager.get(PAGE))
    assert "2027年 暂定" in before and "2026年 已公布" in before
    shown = preview(manager)
    assert entered(database) == []
    said = text_of(shown)
    assert "国办发明电〔2026〕9号" in said and "改成放假 01-04 周一" in said and "改成上班 01-09 周六" in said
    assert chain.case(REGISTRATION).number in said
    answer = manager.post(f"{PAGE}/confirm", hidden(shown), status=303, page=PAGE)
    assert answer.location.endswith(PAGE) and len(entered(database)) == 1
    after = text_of(manager.get(PAGE))
    assert re.search(r"已保存。 ?\d+ 个办件的期限已经改过来", after) and "2027年 已公布" in after
    assert "期限正在按新日历调整" in after
    applicant = Visitor(manager.application, chain.cast.applicant.person_id)
    assert "2027年放假安排更新" in text_of(applicant.get(f"/cases/{chain.case().token}"))


def test_a_second_press_stores_nothing_more(manager: Visitor, database: Database) -> None:
    sent = hidden(preview(manager))
    manager.post(f"{PAGE}/confirm", sent, status=303, page=PAGE)
    manager.post(f"{PAGE}/confirm", sent, status=303, page=PAGE)
    assert len(entered(database)) == 1 and "没有重复保存" in text_of(manager.get(PAGE))


def test_the_second_of_two_people_sees_what_moves_now(manager: Visitor, database: Database) -> None:
    sent = hidden(preview(manager))
    manager.post(f"{PAGE}/confirm", hidden(preview(manager, holidays=f"{TYPED['holidays']}\n1月5日")), status=303, page=PAGE)
    answer = manager.post(f"{PAGE}/confirm", sent, status=409, page=PAGE)
    assert "刚刚由别人改过" in text_of(answer) and "改成上班 01-05" in text_of(answer) and len(entered(database)) == 1
    manager.post(f"{PAGE}/confirm", hidden(answer), status=303, page=PAGE)
    assert [year.revision for year in entered(database)] == [1, 2]


def test_what_is_refused_stays_in_the_form(manager: Visitor, database: Database) -> None:
    answer = preview(manager, 422, workdays="1月8日")
    said = text_of(answer)
    assert "2027-01-08 是周五，本来就上班" in said and "1月1日至4日" in said and "国办发明电[2026] 9号" in answer.text
    assert entered(database) == []


def test_a_file_is_read_in_any_encoding_and_refused_by_line(manager: Visitor) -> None:
    days = Days()
    for column in ("holidays", "workdays"):
        read_text(2027, TYPED[column], column, days)
    lines = whole_file(2027, year_of(2027, days))
    typed = {**TYPED, "holidays": "", "workdays": ""}

    def send(data: bytes, status: int) -> str:
        return text_of(manager.post(PAGE, {**typed, "file": (io.BytesIO(data), "2027.csv")}, status=status, page=PAGE))

    assert "改成上班 01-09 周六" in send("\n".join(lines).encode("utf-8-sig"), 200)
    assert "改成上班 01-09 周六" in send("\r\n".join(["日期,上班", *lines[1:]]).encode("gb18030"), 200)
    assert "2027 年有 365 天，文件里只有 364 天" in send("\n".join(lines[:-1]).encode(), 422)
    assert "这个文件读不出来" in send(b"\0\1\2", 422)
    typed["workdays"] = "1月9日"
    assert "又填了日期又选了文件" in send("\n".join(lines).encode(), 422)


def test_the_file_of_a_year_can_be_sent_back(manager: Visitor) -> None:
    answer = manager.get(f"{PAGE}/years/2027/csv")
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    assert lines[:3] == ["date,working", "2027-01-01,0", "2027-01-02,0"] and len([line for line in lines if line]) == 366
    manager.get(f"{PAGE}/years/1999/csv", status=404)


def test_the_page_says_which_calendar_decides(manager: Visitor) -> None:
    assert "服务点自己的开放时间和临时闭门只管什么时候能去办，不改变期限" in text_of(manager.get(PAGE))


def test_the_page_costs_three_statements(manager: Visitor, database: Database) -> None:
    manager.get(PAGE)
    with counted(database) as sent:
        manager.get(PAGE)
    assert len(sent) <= 4


@pytest.mark.parametrize("role", ["applicant", "registrar", "supervisor", "clerk"])
def test_it_is_the_system_managers_alone(application: Any, chain: Chain, role: str) -> None:
    Visitor(application, getattr(chain.cast, role).person_id).get(PAGE, status=403)
