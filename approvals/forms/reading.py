"""From what was typed to canonical values, and back. What cannot be understood stays as it was typed, so nothing is lost.

Canonical values: money and percent are decimal strings, dates ``YYYY-MM-DD``, ticks booleans, whole numbers ints, tables
lists of objects, choices lists of strings, everything else text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from workflows.engine.definition import Field, Form
from workflows.rules import normalise_number, normalise_phone

from .conditions import is_shown

TICKS = ("yes", "declaration")
MOST_ROWS = 200
"""Rows kept of a table whose definition names no maximum: more than any law allows, less than a browser can hurt us with."""

MOST_DIGITS = 18
LONGEST_TEXT = 20_000
"""Characters kept of one answer."""

LONGEST_PAGE = 200_000
"""Characters kept of one page."""

_ROW_NUMBER = re.compile(r"[0-9]{1,9}")
_MONEY = re.compile(r"[0-9]{1,15}(\.[0-9]{0,2})?|\.[0-9]{1,2}")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
# A year, month and day, with signs or with the words for them between.
_DAY = re.compile(r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?")
_MONEY_SIGNS = re.compile(r"[,\s]|^[¥\uffe5]|\u5143$")


class FormData(Protocol):
    """What a browser sent: werkzeug's MultiDict."""

    def getlist(self, key: str) -> list[str]: ...

    def __iter__(self) -> Iterator[str]: ...


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _money(text: str) -> str | None:
    plain = _MONEY_SIGNS.sub("", narrow(text))
    return f"{Decimal(plain):.2f}" if _MONEY.fullmatch(plain) else None


def _percent(text: str) -> str | None:
    plain = narrow(text).removesuffix("%").strip()
    return plain if _PERCENT.fullmatch(plain) else None


def _whole(text: str) -> int | None:
    plain = narrow(text)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def _day(text: str) -> str | None:
    found = _DAY.fullmatch(narrow(text).replace(" ", ""))
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Whether this is a canonical day."""
    return _day(text) == text


def _identity(text: str) -> str | None:
    plain = normalise_number(text)
    return plain if plain.isascii() and plain.isalnum() else None


_READERS = {
    "money": _money,
    "percent": _percent,
    "integer": _whole,
    "date": _day,
    "identity": _identity,
    "phone": normalise_phone,
    "email": narrow,
}


def small_number(text: str) -> int | None:
    """A count or key that a page of ours sent back, as plain ASCII digits; None for anything else.

    ``str.isdigit`` takes ``²`` for a digit, at which ``int`` raises; more digits than these fit no column.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def read(field: Field, texts: Sequence[str]) -> Any:
    """The value of a field from the texts a browser sent for it. A number or date that cannot be understood stays text."""
    if field.kind in TICKS:
        return bool(texts) and texts[-1] not in ("", "0", "false")
    if field.kind == "choices":
        order = {value: place for place, (value, _) in enumerate(field.options)}
        chosen = dict.fromkeys(text for text in texts if text)
        return sorted(chosen, key=lambda value: order.get(value, len(order)))
    text = texts[0] if texts else ""
    text = text.replace("\r\n", "\n").strip()
    reader = _READERS.get(field.kind)
    understood = reader(text) if reader is not None and text else None
    return text if understood is None else understood


def shown(field: Field, value: Any) -> str:
    """The text in the input for a stored value: nonsense of any type is shown, never raised at."""
    if value is None or isinstance(value, bool | list | tuple | Mapping):
        return ""
    return str(value)


def is_empty(value: Any) -> bool:
    """Whether nothing was answered; an unticked box counts as nothing."""
    return value is None or value is False or value == [] or (isinstance(value, str) and not value.strip())


