"""What was filed, as one person may read it: pages their matter needs, numbers masked where they are not theirs to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from approvals.forms import Answer, Choices, answers
from approvals.language import say
from approvals.queries.cases import Member, changes_between
from workflows.engine.definition import Definition, Field, Form
from workflows.rules import mask_address, mask_email, mask_identity, mask_phone

from .case_access import Seen

PUBLIC_ADDRESSES = frozenset({"premises"})
"""Pages whose addresses are registered and published: those of the enterprise itself (市场主体登记管理条例 第八条)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its answer in words; a table has rows of such lines."""

    label: str
    text: str
    rows: tuple[tuple[Line, ...], ...] = ()
    is_table: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the application."""

    name: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that a later submission changed."""

    page: str
    before: Line
    after: Line


def pages_for(seen: Seen, member: Member) -> list[Form]:
    """The pages that the person may read on a case: all of their own filing, else what the case's definition reads."""
    pages = seen.family.filed.definition.pages
    return [page for page in pages if seen.is_applicant or page.name in member.definition.reads]


def filed(pages: Sequence[Form], content: Mapping[str, Any], choices: Choices, *, full: bool) -> list[Page]:
    """The answers of some pages in words."""
    return [
        Page(page.name, say(page.title), lines_of(page, _values(content, page.name), choices, full=full)) for page in pages
    ]


def lines_of(form: Form, values: Mapping[str, Any], choices: Choices, *, full: bool) -> tuple[Line, ...]:
    """The answers of one form in words; unanswered questions are left out of tables and kept elsewhere."""
    return tuple(_line(answer, full, form.name in PUBLIC_ADDRESSES) for answer in answers(form, values, choices))


def changed(
    seen: Seen, member: Member, before: Mapping[str, Any], after: Mapping[str, Any], choices: Choices, *, full: bool
) -> list[Changed]:
    """What a later submission changed, on the pages that the person may read."""
    return changed_on(seen.family.filed.definition, pages_for(seen, member), before, after, choices, full=full)


def changed_on(
    definition: Definition, pages: Sequence[Form], before: Mapping[str, Any], after: Mapping[str, Any], choices: Choices, *, full: bool
) -> list[Changed]:
    """The same for pages that are known, to whoever they are shown."""
    readable = {page.name: page for page in pages}
    found = []
    for change in changes_between(definition, before, after):
        if change.page not in readable:
            continue
        page = readable[change.page]
        old, new = (_only(page, change.field, _values(content, change.page), choices, full) for content in (before, after))
        found.append(Changed(say(page.title), old, new))
    return found


def _only(page: Form, field: Field, values: Mapping[str, Any], choices: Choices, full: bool) -> Line:
    found = next((answer for answer in answers(page, values, choices) if answer.field is field), None)
    return _line(found, full, page.name in PUBLIC_ADDRESSES) if found is not None else Line(say(field.label), "")


def _values(content: Mapping[str, Any], page: str) -> Mapping[str, Any]:
    values = content.get(page)
    return values if isinstance(values, Mapping) else {}


def _line(answer: Answer, full: bool, is_public: bool = False) -> Line:
    # In a row, what was not answered and boxes that were not ticked say nothing.
    rows = tuple(
        tuple(_line(each, full, is_public) for each in row if each.text and not (each.field.kind == "yes" and each.value is not True))
        for row in answer.rows
    )
    return Line(answer.label, _masked(answer, full, is_public), rows, answer.field.kind == "table")


def _masked(answer: Answer, full: bool, is_public: bool) -> str:
    field = answer.field
    if full or not answer.text:
        return answer.text
    if field.kind == "identity" or field.name == "id_number":
        return mask_identity(answer.text)
    if field.kind == "phone":
        return mask_phone(answer.text)
    if field.kind == "email":
        return mask_email(answer.text)
    if field.name.endswith("address") and field.kind == "text" and not is_public:
        return mask_address(answer.text)
    return answer.text
