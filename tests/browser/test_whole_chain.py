"""One company from sign-up to hand-out, in a real browser, as all three kinds of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case
from approvals.queries.verification import verify_all
from tests.browser.walking import fill, sign_in
from tests.rules.applications import valid_application
from tests.support import web
from tests.support.driving import sign_all
from tests.support.seed import BANK, HALL, PASSWORD, Cast, seed
from workflows.county import county_catalogue

RESULTS: Mapping[str, Mapping[str, Any]] = {
    "company-seal": {"record_number": "示例章-0001", "seal_shop": "示例刻章店", "handed_over": "window"},
    "company-opening": {"identity_checked": True},
}
NEW = "new-applicant"


@pytest.fixture
def cast(application: Any) -> Cast:
    return seed(application.extensions["database"])


def filed() -> dict[str, Any]:
    """What the applicant types: everything chosen, the results fetched at the window."""
    application = valid_application(today=date.today())
    application["matters"]["bank"] = BANK
    application["delivery"] |= {"way": "window", "office": HALL, "address": ""}
    return application


def sign_up(page: Any, address: str) -> None:
    page.goto(f"{address}/sign-up")
    for name, value in {
        "name": "新申请", "phone": "13800009999", "sign_in_name": NEW, "password": PASSWORD, "password_again": PASSWORD,
    }.items():  # fmt: skip
        page.fill(f'main [name="{name}"]', value)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/sign-up" not in url)


def write_application(page: Any, address: str, application: Mapping[str, Any]) -> None:
    """From the guide to the receipt, page after page as the product leads."""
    page.goto(f"{address}/guides/company-opening")
    page.locator('main form[action$="/applications/start"] button').first.click()
    page.wait_for_url("**/applications/*")
    page.locator('main a[href$="/name"]').first.click()
    for form in county_catalogue().latest("company-opening").pages:
        page.wait_for_url(f"**/{form.name}*")
        fill(page, form, application[form.name])
        page.click(".save-bar button.btn-primary")
    page.wait_for_url("**/check")
    assert page.locator(".error-summary").count() == 0, page.locator(".error-summary").inner_text()
    page.click(".submit-panel button[type=submit]")
    page.wait_for_url("**/receipts/*")


def everybody_signs(database: Database) -> None:
    """Each by their own link; how that goes on a telephone has a test of its own."""
    with database.reading() as session:
        root_id = session.scalars(select(Case.id).where(Case.parent_id.is_(None))).one()
    sign_all(database, root_id, datetime.now(UTC))


def work(page: Any, address: str, cast_name: str, workflow: str, action: str, **answers: Any) -> None:
    """As staff: take the first task of the inbox, do one action, and be back at the inbox."""
    sign_in(page, address, cast_name, PASSWORD)
    page.goto(f"{address}/desk")
    page.locator('main table a[href*="/cases/"], main li a[href*="/cases/"]').first.click()
    page.wait_for_url("**/cases/*")
    page.locator('main form[action*="/tasks/"][action$="/claim"] button').first.click()
    page.wait_for_load_state()
    page.locator(f'main a[href$="/actions/{action}"]').first.click()
    page.wait_for_url(f"**/actions/{action}")
    form_name = county_catalogue().latest(workflow).actions[action].form
    form = county_catalogue().latest(workflow).forms[form_name]
    likely = {field.name: sample(field) for field in form.fields if field.required is True}
    fill(page, form, likely | dict(RESULTS.get(workflow, {})) | answers)
    page.locator(".action-form .button-row button[type=submit]").click()
    page.wait_for_url("**/desk*")


def sample(field: Any) -> Any:
    """A likely answer to a question."""
    if field.options:
        return field.options[0][0]
    likely = {"phone": "13812345678", "date": "2026-12-01", "money": "100000.00", "integer": "5", "percent": "5"}
    return likely.get(field.kind, "示例-0001")


@pytest.mark.real_commits
def test_a_new_user_opens_a_company_and_everybody_does_their_part(page: Any, application: Any, cast: Cast) -> None:
    database: Database = application.extensions["database"]
    with web.serving(application) as address:
        sign_up(page, address)
        write_application(page, address, filed())
        assert "HM" in page.locator("main").inner_text()
        everybody_signs(database)

        work(page, address, "registrar", "company-registration", "approve")
        for department, workflow in (
            ("public-security", "company-seal"),
            ("tax", "tax-registration"),
            ("human-resources", "social-insurance"),
            ("medical-insurance", "medical-insurance"),
            ("housing-fund", "housing-fund"),
        ):
            work(page, address, f"officer-{department}", workflow, "complete")
        work(page, address, "bank-officer", "bank-account", "complete")
        work(page, address, "clerk", "company-opening", "hand_out")

        sign_in(page, address, NEW, PASSWORD)
        page.goto(f"{address}/applications")
        page.locator('main a[href*="/cases/"]').first.click()
        page.wait_for_url("**/cases/*")
        text = page.locator("main").inner_text()
        assert "已送达" in text and "统一社会信用代码" in text

        sign_in(page, address, "supervisor", PASSWORD)
        page.goto(f"{address}/supervision")
        assert "企业设立登记" in page.locator("main").inner_text()

    with database.reading() as session:
        assert {case.outcome for case in session.query(Case)} == {"done"}
        assert list(verify_all(session)) == []
