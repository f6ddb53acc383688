"""Ratings and the follow-up that a bad one opens, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.db import Database
from approvals.models import Case, Document, Event, Notice, Rating, Task
from approvals.operations import moving, ratings
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.ratings import Opinion
from tests.support.driving import Chain, content_with
from tests.support.seed import Member, seed
from tests.support.statements import counted

TRADE_NAMES = ("云杉", "白桦", "胡杨", "银杏")
BAD = Opinion(2, ("slow",), "等了三天")


def closed(database: Database, **values: Any) -> Chain:
    """A company opening whose results the applicant has."""
    number = values.pop("number", 0)
    values.setdefault("content", content_with(name={"trade_name": TRADE_NAMES[number]}))
    chain = Chain(database, **values)
    chain.act("company-registration", "approve")
    chain.settle_matters()
    if chain.states()["company-opening"] == "delivering":
        chain.act("company-opening", "hand_out")
    return chain


def rate(chain: Chain, opinion: Opinion, member: Member | None = None, token: str | None = None) -> ratings.Rated:
    chain.now += timedelta(minutes=1)
    acting = (member or chain.cast.applicant).acting
    return chain.database.write(ratings.rate, acting, token or chain.filed.token, opinion, chain.now)


def rows(chain: Chain, model: Any, **equal: Any) -> list[Any]:
    with chain.database.reading() as session:
        return list(session.scalars(select(model).filter_by(**equal).order_by(model.id)))


def follow_up(chain: Chain) -> Case:
    (found,) = rows(chain, Case, workflow="rating-follow-up")
    return found


def test_a_good_rating_is_stored_with_whom_it_rates(database: Database) -> None:
    chain = closed(database)
    assert rate(chain, Opinion(5, channel="mobile")) == ratings.Rated(1)
    (rating,) = rows(chain, Rating)
    served = (chain.cast.registrar, *chain.cast.officers.values())
    assert (rating.score, rating.channel, rating.follow_up_id) == (5, "mobile", None)
    assert rating.rated == sorted({member.person_id for member in served})
    assert rows(chain, Event, action="case:rated")[0].role == "applicant"
    assert chain.faults() == []


def test_a_bad_rating_opens_a_follow_up_of_its_own_in_the_same_moment(database: Database) -> None:
    chain = closed(database)
    done = rate(chain, BAD)
    case = follow_up(chain)
    assert done.follow_up == case.number != chain.filed.number
    assert (case.root_id, case.parent_id, case.applicant_id) == (case.id, None, chain.cast.applicant.person_id)
    (task,) = rows(chain, Task, case_id=case.id)
    assert (task.role, task.department, task.office_id) == ("rating-officer", "approval-bureau", chain.cast.offices["hall"])
    assert [notice.kind for notice in rows(chain, Notice, case_id=case.id)] == ["rating"]
    assert chain.faults() == []


def test_a_second_send_is_one_rating_and_a_third_rating_is_refused(database: Database) -> None:
    chain = closed(database)
    rate(chain, BAD)
    again = rate(chain, BAD)
    assert again.repeated and again.follow_up == follow_up(chain).number
    with pytest.raises(Outdated):
        rate(chain, Opinion(4))
    assert rate(chain, Opinion(4, number=2)) == ratings.Rated(2)
    with pytest.raises(Refusal) as refused:
        rate(chain, Opinion(5, number=2))
    assert refused.value.reason == "rated-twice"
    assert [(each.number, each.score) for each in rows(chain, Rating)] == [(1, 2), (2, 4)]
    assert chain.faults() == []


def test_a_second_bad_rating_joins_the_open_follow_up_and_opens_one_after_it_was_closed(database: Database) -> None:
    chain = closed(database)
    first = rate(chain, BAD)
    assert rate(chain, replace(BAD, number=2)).follow_up == first.follow_up
    other = closed(database, cast=chain.cast, number=1)
    rate(other, BAD)
    work_off(other, rows(other, Rating)[-1].follow_up_id)
    assert rate(other, replace(BAD, number=2)).follow_up not in (first.follow_up, "")
    assert len(rows(other, Case, workflow="rating-follow-up")) == 3
    assert other.faults() == []


def work_off(chain: Chain, case_id: int) -> None:
    """Contact, plan and repair by the officer of the cast."""
    officer = chain.cast.rating_officer.acting
    for action, form in STEPS:
        chain.now += timedelta(minutes=1)
        (task,) = rows(chain, Task, case_id=case_id, closed_at=None)
        chain.database.write(moving.act, officer, moving.Request(case_id, action, task.id, f"{case_id}-{action}", form), chain.now)


STEPS = (
    ("note_attempt", {"called_at": "11月23日 电话", "remark": "无人接听"}),
    ("contact", {"contacted_at": "11月23日", "way": "phone", "said": "等得太久"}),
    ("plan_repair", {"answer": "属实", "reason": "增设窗口"}),
    ("finish_repair", {"reason": "已增设窗口", "agreed": "agreed", "opinion": ""}),
)


def test_contact_feedback_and_repair_lead_to_the_end_and_are_told(database: Database) -> None:
    chain = closed(database)
    rate(chain, BAD)
    case_id = follow_up(chain).id
    work_off(chain, case_id)
    case = follow_up(chain)
    assert (case.state, case.outcome) == ("closed", "done")
    told = [notice.text["zh"] for notice in rows(chain, Notice, case_id=case_id, kind="case")]
    assert len(told) == 2 and "增设窗口" in told[0] and "再评价一次" in told[1]
    assert chain.faults() == []


def test_nobody_who_was_rated_takes_it_up_or_closes_it(database: Database) -> None:
    chain = closed(database)
    rate(chain, BAD)
    case = follow_up(chain)
    (task,) = rows(chain, Task, case_id=case.id)
    # The registrar who decided has meanwhile become a rating officer.
    rated = replace(chain.cast.registrar.acting, positions=chain.cast.rating_officer.acting.positions)
    for verb, values in (
        (moving.claim, (case.id, task.id)),
        (moving.act, (moving.Request(case.id, "contact", task.id, "k", dict(STEPS[1][1])),)),
        (moving.act, (moving.Request(case.id, "close_unreached", task.id, "l", {"reason": "x"}),)),
    ):
        with pytest.raises(Refusal) as refused:
            database.write(verb, rated, *values, chain.now)
        assert refused.value.reason in ("not_one_of_the_rated", "tried_on_three_days") and "不能由您回访" in refused.value.message["zh"]
    with pytest.raises(NotFound):
        database.write(moving.claim, chain.cast.clerk.acting, case.id, task.id, chain.now)
    database.write(moving.claim, chain.cast.rating_officer.acting, case.id, task.id, chain.now)


def test_it_is_closed_without_contact_only_after_calls_in_vain_on_three_days(database: Database) -> None:
    chain = closed(database)
    rate(chain, BAD)
    case_id, officer = follow_up(chain).id, chain.cast.rating_officer.acting

    def act(action: str, form: dict[str, Any]) -> None:
        chain.now += timedelta(minutes=1)
        (task,) = rows(chain, Task, case_id=case_id, closed_at=None)
        asked = moving.Request(case_id, action, task.id, f"{action}-{chain.now}", form)
        database.write(moving.act, officer, asked, chain.now)

    for days in (0, 0, 1, 1):
        chain.now += timedelta(days=days)
        with pytest.raises(Refusal) as refused:
            act("close_unreached", {"reason": "x"})
        assert "三个不同的日子" in refused.value.message["zh"]
        act("note_attempt", STEPS[0][1])
    act("close_unreached", {"reason": "三天都没有人接"})
    assert (follow_up(chain).state, follow_up(chain).outcome) == ("unreached", "failed")
    assert chain.faults() == []


def test_a_service_at_a_window_is_rated_while_the_case_goes_on(database: Database) -> None:
    chain = closed(database, content=content_with(delivery={"way": "window", "office": "hall"}))
    (handed_out,) = rows(chain, Event, action="hand_out")
    database.write(lambda session: session.execute(update(Case).where(Case.id == chain.root_id).values(closed_at=None)))
    with pytest.raises(Refusal):
        rate(chain, Opinion(5))
    rate(chain, Opinion(5, service=str(handed_out.id)))
    assert [rating.service for rating in rows(chain, Rating)] == [str(handed_out.id)]


def test_only_the_applicant_rates_and_only_what_is_closed(database: Database) -> None:
    chain = Chain(database)
    with pytest.raises(Refusal) as refused:
        rate(chain, Opinion(5))
    assert refused.value.reason == "not-closed"
    chain = closed(database, cast=chain.cast, number=1)
    for member in (chain.cast.other_applicant, chain.cast.clerk, chain.cast.registrar, chain.cast.supervisor):
        with pytest.raises(Refusal) as refused:
            rate(chain, Opinion(5), member)
        assert refused.value.reason == "not-the-applicant"
    agent = replace(chain.cast.applicant.acting, on_behalf_of=chain.cast.other_applicant.person_id)
    with pytest.raises(Refusal):
        database.write(ratings.rate, agent, chain.filed.token, Opinion(5), chain.now)
    with pytest.raises(NotFound):
        rate(chain, Opinion(5), token="unknown")
    assert rows(chain, Rating) == []


@pytest.mark.parametrize(
    ("opinion", "reason"),
    [
        (Opinion(0), "score-missing"),
        (Opinion(6), "score-missing"),
        (Opinion(1), "reason-missing"),
        (Opinion(2, text="   "), "reason-missing"),
        (Opinion(5, channel="default"), "no-rating"),
        (Opinion(5, reasons=("invented",)), "no-rating"),
        (Opinion(5, number=3), "no-rating"),
        (Opinion(5, text="长" * 1001), "text-too-long"),
        (Opinion(5, service="1"), "no-service"),
        (Opinion(5, service="٣"), "no-service"),
        (Opinion(5, service="9" * 30), "no-service"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_is_no_rating_is_refused_with_a_sentence(database: Database, opinion: Opinion, reason: str) -> None:
    chain = closed(database)
    with pytest.raises(Refusal) as refused:
        rate(chain, opinion)
    assert refused.value.reason == reason
    assert rows(chain, Rating) == []


def test_a_service_at_a_window_is_rated_beside_the_case_and_rates_who_served(database: Database) -> None:
    at_the_window = {"way": "window", "office": "hall"}
    chain = closed(database, content=content_with(delivery=at_the_window))
    (handed_out,) = rows(chain, Event, action="hand_out")
    rate(chain, Opinion(5))
    rate(chain, replace(BAD, service=str(handed_out.id)))
    assert [rating.rated for rating in rows(chain, Rating, service=str(handed_out.id))] == [[chain.cast.clerk.person_id]]
    assert chain.faults() == []


def test_a_walk_in_rates_with_the_receipt_and_nobody_does_it_for_them(database: Database) -> None:
    cast = seed(database)
    chain = closed(database, cast=cast, member=cast.clerk, office_id=cast.offices["hall"], walk_in=WALK_IN)
    (receipt,) = rows(chain, Document, root_id=chain.root_id, kind="receipt")
    for staff in (cast.clerk, cast.registrar):
        with pytest.raises(Refusal):
            database.write(ratings.rate_as_walk_in, receipt.token, staff.acting, BAD, chain.now)
    done = database.write(ratings.rate_as_walk_in, receipt.token, None, BAD, chain.now)
    case = follow_up(chain)
    assert (done.follow_up, case.applicant_id) == (case.number, None)
    assert chain.faults() == []
    work_off(chain, case.id)
    assert chain.faults() == []


WALK_IN = {
    "name": "王来访", "id_kind": "identity-card", "id_number": "371621198506120011", "phone": "13800001234", "checked_in_person": True,
}  # fmt: skip


def test_who_has_an_account_rates_signed_in(database: Database) -> None:
    chain = closed(database)
    (receipt,) = rows(chain, Document, root_id=chain.root_id, kind="receipt")
    with pytest.raises(Refusal) as refused:
        database.write(ratings.rate_as_walk_in, receipt.token, None, Opinion(5), chain.now)
    assert refused.value.reason == "sign-in-to-rate"
    with pytest.raises(NotFound):
        database.write(ratings.rate_as_walk_in, "unknown", None, Opinion(5), chain.now)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_statements_of_a_rating(database: Database) -> None:
    chain = closed(database)
    with counted(database) as sent:
        rate(chain, Opinion(5))
    assert len(sent) == 8, sent
    other = closed(database, cast=chain.cast, number=1)
    rate(other, BAD)
    third = closed(database, cast=chain.cast, number=2)
    with counted(database) as sent:
        rate(third, BAD)
    assert len(sent) == 15, sent


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score": 5}, "评价被改动"),
        ({"text": "很好"}, "评价被改动"),
        ({"reasons": []}, "评价被改动"),
        ({"person_id": None}, "评价被改动"),
        ({"follow_up_id": None}, "评价被改动"),
        ({"service": "other"}, "评价缺失"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_rating_that_was_changed_behind_the_history_is_found(database: Database, change: dict[str, Any], said: str) -> None:
    chain = closed(database)
    rate(chain, BAD)
    assert chain.faults() == []
    database.write(lambda session: session.execute(update(Rating).values(**change)))
    assert said in [fault.message["zh"] for fault in chain.faults()]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_rating_that_nobody_gave_is_found_unless_it_is_a_default_one(database: Database) -> None:
    chain = closed(database)

    def store(session: Any, channel: str) -> None:
        session.add(
            Rating(
                root_id=chain.root_id, service=f"x-{channel}", number=1, score=5, reasons=[], channel=channel, rated=[],
                created_at=chain.now,
            )
        )  # fmt: skip

    database.write(store, "default")
    assert chain.faults() == []
    database.write(store, "pc")
    assert [fault.message["zh"] for fault in chain.faults()] == ["有评价没有办理记录"]


def test_who_is_rated_cannot_be_changed_unseen(database: Database) -> None:
    chain = closed(database)
    rate(chain, Opinion(5))
    with database.engine.begin() as connection:
        connection.execute(update(Rating).values(rated=[chain.cast.clerk.person_id]))
    assert [fault.message["zh"] for fault in chain.faults()] == ["评价被改动"]
