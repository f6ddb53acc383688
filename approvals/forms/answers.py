"""Filed values in words, line by line: for checking one's answers, and for whoever decides on them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from approvals.language import _, day_in_words, say
from workflows.engine.definition import Field, Form

from .choices import Choices, label_of
from .conditions import is_shown
from .reading import is_empty, shown

_UNIT = re.compile(r"(\uff08.\uff09| in (yuan|percent))$")


@dataclass(frozen=True, slots=True)
class Answer:
    """One line: a question and what was answered, in words.

    ``text`` is "" when nothing was answered; a table has ``rows``, each a list of such lines. ``field`` is the definition's
    field and ``value`` the stored value, for pages that mask or count.
    """

    field: Field
    path: str
    label: str
    text: str
    value: Any
    rows: tuple[tuple[Answer, ...], ...] = ()


def answers(form: Form, values: Mapping[str, Any], choices: Choices) -> list[Answer]:
    """The answers to all questions of a form or page that are asked, in its order."""
    return _of_fields(form.fields, values, choices, "")


def _of_fields(fields: Sequence[Field], values: Mapping[str, Any], choices: Choices, prefix: str) -> list[Answer]:
    found = []
    for field in fields:
        if not is_shown(field, values):
            continue
        path, value = prefix + field.name, values.get(field.name)
        rows: tuple[tuple[Answer, ...], ...] = ()
        if field.kind == "table" and isinstance(value, list):
            rows = tuple(
                tuple(_of_fields(field.columns, row if isinstance(row, Mapping) else {}, choices, f"{path}.{number}."))
                for number, row in enumerate(value)
            )
        found.append(Answer(field, path, _label(field), in_words(field, value, choices), value, rows))
    return found


def _label(field: Field) -> str:
    """What a question is called beside its answer: without the unit, which the answer carries."""
    label = say(field.label)
    if field.kind not in ("money", "percent"):
        return label
    return _UNIT.sub("", label)


def in_words(field: Field, value: Any, choices: Choices) -> str:
    """One value as people say it; what cannot be understood is given as it was typed."""
    if field.kind == "yes":
        return _("是") if value is True else _("否")
    if field.kind == "declaration":
        return _("已承诺") if value is True else ""
    if field.kind == "table" or is_empty(value):
        return ""
    if field.kind == "choices":
        return _("、").join(_option(field, each) for each in value) if isinstance(value, list) else ""
    if field.kind == "choice":
        return _option(field, value)
    if field.kind == "list":
        return label_of(choices, field.list, str(value)) or shown(field, value)
    return _plain(field, value)


def _option(field: Field, value: Any) -> str:
    return next((say(text) for option, text in field.options if option == value), shown(field, value))


def _plain(field: Field, value: Any) -> str:
    text = shown(field, value)
    try:
        if field.kind == "money":
            return _("%(amount)s元", amount=f"{Decimal(text):,.2f}")
        if field.kind == "percent":
            return f"{Decimal(text).normalize():f}%"
        if field.kind == "date":
            return day_in_words(date.fromisoformat(text))
    except (InvalidOperation, ValueError):
        return text
    return text
