"""Who is warned of which clock, when, and how often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from approvals.db import Database
from approvals.jobs import warnings as job
from approvals.models import Case, DeadlineWarning, Notice
from approvals.operations.warnings import due_warnings, warn
from tests.support.driving import REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import NOW, application
from tests.support.statements import counted

from .conftest import Watch

STEP = "step:reviewing"


def minutes(count: float) -> Any:
    return NOW + timedelta(minutes=count)


def test_the_holder_is_told_when_it_is_near_the_head_when_it_is_over_the_supervisor_later(chain: Chain, watch: Watch) -> None:
    chain.claim(REGISTRATION)
    assert watch.run(minutes(67)) == 0
    assert watch.run(minutes(68)) == 1
    (near,) = watch.sent()
    assert (near.to, near.clock, near.level, near.relation, near.percent) == ("registrar", STEP, "near", "holder", 75)
    assert watch.run(minutes(90)) == 0, "due at that instant is in time"
    assert watch.run(minutes(91)) == 2
    assert [(each.to, each.level, each.relation) for each in watch.sent()[1:]] == [
        ("registrar", "due", "holder"), ("registrar-head", "due", "head"),
    ]  # fmt: skip
    assert watch.run(minutes(112)) == 0
    assert watch.run(minutes(113)) == 1
    last = watch.sent()[-1]
    assert (last.to, last.level, last.relation, last.percent) == ("supervisor", "escalated", "supervisor", 125)
    told = watch.told()
    number = chain.case(REGISTRATION).number
    assert [number in text for texts in told.values() for text in texts] == [True] * 4
    assert "已用去75%" in told["registrar"][0] and "请抓紧办理" in told["registrar"][0]
    assert "已超期" in told["registrar"][1] and "经办：孙登记" in told["registrar-head"][0] and "请督办" in told["supervisor"][0]


def test_nobody_is_told_twice(chain: Chain, watch: Watch) -> None:
    chain.claim(REGISTRATION)
    for minute in (68, 69, 91, 92, 113, 114, 119):
        watch.run(minutes(minute))
    assert len(watch.sent(REGISTRATION)) == 4
    assert watch.run(minutes(119)) == 0


def test_what_nobody_holds_is_told_to_everybody_at_the_desk(chain: Chain, watch: Watch) -> None:
    watch.run(minutes(70))
    assert sorted((each.to, each.relation) for each in watch.sent()) == [("other-registrar", "desk"), ("registrar", "desk")]
    assert "还没有人接办" in watch.told()["registrar"][0]
    chain.now = minutes(71)
    chain.claim(REGISTRATION, chain.cast.other_registrar)
    watch.run(minutes(91))
    assert [each.to for each in watch.sent() if each.level == "due"] == ["other-registrar", "registrar-head"]


def test_after_an_outage_everybody_gets_one_message_for_all_that_they_missed(chain: Chain, watch: Watch, database: Database) -> None:
    others = [Chain(database, chain.cast, content_with(name={"trade_name": name}), now=NOW) for name in ("青样", "麦样")]
    for each in (chain, *others):
        each.claim(REGISTRATION)
    assert watch.run(NOW + timedelta(days=2)) == 3
    told = watch.told()
    assert {name: len(texts) for name, texts in told.items()} == {"registrar": 1, "registrar-head": 1, "supervisor": 1}
    assert "已超期" in told["registrar"][0] and all(each.case(REGISTRATION).number in told["registrar"][0] for each in others)
    # Every clock of every case is on record, under the one message.
    registrar = [each for each in watch.sent(REGISTRATION) if each.to == "registrar"]
    assert sorted({each.clock for each in registrar}) == ["promised", STEP]
    assert {each.level for each in registrar} == {"due"} and len({each.notice_id for each in registrar}) == 1
    assert watch.run(NOW + timedelta(days=2, minutes=5)) == 0


def test_one_message_of_one_case_leads_to_it_and_stays_out_of_what_the_applicant_is_told(
    chain: Chain, watch: Watch, database: Database
) -> None:
    watch.run(minutes(91))
    with database.reading() as session:
        notices = session.scalars(select(Notice).where(Notice.kind == "deadline")).all()
    assert {(each.case_id, each.root_id) for each in notices} == {(chain.case(REGISTRATION).id, None)}


def test_nothing_is_told_while_people_sign_or_correct(database: Database, cast: Any, watch: Watch) -> None:
    chain = Chain(database, cast, signed=False)
    assert watch.run(NOW + timedelta(days=3)) == 0
    chain.sign()
    chain.act(REGISTRATION, "return_for_correction")
    assert chain.case(REGISTRATION).state == "correcting"
    assert watch.run(NOW + timedelta(days=9)) == 0
    assert watch.sent() == []


def test_a_step_entered_again_is_warned_of_again(chain: Chain, watch: Watch) -> None:
    chain.claim(REGISTRATION)
    watch.run(minutes(91))
    before = len(watch.sent(REGISTRATION))
    chain.now = NOW + timedelta(days=1)
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(application())
    assert chain.case(REGISTRATION).state == "reviewing"
    again = chain.now + timedelta(minutes=91)
    watch.run(again)
    assert len(watch.sent(REGISTRATION)) > before
    assert {each.clock for each in watch.sent(REGISTRATION)[before:]} == {STEP}


def test_a_whole_opening_warns_those_who_have_its_matters_in_hand(chain: Chain, watch: Watch) -> None:
    chain.act(REGISTRATION, "approve")
    chain.claim(SEAL)
    watch.run(NOW + timedelta(days=1))
    root = watch.sent(ROOT)
    # The account at the bank waits for the seals, so nobody has it in hand.
    officers = {member.sign_in_name for member in chain.cast.officers.values()} - {"bank-officer"}
    assert {each.clock for each in root} == {"promised"}
    assert {each.to for each in root if each.relation != "supervisor"} == officers
    # No department of the chain has a head: the supervisor is told in their place as soon as it is over.
    assert {(each.to, each.level) for each in root if each.relation == "supervisor"} == {("supervisor", "due")}
    assert {name: len(texts) for name, texts in watch.told().items()} == {name: 1 for name in (*officers, "supervisor")}
    assert watch.run(NOW + timedelta(days=3)) == 0, "and not once more when it is long over"


def test_what_is_finished_is_not_warned_of(chain: Chain, watch: Watch, database: Database) -> None:
    with database.reading() as session:
        found = due_warnings(session, minutes(91))
    chain.act(REGISTRATION, "approve")
    assert found
    assert not any(database.write(warn, person_id, warnings, minutes(92)) for person_id, warnings in found.items())
    assert watch.sent() == []


def test_a_deadline_that_moves_is_warned_of_anew(chain: Chain, watch: Watch, database: Database) -> None:
    chain.claim(REGISTRATION)
    watch.run(NOW + timedelta(hours=4))
    assert [each.level for each in watch.sent(REGISTRATION) if each.clock == "promised"] == ["near"]
    case, tomorrow = chain.case(REGISTRATION), NOW + timedelta(days=1)
    assert case.promised_due_at is not None
    moved = update(Case).where(Case.id == case.id)
    moved = moved.values(clock_started_at=tomorrow, promised_due_at=case.promised_due_at + timedelta(days=1))
    database.write(lambda session: session.execute(moved))
    watch.run(NOW + timedelta(hours=5))
    assert [each.level for each in watch.sent(REGISTRATION) if each.clock == "promised"] == ["near"]
    watch.run(tomorrow + timedelta(hours=4))
    assert [each.level for each in watch.sent(REGISTRATION) if each.clock == "promised"] == ["near", "near"]


def test_two_workers_at_once_tell_everybody_once(chain: Chain, database: Database, watch: Watch, monkeypatch: Any) -> None:
    workers = 4
    together = threading.Barrier(workers)
    real = due_warnings

    def found_by_all(session: Any, now: Any) -> Any:
        found = real(session, now)
        together.wait(10)
        return found

    monkeypatch.setattr(job, "due_warnings", found_by_all)
    with ThreadPoolExecutor(workers) as pool:
        told = list(pool.map(lambda _: job.warn_due(database, NOW + timedelta(days=2)), range(workers)))
    people = {"registrar", "other-registrar", "registrar-head", "supervisor"}
    assert sum(told) == len(people)
    assert {name: len(texts) for name, texts in watch.told().items()} == {name: 1 for name in people}
    with database.reading() as session:
        key = (DeadlineWarning.case_id, DeadlineWarning.clock, DeadlineWarning.person_id)
        twice = session.execute(select(*key).group_by(*key).having(func.count() > 1)).all()
    assert twice == []


def test_one_who_cannot_be_told_does_not_hold_up_the_others(chain: Chain, watch: Watch, monkeypatch: Any) -> None:
    real, failing = warn, chain.cast.registrar.person_id

    def sometimes(session: Any, person_id: int, *rest: Any) -> bool:
        if person_id == failing:
            raise RuntimeError("no")
        return real(session, person_id, *rest)

    monkeypatch.setattr(job, "warn", sometimes)
    assert watch.run(minutes(91)) == 2
    monkeypatch.undo()
    assert watch.run(minutes(92)) == 1
    assert set(watch.told()) == {"registrar", "other-registrar", "registrar-head"}


def test_looking_costs_the_same_however_many_cases_there_are(chain: Chain, database: Database) -> None:
    def cost() -> int:
        with database.reading() as session, counted(database) as seen:
            due_warnings(session, NOW + timedelta(days=2))
        return len(seen)

    cost()
    few = cost()
    for name in ("青样", "麦样", "云样"):
        Chain(database, chain.cast, content_with(name={"trade_name": name}), now=NOW)
    assert cost() == few <= 8
