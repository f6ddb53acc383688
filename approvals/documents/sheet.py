"""What stands on a document, in words: the facts of its record with what they are called, in Chinese, as the paper is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import Definition, Field
from workflows.rules import DELIVERED_LABELS, FOOD_PERMIT, INTERNAL_FIELDS, LICENCE_LABELS, PERMIT_LABELS

_LABELS = {"registration-notice": LICENCE_LABELS, "business-licence": LICENCE_LABELS, FOOD_PERMIT: PERMIT_LABELS}
_DAYS = frozenset({"established_on", "granted_on", "valid_until"})


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it is called and what is said; a table has rows of such lines."""

    name: str
    label: str
    text: str
    rows: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a paper shows. ``record`` is the canonical JSON of the document's content, which the file carries along;
    ``token`` is that of its verification page; ``words`` names the texts around the facts where they are not those of the kind."""

    kind: str
    title: str
    number: str
    case_number: str
    company: str
    issuer: str
    matter: str
    issued_at: datetime
    issued_on: str
    lines: tuple[Line, ...]
    record: str
    digest: str
    token: str
    words: str = ""


def sheet_of(
    content: Mapping[str, Any], definition: Definition, *, title: str, issuer: str, issued_at: datetime, record: str, digest: str,
    token: str,
) -> Sheet:  # fmt: skip
    """The sheet of a document from its content and the definition that issued it."""
    kind, written = str(content.get("kind", "")), content.get("facts")
    facts = written if isinstance(written, Mapping) else {}
    received = (Line("received_at", "收件时间", _minute(issued_at)),) if kind == "receipt" else ()
    return Sheet(
        kind=kind, title=title, number=str(content.get("number", "")), case_number=str(content.get("case", "")),
        company=str(content.get("company", "")), issuer=issuer, matter=definition.title["zh"], issued_at=issued_at,
        issued_on=chinese_date(content.get("issued_on")), lines=(*received, *lines_of(kind, facts, definition)), record=record,
        digest=digest, token=token, words=f"licence-{kind}" if definition.kind == "licence" else kind,
    )  # fmt: skip


def lines_of(kind: str, facts: Mapping[str, Any], definition: Definition) -> Iterator[Line]:
    """The facts of a document in their order, each with its label; facts that nobody answered are left out."""
    if kind in _LABELS:
        for name, label in _LABELS[kind].items():
            if name in facts:
                value = facts[name]
                yield Line(name, label["zh"], chinese_date(value) if name in _DAYS else _plain(value))
        return
    for name, label in DELIVERED_LABELS.items():
        if facts.get(name):
            yield Line(name, label["zh"], _plain(facts[name]))
    for name, field in fields_of(definition, kind, facts).items():
        line = _line(field, facts[name])
        if line.text or line.rows:
            yield line


def fields_of(definition: Definition, kind: str, facts: Mapping[str, Any]) -> dict[str, Field]:
    """The fields that the facts of a document answer, by name: those of the form with which that kind is issued."""
    asked = {
        action.form
        for action in definition.actions.values()
        if action.form and any(effect.parameters.get("kind") == kind for effect in action.effects)
    }
    return {
        field.name: field
        for form in definition.forms.values()
        if form.name in asked
        for field in form.fields
        if field.name in facts and field.name not in INTERNAL_FIELDS
    }


def _line(field: Field, value: Any) -> Line:
    if field.kind != "table":
        return Line(field.name, without_unit(field, field.label["zh"]), in_words(field, value))
    rows = tuple(_row(field.columns, row) for row in value if isinstance(row, Mapping)) if isinstance(value, list) else ()
    return Line(field.name, field.label["zh"], "", rows)


def without_unit(field: Field, label: str) -> str:
    """What an answer is called where its unit stands in the answer: 注册资本 for 注册资本（元）."""
    if field.kind not in ("money", "percent"):
        return label
    return label.removesuffix("（元）").removesuffix("（%）").removesuffix(" in yuan").removesuffix(" in percent")


def _row(columns: Sequence[Field], row: Mapping[str, Any]) -> tuple[Line, ...]:
    cells = tuple(_line(column, row[column.name]) for column in columns if column.name in row)
    return tuple(cell for cell in cells if cell.text)


def in_words(field: Field, value: Any) -> str:
    """One answer as a paper says it; what cannot be understood is given as it was typed."""
    if field.kind in ("yes", "declaration"):
        return "是" if value is True else ""
    if field.kind in ("choice", "choices"):
        options = {option: text["zh"] for option, text in field.options}
        chosen = value if isinstance(value, list) else [value]
        return "、".join(options.get(each, _plain(each)) for each in chosen if each not in (None, ""))
    text = _plain(value)
    try:
        if field.kind == "money" and text:
            return f"{Decimal(text):,.2f} 元"
        if field.kind == "percent" and text:
            return f"{Decimal(text).normalize():f}%"
    except (InvalidOperation, ValueError):
        return text
    return chinese_date(text) if field.kind == "date" else text


def _minute(moment: datetime) -> str:
    local = moment.astimezone(OFFICE_ZONE)
    return f"{chinese_date(local.date().isoformat())} {local:%H:%M}"


def chinese_date(value: Any) -> str:
    """2026-11-23 as 2026年11月23日; what is no date is given as it is."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return _plain(value)
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return "、".join(_plain(each) for each in (value.values() if isinstance(value, dict) else value))
    return str(value)
