"""Pages by keyboard alone, as a reader of the screen hears them, over a slow line, and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.browser.world import COOKIE, ROLES, Look, World

Worlds = dict[str, tuple[World, str]]
MOST_BYTES = 150 * 1024
CONTROLS = ("button", "link", "textbox", "combobox", "checkbox", "radio", "searchbox", "spinbutton")
KEY_PAGES = {
    "the case": ("applicant", "cases.case_page", 1),
    "a page of the application": ("applicant", "applications.page", 3),
    "the inbox": ("registrar", "desk.index", 0),
}
ON_PAPER = {
    "the case": ("applicant", "cases.case_page"),
    "the receipt": ("applicant", "applications.receipt"),
    "a document": ("applicant", "cases.documents.show"),
    "the answers": ("applicant", "applications.check"),
}
# The element that has the focus: where it stands among all, whether a line around it shows, whether it can be seen.
FOCUSED = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const style = getComputedStyle(each), box = each.getBoundingClientRect();
  return {
    at: [...document.querySelectorAll('*')].indexOf(each), html: each.outerHTML.slice(0, 100),
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none',
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.disabled && each.tabIndex >= 0 && each.type !== 'hidden')
  .filter(each => each.type !== 'radio' || each.checked || !document.querySelector(`[name="${each.name}"]:checked`)).length"""
LEFT_ON_PAPER = """() => [...document.querySelectorAll('nav, button, input, select, textarea, .btn, .site-header, .site-footer')]
  .filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 90))"""


@contextmanager
def seeing(browser: Any, world: World, address: str, role: str, width: int = 1280) -> Iterator[Any]:
    """A fresh browser of somebody of this role, who has seen no page yet."""
    # Without animations: a page that scrolls smoothly has not arrived when it is asked.
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    session = world.visitor(role, Look()).client.get_cookie(COOKIE)
    if session is not None:
        context.add_cookies([{"name": COOKIE, "value": session.value, "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.mark.real_commits
@pytest.mark.parametrize("name", ["the case", "a page of the application"])
def test_everything_is_reached_by_keyboard_in_order_and_seen(worlds: Worlds, browser: Any, name: str) -> None:
    world, address = worlds["filled"]
    role, endpoint, number = KEY_PAGES[name]
    with seeing(browser, world, address, role) as page:
        page.goto(address + world.found[role][endpoint][number])
        walked = []
        for _ in range(400):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused is None or (walked and focused["at"] == walked[0]["at"]):
                break
            walked.append(focused)
        else:
            pytest.fail("the focus never leaves the page")
        assert "skip-link" in walked[0]["html"]
        assert [each["html"] for each in walked if not each["marked"]] == []
        assert [each["html"] for each in walked if not each["seen"]] == []
        if name != "the case":
            # Groups of radio buttons are one stop, wherever in them the choice is: their order is the browser's.
            walked = [each for each in walked if 'type="radio"' not in each["html"]]
        places = [each["at"] for each in walked]
        assert places == sorted(places) and len(set(places)) == len(places)
        if name == "the case":
            assert len(walked) == page.evaluate(REACHABLE)


@pytest.mark.real_commits
def test_the_skip_link_leads_past_the_navigation(worlds: Worlds, browser: Any) -> None:
    world, address = worlds["filled"]
    with seeing(browser, world, address, "applicant") as page:
        page.goto(address + "/applications")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.real_commits
@pytest.mark.parametrize("name", KEY_PAGES)
def test_every_control_has_a_name_that_is_heard(worlds: Worlds, browser: Any, name: str) -> None:
    world, address = worlds["filled"]
    role, endpoint, number = KEY_PAGES[name]
    with seeing(browser, world, address, role) as page:
        page.goto(address + world.found[role][endpoint][number])
        heard = page.locator("body").aria_snapshot()
    controls = re.findall(rf"^\s*- (?:'|\")?({'|'.join(CONTROLS)})\b(.*)$", heard, re.MULTILINE)
    assert len(controls) > 8
    assert [f"{kind}{rest}" for kind, rest in controls if not re.match(r' (?:\\?"[^"]+|/.+)', rest)] == []
    for part in ("- main", "navigation", '[level=1]'):
        assert part in heard, part


@pytest.mark.real_commits
def test_a_first_visit_costs_little(worlds: Worlds, browser: Any) -> None:
    """Everything that the browser fetches for one page, as it travels, with nothing kept from before."""
    world, address = worlds["filled"]
    heavy, weighed = [], set()
    for role in ROLES:
        for endpoint, paths in world.found[role].items():
            if endpoint in weighed:
                continue
            weighed.add(endpoint)
            with seeing(browser, world, address, role) as page:
                sizes: list[int] = []
                line = page.context.new_cdp_session(page)
                line.send("Network.enable")
                line.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(int(event["encodedDataLength"])))
                page.goto(address + paths[0], wait_until="load")
                assert len(sizes) >= 4, f"{paths[0]}: {sizes}"
                if sum(sizes) > MOST_BYTES:
                    heavy.append(f"{paths[0]}: {sum(sizes)} bytes")
    assert len(weighed) > 20
    assert heavy == []


@pytest.mark.real_commits
@pytest.mark.parametrize("name", ON_PAPER)
def test_on_paper_a_page_is_what_it_says(worlds: Worlds, browser: Any, name: str) -> None:
    world, address = worlds["filled"]
    role, endpoint = ON_PAPER[name]
    with seeing(browser, world, address, role) as page:
        page.goto(address + world.found[role][endpoint][1])
        heading = page.locator("h1").inner_text()
        page.emulate_media(media="print")
        assert page.evaluate(LEFT_ON_PAPER) == []
        assert page.locator("h1").is_visible() and heading
        page.set_viewport_size({"width": 680, "height": 960})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        folded = page.locator("details:not([open]) > :not(summary)")
        if folded.count():
            assert folded.first.evaluate("each => each.getBoundingClientRect().height") > 0
        assert page.pdf(format="A4").startswith(b"%PDF")
