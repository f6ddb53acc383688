"""What stands beside the form of an action and helps to decide: the law's findings, what is handed out, known values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from approvals.forms import Choices, small_number
from approvals.language import say
from approvals.models import Document
from approvals.operations.registration import context_for
from approvals.queries import cases
from approvals.queries.cases import Family, Member
from workflows.county import county_catalogue
from workflows.engine.definition import Action
from workflows.rules import APPROVAL, BLOCK, RECORD, WARN, Finding, RuleContext, findings

from . import filed, request
from .case_access import Seen

OVERRIDE = "override_identity"
OVERRIDABLE = frozenset({"identity.check-digit", "identity.birth-date", "identity.credit-code"})
"""Rules whose refusal a clerk may lift after seeing the paper."""

NOT_HANDED_OUT = frozenset({"receipt", "acceptance-notice", "correction-notice", "special-procedure-notice", "extension-notice"})
"""Papers of the procedure, which are no results."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An identity number that fails its check: whose it is, and the row of the application it stands in."""

    row: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the law says about an application, once: ``about`` names the person where the sentence itself does not."""

    message: str
    source: str
    about: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page of an action shows beside its form."""

    blocking: tuple[Said, ...] = ()
    warnings: tuple[Said, ...] = ()
    records: tuple[Said, ...] = ()
    is_checked: bool = False
    doubts: tuple[Doubt, ...] = ()
    results: tuple[tuple[str, Document], ...] = ()
    delivery: tuple[filed.Line, ...] = ()


def panel_for(
    session: Session, view: Seen, member: Member, action: Action, content: Mapping[str, Any], lists: Choices
) -> Panel:
    """The panel of an action: what the law finds today for a decision, what belongs together for a hand-out."""
    stage = next(
        (named.parameters["stage"] for named in action.guards if named.name == "registration_rules_hold"),
        "approval" if action.name == OVERRIDE else None,
    )
    found = _findings(session, view, content, stage) if stage is not None else ()
    is_handing_out = _hands_out(action)
    return Panel(
        blocking=_said(found, BLOCK, content),
        warnings=_said(found, WARN, content),
        records=_said(found, RECORD, content),
        is_checked=stage is not None,
        doubts=tuple(_doubts(found, content)),
        results=tuple(_results(session, view)) if is_handing_out else (),
        delivery=_delivery(view, member, content, lists) if is_handing_out else (),
    )


def last_filed(session: Session, family: Family) -> Mapping[str, Any]:
    """The application as it was filed last; empty for a case that the product opened itself."""
    submissions = cases.submissions_of(session, family)
    return submissions[-1].content if submissions else {}


def known_values(session: Session, view: Seen, member: Member, action: Action, row: str) -> dict[str, Any]:
    """What the form of an action can be filled with at first: the way and the person the applicant named, a number in doubt."""
    content = last_filed(session, view.family)
    if _hands_out(action):
        wanted = content.get("delivery", {})
        found = {"receiver": wanted.get("recipient")}
        # An agent brings things in ways of their own: what the applicant chose for the post or a window is none of them.
        return found | ({"way": wanted.get("way")} if wanted.get("way") in _options(member, action, "way") else {})
    # To whoever has not asked for the full data the number is masked: they type it from the paper.
    if action.name == OVERRIDE and view.sees_numbers(member):
        doubts = list(_doubts(_findings(session, view, content, "approval"), content))
        chosen = [doubt for doubt in doubts if doubt.row == row] or doubts[:1]
        return {"id_number": chosen[0].number} if chosen else {}
    return _as_applied_for(member, action, content)


def _options(member: Member, action: Action, name: str) -> set[str]:
    fields = member.definition.forms[action.form].fields if action.form else ()
    return {value for field in fields if field.name == name for value, _text in field.options}


def _hands_out(action: Action) -> bool:
    return any(named.name == "record_contact" and named.parameters.get("kind") == "collection" for named in action.effects)


def _as_applied_for(member: Member, action: Action, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the applicant chose for this matter, where the form of an action asks for it under the same name."""
    matters, way = content.get("matters", {}), content.get("delivery", {}).get("way")
    form = member.definition.forms.get(action.form or "")
    names = [field.name for field in form.fields] if form is not None else []
    found = {name: matters[name] for name in names if name in matters}
    if "handed_over" in names:
        found["handed_over"] = "post" if way in ("electronic", "post") else "window"
    return found


def is_in_doubt(family: Family, content: Mapping[str, Any]) -> bool:
    """Whether a number of an application fails its check and nobody has confirmed it: before that there is nothing to confirm."""
    confirmed = frozenset(family.root.case.identity_overrides)
    found = findings(content, RuleContext(request.today(), APPROVAL, identity_overrides=confirmed))
    return any(finding.severity == BLOCK and finding.rule in OVERRIDABLE for finding in found)


def _findings(session: Session, view: Seen, content: Mapping[str, Any], stage: str) -> tuple[Finding, ...]:
    overrides = view.family.root.case.identity_overrides
    context = context_for(session.connection(), content, request.today(), overrides)
    return findings(content, replace(context, stage=stage))


def _said(found: tuple[Finding, ...], severity: str, content: Mapping[str, Any]) -> tuple[Said, ...]:
    """The findings of a severity in words. A person who stands in two tables is spoken of once."""
    sentences = []
    for finding in found:
        if finding.severity == severity:
            name = str(_at(content, finding.field.rpartition(".")[0]).get("name") or "")
            message = say(finding.message)
            sentences.append(Said(message, finding.source, "" if name in message else name))
    return tuple(dict.fromkeys(sentences))


def _doubts(found: tuple[Finding, ...], content: Mapping[str, Any]) -> list[Doubt]:
    doubts: dict[str, Doubt] = {}
    for finding in found:
        if finding.severity == BLOCK and finding.rule in OVERRIDABLE:
            row = finding.field.rpartition(".")[0]
            values = _at(content, row)
            number = str(values.get("id_number", ""))
            doubts.setdefault(number, Doubt(row, str(values.get("name", "")), number))
    return list(doubts.values())


def _at(content: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The row at page.field.number of an application; empty when there is none."""
    value: Any = content
    for piece in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(piece)
        elif isinstance(value, list) and (place := small_number(piece)) is not None and place < len(value):
            value = value[place]
        else:
            return {}
    return value if isinstance(value, Mapping) else {}


def _results(session: Session, view: Seen) -> list[tuple[str, Document]]:
    return [
        (say(county_catalogue().text("documents", document.kind)), document)
        for document in cases.documents_of(session, view.family)
        if document.kind not in NOT_HANDED_OUT
    ]


def _delivery(view: Seen, member: Member, content: Mapping[str, Any], lists: Choices) -> tuple[filed.Line, ...]:
    page = view.family.filed.definition.page("delivery")
    return filed.lines_of(page, content.get("delivery", {}), lists, full=view.sees_numbers(member))
