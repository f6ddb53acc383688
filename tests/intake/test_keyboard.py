"""A whole walk-in without a mouse, at the window."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from approvals.models import BusinessItem, Case, Submission
from approvals.queries import lists
from tests.intake.test_window import PAGES, took_in
from tests.support import seed
from tests.support.filing import County, sent
from tests.support.seed import Member

pytestmark = pytest.mark.browser
SignIn = Callable[[Any, Member], None]


WHERE = """() => {
  const here = document.activeElement;
  const shown = here.type === "radio" ? document.querySelector(`[name="${here.name}"]:checked`) : here;
  return {name: here.name || here.id || here.tagName, kind: here.type || "", value: shown ? shown.value : "", own: here.value || "",
          ticked: here.checked === true};
}"""


class Hands:
    """Two hands at a keyboard: they press keys, and look where the keyboard stands."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def here(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(WHERE)
        return found

    @property
    def stands_at(self) -> str:
        return str(self.here["name"])

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def replace(self, text: str) -> None:
        """Type over whatever the field holds."""
        self.press("Control+A")
        self.page.keyboard.insert_text(text)

    def answer(self, wanted: list[str]) -> None:
        """Give the answer to the field where the keyboard stands."""
        kind = self.here["kind"]
        if kind == "checkbox":
            if self.here["ticked"] != (self.here["own"] in wanted):
                self.press("Space")
        elif kind in ("radio", "select-one"):
            for _press in range(60):
                if not wanted or self.here["value"] == wanted[0]:
                    return
                self.press("ArrowDown")
            raise AssertionError(f"{self.here} never becomes {wanted}")
        elif wanted and self.here["value"] != wanted[0]:
            self.replace(wanted[0])

    def fill(self, values: Mapping[str, Any]) -> None:
        """Answer a page from where the keyboard stands, with Enter from field to field, adding rows where some are missing."""
        data = sent(values)
        rows = {re.sub(r"(-\d+-).*", r"\1", name) for name in data if re.search(r"-\d+-", name)}
        for _field in range(200):
            here = self.here
            if here["kind"] == "submit":
                if all(self.page.locator(f'[name^="{row}"]').count() for row in rows):
                    return
                self.press("Alt+a")
                continue
            self.answer(data.getlist(here["name"]))
            self.press("Enter")
        raise AssertionError("the page has no end")

    def save(self, then: str) -> None:
        self.press("Control+Enter")
        self.page.wait_for_url(f"**/{then}")


def test_a_whole_walk_in_by_keyboard_alone(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/desk/intake")
    hands, content = Hands(page), seed.application(county.now.date())
    page.wait_for_selector("button[autofocus]:focus")
    hands.press("Enter")
    page.wait_for_url("**/identity")

    assert hands.stands_at == "name"
    hands.fill({"name": "周到访", "id_number": "11010119900307 0011", "phone": "+86 139-0000-0001", "checked_in_person": True})
    assert page.input_value("#id_number") == "110101199003070011" and page.input_value("#phone") == "13900000001"
    hands.save("name")

    pages = list(content)
    for name, following in zip(pages, [*pages[1:], "check"], strict=True):
        assert page.url.endswith(f"/{name}")
        hands.fill(content[name])
        hands.save(following)
    assert page.locator(".error-summary").count() == 0
    hands.press("Control+Enter")
    assert hands.stands_at == "confirmed"
    hands.press("Space")
    hands.press("Control+Enter")
    page.wait_for_selector(".receipt-number")
    filed = county.rows(Submission)[0].content
    assert filed["name"]["trade_name"] == content["name"]["trade_name"]
    assert [row["amount"] for row in filed["capital"]["shareholders"]] == ["600000.00", "400000.00"]
    assert [row["name"] for row in filed["people"]["people"]] == [row["name"] for row in content["people"]["people"]]


def test_the_keys_lead_to_every_page_the_queue_and_the_find_box(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    token = took_in(county.visitor(county.cast.town_clerk))
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}")
    hands = Hands(page)
    for number, name in enumerate((*PAGES, "identity", "check"), 1):
        hands.press(f"Alt+{0 if name == 'identity' else 9 if name == 'check' else number}")
        page.wait_for_url(f"**/{token}/{name}")
    hands.press("Alt+q")
    assert page.evaluate("!!document.activeElement.closest('.window-queue')")
    hands.press("/")
    assert hands.stands_at == "q"


def test_dates_are_typed_in_one_go(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    token = took_in(county.visitor(county.cast.town_clerk))
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}/capital")
    hands = Hands(page)
    for typed_so in ("20301231", "2030.12.31", "2030年12月31日", "２０３０/12/31"):
        page.focus("#shareholders-0-paid_by")
        hands.replace(typed_so)
        hands.press("Enter")
        assert page.input_value("#shareholders-0-paid_by") == "2030-12-31"


def test_the_check_page_is_read_from_its_top_and_filed_by_keyboard(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    token = took_in(county.visitor(county.cast.town_clerk))
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}/check")
    assert page.evaluate("window.scrollY") == 0
    page.keyboard.press("Control+Enter")
    assert county.rows(Submission) == []
    assert Hands(page).stands_at == "confirmed"
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".receipt-number")
    assert len([case for case in county.rows(Case) if case.parent_id is None]) == 1


def test_a_fault_is_where_the_keyboard_stands(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    token = county.visitor(county.cast.town_clerk).post("/desk/intake", status=303).location.split("/")[2]
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}/identity")
    hands = Hands(page)
    hands.replace("周到访")
    hands.press("Control+Enter")
    page.wait_for_selector(".error-summary")
    assert hands.stands_at == "id_number"


def test_a_long_list_is_narrowed_by_initials_and_by_code(page: Any, address: str, county: County, sign_in: SignIn) -> None:
    names = [f"{first}{last}" for first in ("谷物", "蔬菜", "水果", "家具", "服装") for last in ("种植", "销售")]
    county.database.write(
        lambda session: session.add_all(BusinessItem(code=f"S1{number:03d}", text=name) for number, name in enumerate(names))
    )
    lists.forget()
    token = county.visitor(county.cast.town_clerk).post("/desk/intake", status=303).location.split("/")[2]
    sign_in(page, county.cast.town_clerk)
    page.goto(f"{address}/applications/{token}/premises")
    box = page.locator(".narrow").first
    box.focus()
    page.keyboard.type("rjkf")
    page.wait_for_selector("text=找到1个")
    assert page.input_value("#items-0-item") == "S0002"
    page.keyboard.press("Control+A")
    page.keyboard.type("s1003")
    page.wait_for_selector("text=找到1个")
    page.keyboard.press("Enter")
    assert page.input_value("#items-0-item") == "S1003"
    assert Hands(page).stands_at == "items-0-item"
