"""The page of a case that an agent carries: where it is on its way, whose turn it is, and what is prepared, held and done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from approvals.forms import Choices
from approvals.forms.progress import unplaced
from approvals.language import _, say
from approvals.models import Document, Draft
from approvals.operations.delegation import matter_of
from approvals.queries import cases
from approvals.queries.cases import Member
from approvals.queries.clocks import clocks_of
from approvals.queries.deliveries import told_of_case
from approvals.queries.drafts import prepared_for
from approvals.queries.history import Line
from approvals.queries.journey import journey_of
from approvals.queries.materials import Materials
from approvals.queries.progress import receipt_token
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED
from workflows.network.mandates import Mandate

from . import (
    acts,
    case_files,
    case_signatures,
    consents,
    custody,
    delegation,
    disclosing,
    filed,
    mandate_papers,
    mandates,
    progress,
    request,
    telling,
)
from .applying import SUBMISSION, Written
from .case_access import RESUBMIT, Doable, Seen
from .materials import materials_of_draft


@dataclass(frozen=True, slots=True)
class Left:
    """What still stands against filing what was prepared: on which page (none: in the application as a whole), and what."""

    page: str
    title: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The application as far as it was filled in. ``token`` opens it, for whoever acts on the mandate."""

    token: str
    done: int
    all: int
    left: tuple[Left, ...]
    missing_files: int
    content: Mapping[str, Any]


def is_delegated(member: Member) -> bool:
    """Whether a case is the root of a family that an agent carries."""
    return member.is_root and member.definition.kind == DELEGATED


def page(view: Seen, lines: Sequence[Line], shared: Mapping[str, Any], lists: Choices) -> str:
    """The page; ``shared`` is what it has in common with the pages of other cases, as ``views.cases`` works it out."""
    session, family, root = request.session(), view.family, view.subject
    submissions = cases.submissions_of(session, family)
    draft = prepared_for(session, root.case.id) if not submissions else None
    content = submissions[-1].content if submissions else (draft.content if draft is not None else {})
    matter = next((member for member in family.members if member.case.parent_id == root.case.id), None)
    definition = county_catalogue().latest(matter.definition.key if matter is not None else matter_of(root.case.chosen))
    full = view.sees_numbers(root)
    issued = cases.documents_of(session, family)
    materials, address_of = _materials(view, draft, content, issued, lists)
    entered = [
        (root.definition.states[line.event.to_state], line.event.happened_at)
        for line in reversed(lines)
        if line.member is root and (line.moved or not line.event.from_state) and line.event.to_state in root.definition.states
    ]
    document = receipt_token(session, root.case.id)
    return render_template(
        "delegation/case.html",
        view=view, family=family, root=root, case=root.case, matter=matter, matter_title=say(definition.title),
        now_is=request.now(), is_staff=view.works_on(root), stations=journey_of(session, family, entered),
        clocks=clocks_of(family, root, request.now()), doable=_doable(view), resubmit=RESUBMIT,
        prepared=_prepared(view, draft, lists), may_prepare=may_prepare(view), came_back=_came_back(lines, root),
        filed_pages=filed.filed(definition.pages, content, lists, full=full) if content else [], submissions=submissions,
        chain=cases.chain_of(family) if matter is not None else None,
        entrusted=mandates.panel(view), mandate=view.mandate, mandate_fault=_fault(view.mandate),
        signed=case_signatures.panel(view, submissions), acts_in_words=acts.acts_in_words, way_in_words=acts.way_in_words,
        custody=custody.panel(view), disclosing=disclosing.bar(view), consenting=consents.panel(view), materials=materials,
        address_of=address_of,
        notices=told_of_case(session, root.case.id), said=telling.words(),
        progress_address=progress.address_of(document) if document else "", routed=delegation.routed_to(root.case.offices), **shared,
    )  # fmt: skip


_CAME_BACK = {"supplementing": "ask_for_missing", "delivering": "dispute"}
"""States in which a case came back for a reason, and the action whose form tells it."""


