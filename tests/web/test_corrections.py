"""A returned registration: the department's list beside the form, the form filled with what was filed, filed again once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from approvals.models import Case, Submission
from approvals.queries.verification import verify_all
from tests.support import seed
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.filing import County, county_on, sent, submitted
from tests.support.statements import counted


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    made = county_on(database_url)
    yield made
    made.database.engine.dispose()
    made.served.engine.dispose()


def returned(county: County, **values: object) -> Chain:
    """A company opening that the registrar has returned: the address needs its house number."""
    chain = Chain(county.database, county.cast, **values)
    chain.act(REGISTRATION, "return_for_correction")
    county.now = chain.now
    return chain


def test_from_the_list_to_the_second_submission(county: County) -> None:
    chain = returned(county)
    visitor = county.visitor(county.cast.applicant)
    registration = chain.case(REGISTRATION)
    html = visitor.get("/applications").text
    assert "待您补正" in html
    assert f"/corrections/{registration.token}" in html
    opened = visitor.post(f"/corrections/{registration.token}", status=303).location
    assert visitor.post(f"/corrections/{registration.token}", status=303).location == opened
    tasks = visitor.get(opened).text
    assert "请写明门牌号" in tasks
    assert tasks.count("需要修改") == 1
    page = visitor.get(f"{opened}/premises").text
    assert "请写明门牌号" in page
    assert "示例路1号2单元301室" in page

    changed = {**seed.application()["premises"], "address": "示例路1号2单元302室"}
    visitor.post(f"{opened}/premises", sent(changed), status=303)
    assert "需要修改" not in visitor.get(opened).text
    token = opened.rsplit("/", 1)[1]
    receipt = submitted(visitor, token).location
    assert "已收到重新提交的申请" in visitor.get(receipt).text
    assert chain.states()[REGISTRATION] == "signing", "everybody signs what was changed"
    chain.sign()
    assert chain.states()[REGISTRATION] == "reviewing"
    contents = [each.content["premises"]["address"] for each in sorted(county.rows(Submission), key=lambda each: each.number)]
    assert contents == ["示例路1号2单元301室", "示例路1号2单元302室"]
    again = visitor.post(f"/applications/{token}/submit", {"revision": "1"}, status=303)
    assert again.location == receipt
    assert len(county.rows(Submission)) == 2
    with county.database.session() as session:
        assert list(verify_all(session)) == []


def test_only_the_applicant_corrects(county: County) -> None:
    chain = returned(county)
    token = chain.case(REGISTRATION).token
    for member in (county.cast.other_applicant, county.cast.clerk, county.cast.registrar, county.cast.outsider):
        county.visitor(member).post(f"/corrections/{token}", status=404)
    county.visitor(county.cast.applicant).post("/corrections/unknown", status=404)
    assert county.visitor(county.cast.applicant).post(f"/corrections/{chain.case(ROOT).token}", status=303)


def test_a_walk_ins_correction_is_the_clerks_until_it_is_claimed(county: County) -> None:
    chain = returned(county, member=county.cast.town_clerk, office_id=county.cast.offices[seed.TOWN])
    token = chain.case(REGISTRATION).token
    county.visitor(county.cast.outsider).post(f"/corrections/{token}", status=404)
    county.visitor(county.cast.applicant).post(f"/corrections/{token}", status=404)
    clerk = county.visitor(county.cast.town_clerk)
    opened = clerk.post(f"/corrections/{token}", status=303).location

    def adopt(session: object) -> None:
        for case in session.scalars(select(Case)):  # type: ignore[attr-defined]
            case.applicant_id = county.cast.applicant.person_id

    county.database.write(adopt)
    draft = opened.rsplit("/", 1)[1]
    clerk.post(f"/applications/{draft}/submit", {"revision": str(county.draft(draft).revision)}, status=404)
    county.visitor(county.cast.applicant).post(f"/corrections/{token}", status=303)


def test_a_case_that_does_not_wait_is_not_corrected(county: County) -> None:
    chain = Chain(county.database, county.cast)
    county.now = chain.now
    visitor = county.visitor(county.cast.applicant)
    assert "不在补正中" in visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=409).text


def test_a_case_withdrawn_meanwhile_keeps_what_was_typed(county: County) -> None:
    chain = returned(county)
    visitor = county.visitor(county.cast.applicant)
    opened = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location
    token = opened.rsplit("/", 1)[1]
    visitor.post(f"{opened}/premises", sent({**seed.application()["premises"], "address": "示例路9号"}), status=303)
    chain.act(REGISTRATION, "withdraw", county.cast.applicant)
    answer = visitor.post(f"/applications/{token}/submit", {"revision": str(county.draft(token).revision)}, status=409)
    assert "不在补正中" in answer.text
    assert county.draft(token).content["premises"]["address"] == "示例路9号"


def test_the_law_is_asked_again(county: County) -> None:
    chain = returned(county)
    visitor = county.visitor(county.cast.applicant)
    opened = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location
    visitor.post(f"{opened}/premises", sent({**seed.application()["premises"], "address": "一号；二号"}), status=303)
    assert "公司只能登记一个住所" in visitor.get(f"{opened}/check").text
    token = opened.rsplit("/", 1)[1]
    visitor.post(f"/applications/{token}/submit", {"revision": str(county.draft(token).revision)}, status=422)
    assert chain.states()[REGISTRATION] == "correcting"


def test_correction_pages_stay_within_their_statements(county: County) -> None:
    chain = returned(county)
    visitor = county.visitor(county.cast.applicant)
    opened = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location
    visitor.get(opened)
    for path in ("", "/premises", "/capital", "/check"):
        with counted(county.served) as statements:
            visitor.get(opened + path)
        assert len(statements) <= 7, (path, statements)  # one of them for the files that were handed in
