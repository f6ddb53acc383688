"""Reading an application that may be half-filled or hold nonsense: nothing here raises on bad content."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from workflows.rules.traditional import in_standard_characters

PAGES = ("name", "premises", "capital", "people", "matters", "delivery", "declaration")

_MONEY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEEPEST = 6
"""So deep may tables nest; what is typed deeper is read by no rule."""


@dataclass(frozen=True, slots=True)
class Row:
    """One page, or one row of a table, with the path of its fields."""

    path: str
    values: Mapping[str, Any]

    def field(self, name: str) -> str:
        """The path of a field: page.field, or page.field.row.column."""
        return f"{self.path}.{name}"

    def raw(self, name: str) -> Any:
        """The value as it came."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """The text without surrounding blanks; "" when missing or no text."""
        value = self.values.get(name)
        return value.strip() if isinstance(value, str) else ""

    def typed(self, name: str) -> bool:
        """Whether anything at all was entered; an untouched tick box (False) counts as entered."""
        value = self.values.get(name)
        return bool(value.strip()) if isinstance(value, str) else value is not None and value != []

    def flag(self, name: str) -> bool:
        """True only for a ticked box."""
        return self.values.get(name) is True

    def whole(self, name: str) -> int | None:
        """A whole number, or None."""
        value = self.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def money(self, name: str) -> Decimal | None:
        """Yuan with at most two decimals, or None when missing or malformed."""
        text = self.text(name)
        return Decimal(text) if _MONEY.fullmatch(text) else None

    def percent(self, name: str) -> Decimal | None:
        """A percentage, or None when missing or malformed."""
        text = self.text(name)
        return Decimal(text) if _PERCENT.fullmatch(text) else None

    def day(self, name: str) -> date | None:
        """A calendar day, or None when missing or impossible."""
        text = self.text(name)
        if not _DAY.fullmatch(text):
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None

    def choices(self, name: str) -> frozenset[str]:
        """The chosen values."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple | set | frozenset):
            return frozenset()
        return frozenset(item for item in value if isinstance(item, str))

    def rows(self, name: str) -> tuple["Row", ...]:
        """The rows of a table that hold anything, with their place in the table."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple):
            return ()
        found = (Row(f"{self.path}.{name}.{number}", row) for number, row in enumerate(value) if isinstance(row, Mapping))
        return tuple(row for row in found if row.filled())

    def filled(self) -> bool:
        """Whether any column holds more than an untouched box."""
        return any(self.typed(name) and self.values[name] is not False for name in self.values)


class Application:
    """The pages of an application. Tables and texts are read once, as dozens of rules ask for them."""

    def __init__(self, values: Any) -> None:
        self.raw: Mapping[Any, Any] = values if isinstance(values, Mapping) else {}
        self._pages: dict[str, Row] = {}

    def page(self, name: str) -> Row:
        """One page, empty when missing."""
        if name not in self._pages:
            values = self.raw.get(name)
            self._pages[name] = Row(name, values if isinstance(values, Mapping) else {})
        return self._pages[name]

    @cached_property
    def shareholders(self) -> tuple[Row, ...]:
        """The rows of the shareholders' table."""
        return self.page("capital").rows("shareholders")

    @cached_property
    def owners(self) -> tuple[Row, ...]:
        """The rows of the beneficial owners' table."""
        return self.page("capital").rows("owners")

    @cached_property
    def people(self) -> tuple[Row, ...]:
        """The rows of the people's table."""
        return self.page("people").rows("people")

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Every text with the path of its field; entries of a choice share the path of the field."""
        return tuple(_texts("", self.raw))

    @cached_property
    def unusual_texts(self) -> tuple[tuple[str, str], ...]:
        """The texts that hold a character which cannot be printed or seen. Nearly always none, so all are looked at as one first."""
        together: list[str] = []
        _gather(self.raw, together)
        if not is_unusual("".join(together)):
            return ()
        return tuple((path, text) for path, text in self.texts if is_unusual(text))

    @cached_property
    def numbered(self) -> tuple[tuple[Row, str, str], ...]:
        """Everybody with an identity number: the row, the kind of paper, and the number as it is compared."""
        found = ((row, row.text("id_kind"), normalise_number(row.text("id_number"))) for row in self.everyone())
        return tuple(each for each in found if each[2])

    def everyone(self) -> Iterator[Row]:
        """Every row that names somebody with a number, in page order."""
        yield from self.shareholders
        yield from self.owners
        yield from self.people

    def holding(self, *positions: str) -> tuple[Row, ...]:
        """The people who hold one of the positions, each person once even when entered in two rows."""
        wanted = frozenset(positions)
        found: dict[str, Row] = {}
        for row in self.people:
            if row.choices("positions") & wanted:
                found.setdefault(person_key(row), row)
        return tuple(found.values())


def _gather(value: Any, into: list[str], depth: int = 0) -> None:
    """Collect every text without its path, which costs more than the text."""
    if isinstance(value, str):
        into.append(value)
    elif depth < _DEEPEST:
        if isinstance(value, Mapping):
            value = value.values()
        elif not isinstance(value, list | tuple):
            return
        for each in value:
            _gather(each, into, depth + 1)


def _texts(path: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif depth >= _DEEPEST:
        return
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(key, str) and key.isidentifier():
                yield from _texts(f"{path}.{key}" if path else key, each, depth + 1)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _texts(path if isinstance(each, str) else f"{path}.{number}", each, depth + 1)


_WIDE_TO_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS = re.compile(r"[\s\-‐‑–—]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def normalise_number(number: str) -> str:
    """An identity number or credit code as it is compared and stored.

    Blanks and hyphens go, full-width characters become half-width, ASCII letters become upper case.
    """
    if number.isascii():  # nearly always, and rules ask this often
        return _SEPARATORS.sub("", number).upper()
    narrow = _SEPARATORS.sub("", _INVISIBLE.sub("", number.translate(_WIDE_TO_NARROW)))
    return "".join(character.upper() if character.isascii() else character for character in narrow)


LONGEST_COMPARED = 1000
"""Characters of a text that are compared: more than any name has, and little enough for dozens of rules."""


def comparable(name: str) -> str:
    """A name as it is compared: its beginning in NFKC and in standard characters, without what cannot be seen, blanks and case."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name[:LONGEST_COMPARED]))
    plain = "".join(character for character in visible if character.isprintable() and not character.isspace()).casefold()
    return in_standard_characters(plain)


def invisible_in(text: str) -> bool:
    """Whether the text holds characters that cannot be seen: joiners, direction marks, variation selectors."""
    return _INVISIBLE.search(text) is not None or any(unicodedata.category(character) == "Cf" for character in text)


def is_unusual(text: str) -> bool:
    """Whether any character of the text cannot be printed, as line breaks cannot, or cannot be seen."""
    return not text.isprintable() or _INVISIBLE.search(text) is not None


def person_key(row: Row) -> str:
    """What tells one person from another: the number, else the name, else the row itself."""
    return normalise_number(row.text("id_number")) or comparable(row.text("name")) or row.path


def who(row: Row) -> tuple[str, str]:
    """How a message calls the row's person, zh and en: the name, printable and not endless, else the row's number."""
    name = "".join(character for character in row.text("name") if character.isprintable())[:30]
    number = row.path.rpartition(".")[2]
    position = int(number) + 1 if number.isascii() and number.isdigit() else 1
    return name or f"第 {position} 行", name or f"row {position}"
