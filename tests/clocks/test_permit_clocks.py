"""The clocks of a licence: they begin at acceptance, stand still by the ledger, and are extended once and in time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from approvals.db import Database, statements
from approvals.operations import moving
from approvals.operations.errors import Refusal
from tests.support.seed import Cast

from .permits import GROUND, ZONE, Permit, application, at


def refused(permit: Permit, call: Any) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    assert permit.faults() == []
    return caught.value.reason


def test_no_time_runs_before_acceptance(permit: Permit) -> None:
    assert permit.case.state == "received"
    assert permit.due == ("", "")
    assert permit.faults() == []


def test_the_clocks_begin_at_acceptance(permit: Permit) -> None:
    permit.act("accept", at("2026-03-04", "15:00"))
    assert permit.due == ("2026-03-13", "2026-03-18")
    assert permit.papers() == ["receipt", "acceptance-notice"]
    assert permit.faults() == []


def test_a_correction_is_no_suspension_and_lies_before_acceptance(permit: Permit, cast: Cast) -> None:
    permit.act("return_for_correction", at("2026-03-03"), {"items": [{"page": "premises", "text": "写明门牌号"}]})
    assert permit.due == ("", "") and permit.ledger == []
    mended = application(premises={"address": "示例路8号一层"})
    permit.act("resubmit", at("2026-03-20"), None, cast.applicant.acting, application=mended)
    assert permit.case.state == "received" and permit.due == ("", "")
    permit.accepted("2026-03-23")
    assert permit.due == ("2026-04-01", "2026-04-07")  # 清明 on 6 April is none of the days
    assert permit.case.company == "惠民县样例小吃店"
    assert permit.faults() == []


def test_whoever_is_told_nothing_is_accepted_as_of_the_day_of_receipt(permit: Permit, database: Database) -> None:
    assert not database.write(moving.fire_timer, permit.case_id, at("2026-03-09", "17:29"))
    assert database.write(moving.fire_timer, permit.case_id, at("2026-03-09", "17:31"))
    assert permit.case.state == "reviewing"
    assert permit.case.clock_started_at.astimezone(ZONE) == at("2026-03-02")
    assert permit.due == ("2026-03-11", "2026-03-16")
    assert permit.faults() == []


def test_after_a_correction_the_five_days_begin_anew(permit: Permit, database: Database, cast: Cast) -> None:
    permit.act("return_for_correction", at("2026-03-03"), {"items": [{"page": "premises", "text": "写明门牌号"}]})
    permit.act("resubmit", at("2026-03-20"), None, cast.applicant.acting, application=application())
    assert not database.write(moving.fire_timer, permit.case_id, at("2026-03-26"))
    assert database.write(moving.fire_timer, permit.case_id, at("2026-03-28"))
    assert permit.case.clock_started_at.astimezone(ZONE) == at("2026-03-20")
    assert permit.faults() == []


def test_days_of_the_inspection_do_not_count(permit: Permit) -> None:
    permit.accepted("2026-03-03")
    assert permit.due == ("2026-03-12", "2026-03-17")
    assert permit.inspected_from("2026-03-05", at("2026-03-05", "10:00")) == "inspecting"
    assert permit.due == ("", "")
    assert permit.faults() == []
    (entry,) = permit.ledger
    assert (entry.kind, entry.ground, entry.ends_at) == ("site_inspection", GROUND, None)
    assert entry.paper.endswith("special-procedure-notice-3") and entry.entered_by_id == permit.officer.person_id
    assert permit.inspected_to("2026-03-10", at("2026-03-11", "11:00")) == "evaluating"
    assert permit.due == ("2026-03-18", "2026-03-23")  # 5, 6, 9 and 10 March do not count
    assert permit.faults() == []


def test_a_suspension_that_ends_at_once_costs_its_day_and_no_more(permit: Permit) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05", "10:00"))
    permit.inspected_to("2026-03-05", at("2026-03-05", "10:00"))
    assert permit.due == ("2026-03-12", "2026-03-17")
    assert permit.faults() == []


def test_bad_days_are_refused_with_a_sentence(permit: Permit) -> None:
    permit.act("accept", at("2026-03-04"))
    now = at("2026-03-05")
    assert refused(permit, lambda: permit.inspected_from("2026-03-06", now)) == "day-to-come"
    assert refused(permit, lambda: permit.inspected_from("2026-03-03", now)) == "suspended-too-early"
    assert refused(permit, lambda: permit.inspected_from("2026-13-45", now)) == "no-day"
    permit.inspected_from("2026-03-05", now)
    assert refused(permit, lambda: permit.inspected_to("2026-03-04", at("2026-03-09"))) == "ended-before-it-began"
    assert refused(permit, lambda: permit.inspected_to("2026-03-10", at("2026-03-09"))) == "day-to-come"
    assert permit.ledger[0].ends_at is None


def put(permit: Permit, state: str, role: str) -> None:
    """Into a state to which no way of this workflow leads from where it is: what the next definition may allow."""

    def move(session: Session) -> None:
        session.execute(text("UPDATE cases SET state = :state"), {"state": state})
        session.execute(text("UPDATE tasks SET state = :state, role = :role WHERE closed_at IS NULL"), {"state": state, "role": role})

    permit.database.write(move)


def test_extended_only_once(permit: Permit) -> None:
    permit.accepted("2026-03-03")
    put(permit, "evaluating", "officer")
    assert permit.extend(at("2026-03-06")) == "extended"
    put(permit, "evaluating", "officer")
    with pytest.raises(Refusal) as caught:
        permit.extend(at("2026-03-09"))
    assert caught.value.reason == "extended-before" and "只能延长一次" in caught.value.message["zh"]
    assert permit.case.extension_days == 5


def test_a_clock_that_stands_still_is_not_extended_and_one_that_runs_not_resumed(permit: Permit) -> None:
    permit.accepted("2026-03-03")
    put(permit, "inspecting", "officer")
    with pytest.raises(Refusal) as caught:
        permit.inspected_to("2026-03-04", at("2026-03-04"))
    assert caught.value.reason == "not-suspended"
    put(permit, "reviewing", "officer")
    permit.inspected_from("2026-03-04", at("2026-03-04"))
    put(permit, "extension_requested", "registrar-head")
    with pytest.raises(Refusal) as caught:
        permit.act("grant_extension", at("2026-03-05"), {"reason": "情况复杂"}, permit.cast.registrar_head.acting)
    assert caught.value.reason == "clock-stands"


@pytest.mark.parametrize("first", ["extend", "suspend"])
def test_extending_and_suspending_come_in_either_order(permit: Permit, first: str) -> None:
    permit.accepted("2026-03-03")

    def extend() -> None:
        put(permit, "evaluating", "officer")
        permit.extend(at("2026-03-11"))

    if first == "extend":
        extend()
    put(permit, "reviewing", "officer")
    permit.inspected_from("2026-03-11", at("2026-03-11"))
    permit.inspected_to("2026-03-11", at("2026-03-11", "16:00"))
    if first == "suspend":
        extend()
    assert permit.due == ("2026-03-13", "2026-03-25")


def test_an_extension_leaves_the_promise_what_it_was(permit: Permit, database: Database, cast: Cast) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-10", at("2026-03-11"))
    assert permit.extend(at("2026-03-12")) == "extended"
    assert permit.case.extension_days == 5
    assert permit.due == ("2026-03-18", "2026-03-30")  # the promise stays what it was
    assert "extension-notice" in permit.papers()
    assert permit.faults() == []


def test_no_extension_after_the_deadline(permit: Permit) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-05", at("2026-03-05", "16:00"))
    assert permit.due[1] == "2026-03-18"
    permit.act("request_extension", at("2026-03-18"), {"reason": "情况复杂"})
    head = permit.cast.registrar_head.acting
    late = permit.request("grant_extension", {"reason": "来不及"})
    with pytest.raises(Refusal) as caught:
        permit.database.write(moving.act, head, late, at("2026-03-19"))
    assert caught.value.reason == "extended-too-late" and "2026-03-18" in caught.value.message["zh"]
    assert permit.act("grant_extension", at("2026-03-18", "17:30"), {"reason": "情况复杂"}, head) == "extended"


def test_withdrawn_during_the_inspection_the_ledger_is_closed(permit: Permit, cast: Cast) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    assert permit.act("withdraw", at("2026-03-06"), {"reason": ""}, cast.applicant.acting) == "withdrawn"
    assert permit.ledger[0].ends_at == at("2026-03-06")
    assert permit.due[0] == "2026-03-16"
    assert permit.faults() == []


def test_granted_and_handed_over_on_a_clock_of_its_own(permit: Permit, cast: Cast) -> None:
    permit.accepted("2026-03-03")
    permit.act("propose_without_inspection", at("2026-03-04"), {"opinion": "只卖散装食品"})
    assert permit.act("grant", at("2026-03-05"), None, cast.registrar_head.acting) == "issuing"
    assert permit.case.closed_at == at("2026-03-05")
    handed = {"way": "window", "receiver": "张测试", "identity_checked": True}
    assert permit.act("hand_out", at("2026-03-20"), handed, cast.clerk.acting) == "issued"
    assert permit.case.outcome == "done" and permit.case.closed_at <= permit.case.promised_due_at
    assert permit.papers() == ["receipt", "acceptance-notice", "food-permit", "delivery-receipt"]
    assert permit.faults() == []


def test_delivered_electronically_in_the_same_action(database: Database, cast: Cast) -> None:
    permit = Permit(database, cast, at("2026-03-02"), delivery={"way": "electronic"}).accepted("2026-03-03")
    permit.act("propose_without_inspection", at("2026-03-04"), {"opinion": "材料足够"})
    assert permit.act("grant", at("2026-03-05"), None, cast.registrar_head.acting) == "issued"
    assert permit.faults() == []


def test_not_accepted_never_had_a_deadline(permit: Permit) -> None:
    assert permit.act("reject", at("2026-03-03"), {"reason": "仅销售预包装食品，请办备案"}) == "not_accepted"
    assert permit.due == ("", "")
    assert permit.faults() == []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE clock_suspensions SET ends_at = ends_at + 86400000000", "第1次中止计时被改动"),
        ("UPDATE clock_suspensions SET ground = '口头同意'", "第1次中止计时被改动"),
        ("UPDATE clock_suspensions SET expected_days = 30", "第1次中止计时被改动"),
        ("UPDATE clock_suspensions SET kind = 'hearing'", "第1次中止计时被改动"),
        ("DELETE FROM clock_suspensions", "第1次中止计时缺失"),
        ("UPDATE clock_suspensions SET number = 2", "第1次中止计时缺失"),
        ("UPDATE cases SET statutory_due_at = statutory_due_at + 86400000000", "法定期限（statutory_due_at）与办理记录不符"),
        ("UPDATE cases SET clock_started_at = opened_at", "法定时限起算时间（clock_started_at）与办理记录不符"),
    ],
)
def test_what_was_harmed_is_found(permit: Permit, database: Database, harm: str, said: str) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-10", at("2026-03-11"))
    assert permit.faults() == []

    def do(session: Session) -> None:
        session.execute(text(harm))

    database.write(do)
    assert said in permit.faults()


def test_a_ledger_nobody_wrote_is_found(permit: Permit, database: Database) -> None:
    permit.accepted("2026-03-03")

    def forge(session: Session) -> None:
        session.execute(
            text(
                "INSERT INTO clock_suspensions (id, case_id, number, kind, ground, paper, expected_days, starts_at, entered_at)"
                " VALUES (1, :case_id, 1, 'test', '无', '无', 1, 1, 1)"
            ),
            {"case_id": permit.case_id},
        )

    database.write(forge)
    assert permit.faults() == ["第1次中止计时没有办理记录"]


def test_a_ledger_is_read_only_where_clocks_stand_or_are_extended(
    permit: Permit, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(statements, "observer", seen.append)
    permit.accepted("2026-03-03")
    permit.act("propose_without_inspection", at("2026-03-04"), {"opinion": "材料足够"})
    permit.act("grant", at("2026-03-05"), None, cast.registrar_head.acting)
    assert not [statement for statement in seen if "clock_suspensions" in statement]


def test_a_second_inspection_is_another_line_and_may_not_overlap(permit: Permit, database: Database) -> None:
    permit.accepted("2026-03-03")
    permit.inspected_from("2026-03-05", at("2026-03-05"))
    permit.inspected_to("2026-03-10", at("2026-03-11"))

    def back(session: Session) -> None:
        session.execute(text("UPDATE cases SET state = 'reviewing'"))
        session.execute(text("UPDATE tasks SET state = 'reviewing' WHERE closed_at IS NULL"))

    database.write(back)
    with pytest.raises(Refusal) as caught:
        permit.inspected_from("2026-03-10", at("2026-03-12"))
    assert caught.value.reason == "suspended-twice"
    permit.inspected_from("2026-03-12", at("2026-03-12"))
    assert [entry.number for entry in permit.ledger] == [1, 2]
