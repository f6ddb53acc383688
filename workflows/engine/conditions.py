"""When a question is asked, or a material is needed: a condition on another answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def expected(condition: Mapping[str, Any]) -> list[Any]:
    """The values of the other field that make a condition hold."""
    wanted = condition["is"] if "is" in condition else condition["has"]
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]


def answers(condition: Mapping[str, Any], value: Any) -> bool:
    """Whether an answer makes a condition hold; an untouched tick box counts as not ticked."""
    wanted = expected(condition)
    if "has" in condition:
        return isinstance(value, list | tuple) and any(each in value for each in wanted)
    if any(isinstance(each, bool) for each in wanted):
        return (value is True) in wanted
    return value in wanted


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a condition on another field of the same page or row holds."""
    return answers(condition, values.get(condition["field"]))
