"""Walks the product in English and finds the Chinese that it shows beside names and what people typed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from approvals.db import Database
from approvals.models.base import Base
from tests.support.pages import VOID
from tests.support.web import Visitor
from workflows.rules import mask_name

CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")
GLUED = re.compile(r"[a-z)][.!?;,:][A-Z][a-z]")
UNFILLED = re.compile(r"\{[a-z_]+\}|%\(\w+\)")
SHOWN_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-label", "content", "label")
UNSEEN = ("script", "style", "template")


class Texts(HTMLParser):
    """Every text of a page that somebody reads or hears, less what is marked as Chinese; and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        chinese = self._chinese or attributes.get("lang", "").startswith("zh")
        if not chinese:
            self.texts += [
                value for name, value in attributes.items() if name in SHOWN_ATTRIBUTES or _says_something(tag, name, attributes)
            ]
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self.forms.append((attributes.get("action", ""), {}))
        hidden = tag == "input" and attributes.get("type") == "hidden"
        if self.forms and "name" in attributes and (hidden or tag == "button"):
            self.forms[-1][1].setdefault(attributes["name"], attributes.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, chinese))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in [each for each, _ in self._open]:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._chinese and not any(tag in UNSEEN for tag, _ in self._open):
            self.texts.append(data)

    @property
    def _chinese(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _says_something(tag: str, name: str, attributes: dict[str, str]) -> bool:
    """Texts of buttons, and what scripts show: their texts come in data attributes."""
    return (tag == "input" and name == "value" and attributes.get("type") in ("submit", "button")) or (
        name.startswith("data-") and name != "data-copy"
    )


def chinese_on(html: str, known: Iterable[str], judged: dict[str, bool] | None = None) -> list[str]:
    """Texts of a page with Chinese that is none of the ``known`` names and typed texts; those come the longest first.

    ``judged`` keeps what was found of each text, as most texts stand on many pages.
    """
    page = Texts()
    page.feed(html)
    page.close()
    judged = {} if judged is None else judged
    for text in page.texts:
        if text not in judged:
            judged[text] = _is_chinese(text, known)
    return [" ".join(text.split()) for text in page.texts if judged[text]]


def _is_chinese(text: str, known: Iterable[str]) -> bool:
    for name in known if CHINESE.search(text) else ():
        text = text.replace(name, "")
        if not CHINESE.search(text):
            return False
    return CHINESE.search(text) is not None


def glued_on(html: str) -> list[str]:
    """Sentences that run into each other, as Chinese ones may, and placeholders that nobody filled."""
    page = Texts()
    page.feed(html)
    page.close()
    return [" ".join(text.split()) for text in page.texts if GLUED.search(text) or UNFILLED.search(text)]


def stored_texts(database: Database) -> list[str]:
    """Every Chinese text in the database: names, and what people typed. The Chinese of a text in two languages is not one."""
    found: set[str] = set()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if not column.name.endswith("_zh")]
            for row in session.execute(select(*columns)):
                for value in row:
                    found.update(_leaves(value))
    texts = {part for text in found for part in (text, mask_name(text)) if CHINESE.search(part)}
    return sorted(texts, key=len, reverse=True)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            try:
                yield from _leaves(json.loads(value))
                return
            except ValueError:
                pass
        yield value
        yield from value.split("\n")
    elif isinstance(value, dict):
        if "zh" not in value:
            for each in value.values():
                yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)


class Walk:
    """One person's way over the pages: all that need no address of their own, then wherever links and buttons lead.

    Each form is also sent as it stands, with nothing filled in, so that what a page says about that is read as well.
    """

    def __init__(self, application: Any, visitor: Visitor, known: Callable[[], Iterable[str]], most: int = 2) -> None:
        self.visitor, self.known, self.most = visitor, known, most
        self.adapter = application.url_map.bind("localhost")
        self.starts = [rule.rule for rule in application.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
        self.visits: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.shown: dict[str, str] = {}
        self.unsent: list[tuple[str, str, dict[str, str]]] = []
        self.presses: Counter[str] = Counter()

    def go(self, *more: str, unpressed: Iterable[str] = ()) -> None:
        """Look at the named pages, then walk until each kind of page was looked at and each kind of form sent ``most`` times."""
        named = [*self.starts, *more, "/no-such-page"]
        self.follow([link for path in named for link in self.take(path, self.visitor.client.get(path))])
        while self.unsent:
            page, action, values = self.unsent.pop(0)
            kind = self.kind_of(action, "POST")
            if kind not in unpressed and self.presses[kind] < self.most:
                self.presses[kind] += 1
                self.follow(self.take(page, self.visitor.client.post(action, data=values, headers={"Origin": "http://localhost"})))

    def follow(self, waiting: list[str]) -> None:
        while waiting:
            path = waiting.pop(0)
            if path not in self.seen and self.visits[self.kind_of(path)] < self.most:
                self.seen.add(path)
                waiting += self.take(path, self.visitor.client.get(path))

    def take(self, path: str, answer: Any) -> list[str]:
        """Keep what came back; returns where it leads."""
        if answer.status_code in (301, 302, 303):
            # What was done is told on the next page, even when that page was seen before.
            target = self.local(path, answer.headers["Location"])
            self.seen.discard(target)
            self.visits[self.kind_of(target)] = min(self.visits[self.kind_of(target)], self.most - 1)
            return [target]
        if answer.mimetype != "text/html":
            self.visits[self.kind_of(path)] += 1
            return []
        self.visits[self.kind_of(path)] += answer.status_code == 200
        self.shown[f"{path} {answer.status_code} {len(self.shown)}"] = answer.text
        page = Texts()
        page.feed(answer.text)
        self.unsent += [(path, self.local(path, action), values) for action, values in page.forms]
        return [self.local(path, link) for link in page.links if not (urlsplit(link).scheme or urlsplit(link).netloc)]

    def faults(self) -> list[str]:
        """Chinese on any page that came back. Names and typed texts are read at the end: they may have become more."""
        known, judged = list(self.known()), dict[str, bool]()
        found = [f"{path} is not in English" for path, html in self.shown.items() if 'lang="en"' not in html[:200]]
        for path, html in self.shown.items():
            found += [f"{path}: {text}" for text in (*chinese_on(html, known, judged), *glued_on(html))]
        return found

    def kind_of(self, path: str, method: str = "GET") -> str:
        """The name of the view behind a path."""
        try:
            endpoint, _arguments = self.adapter.match(path.partition("?")[0], method=method)
            return str(endpoint)
        except (HTTPException, RequestRedirect):
            return "nothing"

    @staticmethod
    def local(page: str, link: str) -> str:
        parts = urlsplit(urljoin(page, link))
        return parts.path + (f"?{parts.query}" if parts.query else "")
