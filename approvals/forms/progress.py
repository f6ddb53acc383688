"""How far an application has come: each page with what is missing, what must change and what is worth knowing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from approvals.language import _, say
from workflows.engine.definition import Form
from workflows.rules import BLOCK, RECORD, WARN, Finding

from .building import Note
from .checking import Fault, faults, in_row
from .choices import Choices

NOT_STARTED, IN_PROGRESS, NEEDS_CHANGE, DONE = "not-started", "in-progress", "needs-change", "done"
_COMPLETENESS = "registration.complete"
"""The rule that lists what is missing; where the form itself says so at the same field, its sentence is enough."""


@dataclass(frozen=True, slots=True)
class PageProgress:
    """One page: its state and all that is said about it, as (path within the page, note)."""

    page: Form
    state: str
    notes: tuple[tuple[str, Note], ...]

    @property
    def to_mend(self) -> tuple[tuple[str, Note], ...]:
        return tuple((path, note) for path, note in self.notes if note.severity == BLOCK)

    @property
    def advice(self) -> tuple[tuple[str, Note], ...]:
        return tuple((path, note) for path, note in self.notes if note.severity == WARN)


def values_of(content: Any, page: str) -> Mapping[str, Any]:
    """The stored values of a page, empty when there are none or nonsense."""
    values = content.get(page) if isinstance(content, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def progress(
    pages: Sequence[Form],
    content: Mapping[str, Any],
    found: Iterable[Finding],
    choices: Choices,
    to_correct: Collection[str] = (),
) -> list[PageProgress]:
    """Every page with its state. ``to_correct`` are pages that the department wants changed and that nobody has touched."""
    found = tuple(found)
    return [_of_page(page, content, found, choices, page.name in to_correct) for page in pages]


def _of_page(page: Form, content: Mapping[str, Any], found: tuple[Finding, ...], choices: Choices, to_correct: bool) -> PageProgress:
    missing_or_wrong = faults(page, values_of(content, page.name), choices)
    prefix = f"{page.name}."
    law = [
        (finding.field.removeprefix(prefix), finding)
        for finding in found
        if finding.severity != RECORD and (finding.field.startswith(prefix) or finding.field == page.name)
    ]
    notes = _merged(missing_or_wrong, law, page, values_of(content, page.name))
    if page.name not in content:
        state = NOT_STARTED
        if not notes:
            # Nothing here is required, but choosing nothing has to be a choice.
            notes.append(("", Note(_("这一页还没有填写，请打开看一遍并保存。")), True))
    elif to_correct or any(note.severity == BLOCK for _path, note, missing in notes if not missing):
        state = NEEDS_CHANGE
    elif any(missing for _path, _note, missing in notes):
        state = IN_PROGRESS
    else:
        state = DONE
    order = {field.name: place for place, field in enumerate(page.fields)}
    notes.sort(key=lambda each: order.get(each[0].partition(".")[0], -1))
    return PageProgress(page, state, tuple((path, note) for path, note, _ in notes))


def _merged(
    form: list[Fault], law: list[tuple[str, Finding]], page: Form, values: Mapping[str, Any]
) -> list[tuple[str, Note, bool]]:
    """One sentence per matter: what is missing is said by the form, what is wrong by the law where the law says it."""
    missing = {fault.path for fault in form if fault.missing or fault.is_unread}
    judged = {path for path, finding in law if finding.severity == BLOCK and finding.rule != _COMPLETENESS} - missing
    tables = {field.name: field for field in page.fields if field.kind == "table"}
    notes = [(fault.path, Note(fault.message), fault.missing) for fault in form if fault.missing or fault.path not in judged]
    for path, finding in law:
        if path in missing and finding.severity == BLOCK:
            continue
        is_gap = finding.rule == _COMPLETENESS
        table = tables.get(path.partition(".")[0])
        message = say(finding.message)
        if table is not None:
            message = in_row(path, table, values.get(table.name), message)
        notes.append((path, Note(message, finding.source, finding.severity), is_gap))
    return notes


def unplaced(pages: Sequence[Form], found: Iterable[Finding]) -> list[Finding]:
    """Findings that must be mended and belong to no page that is shown."""
    names = {page.name for page in pages}
    return [finding for finding in found if finding.severity == BLOCK and finding.field.partition(".")[0] not in names]
