"""Names that a definition may use, and what they mean.

A definition holds no code: it names guards, effects and triggers. What a name means never changes, because every published
version that uses it stays in force for its cases; a changed meaning takes a new name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .definition import State, Text
from .facts import Actor, Facts

Check = Callable[[Facts, Actor, Mapping[str, Any]], "Text | None"]
Trigger = Callable[[State, Facts, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on an action. ``check`` returns None when it holds, else a sentence for the person it refuses.
    ``needs`` names facts that cost a statement to gather (``application``, ``registration``, ``rating``,
    ``attempts``); ``values`` what some of
    the parameters can be."""

    name: str
    check: Check
    parameters: frozenset[str]
    needs: frozenset[str]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Effect:
    """Something an action does beside moving the case; carried out by the verbs, in the same transaction.

    ``roles`` must all be able to do an action with this effect, and ``guards`` must all stand before it; the linter
    sees to both.
    """

    name: str
    parameters: frozenset[str]
    needs: frozenset[str]
    roles: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()


GUARDS: dict[str, Guard] = {}
TRIGGERS: dict[str, tuple[Trigger, frozenset[str]]] = {}
TRIGGER_NEEDS: dict[str, frozenset[str]] = {}
"""The costly facts that a trigger looks at, as ``needs`` of a guard."""
FROM_OUTSIDE: set[str] = set()
"""Triggers that wait for a person or for time, so that no linked case decides whether they come."""
EFFECTS: dict[str, Effect] = {}


def guard(
    name: str,
    *,
    parameters: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    values: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Callable[[Check], Check]:
    """Register a guard under ``name``. Raises ValueError when the name is taken."""

    def register(check: Check) -> Check:
        if name in GUARDS:
            raise ValueError(f"guard {name!r} is registered twice")
        GUARDS[name] = Guard(name, check, frozenset(parameters), frozenset(needs), values)
        return check

    return register


def trigger(
    name: str, *, parameters: tuple[str, ...] = (), needs: tuple[str, ...] = (), from_outside: bool = False
) -> Callable[[Trigger], Trigger]:
    """Register what an automatic action waits for. Raises ValueError when the name is taken."""

    def register(check: Trigger) -> Trigger:
        if name in TRIGGERS:
            raise ValueError(f"trigger {name!r} is registered twice")
        TRIGGERS[name] = (check, frozenset(parameters))
        TRIGGER_NEEDS[name] = frozenset(needs)
        if from_outside:
            FROM_OUTSIDE.add(name)
        return check

    return register


def effect(
    name: str,
    *,
    parameters: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    guards: tuple[str, ...] = (),
) -> None:
    """Declare an effect that definitions may name. Raises ValueError when the name is taken."""
    if name in EFFECTS:
        raise ValueError(f"effect {name!r} is declared twice")
    EFFECTS[name] = Effect(name, frozenset(parameters), frozenset(needs), frozenset(roles), frozenset(guards))
