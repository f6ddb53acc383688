"""What is known when a case moves, gathered beforehand and frozen; and who moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .definition import Named, Text

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``roles`` are the roles this person holds *for this case*; ``on_behalf_of`` names whom an agent acts for.

    ``stands_in`` names, for each role that is theirs only while somebody is away, whose it is.
    """

    person_id: int | None
    name: str
    roles: frozenset[str]
    on_behalf_of: int | None = None
    stands_in: tuple[tuple[str, int], ...] = ()


SYSTEM_ACTOR = Actor(person_id=None, name="系统", roles=frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """A case opened by another one, as the parent or a sibling sees it. ``outcome`` is empty until it is settled.

    ``ended_later``: it was started again and ended after the case that opened it had been closed.
    """

    workflow: str
    number: str
    state: str
    outcome: str
    ended_later: bool = False

    @property
    def settled(self) -> bool:
        return self.outcome != ""


@dataclass(frozen=True, slots=True)
class Voter:
    """Someone asked to decide a step together with others. ``vote`` is ``yes``, ``no`` or empty."""

    person_id: int
    vote: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a guard or trigger may look at.

    ``entered`` is when the case came into its state; ``timer_due`` when a timer of that state has run out;
    ``offices`` names the offices that the case has; ``form`` is what the actor typed, validated; ``application`` what was filed;
    ``domain`` holds facts of a special subject (the rule context of the registration law, for one) that only its own guards
    understand.
    """

    now: datetime
    chosen: frozenset[str] = frozenset()
    linked: tuple[LinkedCase, ...] = ()
    predecessors: tuple[LinkedCase, ...] = ()
    voters: tuple[Voter, ...] = ()
    timer_due: datetime | None = None
    offices: frozenset[str] = frozenset()
    form: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    application: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    domain: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An action that was allowed: the new state and what has to happen with it. ``stays`` keeps the open task and its clock."""

    action: str
    source: str
    state: str
    stays: bool
    effects: tuple[Named, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """An action that was not allowed. ``reason`` is a kebab-case code; ``message`` a sentence for the person."""

    reason: str
    message: Text
