"""People who act at the same moment: one outcome, no lock error, and the loser is told who did what.

Real threads and real commits. A round starts its threads at a barrier, so most rounds truly meet; whether they do or not,
what must hold afterwards is the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import Case, Event
from approvals.operations import filing, moving
from approvals.operations.errors import NotFound, Outdated, Refusal
from tests.support.driving import BANK, OFFICERS, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, NOW, Cast, Member, application, draft_of

pytestmark = pytest.mark.real_commits
ROUNDS = {"sqlite": 12, "postgresql": 30}
_NUMERALS = "零一二三四五六七八九"


@pytest.fixture
def database(engine: Any) -> Database:
    return Database(engine=engine)


@pytest.fixture
def cast(database: Database) -> Cast:
    from tests.support.seed import seed

    return seed(database)


@pytest.fixture
def rounds(database: Database) -> range:
    return range(ROUNDS[database.engine.dialect.name])


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, begun at the same moment. A thread that does not end fails the test."""
    barrier = threading.Barrier(len(verbs))
    ends: list[Any] = ["did not end"] * len(verbs)

    def run(number: int, verb: Callable[[], Any]) -> None:
        barrier.wait(10)
        try:
            ends[number] = verb()
        except Exception as error:
            ends[number] = error

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert "did not end" not in ends
    return ends


def split(ends: list[Any]) -> tuple[list[Any], list[Exception]]:
    """Those who did it, and those who were refused; anything but a refusal fails here."""
    won = [end for end in ends if not isinstance(end, Exception)]
    lost = [end for end in ends if isinstance(end, Exception)]
    for error in lost:
        assert isinstance(error, (Refusal, NotFound)), f"somebody saw {error!r}"
    return won, lost


