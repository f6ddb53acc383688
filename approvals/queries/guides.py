"""The guide (办事指南) of a workflow, read off its definition: nothing in it is written twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from workflows.county import county_catalogue
from workflows.engine.clock_states import begins_at_acceptance, may_be_suspended
from workflows.engine.definition import CHAIN, INTERNAL, STAYS, Definition, Fee, Limit, Material, Opening, State, Text
from workflows.engine.diagram import draw
from workflows.rules import BLOCK, DRAFT, RuleContext, findings

REGISTRATION = "company-registration"

ELSEWHERE: Mapping[str, Text] = {
    "joint-stock": {"zh": "股份有限公司", "en": "Joint-stock companies"},
    "foreign-invested": {"zh": "外商投资企业", "en": "Foreign-invested firms"},
}
"""Kinds of company that the rules send to another registrar; what they say is asked of the rules themselves."""


@dataclass(frozen=True, slots=True)
class MatterStep:
    """A matter that a step opens: whose it is, how long it takes, after what it begins."""

    definition: Definition
    chosen: bool
    after: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One stay on the way to success: a task of somebody, or matters that run side by side."""

    state: State
    department: str
    matters: tuple[MatterStep, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """What somebody wants to know before they begin. A material comes with the matters that use it."""

    definition: Definition
    steps: tuple[Step, ...]
    limits: tuple[tuple[Definition, Limit], ...]
    fees: tuple[Fee, ...]
    materials: tuple[tuple[Material, tuple[Text, ...]], ...]
    elsewhere: tuple[tuple[Text, Text, str], ...]
    part_of: tuple[Definition, ...]
    clock_restarts: bool
    begins_at_acceptance: bool
    may_be_suspended: bool

    @property
    def to_pay(self) -> Decimal:
        """What the applicant pays in all, in yuan; what is only paid by whoever asks for it is none of it."""
        return sum((Decimal(fee.amount) for fee in self.fees if fee.payer == "applicant" and not fee.on_request), Decimal(0))

    @property
    def fees_above_zero(self) -> tuple[Fee, ...]:
        """What costs something, whoever pays it."""
        return tuple(fee for fee in self.fees if Decimal(fee.amount))

    @property
    def free_of_charge(self) -> tuple[Fee, ...]:
        """What could be thought to cost something and does not."""
        return tuple(fee for fee in self.fees if not Decimal(fee.amount))

    @property
    def all_online(self) -> bool:
        """Whether nothing has to be brought on paper."""
        return all(material.source != "paper" for material, _ in self.materials)

    @property
    def may_ask_for_files(self) -> bool:
        """Whether there are situations in which something has to be uploaded."""
        return any(material.source == "upload" for material, _ in self.materials)

    @property
    def begins_here(self) -> bool:
        """Whether an application can be filed for this very workflow; others run inside a chain."""
        return bool(self.definition.pages)


def guides() -> list[Definition]:
    """The latest version of every workflow: chains first, then what they open in its order, then what stands alone."""
    catalogue = county_catalogue()
    latest = [each for each in map(catalogue.latest, catalogue.keys()) if each.kind != INTERNAL]
    chains = [definition for definition in latest if definition.kind == CHAIN]
    inside = [opening.workflow for chain in chains for opening in _openings(chain)]
    others = [definition for definition in latest if definition.kind != CHAIN]
    order = {key: number for number, key in enumerate(inside)}
    return chains + sorted(others, key=lambda definition: order.get(definition.key, len(order)))


def guide(key: str, today: date) -> Guide | None:
    """The guide of a workflow; None when there is no such workflow."""
    catalogue = county_catalogue()
    try:
        definition = catalogue.latest(key)
    except KeyError:
        return None
    if definition.kind == INTERNAL:
        return None
    matters = [definition, *(catalogue.latest(opening.workflow) for opening in _openings(definition))]
    return Guide(
        definition=definition,
        steps=tuple(_steps(definition)),
        limits=tuple((matter, matter.statutory) for matter in matters if matter.statutory is not None),
        fees=tuple(fee for matter in matters for fee in matter.fees),
        materials=tuple(_materials(matters)),
        elsewhere=tuple(_elsewhere(today)) if any(matter.key == REGISTRATION for matter in matters) else (),
        part_of=tuple(chain for chain in guides() if any(opening.workflow == key for opening in _openings(chain))),
        clock_restarts=any(_restarts_clock(matter) for matter in matters),
        begins_at_acceptance=begins_at_acceptance(definition),
        may_be_suspended=may_be_suspended(definition),
    )


@cache
def diagram(key: str, version: int, language: str) -> str:
    """The drawing of a version, drawn once per process."""
    catalogue = county_catalogue()
    return draw(catalogue.version(key, version), language, titles={each.key: each.title for each in catalogue})


def _restarts_clock(definition: Definition) -> bool:
    """Whether filing anew begins the time anew; other restarts follow a failure and are nothing to plan for."""
    return any(
        {"accept_submission", "restart_clock"} <= {effect.name for effect in action.effects} for action in definition.actions.values()
    )


def _materials(matters: list[Definition]) -> Iterator[tuple[Material, tuple[Text, ...]]]:
    """Each material once, in the order in which it is first needed."""
    found: dict[tuple[str, str], tuple[Material, list[Text]]] = {}
    for matter in matters:
        for material in matter.materials:
            found.setdefault((material.name["zh"], material.source), (material, []))[1].append(matter.title)
    for material, titles in found.values():
        yield material, tuple(titles)


def _openings(definition: Definition) -> list[Opening]:
    return [opening for state in definition.states.values() for opening in state.opens]


def _steps(definition: Definition) -> Iterator[Step]:
    catalogue = county_catalogue()
    for name in way_to_success(definition):
        state = definition.states[name]
        matters = tuple(
            MatterStep(
                catalogue.latest(opening.workflow),
                opening.when == "chosen",
                tuple(catalogue.latest(key).title for key in opening.after),
            )
            for opening in state.opens
        )
        if state.task is not None or matters:
            yield Step(state, (state.task.department if state.task is not None else "") or definition.department, matters)


def way_to_success(definition: Definition, start: str = "") -> list[str]:
    """The states of the shortest usual way to one that ends well, from the first one or from ``start``.

    Ways that a person goes count before ways that only a timer goes, so that a guide shows what people do; what is marked as the
    next thing to do (``style: primary``) counts before what is done otherwise.
    """
    shortest = [start or definition.initial]
    ways: deque[list[str]] = deque([shortest])
    seen = set(shortest)
    while ways:
        way = ways.popleft()
        state = definition.states[way[-1]]
        if state.final and state.outcome == "done":
            return way
        for dest in _next(definition, way[-1]):
            if dest not in seen:
                seen.add(dest)
                ways.append([*way, dest])
    return shortest


def _next(definition: Definition, source: str) -> Iterator[str]:
    found = [
        (action.style, branch.dest)
        for action in definition.actions.values()
        if source in action.source
        for branch in action.branches
        if branch.dest != STAYS
    ]
    usual = [dest for style, dest in found if style == "primary"]
    yield from usual or (dest for _, dest in found)


def _elsewhere(today: date) -> Iterator[tuple[Text, Text, str]]:
    for company_type, title in ELSEWHERE.items():
        application: dict[str, Any] = {"name": {"company_type": company_type}}
        for finding in findings(application, RuleContext(today=today, stage=DRAFT)):
            if finding.severity == BLOCK and finding.field == "name.company_type":
                yield title, finding.message, finding.source
