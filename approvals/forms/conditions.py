"""When a question is asked, and when it must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.definition import Field


def expected(condition: Mapping[str, Any]) -> list[Any]:
    """The values of the other field that make a condition hold."""
    wanted = condition["is"] if "is" in condition else condition["has"]
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a condition on another field of the same page or row holds; an untouched tick box counts as not ticked."""
    value = values.get(condition["field"])
    wanted = expected(condition)
    if "has" in condition:
        return isinstance(value, list | tuple) and any(each in value for each in wanted)
    if any(isinstance(each, bool) for each in wanted):
        return (value is True) in wanted
    return value in wanted


def is_shown(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether the question is asked, given the other answers of its page or row."""
    return field.show is None or holds(field.show, values)


def is_required(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether the question must be answered, given the other answers of its page or row."""
    if not is_shown(field, values):
        return False
    return field.required if isinstance(field.required, bool) else holds(field.required, values)
