"""When a question is asked, and when it must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.conditions import expected, holds
from workflows.engine.definition import Field

__all__ = ["expected", "holds", "is_required", "is_shown"]


def is_shown(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether the question is asked, given the other answers of its page or row."""
    return field.show is None or holds(field.show, values)


def is_required(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether the question must be answered, given the other answers of its page or row."""
    if not is_shown(field, values):
        return False
    return field.required if isinstance(field.required, bool) else holds(field.required, values)
