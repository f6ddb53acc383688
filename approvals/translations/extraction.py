"""Which texts the interface shows, and how they fare in the file of English texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from approvals import settings
from approvals.translations import ENGLISH

MARKERS: dict[str, Any] = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
SOURCES = (("approvals", "*.py", "python"), ("templates", "*.html", "jinja2"))
HEADER = """\
# The interface in English: plain sentences, one word per thing; quotation marks are ‘ and ’.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*([a-z])|%(.)", re.S)
_CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")
_UNSAFE = re.compile(r"[<>&\"]")


def marked() -> Catalog:
    """Every text that modules and templates mark for translation, with the files in which it stands."""
    found = Catalog(fuzzy=False)
    for folder, pattern, method in SOURCES:
        for path in sorted((settings.ROOT / folder).rglob(pattern)):
            name = path.relative_to(settings.ROOT).as_posix()
            # Without "silent" a template that cannot be read would count as one without texts.
            for _line, message, _comments, context in extract(method, BytesIO(path.read_bytes()), MARKERS, (), {"silent": "false"}):
                found.add(message, locations=[(name, 1)], context=context)
    return found


def translated() -> Catalog:
    """The file of English texts."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def texts_of(message: Message) -> tuple[str, ...]:
    """The Chinese of a message: one text, or singular and plural."""
    return message.id if isinstance(message.id, tuple) else (message.id,)


def translations_of(message: Message) -> tuple[str, ...]:
    """The English of a message: one text, or singular and plural; "" where there is none."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


def placeholders(text: str) -> set[tuple[str, str]]:
    """What a text leaves open, as (name, kind); a lone per cent sign stands as a placeholder without a name."""
    return {(name, kind or ("%" if lone == "%" else "")) for name, kind, lone in _PLACEHOLDER.findall(text)}


def faults() -> list[str]:
    """Each marked text that English readers would not get right, as a line that says what is wrong with it."""
    known = translated()
    found = [f"not in the file: {texts_of(message)[0]}" for message in _messages(marked()) if known.get(message.id) is None]
    current = {texts_of(message) for message in _messages(marked())}
    for message in _messages(known):
        if texts_of(message) not in current:
            found.append(f"marked nowhere any more: {texts_of(message)[0]}")
        found += [f"{fault}: {texts_of(message)[0]}" for fault in _faults_of(message)]
    found += [f"kept as obsolete: {texts_of(message)[0]}" for message in known.obsolete.values()]
    return found


def _faults_of(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    if len(translations_of(message)) != len(texts_of(message)):
        yield "singular or plural is missing"
    for text in translations_of(message):
        if not text.strip():
            yield "not translated"
            continue
        left, given = placeholders(texts_of(message)[-1]), placeholders(text)
        # The singular may do without its number, and say "one".
        if not given <= left or (given != left and len(translations_of(message)) == 1):
            yield f"placeholders differ in “{text}”"
        if _CHINESE.search(text):
            yield f"Chinese in “{text}”"
        # Templates show translations as they are: these characters would end an attribute or begin an element.
        if _UNSAFE.search(text):
            yield f'one of < > & " in “{text}”'


def _messages(catalog: Catalog) -> list[Message]:
    """The messages of a catalogue without its header."""
    return [message for message in catalog if message.id]


def update() -> tuple[int, int]:
    """Bring the file up to date: new texts are added empty, those marked nowhere leave. Returns how many of each."""
    old = translated()
    new = Catalog(locale="en", fuzzy=False)
    added = 0
    for message in _messages(marked()):
        known = old.get(message.id)
        added += known is None
        # Without line numbers: a moved line is no change of the file.
        files = [(name, None) for name in sorted({name for name, _line in message.locations})]
        new.add(message.id, known.string if known is not None else "", locations=files)
    left = sum(1 for message in _messages(old) if new.get(message.id) is None)
    written = BytesIO()
    write_po(written, new, width=120, sort_by_file=True, omit_header=True)
    ENGLISH.write_bytes(HEADER.encode() + written.getvalue())
    return added, left
