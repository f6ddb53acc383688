"""The workflows in the order people know them: a chain, then its matters as they open."""

from __future__ import annotations

import functools

from workflows.county import county_catalogue
from workflows.engine.definition import CHAIN, Definition


@functools.cache
def in_order() -> tuple[Definition, ...]:
    """The latest version of every workflow: each chain followed by what it opens, then those that stand alone."""
    catalogue = county_catalogue()
    latest = {key: catalogue.latest(key) for key in catalogue.keys()}
    ordered: dict[str, Definition] = {}
    for definition in sorted(latest.values(), key=lambda each: each.kind != CHAIN):
        ordered.setdefault(definition.key, definition)
        for state in definition.states.values():
            for opening in state.opens:
                ordered.setdefault(opening.workflow, latest[opening.workflow])
    return tuple(ordered.values())


def filed_for() -> tuple[Definition, ...]:
    """Everything that is applied for on pages, in its newest version."""
    return tuple(each for each in in_order() if each.pages)


@functools.cache
def place_of(key: str) -> int:
    """Where a workflow stands in that order."""
    return [definition.key for definition in in_order()].index(key)
