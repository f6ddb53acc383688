"""A company carried from a village point to the departments and back to the door, and a bag in which one original is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Rating
from approvals.operations import custody, delegation
from approvals.operations.custody_ledger import read_ledger
from approvals.queries import lists
from approvals.queries.verification import verify_all
from tests.browser.test_signing import arrive, no_sideways_scrolling
from tests.browser.test_whole_chain import work
from tests.browser.walking import fill, sign_in
from tests.rules.applications import PLACE, ZHANG, valid_application
from tests.support import web
from tests.support.delegating import Carriers, Delegated, carriers
from tests.support.driving import sign_all
from tests.support.seed import BANK, PASSWORD, Cast, Member, seed
from workflows.county import county_catalogue
from workflows.network.custody import GIVEN

pytestmark = [pytest.mark.real_commits, pytest.mark.parametrize("databases", ["sqlite"], indirect=True)]
PRINCIPAL, PHONE = "张测试", "13900005678"
OFFICERS = (
    ("registrar", "company-registration", "approve"),
    ("officer-public-security", "company-seal", "complete"),
    ("officer-tax", "tax-registration", "complete"),
    ("officer-human-resources", "social-insurance", "complete"),
    ("officer-medical-insurance", "medical-insurance", "complete"),
    ("officer-housing-fund", "housing-fund", "complete"),
    ("bank-officer", "bank-account", "complete"),
)


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def cast(database: Database) -> Cast:
    lists.forget()
    return seed(database)


@pytest.fixture
def people(database: Database, cast: Cast) -> Carriers:
    return carriers(database, cast)


@pytest.fixture
def agents_phone(browser: Any) -> Any:
    with web.open_page(browser, 360, 740, touch=True) as opened:
        yield opened


class Desk:
    """Somebody of the network at their own screen, going by what stands on the page."""

    def __init__(self, page: Any, address: str, member: Member, is_phone: bool = False) -> None:
        self.page, self.address, self.is_phone = page, address, is_phone
        sign_in(page, address, member.sign_in_name, PASSWORD)

    def looks(self) -> str:
        """What the page says; on a phone it never has to be pushed sideways."""
        self.page.wait_for_load_state()
        if self.is_phone:
            no_sideways_scrolling(self.page)
        text: str = self.page.locator("main").inner_text()
        return text

    def open_task(self) -> str:
        """The first thing to do on the desk."""
        self.page.goto(f"{self.address}/desk")
        self.looks()
        return self._onward(self.page.locator("main tr.inbox-row a.btn:has-text('办理')").first)

    def press(self, text: str) -> str:
        """A button or link of the page, by what stands on it."""
        return self._onward(self.page.locator(f"main a.btn:has-text('{text}'), main button:has-text('{text}')").first)

    def confirm(self) -> str:
        """The button of the page of an action."""
        return self._onward(self.page.locator(".action-form .button-row button[type=submit]").first)

    def _onward(self, link: Any) -> str:
        with self.page.expect_navigation():
            link.click()
        return self.looks()

    def send(self, action: str, bag: str = "") -> None:
        """Tick all that lies here, name the bag, send it."""
        self.press(action)
        for box in self.page.locator('input[name="items"]').all():
            box.check()
        if bag:
            self.page.fill('[name="bag"]', bag)
        assert "等对方签收" in self._done()

    def receive(self) -> None:
        """Everything is in the bag."""
        self.press("签收")
        assert "已签收" in self._done()

    def _done(self) -> str:
        self.confirm()
        told: str = self.page.locator(".flash-messages").inner_text()
        return told

    def take_papers_in(self, *places: int) -> None:
        self.press("收取、退还材料")
        for place in places:
            self.page.check(f"#pick-{place}")
        self.press("收下这些材料")
        self.back()

    def back(self) -> str:
        return self._onward(self.page.locator("a.back-link"))


class Telephones:
    """What the messages say that everybody was sent."""

    def __init__(self, database: Database) -> None:
        self.database = database


def answered(page: Any, address: str, database: Database, button: str, then: str) -> None:
    """The principal, on their own telephone: the link, who they are, the code, and the answer."""
    arrive(page, address, Telephones(database), PRINCIPAL)  # type: ignore[arg-type]
    page.check("#agreed")
    page.click(f".submit-panel button:has-text('{button}')")
    page.wait_for_selector(f"text={then}")
    no_sideways_scrolling(page)


def write(desk: Desk, application: Mapping[str, Any]) -> None:
    """Every page of the application, as the product leads, and back to the case."""
    page = desk.page
    page.locator('main a[href$="/name"]').first.click()
    for form in county_catalogue().latest("company-opening").pages:
        page.wait_for_url(f"**/{form.name}*")
        desk.looks()
        fill(page, form, application[form.name])
        page.click(".save-bar button.btn-primary")
    page.wait_for_url("**/check")
    assert page.locator(".error-summary").count() == 0, page.locator(".error-summary").inner_text()
    assert "提交申请" not in desk.looks()
    desk.press("填好了，回代办件")


def content() -> dict[str, Any]:
    application = valid_application(today=date.today())
    application["matters"]["bank"] = BANK
    application["declaration"]["filed_by"] = "agent"
    return application


def test_a_company_is_carried_from_the_village_to_the_door(
    page: Any, phone_page: Any, agents_phone: Any, application: Any, database: Database, cast: Cast, people: Carriers
) -> None:
    with web.serving(application) as address:
        agent = Desk(agents_phone, address, people.agent, is_phone=True)
        agents_phone.goto(f"{address}/desk")
        agent.press("代办收件")
        for name, value in {"name": PRINCIPAL, "id_number": ZHANG, "phone": PHONE}.items():
            agents_phone.fill(f'[name="{name}"]', value)
        assert agents_phone.locator('select[name="place"]').input_value() == PLACE
        receipt = agent.press("接下来，起草委托书")
        assert "短信已发到139****5678" in receipt and agents_phone.locator(".receipt-code svg").count() == 1
        assert "等委托人在自己的手机上签" in agent.press("打开这个办件")
        answered(phone_page, address, database, "签委托书", "委托书签好了")

        agents_phone.reload()
        agent.press("开始填")
        write(agent, content())
        agent.take_papers_in(0, 1)
        assert "已收2份" in agent.looks()
        agent.send("封袋上送", "FD-2026-001")

        town = Desk(page, address, people.town)
        assert "送往镇街途中" in town.open_task()
        town.receive()
        checked = town.open_task()
        assert "按今天的情况可以提交" in checked and "身份证原件" in checked
        town.send("核对无误，封袋上送", "FD-2026-002")
        centre = Desk(page, address, people.centre)
        centre.open_task()
        centre.receive()
        centre.open_task()
        centre.press("提交申报")
        centre.confirm()
        with database.reading() as session:
            root = session.scalars(select(Case).where(Case.parent_id.is_(None))).one()
        assert root.state == "handling"

        sign_all(database, root.id, datetime.now(UTC))
        for person, workflow, action in OFFICERS:
            work(page, address, person, workflow, action, **({"handed_over": "post"} if workflow == "company-seal" else {}))

        centre = Desk(page, address, people.centre)
        assert "结果待送回" in centre.open_task()
        centre.press("先登记办理结果")
        page.click("#issue > summary")
        page.check("#result-0")
        centre.press("登记这些结果")
        centre.back()
        centre.send("封袋送回", "FD-2026-003")
        town = Desk(page, address, people.town)
        town.open_task()
        town.receive()
        town.open_task()
        town.send("转送服务点", "FD-2026-004")
        agent.open_task()
        agent.receive()
        assert "营业执照正本" in agent.open_task()
        agent.press("已交给本人")
        agents_phone.fill('[name="receiver"]', PRINCIPAL)
        agent.confirm()
        assert agents_phone.locator("main a:has-text('确认收到')").count() == 0
        answered(phone_page, address, database, "确认收到", "谢谢，代办结束了")
        phone_page.click("main a:has-text('评价')")
        phone_page.check("#score-5")
        phone_page.click(".rating-form button[type=submit]")
        phone_page.wait_for_selector("text=您的评价")

    with database.reading() as session:
        assert session.get_one(Case, root.id).state == "completed"
        assert [rating.score for rating in session.scalars(select(Rating))] == [5]
        ledger = read_ledger(session.connection(), root.id)
        assert {item.name: ledger.standing(item.id).status for item in ledger.items.values()} == dict.fromkeys(
            ("身份证原件", "营业执照正本"), GIVEN
        )
        assert len(ledger.items) == 3 and len(ledger.hand_overs) == 4
        assert list(verify_all(session)) == []


def test_an_original_missing_from_the_bag_is_fetched_and_sent_after(
    page: Any, phone_page: Any, application: Any, database: Database, cast: Cast, people: Carriers
) -> None:
    who = delegation.Principal(PRINCIPAL, "identity-card", ZHANG, PHONE)
    carried = Delegated(database, cast, people, principal=who)

    def now() -> datetime:
        carried.now += timedelta(milliseconds=20)
        return carried.now

    application.config["NOW"] = now
    carried.answer()
    carried.prepare()
    listed = [custody.Listed("身份证原件"), custody.Listed("房产证原件")]
    database.write(custody.take_in, people.agent.acting, carried.root_id, listed, None, carried.now)
    with web.serving(application) as address:
        agent, town = Desk(phone_page, address, people.agent, is_phone=True), Desk(page, address, people.town)
        agent.open_task()
        agent.send("封袋上送", "FD-01")

        town.open_task()
        town.press("签收")
        for item in page.locator("fieldset.custody-item").all():
            is_there = "身份证原件" in item.inner_text()
            item.locator(f'input[value="{"confirmed" if is_there else "missing"}"]').check()
        town.press("按上面逐份登记")
        assert "1份有缺少或破损" in page.locator(".flash-messages").inner_text()
        assert "缺少，正在查找" in town.open_task()
        town.press("缺材料，请服务点补齐")
        page.fill('.action-form [name="reason"]', "封袋里没有房产证原件，请找到后再送来。")
        town.confirm()
        assert carried.state == "supplementing"

        phone_page.goto(f"{address}/notices")
        assert "房产证原件" in agent.looks()
        assert "封袋里没有房产证原件" in agent.open_task()
        agent.press("收取、退还材料")
        report = phone_page.locator("details[id^=report-]:has-text('找到了，或者确认遗失')")
        report.locator("textarea").fill("落在服务点的柜子里")
        agent.press("登记找回")
        agent.back()
        agent.send("封袋上送", "FD-02")
        town.open_task()
        town.receive()
        town.open_task()
        town.send("核对无误，封袋上送", "FD-03")
    assert carried.state == "moving_to_centre"
    with database.reading() as session:
        ledger = read_ledger(session.connection(), carried.root_id)
    sent = sorted(ledger.hand_overs.values(), key=lambda each: each.number)
    assert [(each.bag, each.discrepancies) for each in sent] == [("FD-01", 1), ("FD-02", 0), ("FD-03", 0)]
    assert len(ledger.sent_in(sent[-1].id)) == 2
    assert carried.faults() == []
