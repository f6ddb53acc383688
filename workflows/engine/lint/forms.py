"""Forms and pages: every question can be asked, answered and understood; every notice can be filled in."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ..definition import FIELD_KINDS
from ..loader import Path_, Problem
from .names import _as_list
from .shape import suggestion
from .subject import Rule, Subject

PLACEHOLDERS = ("number", "company", "state", "reason", "link")
NEEDED = {"choice": "options", "choices": "options", "list": "list", "table": "columns"}
TICKS = ("yes", "declaration")

Fields = Sequence[Mapping[str, Any]]


def _field_lists(subject: Subject) -> Iterator[tuple[Fields, Path_]]:
    """Every list of fields that are answered together: of a form, a page, or a row of a table."""
    data = subject.document.data
    lists = [(form["fields"], ("forms", name, "fields")) for name, form in (data.get("forms") or {}).items()]
    lists += [(page["fields"], ("pages", number, "fields")) for number, page in enumerate(data.get("pages") or ())]
    for fields, path in lists:
        yield fields, path
        for index, field in enumerate(fields):
            if "columns" in field:
                yield field["columns"], (*path, index, "columns")


def _fields(subject: Subject) -> Iterator[tuple[Mapping[str, Any], Path_, Fields]]:
    for fields, path in _field_lists(subject):
        for index, field in enumerate(fields):
            yield field, (*path, index), fields


def kinds(subject: Subject) -> Iterator[Problem]:
    """A field has a known kind, what that kind needs, and nothing that only another kind can use."""
    for field, path, _ in _fields(subject):
        kind = field["kind"]
        if kind not in FIELD_KINDS:
            message = f"{kind!r} is not a field kind{suggestion(kind, FIELD_KINDS)}"
            yield subject.problem("unknown-field-kind", message, *path, "kind")
            continue
        for key in sorted(set(NEEDED.values())):
            if NEEDED.get(kind) == key and key not in field:
                yield subject.problem("field", f"a field of kind {kind!r} needs {key!r}: add it", *path)
            if NEEDED.get(kind) != key and key in field:
                message = f"a field of kind {kind!r} has no {key!r}: take it out or change the kind"
                yield subject.problem("field", message, *path, key)
        if "list" in field and field["list"] not in subject.vocabulary["lists"]:
            message = f"{field['list']!r} is not an official list{suggestion(field['list'], subject.vocabulary['lists'])}"
            yield subject.problem("unknown-list", message, *path, "list")
        if kind == "table" and "columns" in path:
            yield subject.problem("field", "a table cannot stand in a row of a table", *path, "kind")


def field_names(subject: Subject) -> Iterator[Problem]:
    """No two fields of a form, and no two pages, share a name."""
    for fields, path in _field_lists(subject):
        seen: set[str] = set()
        for index, field in enumerate(fields):
            if field["name"] in seen:
                yield subject.problem("twice", f"two fields are named {field['name']!r}: rename one", *path, index, "name")
            seen.add(field["name"])
    pages = [page.name for page in subject.definition.pages]
    for number, page in enumerate(pages):
        if page in pages[:number]:
            yield subject.problem("twice", f"two pages are named {page!r}: rename one", "pages", number, "page")


def bounds(subject: Subject) -> Iterator[Problem]:
    """Bounds leave room between them, and a default is an answer that could be given."""
    for field, path, _ in _fields(subject):
        if field.get("minimum", 0) > field.get("maximum", field.get("minimum", 0)):
            yield subject.problem("field", "'minimum' is above 'maximum': no answer would do", *path, "minimum")
        if field.get("max_length", 1) < 1:
            yield subject.problem("field", "'max_length' must be at least 1", *path, "max_length")
        if "default" in field and not _answers(field, field["default"]):
            yield subject.problem("field", f"the default {field['default']!r} is no answer to this field", *path, "default")


def _answers(field: Mapping[str, Any], value: Any) -> bool:
    kind = field["kind"]
    if kind in ("choice", "choices"):
        return value in (field.get("options") or {})
    if kind in TICKS:
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in ("money", "percent"):
        return isinstance(value, str) and _is_number(value)
    return isinstance(value, str)


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def conditions(subject: Subject) -> Iterator[Problem]:
    """A condition asks another field of the same form or row for an answer that it can have."""
    for field, path, fields in _fields(subject):
        by_name = {other["name"]: other for other in fields}
        for key in ("required", "show"):
            condition = field.get(key)
            if not isinstance(condition, Mapping):
                continue
            at = (*path, key)
            other = by_name.get(condition["field"])
            if other is None or other is field:
                known = set(by_name) - {field["name"]}
                message = f"{condition['field']!r} is not another field here{suggestion(condition['field'], known)}"
                yield subject.problem("condition", message, *at, "field")
                continue
            if ("has" in condition) != (other["kind"] == "choices"):
                message = (
                    f"ask {other['name']!r} with {'has' if other['kind'] == 'choices' else 'is'}, as it is of kind {other['kind']!r}"
                )
                yield subject.problem("condition", message, *at)
                continue
            for value in _as_list(condition.get("has", condition.get("is"))):
                if not _answers(other, value):
                    message = f"{other['name']!r} is never {value!r}, so this condition never holds"
                    yield subject.problem("condition", message, *at)


def hidden_questions(subject: Subject) -> Iterator[Problem]:
    """A question that may be hidden is not required while it is."""
    for field, path, _ in _fields(subject):
        if "show" in field and field.get("required") is True:
            message = f"{field['name']!r} is required even when hidden: give 'required' the condition of 'show'"
            yield subject.problem("hidden-required", message, *path, "required")


def notices_can_be_filled_in(subject: Subject) -> Iterator[Problem]:
    """A notice uses known placeholders, and the reason only where somebody types one."""
    definition = subject.definition
    for name, notice in definition.notices.items():
        texts = [("text", *item) for item in notice.text.items()] + [("sms", *item) for item in (notice.sms or {}).items()]
        for key, language, sentence in texts:
            path = ("notices", name, key, language)
            try:
                used = {part[1] for part in string.Formatter().parse(str(sentence)) if part[1] is not None}
            except ValueError:
                yield subject.problem("placeholder", "a brace without its partner: write {name} or double the brace", *path)
                continue
            for placeholder in sorted(used - set(PLACEHOLDERS)):
                message = f"{{{placeholder}}} is not a placeholder{suggestion(placeholder, PLACEHOLDERS)}"
                yield subject.problem("placeholder", message, *path)
            for action in definition.actions.values() if "reason" in used else ():
                form = definition.forms.get(action.form)
                if name in action.notices and (form is None or "reason" not in {field.name for field in form.fields}):
                    message = f"the notice tells a reason, but the form of {action.name!r} does not ask for one"
                    yield subject.problem("placeholder", message, *path)


def costs(subject: Subject) -> Iterator[Problem]:
    """A fee is an amount of yuan with two decimals, in quotes, so that no cent is lost on the way."""
    for index, fee in enumerate(subject.document.data["fees"]):
        amount = fee["amount"]
        if not (isinstance(amount, str) and _is_number(amount) and amount[-3:-2] == "." and not amount.startswith("-")):
            yield subject.problem("fee", f'{amount!r} is no amount: write it as "300.00"', "fees", index, "amount")


RULES: tuple[Rule, ...] = (
    kinds,
    field_names,
    bounds,
    conditions,
    hidden_questions,
    notices_can_be_filled_in,
    costs,
)
