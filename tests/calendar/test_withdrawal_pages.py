"""The pages of taking a notice back, without scripts: what they show first, what they keep, and what the calendar says afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest

from approvals.db import Database
from tests.calendar.conftest import TYPED
from tests.calendar.test_pages import PAGE, entered, hidden, preview, text_of
from tests.clocks.permits import Permit, at
from tests.support.driving import REGISTRATION, Chain
from tests.support.web import Visitor

WITHDRAWAL = f"{PAGE}/years/2027/withdrawal"
LINK = "录错了，撤回2027年的这份通知"


@pytest.fixture
def manager(application: Any, chain: Chain) -> Visitor:
    return Visitor(application, chain.cast.administrator.person_id)


def enter(manager: Visitor, **changes: str) -> None:
    manager.post(f"{PAGE}/confirm", hidden(preview(manager, **changes)), status=303, page=PAGE)


def test_it_is_shown_before_it_is_confirmed_and_noted_afterwards(manager: Visitor, chain: Chain, database: Database) -> None:
    assert LINK not in text_of(manager.get(PAGE))
    enter(manager)
    assert LINK in text_of(manager.get(PAGE))
    shown = manager.get(WITHDRAWAL)
    said = text_of(shown)
    assert "要撤回的（第 1 次录入） 国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕9号）" in said
    assert "恢复为（暂定） 按《全国年节及纪念日放假办法》" in said
    assert "改成放假 01-09 周六" in said and "改成上班 01-04 周一" in said and chain.case(REGISTRATION).number in said
    assert "“登记审查”这一步的时限" in said and len(entered(database)) == 1
    answer = manager.post(WITHDRAWAL, {**hidden(shown), "reason": "录错了年份"}, status=303, page=WITHDRAWAL)
    assert answer.location.endswith(PAGE)
    after = text_of(manager.get(PAGE))
    assert re.search(r"已撤回。 ?\d+ 个办件的期限已经改回来", after) and "2027年 暂定" in after and LINK not in after
    assert "撤回，恢复为暂定（原因：录错了年份） 现在用的是这一次" in after and "录入记录（2 次）" in after
    assert "录入的通知已经撤回：按法定节假日和周末推定" in after
    applicant = Visitor(manager.application, chain.cast.applicant.person_id)
    history = text_of(applicant.get(f"/cases/{chain.case().token}"))
    assert "2027年放假安排更新" in history and "2027年放假安排撤回" in history
    manager.post(WITHDRAWAL, {**hidden(shown), "reason": "录错了年份"}, status=303, page=PAGE)
    assert "没有重复处理" in text_of(manager.get(PAGE)) and len(entered(database)) == 2
    assert "已经撤回了" in text_of(manager.get(WITHDRAWAL, status=409))


def test_without_a_reason_nothing_is_taken_back(manager: Visitor, database: Database) -> None:
    enter(manager)
    answer = manager.post(WITHDRAWAL, {**hidden(manager.get(WITHDRAWAL)), "reason": " "}, status=422, page=WITHDRAWAL)
    assert "请写明为什么撤回" in text_of(answer) and "改成放假 01-09 周六" in text_of(answer) and len(entered(database)) == 1


def test_the_second_of_two_sees_which_one_is_in_force_now(manager: Visitor, database: Database) -> None:
    enter(manager)
    stale = hidden(manager.get(WITHDRAWAL))
    enter(manager, holidays=f"{TYPED['holidays']}\n1月5日")
    answer = manager.post(WITHDRAWAL, {**stale, "reason": "录错了年份"}, status=409, page=WITHDRAWAL)
    said = text_of(answer)
    assert "刚刚由别人改过" in said and "要撤回的（第 2 次录入）" in said and "恢复为（第 1 次录入）" in said
    assert 'value="录错了年份"' in answer.text and len(entered(database)) == 2
    manager.post(WITHDRAWAL, {**hidden(answer), "reason": "录错了年份"}, status=303, page=WITHDRAWAL)
    assert "撤回，恢复第 1 次录入的安排（原因：录错了年份）" in text_of(manager.get(PAGE))


def test_days_that_are_over_are_said_at_once(manager: Visitor, chain: Chain, database: Database) -> None:
    enter(manager)
    chain.now = at("2027-01-05")
    later = Visitor(manager.application, chain.cast.administrator.person_id)
    answer = later.get(WITHDRAWAL, status=409)
    assert "不能撤回 2027-01-04 已经过去" in text_of(answer) and len(entered(database)) == 1
    assert "2027-02-08 至 2027-02-11" in answer.text and "2027-09-26" in answer.text, "the form holds the days in force, to be mended"
    stale = {"revision": "1", "reason": "录错了年份"}
    assert "不能撤回 2027-01-04 已经过去" in text_of(later.post(WITHDRAWAL, stale, status=409, page=PAGE))


def test_years_that_nobody_entered_and_those_there_are_not(manager: Visitor) -> None:
    assert "2026年的放假安排是系统自带的" in text_of(manager.get(f"{PAGE}/years/2026/withdrawal", status=409))
    manager.get(f"{PAGE}/years/1999/withdrawal", status=404)
    manager.get(f"{PAGE}/years/{10**15}/withdrawal", status=404)


@pytest.mark.parametrize("role", ["applicant", "registrar", "supervisor", "clerk"])
def test_it_is_the_system_managers_alone(application: Any, chain: Chain, manager: Visitor, role: str) -> None:
    enter(manager)
    Visitor(application, getattr(chain.cast, role).person_id).get(WITHDRAWAL, status=403)


def test_years_name_their_notices_with_the_number_that_is_known(manager: Visitor) -> None:
    assert "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）" in text_of(manager.get(PAGE))


def test_the_preview_says_which_timer_of_which_step_moves(manager: Visitor, chain: Chain) -> None:
    permit = Permit(chain.database, chain.cast, at("2026-12-29"))
    said = text_of(preview(manager))
    assert f"{permit.case.number} “已收件，待受理”这一步自动“逾期未告知，视为受理”的时间" in said
    enter(manager)
    applicant = Visitor(manager.application, chain.cast.applicant.person_id)
    history = text_of(applicant.get(f"/cases/{permit.case.token}"))
    assert re.search("自动“逾期未告知，视为受理”的时间由.*?改为", history), history[-700:]
