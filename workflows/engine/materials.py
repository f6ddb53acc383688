"""Which materials one application needs, for whom, and where each comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import answers, holds
from .definition import Definition, Material

UPLOADED = frozenset({"upload", "paper"})
"""Sources by which the applicant has to bring something; all others ask for nothing."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A material that an application needs. ``subject`` tells the rows of a table apart, however they are moved: it is "" for a
    material of the whole application; ``row`` is the row it is needed for and ``path`` where that stands."""

    material: Material
    subject: str = ""
    path: str = ""
    row: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Whose, or which one: the row's name, else the first text in it."""
        if self.row is None:
            return ""
        texts = [self.row.get("name"), *(value for key, value in self.row.items() if key in ("text", "item"))]
        return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def materials_of(definition: Definition, application: Mapping[str, Any]) -> tuple[Needed, ...]:
    """The materials of one matter for an application, as far as it is filled in, in the order of the definition."""
    return tuple(needed for material in definition.materials for needed in _needed(material, application))


def _needed(material: Material, application: Mapping[str, Any]) -> Iterator[Needed]:
    if not material.each:
        if all(answers(condition, answer_at(application, condition["field"])) for condition in material.when):
            yield Needed(material)
        return
    seen: set[str] = set()
    for table in material.each:
        for path, row in _rows(application, table):
            subject = _subject(material, table, path, row)
            if subject not in seen and all(holds(condition, row) for condition in material.when):
                seen.add(subject)
                yield Needed(material, subject, path, row)


def _subject(material: Material, table: str, path: str, row: Mapping[str, Any]) -> str:
    """Rows move up when one above them is deleted, so a row is known by what it says, not by its place."""
    value = row.get(material.same) if material.same else None
    text = "".join(value.split()).upper() if isinstance(value, str) else ""
    return f"{material.same}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}" if text else path


def _rows(application: Mapping[str, Any], table: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = answer_at(application, table)
    for number, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        if isinstance(row, Mapping) and any(value not in (None, "", False, []) for value in row.values()):
            yield f"{table}.{number}", row


def answer_at(application: Mapping[str, Any], path: str) -> Any:
    """The answer at page.field of an application; None when there is none."""
    page, _, name = path.partition(".")
    values = application.get(page)
    return values.get(name) if isinstance(values, Mapping) else None


def asks_for_files(needed: Sequence[Needed]) -> bool:
    """Whether anything has to be brought."""
    return any(each.material.source in UPLOADED for each in needed)