def default_row(table: Field, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A row as it is offered: the defaults of its columns, with ``extra`` over them."""
    row = {column.name: column.default for column in table.columns if column.default is not None}
    return {**row, **(extra or {})}


def is_blank_row(table: Field, row: Mapping[str, Any], offered: Mapping[str, Any] | None = None) -> bool:
    """Whether nothing was entered into a row: everything is empty or stands as it was offered."""
    defaults = default_row(table, offered)
    return all(is_empty(row.get(column.name)) or row.get(column.name) == defaults.get(column.name) for column in table.columns)


def row_numbers(formdata: FormData, name: str) -> list[int]:
    """The numbers of the rows that a browser sent for a table, in order."""
    prefix = f"{name}-"
    found = {key[len(prefix) :].split("-", 1)[0] for key in formdata if key.startswith(prefix)}
    return sorted(int(number) for number in found if number.isascii() and _ROW_NUMBER.fullmatch(number))


def most_rows(table: Field) -> int:
    """How many rows of a table are kept."""
    return table.maximum or MOST_ROWS


def visible(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the questions that are asked; an answer to a question that is not asked any more has no effect."""
    return {field.name: values[field.name] for field in fields if field.name in values and is_shown(field, values)}


def rows_of(table: Field, rows: Sequence[Mapping[str, Any]], offered: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows in which anything was entered, each with the questions it asks."""
    return [visible(table.columns, row) for row in rows if not is_blank_row(table, row, offered)]


def _read_all(fields: Sequence[Field], formdata: FormData, prefix: str) -> dict[str, Any]:
    return {field.name: read(field, formdata.getlist(prefix + field.name)) for field in fields}


def lenient(formdata: FormData, form: Form, offered: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """What was typed into a form, valid or not.

    Blank rows are left out, and so are answers to questions that the other answers rule out. ``offered`` are values that the
    page put into new rows of a table, by table and column: a row that holds nothing else is blank.
    """
    values: dict[str, Any] = {}
    for field in form.fields:
        if field.kind == "table":
            numbers = row_numbers(formdata, field.name)[: most_rows(field)]
            rows = [_read_all(field.columns, formdata, f"{field.name}-{number}-") for number in numbers]
            values[field.name] = rows_of(field, rows, (offered or {}).get(field.name))
        else:
            values[field.name] = read(field, formdata.getlist(field.name))
    return visible(form.fields, values)


def overfull(formdata: FormData, form: Form) -> list[Field]:
    """The tables of which more rows were sent than are kept."""
    return [field for field in form.fields if field.kind == "table" and len(row_numbers(formdata, field.name)) > most_rows(field)]


def without_overlong(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values of a page that are kept, and the paths of the texts that are not: no answer needs so many characters.

    Every check reads every text, so what is kept has to stay short enough to be read in an instant.
    """
    paths: list[str] = []
    left = LONGEST_PAGE

    def fits(path: str, value: Any) -> bool:
        nonlocal left
        length = sum(len(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
        if length > LONGEST_TEXT or length > left:
            paths.append(path)
            return False
        left -= length
        return True

    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            kept[name] = [
                {column: cell for column, cell in row.items() if fits(f"{name}.{number}.{column}", cell)}
                for number, row in enumerate(value)
            ]
        elif fits(name, value):
            kept[name] = value
    return kept, paths


def added_row(formdata: FormData, form: Form, offered: Mapping[str, Mapping[str, Any]] | None = None) -> tuple[str, int] | None:
    """The table whose "add a row" button was pressed, with how many blank rows it shows then; None when no such button was."""
    names = formdata.getlist("add")
    table = next((field for field in form.fields if names and field.kind == "table" and field.name == names[0]), None)
    if table is None:
        return None
    rows = (_read_all(table.columns, formdata, f"{table.name}-{number}-") for number in row_numbers(formdata, table.name))
    return table.name, 1 + sum(is_blank_row(table, row, (offered or {}).get(table.name)) for row in rows)


def without_removed(formdata: FormData, form: Form) -> FormData:
    """What was sent, less the row whose "remove" button (``remove`` = ``table.number``) was pressed."""
    name, _, number = (formdata.getlist("remove") or [""])[0].partition(".")
    tables = {field.name for field in form.fields if field.kind == "table"}
    if name not in tables or not _ROW_NUMBER.fullmatch(number):
        return formdata
    return Without(formdata, f"{name}-{int(number)}-")


class Without:
    """Form data without the keys of one row."""

    def __init__(self, formdata: FormData, prefix: str) -> None:
        self._kept = {key: formdata.getlist(key) for key in formdata if not key.startswith(prefix)}

    def getlist(self, key: str) -> list[str]:
        return self._kept.get(key, [])

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self._kept
