"""The window takes in what its office is competent for, in a hurry, with the queue beside the form."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from approvals.models import Case, Competence, Draft, Office, OfficeClosure, Position
from approvals.operations import drafts
from approvals.operations.errors import Refusal
from approvals.operations.reference import network_changed
from approvals.queries.queue import Queue, queue_of
from tests.support import seed
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.filing import County, submitted, typed
from tests.support.statements import counted
from tests.support.web import Visitor
from tests.web.test_corrections import returned

IDENTITY = {
    "name": "周到访", "id_kind": "identity-card", "id_number": "110101199003070011", "phone": "13900000001", "checked_in_person": "y",
}  # fmt: skip
PAGES = ("name", "premises", "capital", "people", "matters", "delivery", "declaration")


@pytest.fixture
def clerk(county: County) -> Visitor:
    return county.visitor(county.cast.town_clerk)


def began(clerk: Visitor) -> str:
    return str(clerk.post("/desk/intake", status=303).location.split("/")[2])


def took_in(clerk: Visitor) -> str:
    token = began(clerk)
    clerk.post(f"/applications/{token}/identity", IDENTITY, status=303)
    typed(clerk, token, seed.application())
    return token


def change(county: County, *statements: Any) -> None:
    def write(session: Session) -> None:
        for statement in statements:
            session.execute(statement) if not isinstance(statement, OfficeClosure) else session.add(statement)
        session.flush()
        network_changed(session)

    county.database.write(write)


def without_competence(county: County, code: str) -> None:
    change(county, delete(Competence).where(Competence.office_id == county.cast.offices[code]))


def close(county: County, code: str) -> None:
    first, last = county.now.date(), county.now.date() + timedelta(days=2)
    change(county, OfficeClosure(office_id=county.cast.offices[code], closed_from=first, closed_to=last, reason="台风"))


def start_verb(county: County) -> str:
    member = county.cast.town_clerk
    office = county.cast.offices[seed.TOWN]
    return county.database.write(drafts.start, member.acting, "company-opening", county.now, office)


def test_an_office_without_the_competence_names_the_one_that_has_it(county: County, clerk: Visitor) -> None:
    without_competence(county, seed.TOWN)
    html = clerk.get("/desk/intake").text
    assert "孙武街道便民服务中心没有“企业开办（一链办理）”的收件权限，可以收件的是惠民县政务服务中心" in html
    assert "开始收件：" not in html
    answer = clerk.post("/desk/intake", {"matter": "company-opening"}, status=422)
    assert "没有“企业开办（一链办理）”的收件权限" in answer.text
    with pytest.raises(Refusal, match="收件权限"):
        start_verb(county)
    assert county.rows(Draft) == []


def test_a_closed_office_takes_nothing_in_and_names_an_open_one(county: County, clerk: Visitor) -> None:
    close(county, seed.TOWN)
    assert "闭门到2026年11月25日（台风），今天不收件。今天可以到惠民县政务服务中心办理。" in clerk.get("/desk/intake").text
    with pytest.raises(Refusal, match="闭门到"):
        start_verb(county)
    county.now += timedelta(days=3)
    assert "开始收件：企业开办（一链办理）" in county.visitor(county.cast.town_clerk).get("/desk/intake").text


def test_nobody_else_either(county: County, clerk: Visitor) -> None:
    without_competence(county, seed.TOWN)
    without_competence(county, seed.HALL)
    assert "也没有别的服务点可以收件。请联系系统管理员授权。" in clerk.get("/desk/intake").text


def test_what_was_typed_before_the_office_lost_its_competence_is_kept_and_not_filed(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    data = {"revision": str(county.draft(token).revision), "confirmed": "y"}
    without_competence(county, seed.TOWN)
    answer = clerk.post(f"/applications/{token}/submit", data, status=422)
    assert "可以收件的是惠民县政务服务中心" in answer.text
    assert county.rows(Case) == [] and county.draft(token).content["name"]


def test_what_was_begun_at_an_office_that_closed_since_is_filed_at_its_successor(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    old, new = county.cast.offices[seed.TOWN], county.cast.offices[seed.OTHER_TOWN]
    county.now += timedelta(days=1)
    change(
        county,
        update(Office).where(Office.id == old).values(valid_to=date(2026, 11, 23), successor_id=new),
        update(Position).where(Position.person_id == county.cast.town_clerk.person_id).values(office_id=new),
    )
    submitted(county.visitor(county.cast.town_clerk), token, confirmed="y")
    root = next(case for case in county.rows(Case) if case.parent_id is None)
    assert root.offices["receiving"] == new


def test_an_unknown_matter_or_office_begins_nothing(county: County, clerk: Visitor) -> None:
    clerk.post("/desk/intake", {"matter": "no-such-matter"}, status=404)
    clerk.post("/desk/intake", {"matter": "company-registration"}, status=404)
    assert "不是这个窗口" in clerk.post("/desk/intake", {"office": "999"}, status=422).text


def test_the_queue_stands_beside_the_form_without_names(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    county.now += timedelta(minutes=25)
    other = began(clerk)
    clerk.post(f"/applications/{other}/identity", {**IDENTITY, "name": "另一位"}, status=303)
    for page in ("", "/name", "/identity", "/check"):
        html = clerk.get(f"/applications/{other}{page}").text
        queue = html[html.index("window-queue") : html.index("</aside>", html.index("window-queue"))]
        assert f"/applications/{token}" in queue and "等了25分钟" in queue
        assert "没填完2份" in queue and "（正在填）" in queue
        assert "周到访" not in html and "禾样" not in queue


def window_queue(county: County, member: seed.Member, code: str) -> Queue:
    with county.database.reading() as session:
        return queue_of(session, member.person_id, [county.cast.offices[code]], county.now)


def test_corrections_of_walk_ins_are_in_the_queue_of_their_window(county: County) -> None:
    chain = returned(county, member=county.cast.town_clerk, office_id=county.cast.offices[seed.TOWN])
    county.now += timedelta(hours=3)
    queue = window_queue(county, county.cast.town_clerk, seed.TOWN)
    assert [(each.kind, each.number) for each in queue.tasks] == [("correction", chain.case(REGISTRATION).number)]
    assert queue.to_do == 1 and queue.longest is not None and queue.longest >= timedelta(hours=3)
    assert window_queue(county, county.cast.outsider, seed.OTHER_TOWN).tasks == ()
    html = county.visitor(county.cast.town_clerk).get("/desk/intake").text
    assert "替申请人补正" in html and "等了3小时" in html


def test_a_correction_of_somebody_with_an_account_is_not_the_windows(county: County) -> None:
    returned(county)
    assert window_queue(county, county.cast.clerk, seed.HALL).tasks == ()


def test_results_to_hand_out_are_in_the_queue(county: County) -> None:
    chain = Chain(county.database, county.cast, content=content_with(delivery={"way": "window", "office": seed.TOWN}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    queue = window_queue(county, county.cast.town_clerk, seed.TOWN)
    assert [(each.kind, each.number) for each in queue.tasks] == [("task", chain.case().number)]
    assert window_queue(county, county.cast.clerk, seed.HALL).tasks == ()


def test_another_clerk_and_another_window_see_none_of_it(county: County, clerk: Visitor) -> None:
    took_in(clerk)
    with county.database.reading() as session:
        office = county.cast.offices[seed.OTHER_TOWN]
        assert queue_of(session, county.cast.outsider.person_id, [office], county.now).begun == 0
        assert queue_of(session, county.cast.town_clerk.person_id, [], county.now).begun == 0


def test_the_window_remembers_bank_and_delivery_for_the_next_walk_in(clerk: Visitor) -> None:
    took_in(clerk)
    token = began(clerk)
    clerk.post(f"/applications/{token}/identity", {**IDENTITY, "name": "下一位"}, status=303)
    assert re.search(rf'<option value="{seed.BANK}" selected', clerk.get(f"/applications/{token}/matters").text)
    delivery = seed.application()["delivery"]
    html = clerk.get(f"/applications/{token}/delivery").text
    assert re.search(rf'value="{delivery["way"]}" checked', html)
    assert 'value="下一位"' in html


def test_lists_can_be_narrowed_by_code_and_initials(clerk: Visitor, county: County) -> None:
    words = clerk.get("/desk/intake/words?list=business_items").json
    assert "s0002" in words["S0002"] and "rjkf" in words["S0002"] and "ruanjiankaifa" in words["S0002"]
    clerk.get("/desk/intake/words?list=nothing", status=404)
    county.visitor(county.cast.applicant).get("/desk/intake/words?list=banks", status=403)


def test_window_pages_cost_five_statements_at_most_and_little_on_the_wire(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    for _number in range(12):
        other = began(clerk)
        clerk.post(f"/applications/{other}/identity", IDENTITY, status=303)
    clerk.post("/counter/put-away", status=303)
    clerk.get("/desk/intake")
    for path in ("/desk/intake", *(f"/applications/{token}/{page}" for page in ("identity", *PAGES, "check"))):
        with counted(county.served) as statements:
            html = clerk.get(path).text
        assert len(statements) <= 5, (path, statements)
        own = sum(len(clerk.client.get(source).data) for source in re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
        assert len(html.encode()) + own < 150 * 1024, path
