"""“4011” in a real browser: a company opened without a paper, a visit, a fen or a detour; and six that each miss one of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case
from approvals.queries import lists
from tests.browser.test_signing import NUMBERS, arrive, change_address, sign
from tests.browser.test_whole_chain import sign_up, work, write_application
from tests.browser.walking import sign_in
from tests.core.test_claims import (
    KEYS,
    bank_failed,
    collected_in_another_village,
    collected_in_their_town,
    corrected,
    with_a_sixth_seal,
    with_passport,
)
from tests.rules.applications import WANG, shareholder, valid_application
from tests.support import web
from tests.support.driving import ROOT, Chain
from tests.support.seed import BANK, PASSWORD, Cast, seed

pytestmark = [pytest.mark.real_commits, pytest.mark.parametrize("databases", ["sqlite"], indirect=True)]


@pytest.fixture
def cast(application: Any) -> Cast:
    lists.forget()
    return seed(application.extensions["database"])


@pytest.fixture
def telephones(browser: Any) -> Iterator[dict[str, Any]]:
    """A telephone for each of the three shareholders."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(web.open_page(browser, 360, 740, touch=True)) for name in NUMBERS}


def of_three_shareholders() -> dict[str, Any]:
    """Everything chosen; papers come electronically and the seals by post."""
    content = valid_application(today=date.today())
    owners = content["capital"]["shareholders"]
    owners[0]["amount"] = "500000.00"
    owners.append(shareholder("王示范", WANG, "100000.00", date.today()))
    content["matters"]["bank"] = BANK
    return content


def claims_on(page: Any) -> dict[str, str]:
    """The six claims of a case page with what the badge of each says."""
    return {key: page.locator(f"#claim-{key} > .status-badge").first.inner_text() for key in KEYS}


def open_evidence(page: Any) -> str:
    """All the evidence on the page, unfolded as a person would."""
    for fold in page.locator(".claim details > summary").all():
        fold.click()
    return " ".join(page.locator(".claim-evidence").all_inner_texts())


def test_three_shareholders_open_a_company_without_paper_visit_or_cost(
    page: Any, telephones: dict[str, Any], application: Any, cast: Cast
) -> None:
    database: Database = application.extensions["database"]
    first, second, third = telephones.values()
    with web.serving(application) as address:
        sign_up(page, address)
        write_application(page, address, of_three_shareholders())
        with database.reading() as session:
            root_id = session.scalars(select(Case.id).where(Case.parent_id.is_(None))).one()
        chain = Chain.of(database, cast, root_id, datetime.now(UTC))
        arrive(first, address, chain, "张测试")
        sign(first)
        change_address(page, address, chain, "new-applicant")
        for telephone, name in ((first, "张测试"), (second, "李样例"), (third, "王示范")):
            arrive(telephone, address, chain, name)
            sign(telephone)
        for person, workflow, action in (
            ("registrar", "company-registration", "approve"),
            ("officer-public-security", "company-seal", "complete"),
            ("officer-tax", "tax-registration", "complete"),
            ("officer-human-resources", "social-insurance", "complete"),
            ("officer-medical-insurance", "medical-insurance", "complete"),
            ("officer-housing-fund", "housing-fund", "complete"),
            ("bank-officer", "bank-account", "complete"),
        ):
            work(page, address, person, workflow, action, **({"handed_over": "post"} if workflow == "company-seal" else {}))
        sign_in(page, address, "new-applicant", PASSWORD)
        page.goto(f"{address}/cases/{chain.case(ROOT).token}")
        assert claims_on(page) == dict.fromkeys(KEYS, "成立")
        evidence = open_evidence(page)
        for line in ("网上签署", "县财政承担", "签署中改过1次", "电子送达", "邮寄印章", f"{chain.case(ROOT).number}-1"):
            assert line in evidence, line
        assert "是“4011”办件" in page.locator("main").inner_text()
        assert page.locator('input[type="file"]').count() == 0
    assert chain.faults() == []


@pytest.mark.parametrize(
    ("drive", "broken", "because"),
    [
        (with_passport, "no-material", "身份证明（李样例）：上传"),
        (with_a_sixth_seal, "no-cost", "60.00元：申请人支付"),
        (collected_in_their_town, "no-meeting", "当面领取：孙武街道便民服务中心"),
        (collected_in_another_village, "no-distance", "样例村服务点"),
        (corrected, "one-step", "第2次提交"),
        (bank_failed, "one-matter", "没有办成，要另外再办"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_page_says_which_claim_a_case_misses_and_why(
    drive: Callable[[Database, Cast], Chain], broken: str, because: str, page: Any, application: Any, cast: Cast
) -> None:
    chain = drive(application.extensions["database"], cast)
    application.config["NOW"] = lambda: chain.now
    with web.serving(application) as address:
        sign_in(page, address, "applicant", PASSWORD)
        page.goto(f"{address}/cases/{chain.case(ROOT).token}")
        assert claims_on(page) == {key: "不成立" if key == broken else "成立" for key in KEYS}
        assert because in page.locator(f"#claim-{broken} .claim-reason").inner_text()
        assert "不是“4011”办件" in page.locator("main").inner_text()
