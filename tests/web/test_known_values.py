"""Pages begin with what is known about the person, the enterprise and the address, marked as such; what was typed stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from approvals.models import CompanyName
from tests.rules.applications import PLACE, ZHANG, shareholder
from tests.support.driving import REGISTRATION, Chain
from tests.support.filing import County, began, county_on, typed
from tests.support.seed import application
from tests.support.statements import counted

FILLED = "已为您填好，请核对"


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    made = county_on(database_url)
    yield made
    made.database.engine.dispose()
    made.served.engine.dispose()


def filed_before(county: County) -> dict[str, Any]:
    """The applicant, who stands in it under the name of their account, has founded a company before."""
    content = application()
    content["people"]["people"][0]["name"] = content["capital"]["shareholders"][0]["name"] = county.cast.applicant.name
    content["declaration"]["signature"] = county.cast.applicant.name
    chain = Chain(county.database, county.cast, content)
    chain.act(REGISTRATION, "approve")
    county.now = chain.now
    return content


def test_somebody_new_finds_what_their_account_says(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    page = visitor.get(f"/applications/{token}/delivery").text
    assert FILLED in page and county.cast.applicant.name in page
    assert FILLED not in visitor.get(f"/applications/{token}/capital").text


def test_a_later_application_finds_person_address_and_bank(county: County) -> None:
    content = filed_before(county)
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    capital = visitor.get(f"/applications/{token}/capital").text
    assert FILLED in capital and ZHANG in capital
    people = visitor.get(f"/applications/{token}/people").text
    assert FILLED in people and ZHANG in people and content["people"]["people"][0]["phone"] in people
    premises = visitor.get(f"/applications/{token}/premises").text
    assert FILLED in premises and content["premises"]["address"] in premises and f'value="{PLACE}" selected' in premises
    matters = visitor.get(f"/applications/{token}/matters").text
    assert FILLED in matters and f'value="{content["matters"]["bank"]}" selected' in matters
    assert county.draft(token).content == {}, "only shown until it is saved"
    # Nobody else is shown any of it.
    other = county.visitor(county.cast.other_applicant)
    theirs = began(other)
    assert ZHANG not in other.get(f"/applications/{theirs}/capital").text


def test_what_was_typed_is_never_replaced(county: County) -> None:
    content = filed_before(county)
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    typed(visitor, token, {"premises": {**content["premises"], "address": "另一条路9号"}})
    page = visitor.get(f"/applications/{token}/premises").text
    assert "另一条路9号" in page and content["premises"]["address"] not in page and FILLED not in page


def test_a_firm_of_our_register_is_named_by_its_code_and_needs_nothing(county: County) -> None:
    filed_before(county)
    with county.database.reading() as session:
        firm = session.scalars(select(CompanyName).where(CompanyName.credit_code.is_not(None))).one()
    visitor = county.visitor(county.cast.other_applicant)
    token = began(visitor)
    row = shareholder("", firm.credit_code or "", "400000.00", kind="enterprise", id_kind="credit-code")
    capital = {**application()["capital"], "shareholders": [row]}
    typed(visitor, token, {"capital": capital})
    assert county.draft(token).content["capital"]["shareholders"][0]["name"] == firm.full_name
    page = visitor.get(f"/applications/{token}/materials").text
    assert firm.full_name in page and "在电子证照里找到" in page and "business-licence" in page
    typed(visitor, token, {"capital": {**capital, "shareholders": [{**row, "name": "我自己写的名称"}]}})
    assert county.draft(token).content["capital"]["shareholders"][0]["name"] == "我自己写的名称"


def test_the_page_of_materials_costs_the_same_for_one_firm_and_for_many(county: County) -> None:
    filed_before(county)
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)

    def cost(firms: int) -> int:
        codes = [f"9137162100000000{number:02d}" for number in range(firms)]
        rows = [shareholder("企业", code, "1.00", kind="enterprise", id_kind="credit-code") for code in codes]
        typed(visitor, token, {"capital": {**application()["capital"], "shareholders": rows}})
        visitor.get(f"/applications/{token}/materials")
        with counted(county.served) as seen:
            visitor.get(f"/applications/{token}/materials")
        return len(seen)

    assert cost(1) == cost(20) <= 8


def test_a_namesake_with_another_telephone_is_somebody_else(county: County) -> None:
    content = application()
    people, shareholders = content["people"]["people"], content["capital"]["shareholders"]
    people[0]["name"] = shareholders[0]["name"] = content["declaration"]["signature"] = county.cast.applicant.name
    people[0]["phone"] = "13900000099"
    chain = Chain(county.database, county.cast, content)
    county.now = chain.now
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    for page in ("capital", "people"):
        assert ZHANG not in visitor.get(f"/applications/{token}/{page}").text
