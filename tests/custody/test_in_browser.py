"""The pages of custody in a real browser: on the agent's telephone, in large type, and with a thumb."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from approvals.db import Database
from approvals.models import Person
from tests.browser.looking import Looker
from tests.browser.world import COOKIE, Look
from tests.custody.carrying import CARD, PROOF, SEAL, Carried
from tests.support.seed import Cast, Member, seed
from tests.support.web import Visitor

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def cast(database: Database) -> Cast:
    return seed(database)


@pytest.fixture
def carried(application: Any, database: Database, cast: Cast) -> Carried:
    case = Carried(database, cast)
    application.config["NOW"] = lambda: case.now
    case.answer()
    case.prepare()
    return case


@pytest.mark.parametrize("look", [Look(), Look(large=True), Look(language="en")], ids=["plain", "large", "english"])
def test_every_page_can_be_read_and_used_by_everybody(
    application: Any, browser: Any, live_server: str, carried: Carried, cast: Cast, look: Look
) -> None:
    token, people, faults = carried.filed.token, carried.people, []

    carried.database.write(lambda session: session.execute(update(Person).values(language=look.language, large_type=look.large)))

    def look_at(member: Member, *paths: str) -> None:
        looker = Looker(browser, live_server, look, Visitor(application, member.person_id), set())
        for path in paths:
            looker.visit(path)
        looker.close()
        faults.extend(looker.faults)

    items = carried.take(CARD, SEAL, PROOF)
    look_at(people.agent, f"/cases/{token}/custody", f"/cases/{token}/actions/pass_up")
    carried.send(*items, remark="轻放")
    look_at(people.town, "/desk", "/custody", f"/cases/{token}/actions/receive_at_town")
    carried.sign_for("receive_at_town", people.town, 身份证原件=("missing", "袋里没有"))
    look_at(people.agent, f"/cases/{token}/custody")
    look_at(cast.supervisor, "/supervision/custody", "/supervision")
    assert faults == [], faults


def _sign_in(page: Any, application: Any, address: str, member: Member) -> None:
    visitor = Visitor(application, member.person_id)
    visitor.client.get("/")
    page.context.clear_cookies()
    page.context.add_cookies([{"name": COOKIE, "value": visitor.client.get_cookie(COOKIE).value, "url": address}])


def test_a_bag_goes_from_thumb_to_thumb(application: Any, live_server: str, phone_page: Any, carried: Carried) -> None:
    token, people, page = carried.filed.token, carried.people, phone_page
    _sign_in(page, application, live_server, people.agent)
    page.goto(f"{live_server}/cases/{token}/custody")
    page.get_by_label("身份证原件", exact=True).check()
    page.get_by_label("公章", exact=True).check()
    page.get_by_role("button", name="收下这些材料").tap()
    page.get_by_text("已收下2份材料").wait_for()
    page.goto(f"{live_server}/cases/{token}/actions/pass_up")
    page.get_by_label("身份证原件").check()
    page.get_by_label("公章").check()
    page.get_by_label("封袋编号").fill("B-2026-01")
    page.get_by_role("button", name="封袋上送").last.tap()
    page.get_by_text("已交出2份").wait_for()
    _sign_in(page, application, live_server, people.town)
    page.goto(f"{live_server}/custody")
    page.get_by_role("link", name="签收").first.tap()
    page.get_by_text("B-2026-01").wait_for()
    card, seal = page.locator("fieldset.custody-item").all()
    card.get_by_label("缺少").check()
    card.get_by_role("textbox").fill("袋里没有")
    page.get_by_role("button", name="按上面逐份登记，签收").tap()
    page.get_by_role("alert").wait_for()
    assert card.get_by_label("缺少").is_checked() and card.get_by_role("textbox").input_value() == "袋里没有"
    seal.get_by_label("齐全").check()
    page.get_by_role("button", name="按上面逐份登记，签收").tap()
    page.get_by_text("其中1份有缺少或破损，已告诉双方").wait_for()
    assert carried.state == "checking" and carried.ledger().custody().missing == 1
