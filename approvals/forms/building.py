"""WTForms classes made from definitions. The definition decides what is asked and checked; WTForms binds, names and protects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from wtforms.utils import unset_value

from approvals.language import say
from workflows.engine.definition import Field, Form

from . import reading
from .checking import faults
from .choices import Choices, Group
from .conditions import expected, is_required, is_shown

Offered = Mapping[str, Mapping[str, Any]]
"""Values that a page puts into new rows of a table: by table, then by column."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about a field: the sentence, the law it rests on, and whether it must be mended or is only worth knowing."""

    message: str
    source: str = ""
    severity: str = "block"


class Asked:
    """What a question and a table have in common: a definition's field, what is said about it, whether it is asked."""

    name: str
    definition: Field

    def _begin(self, definition: Field) -> None:
        self.definition = definition
        self.notes: list[Note] = []
        self.is_shown = True
        self.is_required = definition.required is True
        self.suggestions: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        return say(self.definition.hint)

    @property
    def is_faulty(self) -> bool:
        """Whether something about the answer, or the table as a whole, must be mended."""
        return any(note.severity == "block" for note in self.notes)

    @property
    def show_name(self) -> str:
        """The name of the control that decides whether this question is asked; "" for one that always is."""
        show = self.definition.show
        return "" if show is None else self.name.removesuffix(self.definition.name) + show["field"]

    @property
    def show_values(self) -> list[str]:
        """The values of that control with which it is asked, as a browser knows them: ticks are "true" and "false"."""
        show = self.definition.show
        wanted = expected(show) if show is not None else []
        return [str(each).lower() if isinstance(each, bool) else str(each) for each in wanted]


class Question(Asked, wtforms.Field):
    """One question of a definition. ``data`` is canonical where the answer could be understood, else what was typed."""

    widget = wtforms.widgets.TextInput()

    def __init__(self, definition: Field, groups: Iterable[Group] = (), **kwargs: Any) -> None:
        super().__init__(label=say(definition.label), **kwargs)
        self._begin(definition)
        self.groups = tuple(groups)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = reading.read(self.definition, valuelist)

    def _value(self) -> str:
        return reading.shown(self.definition, self.data)

    @property
    def is_plain_date(self) -> bool:
        """Whether a browser's own date control can show what is stored: it blanks what is no date."""
        return not self._value() or reading.is_day(self._value())

    @property
    def options(self) -> list[tuple[str, str]]:
        """Value and label of each option of a choice."""
        return [(value, say(text)) for value, text in self.definition.options]

    @property
    def strange(self) -> str:
        """A stored value of a choice or list that is not on it, kept so that it can be shown; else ""."""
        kind, value = self.definition.kind, self._value()
        if kind == "choice":
            return "" if value in dict(self.definition.options) else value
        if kind == "list":
            return "" if any(value == entry for _, entries in self.groups for entry, _ in entries) else value
        return ""


