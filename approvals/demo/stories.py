"""One application of the simulation on its way, and what a run of the simulation did."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from approvals.operations.acting import Acting

from . import texts
from .applications import Firm
from .carried_plans import Hitch
from .plans import Plan


@dataclass(slots=True)
class Tally:
    """What a run of the simulation did; ``refused`` holds the sentences of verbs that said no, which is none."""

    cases: int = 0
    actions: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """One application on its way."""

    plan: Plan
    firm: Firm
    filer: Acting
    window: str | None
    route: deque[str]
    correction: texts.Correction
    root_id: int = 0
    known: set[int] = field(default_factory=set)
    cases: dict[str, int] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    handed_out: tuple[Acting, Mapping[str, Any]] | None = None
    hitch: str = ""
    hitches: set[Hitch] = field(default_factory=set)
    resumed: bool = False

    def take_hitch(self, hitch: Hitch) -> bool:
        """Whether that is still to go wrong; it does so once."""
        if hitch not in self.hitches:
            return False
        self.hitches.discard(hitch)
        return True
