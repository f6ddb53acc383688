"""What a rule is, what it finds, and the one list of all rules."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from workflows.rules.reading import PAGES, Application

DRAFT = "draft"
SUBMISSION = "submission"
APPROVAL = "approval"
STAGES = (DRAFT, SUBMISSION, APPROVAL)

TYPED = frozenset({DRAFT, SUBMISSION})
"""Rules on what was typed: shown while a page is saved, and again at submission."""

ALWAYS = frozenset(STAGES)
"""Rules whose answer depends on the day, the names register or a clerk: run again at approval."""

FILED = frozenset({SUBMISSION})
"""Rules that complain about something missing, which a draft is allowed to miss."""

DECIDED = frozenset({SUBMISSION, APPROVAL})
"""Rules about what has to be at hand once the application is filed."""

BLOCK = "block"
WARN = "warn"
RECORD = "record"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or worth knowing.

    `severity` is "block", "warn" or "record"; `field` is page.field[.row.column], "" for the whole application;
    `message` holds "zh" and "en"; `source` is the law and article.
    """

    rule: str
    severity: str
    field: str
    message: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class RegisteredName:
    """A name known to this registrar.

    `status` is "registered", "reserved", "used" (a reservation that became a company), "released" (one that ended
    otherwise), "cancelled", "changed" or "revoked"; `since` is the day the status began;
    `until` is the last day of a reservation; `holder` is a reservation number or a credit code.
    """

    full_name: str
    trade_name: str
    industry: str
    status: str
    since: date
    until: date | None
    holder: str


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What the rules need to know beside the application.

    `today` is the day of submission, or of approval (the establishment date) when the rules run again there.
    Empty `places` and `business_items` mean: not checked. `merged` names, for the code of a place that has ended, the place that
    took it in. Raises ValueError for an unknown stage.
    """

    today: date
    stage: str
    names: tuple[RegisteredName, ...] = ()
    places: frozenset[str] = frozenset()
    merged: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    business_items: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    identity_overrides: frozenset[str] = frozenset()
    foreign_invested_authorised: bool = False

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"stage must be one of {', '.join(STAGES)}, not {self.stage!r}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields: a finding that does not know its rule yet."""

    field: str
    zh: str
    en: str
    severity: str = BLOCK


Check = Callable[[Application, RuleContext], Iterable[Problem]]

_NAME = re.compile(r"[a-z]+\.[a-z]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check with the law it enforces and the stages at which it runs."""

    name: str
    law: str
    articles: str
    page: str
    stages: frozenset[str]
    description: str
    check: Check

    @property
    def source(self) -> str:
        """Law and article as shown to people."""
        return f"{self.law} {self.articles}".strip()


_rules: dict[str, Rule] = {}
RULES: Mapping[str, Rule] = MappingProxyType(_rules)
"""Every rule by name, in order of definition."""


def rule(name: str, *, law: str, articles: str, page: str, stages: frozenset[str]) -> Callable[[Check], Check]:
    """Register a check under a name. Raises ValueError for a bad or taken name, or without law or docstring."""

    def register(check: Check) -> Check:
        description = (check.__doc__ or "").strip()
        if not _NAME.fullmatch(name) or name in _rules:
            raise ValueError(f"rule name {name!r} is malformed or taken")
        if not law or not articles or not description or (page and page not in PAGES) or not stages <= ALWAYS:
            raise ValueError(f"rule {name} needs a law, articles, a docstring, a known page and known stages")
        _rules[name] = Rule(name, law, articles, page, stages, description, check)
        return check

    return register


def findings(application: Mapping[str, Any], context: RuleContext, only: str | None = None) -> tuple[Finding, ...]:
    """Everything that the rules of this stage find, in page order; with ``only``, what has that severity.

    Never raises, whatever the application holds.
    """
    return run(_rules.values(), PAGES, application, context, only)


def run(
    rules: Iterable[Rule], pages: Sequence[str], application: Mapping[str, Any], context: RuleContext, only: str | None
) -> tuple[Finding, ...]:
    """What those of the rules find that belong to the stage, in the order of the pages."""
    reading, order = Application(application), {page: position for position, page in enumerate(pages)}
    found = [finding for each in rules if context.stage in each.stages for finding in _run(each, reading, context, only)]
    return tuple(sorted(found, key=lambda finding: order.get(finding.field.partition(".")[0], len(order))))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that forbid going on."""
    return tuple(finding for finding in findings if finding.severity == BLOCK)


def _run(each: Rule, application: Application, context: RuleContext, only: str | None) -> Iterator[Finding]:
    for problem in each.check(application, context):
        if only is not None and problem.severity != only:
            continue
        message = MappingProxyType({"zh": problem.zh, "en": problem.en})
        yield Finding(each.name, problem.severity, problem.field, message, each.source)
