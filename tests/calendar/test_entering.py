"""Entering a notice: what is stored, what moves, who is told, and what stays true of cases before and after."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.gateway import Gateways
from approvals.jobs.calendar import move_deadlines
from approvals.models import AdministrationChange, CalendarYear, Case, Event, EventPayload, Notice, Person, Task
from approvals.operations import calendar_years, deadline_moves, messages
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import Outdated, Refusal
from approvals.queries.verification import verify_all
from tests.calendar.conftest import TYPED
from tests.clocks.permits import Permit, at
from tests.support.driving import REGISTRATION, Chain
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock.notice import as_typed, days_of_year

MOVED = "case:deadlines-moved"


def enter(chain: Chain, shown: str = "0", **changes: str) -> CalendarYear | None:
    typed = {**TYPED, **changes}
    today = chain.now.date()
    return chain.database.write(calendar_years.enter, chain.cast.administrator.acting, typed, None, shown, today, chain.now)


def follow(chain: Chain) -> int:
    return move_deadlines(chain.database, chain.now)


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def faults(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(verify_all(session))


def is_working(database: Database, day: date) -> bool:
    with database.reading():
        return county_calendar().is_working(day)


def test_the_notice_is_in_force_for_its_database_at_once(chain: Chain) -> None:
    assert is_working(chain.database, date(2027, 1, 4)) and not is_working(chain.database, date(2027, 1, 9))
    entered = enter(chain)
    assert entered is not None and (entered.revision, entered.notice_number) == (1, "国办发明电〔2026〕9号")
    follow(chain)
    assert not is_working(chain.database, date(2027, 1, 4)) and is_working(chain.database, date(2027, 1, 9))
    assert county_calendar().is_working(date(2027, 1, 4)), "outside of a database nothing was entered"


def delivered(chain: Chain) -> list[messages.Message]:
    """The messages about deadlines as they leave, the next morning."""
    noon, site = at("2027-01-01", "12:00"), Gateways("https://approvals.example")

    def reachable(session: Any) -> None:
        session.execute(update(Person).values(phone="13800000001", channels=["sms"]))

    chain.database.write(reachable)
    chain.database.write(messages.plan, noon, site)
    taken = chain.database.write(messages.claim_due, "worker", noon, site.site, most=100)
    return [each for each in taken if each.kind == "deadline"]


def test_open_deadlines_move_with_an_event_and_people_are_told(chain: Chain) -> None:
    chain.claim(REGISTRATION)
    before = chain.case(REGISTRATION)
    enter(chain)
    moved = follow(chain)
    after = chain.case(REGISTRATION)
    assert before.promised_due_at is not None and after.promised_due_at is not None
    assert after.promised_due_at > before.promised_due_at
    events = [event for event in rows(chain.database, Event) if event.action == MOVED]
    assert moved == len(events) == len({event.case_id for event in events}) > 0
    with chain.database.reading() as session:
        body = session.scalar(select(EventPayload.body).where(EventPayload.event_id == events[0].id))
    assert "国办发明电〔2026〕9号" in str(body)
    told = [notice for notice in rows(chain.database, Notice) if notice.kind == "deadline"]
    assert {notice.person_id for notice in told} == {chain.cast.applicant.person_id, chain.cast.registrar.person_id}
    assert all("2027年放假安排已经更新" in notice.text["zh"] for notice in told)
    sent = delivered(chain)
    assert sent and all(each.case_path.startswith("/cases/") for each in sent)
    assert faults(chain.database) == []


def test_the_preview_is_what_then_moves(chain: Chain) -> None:
    with chain.database.reading() as session:
        notice = calendar_years.read_notice(TYPED, None, chain.now.date())
        shown = deadline_moves.preview(session, calendar_years.supposed(notice.number, notice.year), 2027, chain.now, 200)
    assert rows(chain.database, CalendarYear) == [] and shown.cases > 0 and shown.later == len(shown.moves)
    enter(chain)
    assert follow(chain) == shown.cases
    due = {case.number: (case.promised_due_at, case.statutory_due_at) for case in rows(chain.database, Case)}
    tasks = {task.due_at for task in rows(chain.database, Task)} | {task.timer_at for task in rows(chain.database, Task)}
    for move in shown.moves:
        assert move.after in (due[move.number] if move.clock in ("promised", "statutory") else tasks)


def test_verification_finds_a_move_that_no_calendar_makes(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    real = deadline_moves._record

    def invented(unit: Any, case: Any, moves: list[deadline_moves.Move], year: Any) -> None:
        real(unit, case, [replace(move, after=move.after + timedelta(days=1)) for move in moves], year)

    Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25")
    enter(chain)
    monkeypatch.setattr(deadline_moves, "_record", invented)
    assert follow(chain) > 0
    assert {fault.message["zh"] for fault in faults(chain.database)} == {"期限调整与当时的日历不符"}


def test_following_twice_changes_nothing(chain: Chain) -> None:
    enter(chain)
    assert follow(chain) > 0
    head = chain.case().head
    assert follow(chain) == 0 and chain.case().head == head


def test_two_workers_at_once_move_each_case_once(chain: Chain) -> None:
    for _ in range(3):
        Chain(chain.database, chain.cast, now=chain.now)
    enter(chain)
    with ThreadPoolExecutor(2) as pool:
        moved = sum(pool.map(lambda _number: follow(chain), range(2)))
    events = [event.case_id for event in rows(chain.database, Event) if event.action == MOVED]
    assert moved == len(events) == len(set(events)) == 8
    assert faults(chain.database) == []


def test_the_days_that_were_supposed_move_nothing(chain: Chain) -> None:
    with chain.database.reading():
        supposed = days_of_year(2027, county_calendar().years[2027])
    enter(chain, holidays=as_typed(supposed.off), workdays="")
    assert follow(chain) == 0
    with chain.database.reading():
        assert county_calendar().is_official(date(2027, 1, 4))


def test_a_year_settles_only_when_nothing_can_be_under_way(chain: Chain) -> None:
    enter(chain)
    follow(chain)
    follow(chain)
    assert rows(chain.database, CalendarYear)[0].settled_at is None
    chain.now += timedelta(minutes=11)
    follow(chain)
    assert rows(chain.database, CalendarYear)[0].settled_at == chain.now
    with counted(chain.database) as sent:
        follow(chain)
    assert len(sent) == 1
    assert faults(chain.database) == []


def test_an_action_that_still_knew_the_old_calendar_is_caught_up_with(chain: Chain) -> None:
    def due() -> Task:
        with chain.database.reading() as session:
            return session.scalars(select(Task).where(Task.closed_at.is_(None), Task.due_at.is_not(None))).one()

    old = due().due_at
    enter(chain)
    follow(chain)
    task = due()
    assert old is not None and task.due_at is not None and task.due_at > old

    def undo(session: Any) -> None:
        session.get(Task, task.id).due_at = old

    chain.database.write(undo)
    chain.now += timedelta(minutes=1)
    assert follow(chain) == 1
    assert {each.id: each for each in rows(chain.database, Task)}[task.id].due_at == task.due_at
    assert faults(chain.database) == []


def test_what_was_closed_before_the_notice_stays_sound(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    assert chain.case(REGISTRATION).state != "" and faults(chain.database) == []
    closed = [task for task in rows(chain.database, Task) if task.closed_at is not None and task.due_at is not None]
    enter(chain)
    follow(chain)
    chain.now += timedelta(minutes=11)
    follow(chain)
    assert faults(chain.database) == []
    still = {task.id: task.due_at for task in rows(chain.database, Task)}
    assert closed and all(still[task.id] == task.due_at for task in closed)


def test_the_page_of_a_case_that_was_closed_before_the_notice_shows_the_deadline_that_it_had(chain: Chain, application: Any) -> None:
    permit = Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25")
    permit.act("withdraw", at("2026-12-30"), {"reason": ""}, chain.cast.applicant.acting)
    other = Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25")
    assert permit.due == other.due == ("2027-01-06", "2027-01-11")
    enter(chain)
    follow(chain)
    assert permit.due == ("2027-01-06", "2027-01-11") and other.due[0] == "2027-01-07"
    visitor = Visitor(application, chain.cast.applicant.person_id)
    shown = [re.search(r"2027-01-\d\d 17:30 期满", visitor.get(f"/cases/{each.case.token}").text) for each in (permit, other)]
    assert [each and each[0] for each in shown] == ["2027-01-06 17:30 期满", "2027-01-07 17:30 期满"]


def test_a_deadline_that_was_changed_by_hand_is_still_found(chain: Chain) -> None:
    enter(chain)
    follow(chain)

    def tamper(session: Any) -> None:
        session.get(Case, chain.root_id).promised_due_at += timedelta(days=1)

    chain.database.write(tamper)
    assert len(faults(chain.database)) == 1


def test_a_year_is_entered_again_and_the_latest_counts(chain: Chain) -> None:
    before = chain.case().promised_due_at
    enter(chain)
    follow(chain)
    chain.now += timedelta(minutes=11)
    follow(chain)
    second = enter(chain, "1", holidays=TYPED["holidays"].replace("1月1日至4日", "1月1日至3日"))
    assert second is not None and second.revision == 2
    follow(chain)
    assert chain.case().promised_due_at == before
    assert [year.revision for year in rows(chain.database, CalendarYear)] == [1, 2]
    assert faults(chain.database) == []


def test_a_double_click_stores_once_and_the_second_of_two_people_is_told(chain: Chain) -> None:
    assert enter(chain) is not None
    assert enter(chain) is None
    assert len(rows(chain.database, CalendarYear)) == 1
    with pytest.raises(Outdated):
        enter(chain, "0", workdays="1月9日")
    assert len(rows(chain.database, CalendarYear)) == 1


def test_it_is_written_into_the_record_of_administration(chain: Chain) -> None:
    enter(chain)
    change = rows(chain.database, AdministrationChange)[-1]
    assert (change.subject, change.title, change.person_id) == ("calendar", "2027", chain.cast.administrator.person_id)
    assert change.before["official"] is False and change.after["official"] is True
    assert change.after["notice_number"] == "国办发明电〔2026〕9号" and "01-09" in change.after["worked"]


def test_only_the_system_manager_enters_a_notice(chain: Chain) -> None:
    with pytest.raises(Refusal, match="不能做这件事"):
        chain.database.write(
            calendar_years.enter, chain.cast.registrar.acting, TYPED, None, "0", chain.now.date(), chain.now
        )
    assert rows(chain.database, CalendarYear) == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"year": "2025年"}, "year"), ({"year": "2029"}, "year"), ({"year": "来年"}, "year"), ({"year": ""}, "year"),
        ({"name": ""}, "name"), ({"name": "国务院办公厅关于2026年部分节假日安排的通知"}, "name"), ({"number": "7"}, "number"),
        ({"holidays": ""}, "holidays"), ({"workdays": "1月8日"}, "workdays"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(chain: Chain, changes: dict[str, str], column: str) -> None:
    chain.now = chain.now.replace(year=2026, month=12, day=30)
    year = {"2025年": chain.now.replace(year=2027)}.get(changes.get("year", ""))
    with pytest.raises(Faulty) as refused:
        calendar_years.read_notice({**TYPED, **changes}, None, (year or chain.now).date())
    assert refused.value.faults[0].column == column


def test_the_deadlines_of_permits_move_by_their_ledgers_in_statements_that_do_not_grow(chain: Chain) -> None:
    def permits() -> list[Permit]:
        filed = [Permit(chain.database, chain.cast, at("2026-12-24")) for _ in range(4)]
        for each in filed[:3]:
            each.accepted("2026-12-25")
        for each in filed[:2]:
            each.inspected_from("2026-12-28", at("2026-12-28"))
        filed[0].inspected_to("2026-12-29", at("2026-12-29", "16:00"))
        return filed

    def previewed() -> tuple[int, deadline_moves.Preview]:
        notice = calendar_years.read_notice(TYPED, None, chain.now.date())
        with chain.database.reading() as session, counted(chain.database) as sent:
            shown = deadline_moves.preview(session, calendar_years.supposed(notice.number, notice.year), 2027, chain.now, 200)
        return len(sent), shown

    tested, suspended, accepted, received = permits()
    assert [each.due[0] for each in (tested, suspended, accepted, received)] == ["2027-01-08", "", "2027-01-06", ""]
    first, _ = previewed()
    more = permits()
    again, shown = previewed()
    assert again == first and not shown.is_cut
    enter(chain)
    assert follow(chain) > 0
    for each in (tested, more[0]):
        assert each.due[0] == "2027-01-09" and each.faults() == []
    assert [each.due[0] for each in (suspended, accepted, received)] == ["", "2027-01-07", ""]
    assert faults(chain.database) == []


def test_a_preview_of_very_many_cases_says_at_least(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-25")
    notice = calendar_years.read_notice(TYPED, None, chain.now.date())

    def previewed() -> deadline_moves.Preview:
        with chain.database.reading() as session:
            return deadline_moves.preview(session, calendar_years.supposed(notice.number, notice.year), 2027, chain.now, 200)

    every = previewed()
    monkeypatch.setattr(deadline_moves, "PREVIEWED_AT_ONCE", 1)
    monkeypatch.setattr(deadline_moves, "MOST_PREVIEWED", 2)
    shown = previewed()
    assert shown.is_cut and 0 < shown.cases < every.cases and not every.is_cut


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_cases_that_are_closed_are_not_read_to_find_those_that_move(chain: Chain) -> None:
    with counted(chain.database) as sent:
        chain.database.write(deadline_moves.move_next, 0, chain.now)
        enter(chain)
        chain.database.write(deadline_moves.move_next, 0, chain.now)
    (found,) = [each for each in sent if "DISTINCT" in each]
    with chain.database.reading() as session:
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {found}", (0,) * found.count("?"))]
    assert plan and not any(step.startswith("SCAN") for step in plan), plan


def test_statements_of_a_batch_do_not_grow_with_its_cases(chain: Chain) -> None:
    def cost() -> int:
        with counted(chain.database) as sent:
            chain.database.write(deadline_moves.move_next, 0, chain.now)
        return len(sent)

    for _ in range(2):
        Chain(chain.database, chain.cast, now=chain.now)
    enter(chain)
    first = cost()
    for _ in range(3):
        Chain(chain.database, chain.cast, now=chain.now)
    enter(chain, "1", holidays=TYPED["holidays"].replace("1月1日至4日", "1月1日至5日"))
    assert cost() <= first
