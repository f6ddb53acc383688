"""What every page of the product must hold to, whatever it shows: looked at in each page that a test fetches."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
LABELLED = frozenset({"text", "password", "email", "tel", "number", "search", "date", "checkbox", "radio"})
Attributes = dict[str, str]


class Page(HTMLParser):
    """Reads a page and collects what the checks ask for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labels_for: set[str] = set()
        self.fields: list[tuple[str, Attributes, bool]] = []
        self.references: list[tuple[str, str]] = []
        self.headings: list[str] = []
        self.title = ""
        self.forms: list[tuple[Attributes, set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, count in names.items() if count > 1]
        attributes = {name: value or "" for name, value in attrs}
        self._note(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def _note(self, tag: str, attributes: Attributes) -> None:
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        if "style" in attributes:
            self.faults.append(f"<{tag}> has an inline style")
        self.faults += [f"<{tag}> has an inline script: {name}" for name in attributes if name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.faults.append(f"inline <{tag}>")
        if tag == "label" and "for" in attributes:
            self.labels_for.add(attributes["for"])
        if tag == "form":
            self.forms.append((attributes, set()))
        if tag in ("input", "select", "textarea", "button") and "name" in attributes and self.forms and "form" in self.open:
            self.forms[-1][1].add(attributes["name"])
        if tag in ("select", "textarea") or (tag == "input" and attributes.get("type", "text") in LABELLED):
            self.fields.append((tag, attributes, "label" in self.open))
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(tag)
        for name in ("aria-describedby", "aria-labelledby"):
            self.references += [(name, target) for target in attributes.get(name, "").split()]
        if tag == "img" and "alt" not in attributes:
            self.faults.append("<img> without alt")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}")
            if tag not in self.open:
                return
            while self.open[-1] != tag:
                self.open.pop()
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data


def faults_of(html: str) -> list[str]:
    """What is wrong with a whole page, in words; empty when nothing is."""
    page = Page()
    page.feed(html)
    page.close()
    faults = list(page.faults)
    faults += [f"<{tag}> is not closed" for tag in page.open]
    faults += [f"id {name!r} occurs {count} times" for name, count in page.ids.items() if count > 1 or not name]
    if not page.title.strip() or page.title.strip().startswith("·"):
        faults.append("no title")
    if page.headings.count("h1") != 1:
        faults.append(f"{page.headings.count('h1')} main headings")
    for tag, attributes, wrapped in page.fields:
        named = wrapped or attributes.get("id") in page.labels_for or "aria-label" in attributes or "aria-labelledby" in attributes
        if not named:
            faults.append(f"<{tag} name={attributes.get('name')!r}> has no label")
    faults += [f"{name} names {target!r}, which is not there" for name, target in page.references if target not in page.ids]
    faults += [f"a label is for {target!r}, which is not there" for target in page.labels_for if target not in page.ids]
    for attributes, names in page.forms:
        if attributes.get("method", "get").lower() == "post" and "csrf_token" not in names:
            faults.append(f"the form to {attributes.get('action')!r} has no token")
        if "action" not in attributes:
            faults.append("a form without an action")
    return faults


def token_in(html: str) -> str:
    """The token of the first form of a page. Raises AssertionError when there is none."""
    marker = 'name="csrf_token"'
    place = html.find(marker)
    assert place >= 0, "the page has no form with a token"
    start = html.index('value="', place) + len('value="')
    return html[start : html.index('"', start)]
