"""A deadline in a year whose notice of holidays is still to come is marked wherever it is shown, and no more once it is entered."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from approvals.models import Document
from approvals.operations import clocks
from tests.clocks.permits import Permit, at
from tests.support.driving import Chain
from tests.support.web import Visitor

from .test_entering import enter, follow

MARK = "（暂定"


def pages(application: Any, chain: Chain, permit: Permit) -> dict[str, str]:
    with chain.database.reading() as session:
        receipt = session.scalars(
            select(Document.token).where(Document.kind == "receipt", Document.case_id == permit.case_id)
        ).one()
    token, applicant = permit.case.token, Visitor(application, chain.cast.applicant.person_id)
    officer = Visitor(application, permit.officer.person_id)
    return {
        "applications": applicant.get("/applications").text,
        "receipt": applicant.get(f"/receipts/{token}").text,
        "case": applicant.get(f"/cases/{token}").text,
        "progress": applicant.get(f"/progress/{receipt}").text,
        "desk": officer.get("/desk").text,
        "for staff": officer.get(f"/cases/{token}").text,
    }


def test_every_page_marks_it_until_the_notice_is_entered(application: Any, chain: Chain) -> None:
    permit = Permit(chain.database, chain.cast, at("2026-12-24")).accepted("2026-12-30")
    assert {name for name, page in pages(application, chain, permit).items() if MARK not in page} == set()
    assert "（暂定，按历年安排预计不变）" in pages(application, chain, permit)["case"]
    enter(chain)
    follow(chain)
    chain.now += timedelta(minutes=11)
    follow(chain)
    assert {name for name, page in pages(application, chain, permit).items() if MARK in page} == set()


def test_the_possible_range_stands_beside_it(application: Any, chain: Chain) -> None:
    permit = Permit(chain.database, chain.cast, at("2027-01-21")).accepted("2027-01-22")
    chain.now = at("2027-01-22", "15:00")
    page = Visitor(application, chain.cast.applicant.person_id).get(f"/cases/{permit.case.token}").text
    found = re.search(r"（暂定：最早(\d+月\d+日)，最晚(\d+月\d+日)）", page)
    assert found is not None and found[1] != found[2]


def test_messages_say_so_too(chain: Chain) -> None:
    with chain.database.reading():
        assert clocks.in_words(at("2027-01-05"), "%m-%d") == {"zh": "01-05（暂定）", "en": "01-05 (provisional)"}
        assert clocks.in_words(at("2026-12-31"), "%m-%d") == {"zh": "12-31", "en": "12-31"}
