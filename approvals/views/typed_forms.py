"""What a manager has typed into one of the forms of a page, with the sentence that stands at each field that cannot stay so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request as asked

from approvals.language import say
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import Refusal

MOST_LETTERS = 400


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to mend, as the summary at the head of a page lists it."""

    message: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """``name`` says which form of the page was sent; the others are empty. A fault under "" belongs to no field."""

    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, name: str, refusal: Refusal) -> TypedForm:
        """The form of this request with what was wrong with it."""
        values = {key: value[:MOST_LETTERS] for key, value in asked.form.items() if key != "csrf_token"}
        if not isinstance(refusal, Faulty):
            return cls(name, values, {"": say(refusal.message)})
        faults: dict[str, str] = {}
        for each in refusal.faults:
            faults.setdefault(each.column, say(each.message))
        return cls(name, values, faults)

    def value(self, form: str, column: str, default: str = "") -> str:
        """What stands in a field: what was typed, or at first its own value."""
        return self.values.get(column, default) if form == self.name else default

    def fault(self, form: str, column: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.faults.get(column, "") if form == self.name else ""

    def noted(self) -> list[tuple[str, Note]]:
        """Everything to mend, each with the field that it leads to."""
        return [(f"{self.name}-{column}" if column else f"{self.name}-form", Note(text)) for column, text in self.faults.items()]
