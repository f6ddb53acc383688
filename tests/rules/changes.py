"""Small changes to a valid application, named by the path of the field."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from tests.rules.applications import TODAY, valid_application
from workflows.rules import Finding, RuleContext, findings

Change = Callable[[dict[str, Any]], None]


def put(path: str, value: Any) -> Change:
    """Set one field: page.field or page.table.row.column."""

    def change(application: dict[str, Any]) -> None:
        target: Any = application
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if isinstance(target, list):
            target[int(last)] = deepcopy(value)
        else:
            target[last] = deepcopy(value)

    return change


def drop(path: str) -> Change:
    """Remove one field, row or page."""

    def change(application: dict[str, Any]) -> None:
        target: Any = application
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        del target[int(last) if isinstance(target, list) else last]

    return change


def add(path: str, *rows: dict[str, Any]) -> Change:
    """Append rows to a table."""

    def change(application: dict[str, Any]) -> None:
        page, table = path.split(".")
        application[page][table].extend(deepcopy(rows))

    return change


def both(*changes: Change) -> Change:
    """Several changes in order."""

    def change(application: dict[str, Any]) -> None:
        for each in changes:
            each(application)

    return change


def changed(*changes: Change) -> dict[str, Any]:
    """The valid application after the changes."""
    application = valid_application()
    both(*changes)(application)
    return application


def context(stage: str = "submission", today: date = TODAY, **others: Any) -> RuleContext:
    """A context of the usual day."""
    return RuleContext(today=today, stage=stage, **others)


def found(rule: str, application: dict[str, Any], within: RuleContext) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in findings(application, within) if finding.rule == rule]
