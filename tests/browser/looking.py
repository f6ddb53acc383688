"""What a page must hold to for everybody's eyes and hands, asked of a real browser."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.world import COOKIE, Look
from tests.support.web import Visitor

WIDTHS = (360, 1280)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

LAID_OUT = ("aria-hidden-focus", "color-contrast", "heading-order", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""What can differ between two widths of one page. In English and in large type the second width is asked for these alone."""

OPTIONS = {"resultTypes": ["violations"], "iframes": False, "preload": False}

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1')].filter(each => each.checkVisibility()).length"
# Hidden text for readers of the screen has no size, and a badge of a drawing is no text of the page.
SMALL_TEXT = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), box = walk.currentNode.parentElement;
    if (!text || box.closest('.visually-hidden, svg, script, option, optgroup') || !box.checkVisibility()) continue;
    if (parseFloat(getComputedStyle(box).fontSize) < 18) found.add(text.slice(0, 30));
  }
  return [...found];
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, input:not([type=hidden]), select, textarea, summary, .btn, nav a, .site-header a")]
  .filter(each => !each.closest('.visually-hidden') && !each.classList.contains('visually-hidden') && each.checkVisibility())
  .filter(each => each.tabIndex >= 0)
  .map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([each, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 90)}`)"""
HEADER = re.compile(r"<header class.*?</header>", re.DOTALL)
PASSING = re.compile(r'name="(?:csrf_token|key|next|seen)"[^>]*value="[^"]*"|value="[0-9a-f]{32}"')


PLAIN = f"""() => ({{wider: {WIDER}, headings: {HEADINGS}, lang: document.documentElement.lang}})"""


class Looker:
    """One browser tab of one person, who looks at each page at both widths.

    ``known`` are the parts of pages, header and rest, that were looked at before in this look, by whomever: a page of known
    parts is not opened again. It is what makes every role at every page affordable.
    """

    def __init__(self, browser: Any, address: str, look: Look, visitor: Visitor, known: set[str]) -> None:
        self.look, self.address, self.visitor, self.known = look, address, visitor, known
        self.context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800}, locale="zh-CN", timezone_id="Asia/Shanghai")
        self.context.set_default_timeout(30_000)
        session = visitor.client.get_cookie(COOKIE)
        if session is not None:
            self.context.add_cookies([{"name": COOKIE, "value": session.value, "url": address}])
        self.page = self.context.new_page()
        self.faults: list[str] = []
        rules = {"color-contrast-enhanced": {"enabled": look.large}}
        every = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules, **OPTIONS}
        laid_out = [*LAID_OUT, *(["color-contrast-enhanced"] if look.large else [])]
        again = {"runOnly": {"type": "rule", "values": laid_out}, **OPTIONS}
        self.options = {WIDTHS[0]: every, WIDTHS[1]: every if look == Look() else again}

    def visit(self, path: str) -> None:
        """Look at a page, unless all of it is known."""
        answer = self.visitor.client.get(path)
        if answer.status_code >= 500:
            self.faults.append(f"{path} answers {answer.status_code}")
        parts = parts_of(answer.text)
        if not parts <= self.known:
            self.known |= parts
            self.page.goto(self.address + path, wait_until="load")
            self._judge(path)

    def press(self, path: str, selector: str) -> None:
        """Look at what comes back when a button of a page is pressed."""
        self.page.goto(self.address + path, wait_until="load")
        button = self.page.locator(selector).first
        if button.count():
            # What comes back may be another page, or written into this one: either way it has a root of its own.
            self.page.evaluate("document.documentElement.dataset.before = 'yes'")
            button.click()
            self.page.wait_for_selector("html:not([data-before])", state="attached")
            self.page.wait_for_load_state("load")
            self._judge(f"{path} after pressing {selector}")

    def _judge(self, name: str) -> None:
        self.page.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            self._judge_at(width, f"{name} at {width} px, {self.look}")

    def _judge_at(self, width: int, name: str) -> None:
        plain = self.page.evaluate(PLAIN)
        if width == WIDTHS[0] and plain["wider"] > 0:
            self.faults.append(f"{name}: scrolls sideways by {plain['wider']} px")
        if plain["headings"] != 1:
            self.faults.append(f"{name}: has {plain['headings']} headings of the first rank")
        if plain["lang"] != self.look.lang:
            self.faults.append(f"{name}: is not marked {self.look.lang}")
        if self.look.large:
            self.faults += [f"{name}: small text {text!r}" for text in self.page.evaluate(SMALL_TEXT)]
            self.faults += [f"{name}: small target {target}" for target in self.page.evaluate(SMALL_TARGETS)]
        result = self.page.evaluate("options => axe.run(document, options)", self.options[width])
        for violation in result["violations"]:
            for node in violation["nodes"][:3]:
                why = "; ".join(each["message"] for each in [*node["any"], *node["all"], *node["none"]])
                self.faults.append(f"{name}: {violation['id']}: {node['html'][:160]} ({why[:200]})")

    def close(self) -> None:
        self.context.close()


def parts_of(html: str) -> set[str]:
    """Header and rest of a page, each as a digest of what does not change from one request to the next."""
    html = PASSING.sub("", html)
    header = HEADER.search(html)
    parts = (header[0] if header else "", HEADER.sub("", html))
    return {hashlib.sha256(part.encode()).hexdigest() for part in parts}
