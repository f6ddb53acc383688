"""The personal data of an application, to look for it where it should not be, and a walk over all that somebody can open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from tests.support.web import Visitor

NUMBERS = frozenset({"id_number", "representative_number", "phone", "email", "contact_phone"})
LINK = re.compile(r'href="(/[^"#]*)"')
LEFT_OUT = re.compile(
    r"^/(static|assets|sign-out|language|guides|applications|account|wallet|notices|names)|\.(css|js|svg|woff2?|ico)(\?|$)"
)
MOST_PAGES = 120


def personal_data(content: Any, key: str = "", page: str = "") -> Iterator[str]:
    """Every number, telephone, mail address and private address of an application."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from personal_data(value, name, page or name)
    elif isinstance(content, list):
        for each in content:
            yield from personal_data(each, key, page)
    elif isinstance(content, str) and content and (key in NUMBERS or (key.endswith("address") and page != "premises")):
        yield content


def pages_of(visitor: Visitor, first: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Everything that somebody can open from some addresses by following links, as address and text."""
    waiting, seen = list(first), set[str]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = visitor.client.get(address)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        yield address, answer.text
        links = (unescape(link) for link in LINK.findall(answer.text))
        waiting += [link for link in links if link not in seen and not LEFT_OUT.search(link)]
