"""The entries of official lists, as forms need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading ("" for none) and the entries below it: value and label."""

Choices = Mapping[str, Sequence[Group]]
"""For each official list that a definition may name (places, business_items, banks, offices) its groups."""

NO_CHOICES: Choices = MappingProxyType({})


def label_of(choices: Choices, name: str, value: str) -> str | None:
    """How an entry is called, with its group before it; None when it is not on the list."""
    for heading, entries in choices.get(name, ()):
        for entry, label in entries:
            if entry == value:
                return f"{heading} {label}".strip()
    return None
