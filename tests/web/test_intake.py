"""The window takes walk-ins in on the same pages; the receipt's claim code lets them have their case later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from approvals.models import Case, Position
from approvals.queries.verification import verify_all
from tests.support import seed
from tests.support.filing import County, county_on, submitted, typed
from tests.support.statements import counted
from tests.support.web import Visitor

IDENTITY = {"name": "周到访", "id_kind": "identity-card", "id_number": "110101199003070011", "phone": "13900000001"}


@pytest.fixture
def county(sqlite_databases: Any) -> Iterator[County]:
    url = sqlite_databases.create()
    yield county_on(url)
    sqlite_databases.drop(url)


@pytest.fixture
def clerk(county: County) -> Visitor:
    return county.visitor(county.cast.town_clerk)


def took_in(clerk: Visitor) -> str:
    """A walk-in's application with everything typed; returns its token."""
    token = str(clerk.post("/desk/intake", status=303).location.split("/")[2])
    clerk.post(f"/applications/{token}/identity", {**IDENTITY, "checked_in_person": "y"}, status=303)
    typed(clerk, token, seed.application())
    return token


def claim_code_on(html: str) -> str:
    found = re.search(r'class="claim-code">([^<]+)<', html)
    assert found
    return found[1]


def test_only_clerks_take_in(county: County) -> None:
    for member in (county.cast.registrar, county.cast.officers["tax"]):
        visitor = county.visitor(member)
        visitor.get("/desk/intake", status=403)
        visitor.post("/desk/intake", status=403)
    county.visitor(county.cast.applicant).get("/desk/intake", status=403)
    county.visitor(county.cast.clerk).get("/desk/intake")


def test_a_window_of_another_office_is_refused(county: County, clerk: Visitor) -> None:
    clerk.post("/desk/intake", {"office": str(county.cast.offices[seed.HALL])}, status=422)


def test_an_identity_is_kept_half_filled_and_asked_for(county: County, clerk: Visitor) -> None:
    token = str(clerk.post("/desk/intake", status=303).location.split("/")[2])
    answer = clerk.post(f"/applications/{token}/identity", {"name": "周到访"}, status=422)
    assert 'href="#id_number"' in answer.text
    assert county.draft(token).walk_in["name"] == "周到访"
    assert 'value="周到访"' in clerk.get(f"/applications/{token}/identity").text
    clerk.post("/counter/put-away", status=303)
    assert "周到访" in clerk.get("/desk/intake").text


def test_the_walk_in_is_filled_in_and_the_clerk_files(clerk: Visitor) -> None:
    token = str(clerk.post("/desk/intake", status=303).location.split("/")[2])
    clerk.post(f"/applications/{token}/identity", {**IDENTITY, "checked_in_person": "y"}, status=303)
    html = clerk.get(f"/applications/{token}/delivery").text
    assert 'value="周到访"' in html
    assert 'value="13900000001"' in html
    assert re.search(r'value="clerk" checked', clerk.get(f"/applications/{token}/declaration").text)


def test_a_saved_identity_leads_to_the_first_page_and_later_to_the_overview(clerk: Visitor) -> None:
    token = str(clerk.post("/desk/intake", status=303).location.split("/")[2])
    sent = {**IDENTITY, "checked_in_person": "y"}
    assert clerk.post(f"/applications/{token}/identity", sent, status=303).location == f"/applications/{token}/name"
    typed(clerk, token, seed.application())
    assert clerk.post(f"/applications/{token}/identity", sent, status=303).location == f"/applications/{token}"


