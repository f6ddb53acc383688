"""What an enterprise holds, found by whoever applied for it."""

from __future__ import annotations

from approvals.models import CompanyName
from approvals.queries import wallet
from tests.support.driving import REGISTRATION, SEAL, Chain


def test_nobody_holds_anything_before_the_licence(chain: Chain) -> None:
    with chain.database.reading() as session:
        assert wallet.held_by(session, chain.cast.applicant.person_id) == ()


def test_what_was_issued_is_found_by_person(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    with chain.database.reading() as session:
        code = session.query(CompanyName.credit_code).scalar()
        (enterprise,) = wallet.held_by(session, chain.cast.applicant.person_id)
        assert (enterprise.credit_code, enterprise.status) == (code, "registered")
        assert [each.kind for each in enterprise.documents] == ["business-licence", "registration-notice", "seal-record"]
        licence = enterprise.genuine("business-licence")
        assert licence is not None and licence.facts["credit_code"] == code
        assert enterprise.genuine("tax-record") is None
        assert wallet.held_by(session, chain.cast.other_applicant.person_id) == ()
