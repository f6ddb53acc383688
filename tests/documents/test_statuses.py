"""A licence is issued anew, a registration is revoked: what the documents, the name and the history say then."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from approvals.models import CompanyName, Document
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.registration import context_for
from tests.core.test_verification import sql, tamper
from tests.support.driving import REGISTRATION, Chain
from workflows.rules import blocking, findings

LOST = {"reason": "营业执照遗失"}
DECEIT = {"reason": "经调查，法定代表人身份系冒用，决定撤销登记。"}


@pytest.fixture
def registered(chain: Chain) -> Chain:
    chain.act(REGISTRATION, "approve")
    return chain


def documents(chain: Chain, kind: str) -> list[Document]:
    with chain.database.reading() as session:
        found = select(Document).where(Document.root_id == chain.root_id, Document.kind == kind).order_by(Document.id)
        return list(session.scalars(found))


def reissue(chain: Chain, **values: object) -> None:
    chain.act(REGISTRATION, "reissue_licence", form=LOST, **values)


def revoke(chain: Chain) -> None:
    chain.act(REGISTRATION, "revoke_registration", chain.cast.registrar_head, form=DECEIT)


def test_a_licence_issued_anew_replaces_the_one_before_with_the_same_facts(registered: Chain) -> None:
    reissue(registered)
    reissue(registered)
    first, second, third = documents(registered, "business-licence")
    assert [each.status for each in (first, second, third)] == ["replaced", "replaced", "genuine"]
    assert (first.replaced_by_id, second.replaced_by_id, third.replaced_by_id) == (second.id, third.id, None)
    assert first.status_reason == LOST["reason"] and first.status_at == second.issued_at
    assert first.content["facts"] == third.content["facts"] and len({first.number, second.number, third.number}) == 3
    assert [each.status for each in documents(registered, "registration-notice")] == ["genuine"]
    assert registered.states()[REGISTRATION] == "registered"
    assert registered.faults() == []


def test_sending_the_same_page_twice_issues_one(registered: Chain) -> None:
    reissue(registered, key="one-page")
    reissue(registered, key="one-page")
    assert len(documents(registered, "business-licence")) == 2


def test_a_revoked_registration_takes_licence_notice_and_name_with_it(registered: Chain) -> None:
    reissue(registered)
    revoke(registered)
    assert [each.status for each in documents(registered, "business-licence")] == ["replaced", "revoked"]
    (notice,) = documents(registered, "registration-notice")
    assert (notice.status, notice.status_reason, notice.replaced_by_id) == ("revoked", DECEIT["reason"], None)
    with registered.database.reading() as session:
        name = session.scalars(select(CompanyName)).one()
        assert (name.status, name.since) == ("revoked", "2026-11-23")
    assert registered.faults() == []


@pytest.mark.parametrize(("year", "forbidden"), [(2027, True), (2028, False)])
def test_the_name_is_free_a_year_after_it_was_revoked(registered: Chain, year: int, forbidden: bool) -> None:
    from tests.support.seed import application

    revoke(registered)
    today = registered.now.date().replace(year=year)
    with registered.database.reading() as session:
        context = context_for(session.connection(), application(today), today)
    found = [each.rule for each in blocking(findings(application(today), context))]
    assert ("name.identical" in found) is forbidden


def test_what_is_revoked_is_neither_reissued_nor_revoked_again(registered: Chain) -> None:
    revoke(registered)
    with pytest.raises(Refusal, match="不在有效状态"):
        reissue(registered)
    with pytest.raises(Refusal, match="不在有效状态"):
        revoke(registered)
    assert len(documents(registered, "business-licence")) == 1 and registered.faults() == []


def test_who_may_do_it(registered: Chain) -> None:
    cast = registered.cast
    for member, action in (
        (cast.registrar, "revoke_registration"), (cast.registrar_head, "reissue_licence"), (cast.applicant, "reissue_licence"),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            registered.act(REGISTRATION, action, member, form=LOST)
    with pytest.raises(NotFound):
        registered.act(REGISTRATION, "reissue_licence", cast.outsider, form=LOST)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'genuine' WHERE status = 'revoked' AND kind = 'business-licence'",
        "status_reason = 'x' WHERE status = 'revoked' AND kind = 'business-licence'",
        "status_at = status_at + 1 WHERE status = 'replaced'",
        "replaced_by_id = NULL WHERE status = 'replaced'",
        "replaced_by_id = id WHERE status = 'replaced'",
    ],
)
def test_a_changed_status_is_found(registered: Chain, change: str) -> None:
    reissue(registered)
    revoke(registered)
    tamper(registered.database, sql(f"UPDATE documents SET {change}"))
    (fault,) = registered.faults()
    assert fault.number == registered.case(REGISTRATION).number and "有效、已换发或已撤销" in fault.message["zh"]


def test_a_name_that_came_back_is_found(registered: Chain) -> None:
    revoke(registered)
    tamper(registered.database, sql("UPDATE company_names SET status = 'registered'"))
    assert len(registered.faults()) == 1
