"""Every name that a definition uses must be the name of something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..clock_states import EXTEND
from ..definition import CHAIN, DELEGATED, INTERNAL, ON_THE_WAY, OUTCOMES, SIGNERS, STAYS, SYSTEM
from ..loader import Path_, Problem
from ..registry import EFFECTS, GUARDS, TRIGGERS
from .shape import suggestion
from .subject import Rule, Subject, named_places, split

KINDS = (CHAIN, "registration", "licence", "service", DELEGATED, INTERNAL)
"""``internal``: opened by the product itself, so nobody applies for it and no guide lists it."""

STYLES = ("primary", "secondary", "danger")
OFFICES = ("deciding", "receiving", "delivery")
OPENED_WHEN = ("always", "chosen")
SIGN_OFF_RULES = ("all", "any", "count", "share")
VOTES = ("yes", "no")
TOLD = ("applicant", "signatory")
"""Whom a notice can go to: the verbs write it to the person who applied, or to each one who is asked to sign."""


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unless_known(subject: Subject, kind: str, value: Any, known: Iterable[str], path: Path_, rule: str = "") -> Iterator[Problem]:
    known = tuple(known)
    if value not in known:
        article = "an" if kind[0] in "aeiou" else "a"
        message = f"{value!r} is not {article} {kind}{suggestion(str(value), known)}"
        yield subject.problem(rule or f"unknown-{kind.replace(' ', '-')}", message, *path)


def roles(subject: Subject) -> Iterator[Problem]:
    """Tasks, actions and notices are for roles of the vocabulary."""
    known = tuple(subject.vocabulary["roles"])
    data = subject.document.data
    for name, state in data["states"].items():
        if "task" in state:
            yield from _unless_known(subject, "role", state["task"]["role"], known, ("states", name, "task", "role"))
    for name, action in data["actions"].items():
        for index, role in enumerate(_as_list(action["by"])):
            at = (index,) if isinstance(action["by"], list) else ()
            yield from _unless_known(subject, "role", role, (*known, SYSTEM), ("actions", name, "by", *at))
    for name, notice in (data.get("notices") or {}).items():
        path = ("notices", name, "to")
        yield from _unless_known(subject, "role", notice["to"], known, path)
        if notice["to"] in known and notice["to"] not in TOLD:
            message = f"notices go to {', '.join(TOLD)} alone so far, not to {notice['to']!r}: staff see their tasks in the inbox"
            yield subject.problem("notice-addressee", message, *path)


def departments(subject: Subject) -> Iterator[Problem]:
    """The definition and its tasks belong to departments of the vocabulary."""
    known = subject.vocabulary["departments"]
    data = subject.document.data
    yield from _unless_known(subject, "department", data["department"], known, ("department",))
    for name, state in data["states"].items():
        if "department" in (state.get("task") or {}):
            path = ("states", name, "task", "department")
            yield from _unless_known(subject, "department", state["task"]["department"], known, path)


def offices(subject: Subject) -> Iterator[Problem]:
    """A task goes to an office that the case knows, or that a field ``page.field`` of the application names."""
    for name, state in subject.document.data["states"].items():
        office = (state.get("task") or {}).get("office", "deciding")
        path = ("states", name, "task", "office")
        page_name, dot, field_name = office.partition(".")
        if not dot:
            known = (*OFFICES, *ON_THE_WAY) if subject.definition.kind == DELEGATED else OFFICES
            yield from _unless_known(subject, "office", office, known, path)
        elif page_name not in subject.definition.reads:
            message = f"the office comes from the page {page_name!r}, which 'reads' does not name: add it there"
            yield subject.problem("unknown-office", message, *path)
        elif page_name in subject.pages:
            fields = {field.name: field for field in subject.pages[page_name].fields}
            if field_name not in fields or fields[field_name].list not in ("banks", "offices"):
                message = f"{office!r} is not a field that picks from the list of banks or offices"
                yield subject.problem("unknown-office", message, *path)


def words(subject: Subject) -> Iterator[Problem]:
    """Stages, outcomes, kinds, sources, payers and the small fixed words."""
    data, vocabulary = subject.document.data, subject.vocabulary
    yield from _unless_known(subject, "kind", data["kind"], KINDS, ("kind",))
    for name, state in data["states"].items():
        yield from _unless_known(subject, "stage", state["stage"], vocabulary["stages"], ("states", name, "stage"))
        if "outcome" in state:
            yield from _unless_known(subject, "outcome", state["outcome"], OUTCOMES, ("states", name, "outcome"))
        if "of" in (state.get("sign_off") or {}):
            yield from _unless_known(subject, "group of people", state["sign_off"]["of"], SIGNERS, ("states", name, "sign_off", "of"))
        if "sign_off" in state:
            path: Path_ = ("states", name, "sign_off", "rule")
            yield from _unless_known(subject, "sign-off rule", state["sign_off"]["rule"], SIGN_OFF_RULES, path)
        for index, opening in enumerate(state.get("opens") or ()):
            path = ("states", name, "opens", index, "when")
            yield from _unless_known(subject, "way of opening", opening.get("when", "always"), OPENED_WHEN, path)
    for name, action in data["actions"].items():
        yield from _unless_known(subject, "style", action.get("style", "secondary"), STYLES, ("actions", name, "style"))
        if "vote" in action:
            yield from _unless_known(subject, "vote", action["vote"], VOTES, ("actions", name, "vote"))
    for index, item in enumerate(data["materials"]):
        path = ("materials", index, "source")
        yield from _unless_known(subject, "source of materials", item["source"], vocabulary["sources"], path)
    for index, item in enumerate(data["fees"]):
        yield from _unless_known(subject, "payer", item["payer"], vocabulary["payers"], ("fees", index, "payer"))


def states(subject: Subject) -> Iterator[Problem]:
    """Actions lead from states to states; the case begins in one."""
    data = subject.document.data
    known = tuple(data["states"])
    yield from _unless_known(subject, "state", data["initial"], known, ("initial",))
    for name, state in data["states"].items():
        if "like" in state:
            yield from _unless_known(subject, "state", state["like"], known, ("states", name, "like"))
    for name, action in data["actions"].items():
        sources = _as_list(action["source"])
        for index, source in enumerate(sources):
            at = (index,) if isinstance(action["source"], list) else ()
            yield from _unless_known(subject, "state", source, known, ("actions", name, "source", *at))
            if source in sources[:index]:
                message = f"the state {source!r} stands twice: take one out"
                yield subject.problem("twice", message, "actions", name, "source", *at)
        targets = (*known, STAYS)
        if "dest" in action:
            yield from _unless_known(subject, "state", action["dest"], targets, ("actions", name, "dest"))
        for index, branch in enumerate(action.get("branches") or ()):
            path = ("actions", name, "branches", index, "dest")
            yield from _unless_known(subject, "state", branch["dest"], targets, path)


def registered(subject: Subject) -> Iterator[Problem]:
    """Guards, effects and triggers are registered, and get exactly the parameters they are registered with."""
    known: Mapping[str, Mapping[str, frozenset[str]]] = {
        "guard": {name: guard.parameters for name, guard in GUARDS.items()},
        "effect": {name: effect.parameters for name, effect in EFFECTS.items()},
        "trigger": {name: parameters for name, (_, parameters) in TRIGGERS.items()},
    }
    for kind, item, path in named_places(subject):
        name, parameters = split(item)
        if name not in known[kind]:
            yield from _unless_known(subject, kind, name, known[kind], path)
            continue
        wanted = known[kind][name]
        for parameter in parameters:
            if parameter not in wanted:
                message = f"{name!r} takes no parameter {parameter!r}{suggestion(parameter, wanted)}"
                yield subject.problem("parameter", message, *path, name, parameter)
        missing = sorted(wanted - set(parameters))
        if kind == "trigger" and len(missing) < len(wanted):
            continue
        if missing:
            joiner = " or " if kind == "trigger" else ", "
            yield subject.problem("parameter", f"{name!r} lacks the parameter {joiner.join(missing)}", *path)


def parameters(subject: Subject) -> Iterator[Problem]:
    """The value of a parameter is something that the registered name can work with."""
    for kind, item, path in named_places(subject):
        name, given = split(item)
        at = (*path, name)
        if name in ("issue_document", "replace_document", "revoke_document") and "kind" in given:
            yield from _unless_known(
                subject, "document", given["kind"], subject.vocabulary["documents"], (*at, "kind"), "unknown-document"
            )
        if name == "record_contact" and "kind" in given:
            yield from _unless_known(subject, "contact", given["kind"], subject.vocabulary["contacts"], (*at, "kind"))
        for parameter, values in GUARDS[name].values.items() if kind == "guard" and name in GUARDS else ():
            if parameter in given:
                yield from _unless_known(subject, parameter, given[parameter], values, (*at, parameter), "parameter")
        if name == "sign_offs_decided" and "result" in given:
            yield from _unless_known(subject, "result", given["result"], VOTES, (*at, "result"), "parameter")
        if kind == "guard" and name == "application_says":
            yield from _application_field(subject, given, at)
        if name in EXTEND and not _positive(given.get("working_days", 1)):
            message = "'working_days' must be a whole number of at least 1"
            yield subject.problem("parameter", message, *at, "working_days")
        if name == "linked_cases_settled":
            join = given.get("join", "all")
            if join not in ("all", "any") and not _positive(join):
                message = "'join' must be all, any or a whole number of at least 1"
                yield subject.problem("parameter", message, *at, "join")


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _application_field(subject: Subject, given: Mapping[str, Any], path: Path_) -> Iterator[Problem]:
    if not {"page", "field", "is"} <= set(given):
        return
    if given["page"] not in subject.definition.reads or given["page"] not in subject.pages:
        message = (
            f"the page {given['page']!r} is not one that this workflow reads{suggestion(str(given['page']), subject.definition.reads)}"
        )
        yield subject.problem("unknown-page", message, *path, "page")
        return
    fields = {field.name: field for field in subject.pages[given["page"]].fields}
    if given["field"] not in fields:
        yield from _unless_known(subject, "field", given["field"], fields, (*path, "field"))
        return
    options = [value for value, _ in fields[given["field"]].options]
    for value in _as_list(given["is"]) if options else ():
        yield from _unless_known(subject, "option", value, options, (*path, "is"))


def forms_and_notices(subject: Subject) -> Iterator[Problem]:
    """Actions name forms and notices of the same file, and every one that is there is named."""
    data = subject.document.data
    for kind, key in (("form", "forms"), ("notice", "notices")):
        known = tuple(data.get(key) or ())
        used: set[str] = set()
        for name, action in data["actions"].items():
            plural = action.get("notices") or () if kind == "notice" else [action["form"]] if "form" in action else ()
            for index, value in enumerate(plural):
                used.add(value)
                path = ("actions", name, "notices", index) if kind == "notice" else ("actions", name, "form")
                yield from _unless_known(subject, kind, value, known, path)
        for name, state in data["states"].items() if kind == "notice" else ():
            if "notice" in (state.get("sign_off") or {}):
                used.add(state["sign_off"]["notice"])
                yield from _unless_known(subject, kind, state["sign_off"]["notice"], known, ("states", name, "sign_off", "notice"))
        for name in known:
            if name not in used:
                yield subject.problem(f"unused-{kind}", f"no action uses the {kind} {name!r}: use it or take it out", key, name)


def pages_read(subject: Subject) -> Iterator[Problem]:
    """``reads`` names pages of the application; what owns the pages reads all of them."""
    for index, page in enumerate(subject.definition.reads):
        yield from _unless_known(subject, "page", page, subject.pages, ("reads", index))
        if page in subject.definition.reads[:index]:
            yield subject.problem("twice", f"the page {page!r} stands twice: take one out", "reads", index)
    for asked in subject.definition.pages:
        if asked.name not in subject.definition.reads:
            message = f"the page {asked.name!r} is asked here but not read: add it to 'reads'"
            yield subject.problem("page-not-read", message, "reads")


RULES: tuple[Rule, ...] = (
    roles,
    departments,
    offices,
    words,
    states,
    registered,
    parameters,
    forms_and_notices,
    pages_read,
)