def test_without_the_applicants_confirmation_nothing_is_filed(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    page = clerk.get(f"/applications/{token}/check").text
    assert "申请人本人已在屏幕上核对" in page
    answer = clerk.post(f"/applications/{token}/submit", {"revision": str(county.draft(token).revision)}, status=422)
    assert "勾选确认" in answer.text
    assert county.rows(Case) == []


def test_from_the_window_to_the_applicants_own_list(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    receipt = submitted(clerk, token, confirmed="y").location
    html = clerk.get(receipt).text
    code = claim_code_on(html)
    root = next(case for case in county.rows(Case) if case.parent_id is None)
    assert root.applicant_id is None
    assert root.channel == "window"
    assert root.offices["receiving"] == county.cast.offices[seed.TOWN]
    again = clerk.get(receipt).text
    assert code not in again
    assert "重新发放认领码" in again

    applicant = county.visitor(county.cast.applicant)
    wrong = applicant.post("/cases/claim", {"number": root.number, "code": "AAAAA AAAAA"}, status=422)
    assert "还可以试4次" in wrong.text
    assert root.number in wrong.text
    claimed = applicant.post("/cases/claim", {"number": root.number, "code": code}, status=303)
    assert claimed.location == f"/cases/{root.token}"
    assert root.number in applicant.get("/applications").text
    applicant.get(receipt)
    late = county.visitor(county.cast.other_applicant).post("/cases/claim", {"number": root.number, "code": code}, status=422)
    assert "对不上" in late.text
    with county.database.session() as session:
        assert list(verify_all(session)) == []


def test_too_many_wrong_codes_have_to_wait(county: County) -> None:
    applicant = county.visitor(county.cast.applicant)
    for _ in range(4):
        applicant.post("/cases/claim", {"number": "HM1", "code": "x"}, status=422)
    answer = applicant.post("/cases/claim", {"number": "HM1", "code": "x"}, status=422)
    assert "一小时后再试" in answer.text
    assert "请填写" in applicant.post("/cases/claim", {}, status=422).text


def test_a_lost_code_is_issued_anew_at_the_window(county: County, clerk: Visitor) -> None:
    receipt = submitted(clerk, took_in(clerk), confirmed="y").location
    old = claim_code_on(clerk.get(receipt).text)
    new = claim_code_on(clerk.get(clerk.post(f"{receipt}/claim-code", status=303).location).text)
    assert new != old
    county.visitor(county.cast.outsider).post(f"{receipt}/claim-code", status=404)
    county.visitor(county.cast.applicant).post(f"{receipt}/claim-code", status=403)


def test_a_clerks_walk_ins_are_not_their_own_drafts(clerk: Visitor) -> None:
    token = took_in(clerk)
    clerk.post("/counter/put-away", status=303)
    assert token not in clerk.get("/applications").text
    assert token in clerk.get("/desk/intake").text


def test_an_online_draft_has_no_identity_page(county: County, clerk: Visitor) -> None:
    token = str(clerk.post("/applications/start", status=303).location.split("/")[2])
    clerk.get(f"/applications/{token}/identity", status=404)
    clerk.post(f"/applications/{token}/identity", IDENTITY, status=404)


def test_intake_pages_stay_within_their_statements(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    clerk.get("/desk/intake")
    for path in ("/desk/intake", f"/applications/{token}/identity", f"/applications/{token}", f"/applications/{token}/check"):
        with counted(county.served) as statements:
            clerk.get(path)
        assert len(statements) <= 6, (path, statements)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"id_number": "123"}, "应为 18 位"),
        ({"id_number": "11010119900307001A"}, "不该出现的字符"),
        ({"id_number": "110101209003070019"}, "晚于今天"),
        ({"id_number": "110101199003070012"}, "可能有一位填错"),
        ({"id_kind": "passport", "id_number": "?"}, "不该出现的字符"),
    ],
)
def test_a_number_that_cannot_stand_is_said_at_once_and_never_filed(
    county: County, clerk: Visitor, changed: dict[str, str], sentence: str
) -> None:
    token = took_in(clerk)
    sent = {**IDENTITY, **changed, "checked_in_person": "y"}
    answer = clerk.post(f"/applications/{token}/identity", sent, status=422)
    assert sentence in answer.text and 'href="#id_number"' in answer.text
    assert county.draft(token).walk_in["id_number"] == sent["id_number"]
    data = {"revision": str(county.draft(token).revision), "confirmed": "y"}
    assert sentence in clerk.post(f"/applications/{token}/submit", data, status=422).text
    assert county.rows(Case) == []


def test_a_telephone_that_is_none_is_never_filed(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    clerk.post(f"/applications/{token}/identity", {**IDENTITY, "phone": "电话", "checked_in_person": "y"}, status=422)
    data = {"revision": str(county.draft(token).revision), "confirmed": "y"}
    assert "按提示改正" in clerk.post(f"/applications/{token}/submit", data, status=422).text
    assert county.rows(Case) == []


def test_a_refused_claim_keeps_number_and_code(county: County) -> None:
    sent = {"number": "HM<b>1", "code": "ABCDE 23456"}
    page = county.visitor(county.cast.applicant).post("/cases/claim", sent, status=422).text
    assert 'value="HM&lt;b&gt;1"' in page and 'value="ABCDE 23456"' in page


def test_a_paper_that_really_reads_so_is_taken(clerk: Visitor) -> None:
    token = took_in(clerk)
    odd = {**IDENTITY, "id_number": "110101199003070012", "id_as_on_card": "y", "checked_in_person": "y"}
    clerk.post(f"/applications/{token}/identity", odd, status=303)
    submitted(clerk, token, confirmed="y")


def test_an_incomplete_identity_is_never_filed(county: County, clerk: Visitor) -> None:
    token = took_in(clerk)
    clerk.post(f"/applications/{token}/identity", {**IDENTITY, "phone": "", "checked_in_person": "y"}, status=422)
    data = {"revision": str(county.draft(token).revision), "confirmed": "y"}
    assert "请先填写申请人身份" in clerk.post(f"/applications/{token}/submit", data, status=422).text
    assert county.rows(Case) == []


def leave_the_window(county: County) -> None:
    def leave(session: Any) -> None:
        person_id = county.cast.town_clerk.person_id
        session.execute(update(Position).where(Position.person_id == person_id).values(valid_to=date(2020, 1, 2)))

    county.database.write(leave)


def test_a_former_clerk_files_nothing_and_reads_no_receipt(county: County, clerk: Visitor) -> None:
    receipt = submitted(clerk, took_in(clerk), confirmed="y").location
    prepared = took_in(clerk)
    data = {"revision": str(county.draft(prepared).revision), "confirmed": "y"}
    leave_the_window(county)
    assert "不是这个窗口的工作人员" in clerk.post(f"/applications/{prepared}/submit", data, status=422).text
    assert len([case for case in county.rows(Case) if case.parent_id is None]) == 1
    clerk.get(receipt, status=404)


def test_an_endless_name_is_not_saved(county: County, clerk: Visitor) -> None:
    token = str(clerk.post("/desk/intake", status=303).location.split("/")[2])
    answer = clerk.post(f"/applications/{token}/identity", {**IDENTITY, "name": "长" * 20_001}, status=422)
    assert "最多100个字" in answer.text
    assert "name" not in county.draft(token).walk_in and county.draft(token).walk_in["phone"] == IDENTITY["phone"]
