"""One action is a fixed number of statements, whatever the age of the case and however many cases are linked to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from approvals.db import Database, statements
from tests.support.driving import BANK, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, Cast

PLAIN, ISSUING, ANCESTOR = 8, 12, 4

Counting = Callable[[Callable[[], object]], int]


@pytest.fixture
def counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    """Counts the statements of one call: the prepared ones of the hot path and whatever SQLAlchemy itself sends."""
    seen: list[str] = []
    monkeypatch.setattr(statements, "observer", seen.append)

    def executed(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engines = (database.engine, database.writing) if database.engine.dialect.name == "postgresql" else (database.engine,)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", executed)

    def count(call: Callable[[], object]) -> int:
        seen.clear()
        call()
        return len(seen)

    yield count
    for engine in engines:
        event.remove(engine, "before_cursor_execute", executed)


def statements_of(counted: Counting, chain: Chain, workflow: str, action: str, *person: Any, **values: Any) -> int:
    """The statements of one action alone: what it needs to know beforehand is looked up first."""
    from approvals.operations import moving

    request = chain.request(workflow, action, **values)
    member = person[0] if person else chain.person_for(workflow)
    return counted(lambda: chain.database.write(moving.act, member.acting, request, chain.now))


def test_the_count_sees_both_kinds_of_statements(chain: Chain, counted: Counting) -> None:
    assert counted(lambda: chain.case()) == 1
    assert statements_of(counted, chain, REGISTRATION, "request_extension") > 3


def test_plain_actions(chain: Chain, counted: Counting) -> None:
    assert statements_of(counted, chain, REGISTRATION, "request_extension") <= PLAIN
    assert statements_of(counted, chain, REGISTRATION, "decline_extension", chain.cast.registrar_head) <= PLAIN
    assert statements_of(counted, chain, REGISTRATION, "override_identity") <= PLAIN
    assert counted(lambda: chain.database.write(*_claim(chain))) <= PLAIN
    chain.act(REGISTRATION, "approve")
    assert statements_of(counted, chain, "tax-registration", "fail") <= PLAIN
    assert statements_of(counted, chain, "tax-registration", "restart", chain.cast.applicant) <= PLAIN


def _claim(chain: Chain) -> tuple[Any, ...]:
    from approvals.operations import moving

    task = chain.task(REGISTRATION)
    assert task is not None
    return moving.claim, chain.cast.registrar.acting, task.case_id, task.id, chain.now


def test_actions_that_issue_documents_or_open_cases(chain: Chain, counted: Counting) -> None:
    assert statements_of(counted, chain, REGISTRATION, "return_for_correction") <= ISSUING
    resubmit = statements_of(counted, chain, REGISTRATION, "resubmit", chain.cast.applicant, application=content_with())
    assert resubmit <= ISSUING + ANCESTOR, "the root follows, and everybody is asked to sign"
    chain.sign()
    # Registers, issues two documents and, one ancestor up, opens six linked cases.
    approve = statements_of(counted, chain, REGISTRATION, "approve")
    assert approve <= ISSUING + ANCESTOR
    assert statements_of(counted, chain, SEAL, "complete") <= ISSUING


def test_the_last_matter_moves_its_parent(database: Database, cast: Cast, counted: Counting) -> None:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters(BANK)
    assert statements_of(counted, chain, BANK, "complete") <= ISSUING + ANCESTOR
    assert statements_of(counted, chain, ROOT, "hand_out") <= ISSUING


def test_filing(database: Database, cast: Cast, counted: Counting) -> None:
    from approvals.operations import filing
    from tests.support.seed import NOW, application, draft_of

    Chain(database, cast)  # the day's counter and the lists of this process are there
    draft_id = draft_of(database, cast.applicant, application(), token="counted")
    consent = 1
    assert counted(lambda: database.write(filing.file_draft, cast.applicant.acting, draft_id, NOW)) <= ISSUING + ANCESTOR + consent
    without = content_with(matters={"chosen": ["company-seal"]})
    draft_id = draft_of(database, cast.applicant, without, token="counted-without")
    assert counted(lambda: database.write(filing.file_draft, cast.applicant.acting, draft_id, NOW)) <= ISSUING + ANCESTOR


@pytest.mark.parametrize("chosen", [[], ["company-seal", "tax-registration", "social-insurance", "housing-fund"]])
def test_neither_age_nor_linked_cases_cost_statements(database: Database, cast: Cast, counted: Counting, chosen: list[str]) -> None:
    chain = Chain(database, cast, content_with(matters={"chosen": chosen}))
    chain.now += timedelta(minutes=1)  # at the moment of filing no step can have been left and entered again
    young = statements_of(counted, chain, REGISTRATION, "request_extension")
    for _ in range(10):
        chain.act(REGISTRATION, "decline_extension", cast.registrar_head)
        chain.claim(REGISTRATION)
        chain.release(REGISTRATION)
        chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "decline_extension", cast.registrar_head)
    old = statements_of(counted, chain, REGISTRATION, "request_extension")
    assert young == old
    chain.act(REGISTRATION, "decline_extension", cast.registrar_head)
    # The refusal ends the root whatever was chosen, so the same rows are written.
    assert statements_of(counted, chain, REGISTRATION, "refuse") <= ISSUING + ANCESTOR


def test_linked_cases_of_a_chain_share_their_statements(database: Database, cast: Cast, counted: Counting) -> None:
    counts = set()
    Chain(database, cast).act(REGISTRATION, "approve")  # the counter of credit codes is there from now on
    for chosen in (["tax-registration"], ["company-seal", "tax-registration", "social-insurance", "medical-insurance", "housing-fund"]):
        content = content_with(matters={"chosen": chosen}, name={"trade_name": "样" + "甲乙丙丁戊己"[len(chosen)] + "禾"})
        chain = Chain(database, cast, content)
        counts.add(statements_of(counted, chain, REGISTRATION, "approve"))
    assert len(counts) == 1


def test_what_becomes_of_documents(chain: Chain, counted: Counting) -> None:
    chain.act(REGISTRATION, "approve")
    form = {"reason": "遗失"}
    assert statements_of(counted, chain, REGISTRATION, "reissue_licence", form=form) <= ISSUING
    assert statements_of(counted, chain, REGISTRATION, "revoke_registration", chain.cast.registrar_head, form=form) <= ISSUING