class Table(Asked, wtforms.FieldList):
    """A table of rows, each a form of its columns. Blank rows are offered but never counted as answered."""

    def __init__(self, unbound_field: Any, definition: Field, offered: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(unbound_field, label=say(definition.label), max_entries=reading.most_rows(definition), **kwargs)
        self._begin(definition)
        self.offered = reading.default_row(definition, offered)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        rows = data if isinstance(data, list) else []
        columns = {column.name for column in self.definition.columns}
        kept = [{key: value for key, value in row.items() if key in columns} for row in rows if isinstance(row, Mapping)]
        super().process(formdata, kept[: self.max_entries])
        if not self.entries:
            self.append_blank()

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        yield from reading.row_numbers(formdata, prefix)

    def append_blank(self) -> None:
        """Offer one more row, as long as there may be one."""
        if len(self.entries) < (self.max_entries or reading.MOST_ROWS):
            self._add_entry(None, dict(self.offered))

    def remove(self, number: int) -> None:
        """Take a row out; the last one left is only emptied."""
        rows = [entry.data for place, entry in enumerate(self.entries) if place != number]
        self.process(None, rows)

    @cached_property
    def pattern(self) -> Any:
        """A blank row that a script copies; its number is the word ``ROW``."""
        field = self.meta.bind_field(
            self._form,
            self.unbound_field,
            {"name": f"{self.name}-ROW", "id": f"{self.id}-ROW", "_meta": self.meta, "translations": self._translations},
        )
        field.process(None, dict(self.offered))
        _reveal(self.definition.columns, field.form)
        return field

    def answered(self) -> list[dict[str, Any]]:
        """The rows in which anything was entered."""
        return reading.rows_of(self.definition, [entry.data for entry in self.entries], self.offered)


class RowForm(wtforms.Form):
    """One row of a table."""


class DefinitionForm(FlaskForm):
    """A form made from a definition; ``definition`` and ``choices`` are set on the class that ``form_class`` builds."""

    definition: Form
    choices: Choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything is answered as the definition asks; what is not is noted at its field."""
        protected = super().validate(extra_validators)
        found = faults(self.definition, canonical(self), self.choices)
        for fault in found:
            self.note(self._path_of_row(fault.path), Note(fault.message))
        return protected and not found

    def _path_of_row(self, path: str) -> str:
        """A path among the answered rows as a path among the rows on the page, blank ones included."""
        table, _, rest = path.partition(".")
        if not rest:
            return path
        number, _, column = rest.partition(".")
        field = self[table]
        answered = [
            place for place, entry in enumerate(field.entries) if not reading.is_blank_row(field.definition, entry.data, field.offered)
        ]
        return f"{table}.{answered[int(number)]}.{column}" if int(number) < len(answered) else table

    def questions(self) -> list[Question | Table]:
        """The fields to show, each told whether it is asked at present."""
        _reveal(self.definition.fields, self)
        return [self[field.name] for field in self.definition.fields]

    def at(self, path: str) -> Question | Table | None:
        """The field of a path: name, or table.row.column; None when the page does not show it."""
        name, _, rest = path.partition(".")
        if name not in self._fields:
            return None
        field = self[name]
        number, _, column = rest.partition(".")
        place = reading.small_number(number)
        if not rest or not isinstance(field, Table) or place is None or place >= len(field.entries):
            return field
        row = field.entries[place].form
        return row[column] if column in row._fields else field

    def note(self, path: str, note: Note) -> None:
        """Say something about the field of a path; what concerns no field of this page is left out."""
        field = self.at(path)
        if field is not None and note not in field.notes:
            field.notes.append(note)

    def noted(self, severity: str = "block") -> list[tuple[str, Note]]:
        """All notes of a severity with the id of the field that they are about, in the order of the page."""
        found = []
        for field in self.definition.fields:
            top = self[field.name]
            found += [(anchor(top), note) for note in top.notes if note.severity == severity]
            for entry in top.entries if isinstance(top, Table) else ():
                found += [(anchor(each), note) for each in entry.form for note in each.notes if note.severity == severity]
        return found


def anchor(field: Question | Table) -> str:
    """The id of the element that a link to this field leads to."""
    grouped = isinstance(field, Table) or field.definition.kind == "choices"
    return f"{field.id}-group" if grouped else str(field.id)


def _reveal(fields: Iterable[Field], form: Any) -> None:
    fields = tuple(fields)
    values = {field.name: form[field.name].data for field in fields if field.kind != "table"}
    for field in fields:
        bound = form[field.name]
        bound.is_shown, bound.is_required = is_shown(field, values), is_required(field, values)
        for entry in bound.entries if isinstance(bound, Table) else ():
            _reveal(field.columns, entry.form)


def _question(field: Field, choices: Choices) -> Any:
    return Question(field, choices.get(field.list, ()) if field.list else (), default=field.default)


def form_class(definition: Form, choices: Choices, offered: Offered | None = None) -> type[DefinitionForm]:
    """A WTForms class for a form or page of a definition, labelled in the language of the person who asks."""
    fields: dict[str, Any] = {"definition": definition, "choices": choices}
    for field in definition.fields:
        if field.kind == "table":
            columns = {column.name: _question(column, choices) for column in field.columns}
            row = type("Row", (RowForm,), columns)
            fields[field.name] = Table(wtforms.FormField(row), field, (offered or {}).get(field.name))
        else:
            fields[field.name] = _question(field, choices)
    return type("Filled", (DefinitionForm,), fields)


def canonical(form: DefinitionForm) -> dict[str, Any]:
    """The values of a form as they are filed: blank rows and questions that are not asked left out."""
    values = {
        field.name: form[field.name].answered() if field.kind == "table" else form[field.name].data for field in form.definition.fields
    }
    return reading.visible(form.definition.fields, values)


def fill(form: DefinitionForm, content: Mapping[str, Any]) -> None:
    """Show stored values, valid or not; questions without a stored value show their default."""
    names = {field.name for field in form.definition.fields}
    form.process(None, data={name: value for name, value in content.items() if name in names})


def rearranged(form: DefinitionForm, formdata: reading.FormData) -> bool:
    """Carry out the button that adds or removes a row, if one of them was pressed: then the page is shown again, unchecked."""
    add, remove = (formdata.getlist(name)[:1] for name in ("add", "remove"))
    name, _, number = (remove or add or [""])[0].partition(".")
    table = form[name] if name in form._fields else None
    if not isinstance(table, Table):
        return False
    place = reading.small_number(number)
    if remove and reading.row_numbers(formdata, name) and place is not None:
        table.remove(place)
    elif add:
        table.append_blank()
    return True
