"""The case page says why a matter is decided where it is, and forms offer the offices that hand results out."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, EventPayload, Office, Position
from approvals.operations.reference import network_changed
from approvals.queries import lists
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.seed import HALL, SINCE, Member, seed


def _page(visit: Any, chain: Chain, who: Member, workflow: str = ROOT) -> str:
    text: str = visit(who).get(f"/cases/{chain.case(workflow).token}").text
    return text


def test_staff_and_applicant_read_why_the_case_went_where_it_is(visit: Any, chain: Chain) -> None:
    for who in (chain.cast.applicant, chain.cast.registrar):
        page = _page(visit, chain, who, REGISTRATION)
        told = page[page.index('id="routing"') : page.index("</section>", page.index('id="routing"'))]
        assert "为什么到这里办" in told and "惠民县政务服务中心" in told and "样例依据" in told
        assert "企业设立登记" in told and "公章" not in told, "of a linked case its own matter alone"
    whole = _page(visit, chain, chain.cast.applicant)
    assert "公章刻制备案" in whole[whole.index('id="routing"') :]


def test_a_case_that_was_filed_before_routes_were_told_shows_none(visit: Any, chain: Chain, database: Database) -> None:
    def forget(session: Any) -> None:
        for payload in session.scalars(select(EventPayload)):
            payload.body = payload.body.replace('"routing"', '"unknown"')

    database.write(forget)
    assert "为什么到这里办" not in _page(visit, chain, chain.cast.applicant)


def test_a_village_point_hands_results_out_where_it_has_a_clerk(database: Database) -> None:
    cast = seed(database)
    def add(session: Any) -> None:
        for number, village in enumerate(("371621105201", "371621105202")):
            office = Office(
                code=f"point-{number}", name=f"样例{number}便民服务点", kind="village_point", place_code=village,
                parent_id=cast.offices["town-lizhuang"], valid_from=SINCE,
            )  # fmt: skip
            session.add(office)
            session.flush()
            if number == 1:
                held = {"role": "clerk", "department": "approval-bureau", "office_id": office.id, "valid_from": SINCE}
                session.add(Position(person_id=cast.clerk.person_id, **held))
        network_changed(session)

    database.write(add)
    lists.forget()
    with database.reading() as session:
        groups = dict(lists.choices_of(session, date(2026, 11, 23))["offices"])
        assert session.scalar(select(Case.id)) is None
    assert groups["李庄镇的村（社区）服务点"] == (("point-1", "样例1便民服务点"),)
    assert (HALL, "惠民县政务服务中心") in groups["县政务服务大厅"]
