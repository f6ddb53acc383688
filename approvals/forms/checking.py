"""What a form itself asks for: answers that are required, in range and on the list. The law is checked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.language import _, say
from workflows.engine.definition import Field, Form
from workflows.rules import is_phone

from .choices import Choices, label_of
from .conditions import is_required, is_shown
from .reading import is_empty

_MONEY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_HIGHEST_PERCENT = 100
_READ_FIRST = frozenset({"money", "percent", "integer", "date"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that is missing or cannot stand.

    ``path`` is the field, or table.row.column; ``missing`` when nothing was answered, which a draft is allowed.
    """

    path: str
    message: str
    missing: bool = False
    is_unread: bool = False
    """Whether it is no number or date at all: then nothing else can be said about it."""


def faults(form: Form, values: Mapping[str, Any], choices: Choices) -> list[Fault]:
    """Everything in the answers of a form or page that the definition does not allow; never raises, whatever they hold."""
    return list(_of_fields(form.fields, values, choices, ""))


def _of_fields(fields: Sequence[Field], values: Mapping[str, Any], choices: Choices, prefix: str) -> Iterator[Fault]:
    for field in fields:
        if not is_shown(field, values):
            continue
        path, value = prefix + field.name, values.get(field.name)
        if is_empty(value):
            if is_required(field, values):
                yield Fault(path, missing(field), missing=True)
        elif field.kind == "table":
            yield from _of_table(field, value, choices, path)
        else:
            message = _wrong(field, value, choices)
            if message:
                yield Fault(path, message, is_unread=field.kind in _READ_FIRST)


def _of_table(table: Field, rows: Any, choices: Choices, path: str) -> Iterator[Fault]:
    if not isinstance(rows, list):
        yield Fault(path, missing(table), missing=True)
        return
    if table.minimum is not None and len(rows) < table.minimum:
        yield Fault(path, _("“%(label)s”至少要填%(number)d行。", label=say(table.label), number=table.minimum), missing=True)
    for number, row in enumerate(rows):
        for fault in _of_fields(table.columns, row if isinstance(row, Mapping) else {}, choices, f"{path}.{number}."):
            yield replace(fault, message=in_row(fault.path, table, rows, fault.message))


def in_row(path: str, table: Field, rows: Any, message: str) -> str:
    """A sentence about a field of a table's row that says which row, by its number and name, and which field.

    ``path`` is table.row.column; of any other path the sentence comes back as it is.
    """
    name, _dot, rest = path.partition(".")
    number, _dot, column = rest.partition(".")
    field = next((each for each in table.columns if each.name == column), None)
    if name != table.name or not number.isdigit() or field is None:
        return message
    row = rows[int(number)] if isinstance(rows, list) and int(number) < len(rows) else None
    who = row.get("name") if isinstance(row, Mapping) else ""
    place = f"{say(table.label)} {int(number) + 1}"
    if isinstance(who, str) and who.strip():
        place += _("（%(name)s）", name=who.strip()[:30])
    if say(field.label) not in message:
        place += f" · {say(field.label)}"
    return _("%(place)s：%(message)s", place=place, message=message)


def missing(field: Field) -> str:
    """The sentence for a question that still has to be answered."""
    if field.kind in ("choice", "choices", "list"):
        return _("请选择“%(label)s”。", label=say(field.label))
    if field.kind in ("yes", "declaration"):
        return _("请阅读后勾选：%(label)s", label=say(field.label))
    return _("请填写“%(label)s”。", label=say(field.label))


def _wrong(field: Field, value: Any, choices: Choices) -> str:
    """The sentence for an answer that cannot stand; "" when it can."""
    checker = _CHECKERS.get(field.kind, _text)
    return checker(field, value, choices)


def _text(field: Field, value: Any, choices: Choices) -> str:
    if not isinstance(value, str):
        return missing(field)
    if len(value) > field.max_length:
        return _(
            "“%(label)s”最多%(most)d个字，现在有%(number)d个，请缩短。",
            label=say(field.label),
            most=field.max_length,
            number=len(value),
        )
    return ""


def _tick(field: Field, value: Any, choices: Choices) -> str:
    return "" if value is True else missing(field)


def _choice(field: Field, value: Any, choices: Choices) -> str:
    return "" if value in [option for option, _text in field.options] else _("请从选项中选择“%(label)s”。", label=say(field.label))


def _choices(field: Field, value: Any, choices: Choices) -> str:
    options = [option for option, _text in field.options]
    known = isinstance(value, list) and all(each in options for each in value)
    return "" if known else _("请从选项中勾选“%(label)s”。", label=say(field.label))


def _listed(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, str) and label_of(choices, field.list, value) is not None:
        return ""
    return _("所选的“%(label)s”不在现行名录中，请重新选择。", label=say(field.label))


def _money(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, str) and _MONEY.fullmatch(value):
        return _range(field, Decimal(value))
    return _("“%(label)s”请写数字，以元为单位，不写“万”，例如 100000 或 100000.50。", label=say(field.label))


def _percent(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, str) and _PERCENT.fullmatch(value) and Decimal(value) <= _HIGHEST_PERCENT:
        return ""
    return _("“%(label)s”请填0到100之间的数，例如 33.33。", label=say(field.label))


def _whole(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return _range(field, value)
    return _("“%(label)s”请填整数，例如 3。", label=say(field.label))


def _range(field: Field, value: int | Decimal) -> str:
    if field.minimum is not None and value < field.minimum:
        return _("“%(label)s”不能小于%(number)s。", label=say(field.label), number=field.minimum)
    if field.maximum is not None and value > field.maximum:
        return _("“%(label)s”不能大于%(number)s。", label=say(field.label), number=field.maximum)
    return ""


def _day(field: Field, value: Any, choices: Choices) -> str:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return _("“%(label)s”请填日期，例如 2030-06-30。", label=say(field.label))
    return ""


def _email(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, str) and _EMAIL.fullmatch(value):
        return _text(field, value, choices)
    return _("电子邮箱请按“名字@网站”的样子填写，例如 name@example.cn。")


def _phone(field: Field, value: Any, choices: Choices) -> str:
    if isinstance(value, str) and is_phone(value):
        return ""
    return _("“%(label)s”不对：手机号是1开头的11位数字，座机请带区号，例如 0543-5320000。", label=say(field.label))


_CHECKERS = {
    "yes": _tick,
    "declaration": _tick,
    "choice": _choice,
    "choices": _choices,
    "list": _listed,
    "money": _money,
    "percent": _percent,
    "integer": _whole,
    "date": _day,
    "email": _email,
    "phone": _phone,
}
