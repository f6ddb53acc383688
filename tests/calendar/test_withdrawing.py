"""Taking a notice back: what stood before it counts again, what had moved moves back, and every case stays what its history says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.calendar import county_calendar, delivered_calendar
from approvals.models import AdministrationChange, CalendarYear, Event, EventPayload, Notice
from approvals.operations import calendar_withdrawals, calendar_years, deadline_moves
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries.calendar_years import years
from tests.calendar.conftest import TYPED
from tests.calendar.test_entering import MOVED, enter, faults, follow, rows
from tests.clocks.permits import Permit, at
from tests.support.driving import REGISTRATION, Chain
from tests.support.statements import counted
from workflows.clock import Year, provisional_year
from workflows.clock.notice import usual_name
from workflows.clock.standing import standing

REASON = "把明年的通知录到了今年"
LONGER = TYPED["holidays"].replace("1月1日至4日", "1月1日至5日")
OF_2026 = {
    "year": "2026", "name": usual_name(2026), "number": "国办发明电〔2026〕12号",
    "workdays": "1月4日\n2月14日\n2月28日\n5月9日\n9月20日\n10月10日",
    "holidays": "1月1日至3日\n2月15日至23日\n4月4日至6日\n5月1日至5日\n6月19日至21日\n9月25日至27日\n10月1日至7日\n12月31日",
}  # fmt: skip


def withdraw(chain: Chain, shown: str = "1", year: int = 2027, reason: str = REASON, **changes: Any) -> CalendarYear | None:
    acting = changes.get("acting", chain.cast.administrator.acting)
    return chain.database.write(calendar_withdrawals.withdraw, acting, year, reason, shown, chain.now.date(), chain.now)


def settled(chain: Chain) -> None:
    """Every deadline follows, and time goes by until nothing can be under way."""
    follow(chain)
    chain.now += timedelta(minutes=11)
    follow(chain)


def due(chain: Chain) -> list[Any]:
    case = chain.case(REGISTRATION)
    return [case.promised_due_at, case.statutory_due_at]


def in_force(chain: Chain, year: int = 2027) -> Year:
    with chain.database.reading():
        return county_calendar().years[year]


def test_a_year_becomes_provisional_again_and_deadlines_move_back(chain: Chain) -> None:
    chain.claim(REGISTRATION)
    before = due(chain)
    enter(chain)
    settled(chain)
    assert due(chain) != before
    taken_back = withdraw(chain)
    assert taken_back is not None and (taken_back.revision, taken_back.official, taken_back.notice_number) == (2, False, "")
    moved = follow(chain)
    assert due(chain) == before and in_force(chain) == delivered_calendar().years[2027]
    events = [event for event in rows(chain.database, Event) if event.action == MOVED]
    assert moved == len(events) / 2 > 0
    with chain.database.reading() as session:
        last = session.scalar(select(EventPayload.body).where(EventPayload.event_id == events[-1].id))
        first = session.scalar(select(EventPayload.body).where(EventPayload.event_id == events[0].id))
    assert '"taken_back":true' in str(last) and "taken_back" not in str(first)
    told = [notice for notice in rows(chain.database, Notice) if notice.kind == "deadline"]
    assert {notice.person_id for notice in told} == {chain.cast.applicant.person_id, chain.cast.registrar.person_id}
    assert {"2027年放假安排录入有误，已经撤回" in notice.text["zh"] for notice in told[len(told) // 2 :]} == {True}
    assert faults(chain.database) == []
    settled(chain)
    assert faults(chain.database) == []


def test_the_notice_before_counts_again_and_then_none(chain: Chain) -> None:
    original = due(chain)
    enter(chain)
    settled(chain)
    first = due(chain)
    enter(chain, "1", holidays=LONGER)
    settled(chain)
    assert due(chain) != first
    again = withdraw(chain, "2")
    follow(chain)
    assert again is not None and (again.revision, again.official, again.notice_number) == (3, True, "国办发明电〔2026〕9号")
    assert due(chain) == first and faults(chain.database) == []
    (told,) = {notice.text["zh"].partition("：")[2] for notice in rows(chain.database, Notice)[-1:]}
    assert told == "2027年放假安排录入有误，已经改回（国办发明电〔2026〕9号）。"
    chain.now += timedelta(minutes=11)
    withdraw(chain, "3")
    settled(chain)
    assert due(chain) == original and faults(chain.database) == []
    stored = rows(chain.database, CalendarYear)
    assert [(each.revision, each.official) for each in stored] == [(1, True), (2, True), (3, True), (4, False)]


def test_the_history_tells_what_took_back_what(chain: Chain) -> None:
    enter(chain)
    enter(chain, "1", holidays=LONGER)
    withdraw(chain, "2")
    withdraw(chain, "3", reason="又错了")
    enter(chain, "4")
    with chain.database.reading() as session, counted(chain.database) as sent:
        (year,) = years(session, 2027, 2027)
    assert len(sent) == 1 and year.is_entered
    assert [(each.number, each.back_to, each.reason) for each in year.revisions] == [
        (5, None, ""), (4, 0, "又错了"), (3, 1, REASON), (2, None, ""), (1, None, ""),
    ]  # fmt: skip
    change = rows(chain.database, AdministrationChange)[-2]
    assert (change.title, change.reason, change.before["official"], change.after["official"]) == ("2027", "又错了", True, False)
    assert change.before["notice_number"] == "国办发明电〔2026〕9号"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_was_closed_while_the_mistake_was_in_force_stays_sound(chain: Chain, at_once: bool) -> None:
    """Closed before it was taken back, or after that but before its deadlines followed."""
    closed, later, stays = (Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25") for _ in range(3))
    enter(chain)
    follow(chain) if at_once else settled(chain)
    assert closed.due == stays.due == ("2027-01-07", "2027-01-11")
    closed.act("withdraw", chain.now, {"reason": ""}, chain.cast.applicant.acting)
    withdraw(chain)
    later.act("withdraw", chain.now + timedelta(seconds=1), {"reason": ""}, chain.cast.applicant.acting)
    assert faults(chain.database) == []
    chain.now += timedelta(minutes=1)
    follow(chain)
    assert stays.due == ("2027-01-06", "2027-01-11") and closed.due == later.due == ("2027-01-07", "2027-01-11")
    assert faults(chain.database) == []
    settled(chain)
    assert faults(chain.database) == []


def test_taken_back_before_anything_followed_nothing_moves(chain: Chain) -> None:
    before = due(chain)
    enter(chain)
    withdraw(chain)
    assert follow(chain) == 0 and due(chain) == before
    settled(chain)
    assert faults(chain.database) == [] and {year.settled_at for year in rows(chain.database, CalendarYear)} == {chain.now}


def test_ledgers_and_timers_move_back_as_the_preview_says(chain: Chain) -> None:
    permit = Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25")
    permit.inspected_from("2026-12-28", at("2026-12-28"))
    permit.inspected_to("2026-12-29", at("2026-12-29", "16:00"))
    before = permit.due
    enter(chain)
    settled(chain)
    assert permit.due != before
    with chain.database.reading() as session:
        found = calendar_withdrawals.judge_withdrawal(session, 2027, chain.now.date())
        supposed = calendar_years.supposed(2027, found.again.year)
        shown = deadline_moves.preview(session, supposed, 2027, chain.now, 200)
    assert shown.earlier == len(shown.moves) > 0 and (found.taken_back.revision, found.back_to) == (1, 0)
    withdraw(chain)
    assert follow(chain) == shown.cases
    assert permit.due == before and permit.faults() == []
    assert faults(chain.database) == []


def test_a_year_that_was_delivered_comes_back_as_it_was_delivered(chain: Chain) -> None:
    chain.now = at("2026-12-21")
    enter(chain, **OF_2026)
    follow(chain)
    with chain.database.reading():
        assert not county_calendar().is_working(date(2026, 12, 31))
    again = withdraw(chain, year=2026)
    follow(chain)
    assert again is not None and again.official and again.notice_number == "国办发明电〔2025〕7号"
    assert in_force(chain, 2026) == delivered_calendar().years[2026]
    with pytest.raises(Refusal, match="已经撤回了"):
        withdraw(chain, "2", 2026)


@pytest.mark.parametrize(
    ("year", "sentence"), [(2026, "2026年的放假安排是系统自带的"), (2027, "2027年还没有录入过通知"), (2028, "2028年还没有录入过通知")]
)
def test_what_nobody_entered_cannot_be_taken_back(chain: Chain, year: int, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        withdraw(chain, "0", year)
    assert rows(chain.database, CalendarYear) == []


@pytest.mark.parametrize("year", [1999, 2041, 10**12])
def test_a_year_that_the_calendar_does_not_hold_is_not_found(chain: Chain, year: int) -> None:
    with pytest.raises(NotFound):
        withdraw(chain, "0", year)


def test_days_that_are_over_stay_what_they_were(chain: Chain) -> None:
    enter(chain)
    settled(chain)
    chain.now = at("2027-01-04", "18:00")
    with chain.database.reading() as session:
        assert calendar_withdrawals.judge_withdrawal(session, 2027, chain.now.date()).back_to == 0
    chain.now = at("2027-01-05")
    with pytest.raises(Refusal, match=r"2027-01-04 已经过去.*请重新录入正确的通知"):
        withdraw(chain)
    chain.now = at("2027-01-11")
    with pytest.raises(Refusal, match="2027-01-04、2027-01-09 已经过去"):
        withdraw(chain)
    assert len(rows(chain.database, CalendarYear)) == 1


def test_of_two_the_second_sees_first_and_a_second_press_does_nothing(chain: Chain) -> None:
    enter(chain)
    enter(chain, "1", holidays=LONGER)
    with pytest.raises(Outdated, match="刚刚由别人改过"):
        withdraw(chain, "1")
    assert withdraw(chain, "2") is not None
    assert withdraw(chain, "2") is None
    assert len(rows(chain.database, CalendarYear)) == 3
    assert withdraw(chain, "3") is not None and withdraw(chain, "3") is None
    with pytest.raises(Outdated, match="刚刚由别人改过"):
        enter(chain, "2", holidays=LONGER)


@pytest.mark.parametrize("reason", ["", " \n ", "错" * 301])
def test_a_reason_is_needed(chain: Chain, reason: str) -> None:
    enter(chain)
    with pytest.raises(Faulty) as refused:
        withdraw(chain, reason=reason)
    assert refused.value.faults[0].column == "reason" and len(rows(chain.database, CalendarYear)) == 1


@pytest.mark.parametrize("role", ["registrar", "supervisor", "applicant"])
def test_only_the_system_manager_takes_one_back(chain: Chain, role: str) -> None:
    enter(chain)
    with pytest.raises(Refusal, match="不能做这件事"):
        withdraw(chain, acting=getattr(chain.cast, role).acting)


def test_an_entry_counts_after_the_one_before_whatever_the_clock_of_a_machine_says(chain: Chain) -> None:
    enter(chain)
    chain.now -= timedelta(seconds=5)
    withdraw(chain)
    follow(chain)
    assert in_force(chain) == delivered_calendar().years[2027]


def test_the_preview_names_the_step_and_what_happens_in_it(chain: Chain) -> None:
    Permit(chain.database, chain.cast, at("2026-12-29"))
    notice = calendar_years.read_notice(TYPED, None, chain.now.date())
    with chain.database.reading() as session:
        supposed = calendar_years.supposed(notice.number, notice.year)
        shown = deadline_moves.preview(session, supposed, 2027, chain.now, 200)
    named = {(move.clock, move.step and move.step["zh"], move.action and move.action["zh"]) for move in shown.moves}
    assert named == {
        ("promised", None, None), ("statutory", None, None), ("task", "登记审查", None), ("task", "已收件，待受理", None),
        ("timer", "已收件，待受理", "逾期未告知，视为受理"),
    }  # fmt: skip


def year(flag: int, notice: str, official: bool = True) -> Year:
    return Year(bytes([flag]) * 365, official=official, notice=notice)


def test_entries_stand_one_upon_the_other_until_they_are_taken_back() -> None:
    rule, first, second, third = provisional_year(2027), year(0, "甲"), year(1, "乙"), year(1, "丙")
    assert standing(rule, []) == [0]
    assert standing(rule, [first, second]) == [0, 1, 2]
    assert standing(rule, [first, second, first]) == [0, 1]
    assert standing(rule, [first, second, first, rule]) == [0]
    assert standing(rule, [first, second, first, third]) == [0, 1, 4]
    assert standing(rule, [first, year(0, "别的说法", official=False), third]) == [0, 3]
    delivered = year(0, "自带")
    assert standing(delivered, [first, delivered, second]) == [0, 3]