def _came_back(lines: Sequence[Line], root: Member) -> str:
    """Why the case is with the agent again, in the words of whoever sent it back; "" where it is not."""
    action = _CAME_BACK.get(root.case.state)
    line = next((each for each in lines if each.member is root and each.event.action == action), None)
    return str(line.payload.get("form", {}).get("reason", "")) if line is not None else ""


def _fault(mandate: Mandate | None) -> str:
    fault = mandate.fault(request.today()) if mandate is not None else None
    return say(fault) if fault is not None else ""


def may_prepare(view: Seen) -> bool:
    """Whether the person fills the application in now: on a mandate in force, until it is filed."""
    root = view.family.root
    return view.on_behalf_of is not None and root.case.submissions == 0 and not root.state.final


def _doable(view: Seen) -> list[Doable]:
    """The actions of the case itself, and the correction of its matter by whoever acts for the applicant; the next step first."""
    order = {"primary": 0, "secondary": 1, "danger": 2}
    offered = (each for each in view.doable(view.family.root) if not mandate_papers.is_on_paper(each.action))
    found = sorted(offered, key=lambda each: order[each.action.style])
    correcting = view.family.correcting
    if correcting is not None and not view.is_applicant:  # the applicant finds it beside what was asked
        found = [*(each for each in view.doable(correcting) if each.action.name == RESUBMIT), *found]
    return found


def _materials(
    view: Seen, draft: Draft | None, content: Mapping[str, Any], issued: Sequence[Document], lists: Choices
) -> tuple[Materials | None, Callable[[str], str]]:
    """The materials of what was filed, or of what is prepared, with where a file opens: "" for who may only know that it is there."""
    if view.subject.case.submissions:
        found = case_files.materials_of_case(view, content, issued)
        return found, case_files.address_of(view, found)
    if draft is None:
        return None, lambda file: ""
    found = materials_of_draft(_written(draft, lists))
    token = view.subject.case.token
    opens = may_prepare(view) or view.sees_numbers(view.subject)
    return found, lambda file: url_for("delegation.prepared_file", token=token, file=file) if opens else ""


def _written(draft: Draft, lists: Choices) -> Written:
    return Written(draft, county_catalogue().version(draft.workflow, draft.version), lists)


def _prepared(view: Seen, draft: Draft | None, lists: Choices) -> Prepared | None:
    """How far the application is, with what the rules still find; None while nothing was begun, and after it was filed."""
    if draft is None:
        return None
    written = _written(draft, lists)
    found = written.findings(SUBMISSION)
    states = written.progress(SUBMISSION, found)
    left = [
        Left(state.page.name, say(state.page.title), tuple(note.message for _path, note in state.to_mend))
        for state in states if state.to_mend
    ]  # fmt: skip
    others = tuple(say(finding.message) for finding in unplaced(written.definition.pages, found))
    if others:
        left.append(Left("", _("整份申请"), others))
    done = sum(state.state == "done" for state in states)
    return Prepared(draft.token, done, len(states), tuple(left), materials_of_draft(written).missing, draft.content)


def turn_of(view: Seen) -> str:
    """Whose turn it is, in words; for what the departments do the page of the matter says more."""
    root, task = view.family.root, view.family.root.task
    if root.state.final or task is None:
        return ""
    if view.family.correcting is not None:
        return _("轮到您了，替申请人补正") if view.on_behalf_of is not None else _("等待补正")
    if task.role == "signatory":
        return _("轮到您了，请打开短信里的链接") if view.is_applicant else _("等委托人在自己的手机上签")
    if not task.role:
        return _("各部门正在办理，办完送回来")
    if view.is_addressed(root):
        return _("轮到您了")
    role = say(county_catalogue().text("roles", task.role))
    if view.is_applicant:
        return _("由%(where)s办理，您不用操作", where=root.office or role)
    return _("等%(where)s的%(role)s", where=root.office or "", role=role)