def named(number: int) -> dict[str, Any]:
    """An application with a name of its own, so that rounds do not take each other's."""
    return content_with(name={"trade_name": "竞" + _NUMERALS[number // 10] + _NUMERALS[number % 10]})


def acting(chain: Chain, workflow: str, action: str, member: Member, **values: Any) -> Callable[[], Any]:
    request, now, database = chain.request(workflow, action, **values), chain.now, chain.database
    return lambda: database.write(moving.act, member.acting, request, now)


def count(chain: Chain, action: str) -> int | None:
    with chain.database.reading() as session:
        family = select(Case.id).where(Case.root_id == chain.root_id)
        return session.scalar(select(func.count()).select_from(Event).where(Event.case_id.in_(family), Event.action == action))


def test_two_registrars_on_one_task(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds:
        chain = Chain(database, cast, named(number))
        ends = at_once(
            acting(chain, REGISTRATION, "approve", cast.registrar),
            acting(chain, REGISTRATION, "return_for_correction", cast.other_registrar),
        )
        (winner,), (loser,) = split(ends)
        by, title = (cast.registrar, "准予登记") if winner.state == "registered" else (cast.other_registrar, "退回补正")
        assert isinstance(loser, Outdated)
        assert by.name in loser.message["zh"] and title in loser.message["zh"], loser.message
    assert chain.faults() == []


def test_two_last_matters_close_at_once(database: Database, cast: Cast, rounds: range) -> None:
    """Each sees the other still open unless the root is locked before anything is read; then the join never fires."""
    last = ("tax-registration", "social-insurance", "housing-fund")
    for number in rounds:
        content = named(number)
        content["matters"]["chosen"] = list(last)
        chain = Chain(database, cast, content)
        chain.act(REGISTRATION, "approve")
        ends = at_once(*(acting(chain, workflow, "complete", cast.officers[OFFICERS[workflow]]) for workflow in last))
        won, lost = split(ends)
        assert len(won) == 3 and not lost
        assert chain.states()[ROOT] == "delivered"
        assert count(chain, "settle") == 1
    assert chain.faults() == []


def test_seal_fails_while_others_complete(database: Database, cast: Cast, rounds: range) -> None:
    """The seal decides over the bank in the same transaction in which the last of the others may close."""
    for number in rounds[: len(rounds) // 2]:
        content = named(number)
        content["matters"]["chosen"] = [SEAL, "tax-registration", BANK]
        chain = Chain(database, cast, content)
        chain.act(REGISTRATION, "approve")
        ends = at_once(
            acting(chain, SEAL, "fail", cast.officers["public-security"]),
            acting(chain, "tax-registration", "complete", cast.officers["tax"]),
        )
        assert len(split(ends)[0]) == 2
        assert chain.states() == {
            ROOT: "delivered", REGISTRATION: "registered", SEAL: "failed", "tax-registration": "done", BANK: "not_opened"
        }  # fmt: skip
        assert (count(chain, "settle"), count(chain, "not_open")) == (1, 1)
    assert chain.faults() == []


def test_withdraw_against_approve(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds:
        chain = Chain(database, cast, named(number))
        ends = at_once(acting(chain, REGISTRATION, "withdraw", cast.applicant), acting(chain, REGISTRATION, "approve", cast.registrar))
        (winner,), (loser,) = split(ends)
        assert isinstance(loser, Outdated)
        if winner.state == "withdrawn":
            assert "张申请" in loser.message["zh"] and chain.states() == {ROOT: "withdrawn", REGISTRATION: "withdrawn"}
        else:
            assert "孙登记" in loser.message["zh"] and chain.states()[ROOT] == "processing"
    assert chain.faults() == []


def test_the_same_page_sent_several_times(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds:
        chain = Chain(database, cast, named(number))
        action = "approve" if number % 2 else "override_identity"
        send = acting(chain, REGISTRATION, action, cast.registrar)
        won, lost = split(at_once(send, send, send))
        assert not lost and sorted(moved.repeated for moved in won) == [False, True, True]
        assert count(chain, action) == 1
    assert chain.faults() == []


def test_claim_against_claim(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds:
        chain = Chain(database, cast, named(number))
        task = chain.task(REGISTRATION)
        assert task is not None

        def claim(member: Member, chain: Chain = chain, task: Any = task) -> Callable[[], Any]:
            return lambda: database.write(moving.claim, member.acting, task.case_id, task.id, chain.now) or member

        (winner,), (loser,) = split(at_once(claim(cast.registrar), claim(cast.other_registrar)))
        assert isinstance(loser, Outdated) and winner.name in loser.message["zh"]
        held = chain.task(REGISTRATION)
        assert held is not None and held.holder_id == winner.person_id
        assert count(chain, "task:claimed") == 1
    assert chain.faults() == []


def test_claim_against_act(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds[: len(rounds) // 2]:
        chain = Chain(database, cast, named(number))
        task = chain.task(REGISTRATION)
        assert task is not None

        def claim(chain: Chain = chain, task: Any = task) -> Any:
            return database.write(moving.claim, cast.other_registrar.acting, task.case_id, task.id, chain.now)

        won, lost = split(at_once(claim, acting(chain, REGISTRATION, "approve", cast.registrar)))
        assert len(won) == len(lost) == 1 and isinstance(lost[0], Outdated)
        assert "周登记" in lost[0].message["zh"] or "孙登记" in lost[0].message["zh"]
    assert chain.faults() == []


def test_a_draft_submitted_twice(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds:
        draft_id = draft_of(database, cast.applicant, named(number), token=f"twice-{number}")

        def submit(draft_id: int = draft_id) -> Any:
            return database.write(filing.file_draft, cast.applicant.acting, draft_id, NOW)

        won, lost = split(at_once(submit, submit))
        assert not lost and won[0].case_id == won[1].case_id
        assert sorted(filed.repeated for filed in won) == [False, True]
        with database.reading() as session:
            roots = select(func.count()).select_from(Case).where(Case.root_id == Case.id)
            assert session.scalar(roots) == number + 1


def test_many_file_at_once(database: Database, cast: Cast) -> None:
    """The first of a day makes the day's counter; others who come at that moment wait or try again, and numbers do not repeat."""
    drafts = [draft_of(database, cast.applicant, application(), token=f"many-{number}") for number in range(8)]

    def submit(draft_id: int) -> Callable[[], Any]:
        return lambda: database.write(filing.file_draft, cast.applicant.acting, draft_id, NOW)

    won, lost = split(at_once(*map(submit, drafts)))
    assert not lost and len({filed.number for filed in won}) == 8


def test_a_timer_against_a_resubmission(database: Database, cast: Cast, rounds: range) -> None:
    for number in rounds[: len(rounds) // 3]:
        content = named(number)
        chain = Chain(database, cast, content)
        chain.act(REGISTRATION, "return_for_correction")
        task = chain.task(REGISTRATION)
        assert task is not None and task.timer_at is not None
        chain.now = task.timer_at
        resubmit = acting(chain, REGISTRATION, "resubmit", cast.applicant, application=application(chain.now.date()))
        fired, sent = at_once(partial(database.write, moving.fire_timer, task.case_id, chain.now), resubmit)
        assert isinstance(fired, bool)
        if fired:
            assert isinstance(sent, Outdated) and "系统" in sent.message["zh"]
            assert chain.states() == {ROOT: "withdrawn", REGISTRATION: "lapsed"}
        else:
            assert sent.state == chain.states()[REGISTRATION] == "signing"
    assert chain.faults() == []


def test_everybody_at_once_on_one_chain(database: Database, cast: Cast) -> None:
    """Claims, completions, withdrawals and failures on all matters of a case together: it ends, once, and verifies."""
    for number in range(3):
        content = named(number)
        content["delivery"] = {**content["delivery"], "way": "window", "office": HALL}
        chain = Chain(database, cast, content)
        chain.act(REGISTRATION, "approve")
        verbs = []
        for workflow, department in OFFICERS.items():
            if workflow != BANK:
                verbs += [acting(chain, workflow, "complete", cast.officers[department])]
                verbs += [acting(chain, workflow, "withdraw", cast.applicant)]
        verbs += [acting(chain, BANK, "withdraw", cast.applicant)]
        won, _ = split(at_once(*verbs))
        assert len(won) in (5, 6), "each matter moved once, and the bank was withdrawn or not"
        chain.settle_matters()
        assert chain.states()[ROOT] == "delivering" and count(chain, "settle") == 1
    assert chain.faults() == []
