"""Sentences and ways of the wizard that help a newcomer: which row is meant, what a number is, where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import seed
from tests.support.driving import REGISTRATION, Chain
from tests.support.filing import County, began, county_on, sent, typed
from tests.support.web import Visitor


@pytest.fixture
def county(sqlite_databases: Any) -> Iterator[County]:
    url = sqlite_databases.create()
    yield county_on(url)
    sqlite_databases.drop(url)


@pytest.fixture
def visitor(county: County) -> Visitor:
    return county.visitor(county.cast.applicant)


def complaints(visitor: Visitor, address: str) -> str:
    """What the summary at the top of a page says."""
    html = visitor.get(address).text
    return html.split('class="error-summary"')[1].split("</section>")[0] if "error-summary" in html else ""


def test_the_summary_says_which_row_and_which_field(visitor: Visitor) -> None:
    token = began(visitor)
    page = seed.application()["capital"]
    page["shareholders"][1] = {**page["shareholders"][1], "amount": "10万"}
    address = f"/applications/{token}/capital"
    visitor.post(address, sent(page), status=303)
    summary = complaints(visitor, address)
    assert "股东 2（李样例）" in summary and "认缴出资额" in summary
    assert "请写数字" in summary and "大于 0" not in summary


def test_a_number_that_fails_names_the_box_as_the_page_does(visitor: Visitor) -> None:
    token = began(visitor)
    page = seed.application()["capital"]
    page["shareholders"][0] = {**page["shareholders"][0], "id_number": "371621198506120010"}
    address = f"/applications/{token}/capital"
    visitor.post(address, sent(page), status=303)
    label = "号码提示有误，但证件上就是这样"
    assert label in complaints(visitor, address) and f">{label}</label>" in visitor.get(address).text


def test_nobody_online_files_as_the_clerk_of_a_window(county: County, visitor: Visitor) -> None:
    token = began(visitor)
    assert "窗口人员（" not in visitor.get(f"/applications/{token}/declaration").text
    visitor.post(f"/applications/{token}/declaration", sent({**seed.application()["declaration"], "filed_by": "clerk"}), status=303)
    assert "请从选项中选择" in complaints(visitor, f"/applications/{token}/declaration")


def test_only_somebody_named_signs(visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, {**seed.application(), "declaration": {**seed.application()["declaration"], "signature": "路人甲"}})
    page = visitor.get(f"/applications/{token}/check").text
    assert "签名应是申请中填写的人" in page


def test_a_seal_that_is_chosen_for_the_bank_is_told_of(visitor: Visitor) -> None:
    token = began(visitor)
    page = {**seed.application()["matters"], "chosen": ["bank-account"]}
    visitor.post(f"/applications/{token}/matters", sent(page), status=303)
    assert "已同时选上“公章刻制备案”" in visitor.get(f"/applications/{token}").text
    visitor.post(f"/applications/{token}/matters", sent({**page, "chosen": ["company-seal", "bank-account"]}), status=303)
    assert "已同时选上" not in visitor.get(f"/applications/{token}").text


def test_a_correction_leads_from_one_named_page_to_the_next(county: County) -> None:
    chain = Chain(county.database, county.cast)
    items = [{"page": "premises", "text": "请写明门牌号"}, {"page": "people", "text": "请核对手机号"}]
    chain.act(REGISTRATION, "return_for_correction", form={"items": items})
    county.now = chain.now
    visitor = county.visitor(county.cast.applicant)
    opened = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location
    changed = {**seed.application()["premises"], "address": "示例路1号2单元302室"}
    onward = visitor.post(f"{opened}/premises", sent(changed), status=303).location
    assert onward.endswith("/people")
    people = seed.application()["people"]
    people["people"][1] = {**people["people"][1], "phone": "13800000009"}
    assert visitor.post(f"{opened}/people", sent(people), status=303).location.endswith("/check")
