"""Materials and charges: each material is known by a key, points at questions that are asked, and asks for a file as the last
resort; what is charged is typed in the form of the action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..definition import Field
from ..loader import Path_, Problem
from ..materials import UPLOADED
from .names import _as_list
from .shape import suggestion
from .subject import Rule, Subject, split

COMMITTED = "commitment"


def _items(subject: Subject) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield from enumerate(subject.document.data["materials"])


def keys(subject: Subject) -> Iterator[Problem]:
    """A key names one material: what is uploaded for it is found by it."""
    seen: set[str] = set()
    for number, item in _items(subject):
        if item.get("key") in seen:
            message = f"the key {item['key']!r} stands twice: each material has its own"
            yield subject.problem("material-key", message, "materials", number, "key")
        seen |= {item["key"]} if "key" in item else set()


def _field(subject: Subject, place: str) -> tuple[Field | None, str]:
    """The field at page.field of the pages that are read, and what is known instead of it."""
    page_name, _, name = place.partition(".")
    if page_name not in subject.definition.reads or page_name not in subject.pages:
        return None, f"; the page {page_name!r} is not one that this workflow reads"
    fields = {field.name: field for field in subject.pages[page_name].fields}
    return fields.get(name), suggestion(name, fields)


def tables(subject: Subject) -> Iterator[Problem]:
    """``each`` names tables of the pages that are read, and ``same`` a column that all of them have."""
    for number, item in _items(subject):
        path: Path_ = ("materials", number)
        for place in _as_list(item.get("each") or []):
            field, known = _field(subject, place)
            if field is None or field.kind != "table":
                yield subject.problem("material-each", f"{place!r} is not a table{known if field is None else ''}", *path, "each")
            elif "same" in item and item["same"] not in {column.name for column in field.columns}:
                known = suggestion(item["same"], [column.name for column in field.columns])
                yield subject.problem("material-each", f"{item['same']!r} is not a column of {place!r}{known}", *path, "same")
        if "same" in item and "each" not in item:
            yield subject.problem("material-each", "'same' compares the rows of a table: name it with 'each'", *path, "same")


def conditions(subject: Subject) -> Iterator[Problem]:
    """A condition asks a question of the application, or a column of every table that it goes through, for a possible answer."""
    for number, item in _items(subject):
        path: Path_ = ("materials", number, "when")
        for condition in _as_list(item.get("when") or []):
            for field, known in _asked(subject, item, condition["field"]):
                if field is None:
                    yield subject.problem("material-when", f"{condition['field']!r} is not a question here{known}", *path)
                    continue
                options = {value for value, _ in field.options}
                for value in _as_list(condition.get("is", condition.get("has"))):
                    if (options and value not in options) or (field.kind in ("yes", "declaration") and not isinstance(value, bool)):
                        message = f"{condition['field']!r} is never {value!r}, so this condition never holds"
                        yield subject.problem("material-when", message, *path)


def _asked(subject: Subject, item: Mapping[str, Any], name: str) -> Iterator[tuple[Field | None, str]]:
    if "each" not in item:
        yield _field(subject, name)
        return
    for place in _as_list(item["each"]):
        table, _ = _field(subject, place)
        if table is not None and table.kind == "table":
            columns = {column.name: column for column in table.columns}
            yield columns.get(name), suggestion(name, columns)


def grounds(subject: Subject) -> Iterator[Problem]:
    """A commitment is made by a declaration of the application; a file is asked for with the reason why the law leaves nothing else."""
    for number, item in _items(subject):
        if "field" in item:
            field, known = _field(subject, item["field"])
            if field is None or field.kind not in ("declaration", "yes"):
                message = f"{item['field']!r} is no declaration of the application{known if field is None else ''}"
                yield subject.problem("material-field", message, "materials", number, "field")
        elif item["source"] == COMMITTED and "key" in item:
            message = "a commitment is made by a declaration of the application: name it with 'field'"
            yield subject.problem("material-field", message, "materials", number, "source")
        if item["source"] in UPLOADED and "key" in item and "why" not in item:
            message = "a file is the last resort: say with 'why' what the law leaves nothing else for"
            yield subject.problem("material-why", message, "materials", number, "source")


def charges(subject: Subject) -> Iterator[Problem]:
    """The amount and the purpose of a fee are fields of the form of the action that records it."""
    for name, action in subject.document.data["actions"].items():
        form = subject.definition.forms.get(action.get("form", ""))
        known = [field.name for field in form.fields] if form is not None else []
        for index, item in enumerate(action.get("effects") or ()):
            effect, given = split(item)
            for parameter in ("amount", "purpose") if effect == "record_fee" else ():
                if parameter in given and given[parameter] not in known:
                    message = f"{given[parameter]!r} is not a field of the form of {name!r}{suggestion(str(given[parameter]), known)}"
                    yield subject.problem("parameter", message, "actions", name, "effects", index, effect, parameter)


RULES: tuple[Rule, ...] = (keys, tables, conditions, grounds, charges)
