"""The page of one case, for the applicant, the staff who work on it, and supervisors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import Blueprint, render_template, url_for

from approvals.forms import Choices
from approvals.language import _, say
from approvals.models import Document, Rating, Submission
from approvals.operations.sign_offs import SIGNATORY
from approvals.queries import cases, history
from approvals.queries.cases import Member
from approvals.queries.claims import claims_of, handed_in
from approvals.queries.clocks import clocks_shown
from approvals.queries.deliveries import told_of_case
from approvals.queries.history import Line
from approvals.queries.lists import choices_of
from approvals.queries.own_steps import own_steps
from approvals.queries.ratings import ratings_of
from approvals.queries.routes import routes_of
from workflows.county import county_catalogue
from workflows.engine.definition import CHAIN
from workflows.rules import mask_name, mask_phone

from . import (
    actions,
    acts,
    beside,
    case_files,
    case_signatures,
    counter,
    delegated_case,
    disclosing,
    documents,
    filed,
    follow_ups,
    request,
    telling,
    urging,
)
from .access import requires
from .case_access import RESUBMIT, Seen, seen
from .collecting import collecting
from .consents import missing_for
from .consents import panel as consents_of_case
from .happened import lines_of_form, told
from .progress import state_title
from .whose import whose_table

blueprint = Blueprint("cases", __name__)
blueprint.register_blueprint(actions.blueprint)
blueprint.register_blueprint(documents.blueprint)
blueprint.register_blueprint(case_files.blueprint)
blueprint.register_blueprint(case_signatures.blueprint)
blueprint.register_blueprint(disclosing.blueprint)


@dataclass(frozen=True, slots=True)
class Result:
    """A document with its facts in words."""

    document: Document
    title: str
    matter: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A case that is with its applicant to be changed. ``cause`` is returned (with what was asked), objected or changed."""

    member: Member
    cause: str
    asked: tuple[filed.Line, ...]


@blueprint.get("/cases/<string:token>")
@requires("applicant")
def case_page(token: str) -> str:
    """The case as it stands, with what the person may do now."""
    view = seen(token)
    session, now = request.session(), request.now()
    family, subject = view.family, view.subject
    if family.root.definition.kind == "delegated" and view.works_on(subject) and not view.is_applicant:
        root = family.root.case
        counter.open_case(root.token, root.number, root.id, family.applicant.name if family.applicant is not None else "")
    lists = choices_of(session, request.today())
    lines = history.history_of(session, family)
    if follow_ups.is_follow_up(subject):
        whose = applicant(view, lines, full=view.sees_numbers(subject))
        return follow_ups.page(view, lines, told(view, lines, lists), whose, turn)
    if delegated_case.is_delegated(subject):
        shared = {
            "turn": delegated_case.turn_of(view), "turn_of": lambda member: turn(view, member), "told": told(view, lines, lists),
            "state_of": lambda member: state_title(member.state, ""), "correcting": correction(view, lines, lists),
            "reasons": {member.case.id: reason(view, lines, member, lists) for member in family.members},
            "results": results(view, cases.documents_of(session, family), lists), "ratings": _ratings(view, lines),
            "applicant": applicant(view, lines, full=view.sees_numbers(subject)), "resend_address": resending(view),
            "whose": whose_table(view),
            **urging.of_case(view, lines),
        }  # fmt: skip
        return delegated_case.page(view, lines, shared, lists)
    submissions = cases.submissions_of(session, family)
    signed = case_signatures.panel(view, submissions)
    lists = case_signatures.with_real_names(lists, signed.progress.ever) if signed is not None else lists
    issued = cases.documents_of(session, family)
    # A number is confirmed only where one is in doubt; what is out of force is not revoked again.
    doable = [
        each
        for each in view.all_doable()
        if (each.action.name != beside.OVERRIDE or beside.is_in_doubt(family, submissions[-1].content))
        and documents.in_force_for(each.member, each.action, issued)
    ]
    full = view.sees_numbers(subject)
    materials = case_files.materials_of_case(view, submissions[-1].content if submissions else {}, issued)
    pages = filed.pages_for(view, subject)
    changes = [
        (after, filed.changed(view, subject, before.content, after.content, lists, full=full))
        for before, after in pairwise(submissions)
    ]
    moved = history.last_move(lines, family.correcting) if family.correcting is not None else None
    cause = history.cause_of(moved.action) if moved is not None else ""
    steps = submission_names(family.member_of("company-registration"), lines, submissions)
    return render_template(
        "cases/case.html",
        view=view, family=family, subject=subject, root=family.root, now_is=now,
        state_of=lambda member: state_title(member.state, cause), seals=seals(view, lines, submissions), steps=steps,
        turn=turn(view, subject), **clocks_shown(session, family, subject, now), chain=cases.chain_of(family),
        results=results(view, issued, lists), steps_of_own=own_steps(subject, history.entered(lines)),
        filed_pages=filed.filed(pages, submissions[-1].content, lists, full=full) if submissions else [],
        disclosing=disclosing.bar(view), consenting=consents_of_case(view), applicant=applicant(view, lines, full=full),
        submissions=submissions, changes=list(reversed(changes)),
        told=[each for each in told(view, lines, lists) if subject.is_root or each.line.member is subject],
        reasons={member.case.id: reason(view, lines, member, lists) for member in family.members},
        correcting=correction(view, lines, lists), to_collect=collecting(view, submissions[-1].content if submissions else {}),
        doable=doable, head_doable=view.in_head(doable), resubmit=RESUBMIT,
        tasks=[member for member in (family.members if subject.is_root else (subject,)) if view.is_addressed(member)],
        notices=[
            each for each in told_of_case(session, family.root.case.id) if subject.is_root or each.notice.case_id == subject.case.id
        ],
        said=telling.words(), resend_address=resending(view),
        turn_of=lambda member: turn(view, member), ratings=_ratings(view, lines),
        signed=signed, acts_in_words=acts.acts_in_words, way_in_words=acts.way_in_words,
        materials=materials, address_of=case_files.address_of(view, materials), routes=routes_of(family, lines, subject),
        claims=claims_of(session, family, lines, submissions, request.today()) if _is_whole_chain(subject) else None,
        whose=whose_table(view),
        **urging.of_case(view, lines),
    )  # fmt: skip


def submission_names(registration: Member | None, lines: Sequence[Line], submissions: Sequence[Submission]) -> dict[int, str]:
    """What each submission is called, by its number: handed in to the registrar, or a version that was changed while people signed."""
    names, reached, before = {}, 0, True
    for submission, is_handed_in in zip(submissions, handed_in(registration, lines, submissions), strict=True):
        if before:
            reached += 1
            names[submission.number] = _("第 %(number)s 次提交", number=reached)
        else:
            names[submission.number] = _("第 %(number)s 版（签署中修改）", number=submission.number)
        before = is_handed_in
    return names


def seals(view: Seen, lines: Sequence[Line], submissions: Sequence[Submission]) -> tuple[str, str] | None:
    """How the seals come to the applicant, and the address or the shop; None where they come with the other results."""
    member = view.family.member_of("company-seal")
    last = history.last_form(lines, member) if member is not None and member.case.outcome == "done" else None
    if last is None or not view.is_applicant:
        return None
    form, delivery = last.payload.get("form", {}), submissions[-1].content.get("delivery", {}) if submissions else {}
    way = str(form.get("handed_over") or "")
    if way == "post":
        return way, str(delivery.get("address") or "")
    return (way, str(form.get("seal_shop") or "")) if way == "shop" else None


def _is_whole_chain(member: Member) -> bool:
    """Whether the six “4011” claims are about this case: they look at one submission with everything it opens."""
    return member.definition.kind == CHAIN


def resending(view: Seen) -> Callable[[int], str] | None:
    """The address at which staff of the case send a message anew; None for whoever may not."""
    if not view.reading_roles(view.subject) - {"applicant"}:
        return None
    return lambda delivery_id: url_for("deliveries.resend_of_case", token=view.subject.case.token, delivery_id=delivery_id)


def _ratings(view: Seen, lines: Sequence[Line]) -> list[Rating] | None:
    """What the applicant has said so far of a closed case, or of one served at a window; None where nobody is asked."""
    root = view.family.root.case
    served = root.closed_at is not None or any("contact" in line.payload and line.event.actor_id is not None for line in lines)
    if not view.is_applicant or not view.subject.is_root or not served:
        return None
    return ratings_of(request.session(), root.id)


def applicant(view: Seen, lines: Sequence[Line], *, full: bool) -> tuple[str, str]:
    """Name and telephone of who applies, for staff; of a walk-in as the window took them down."""
    known = view.family.applicant
    if known is None:
        opening = next((line for line in lines if line.member.is_root and line.event.action == "case:opened"), None)
        taken = opening.payload.get("walk_in", {}) if opening is not None else {}
        known = cases.Applicant(str(taken.get("name", "")), str(taken.get("phone", "")))
    return (known.name, known.phone) if full else (mask_name(known.name), mask_phone(known.phone))


def turn(view: Seen, member: Member) -> str:
    """Whose turn it is, in words."""
    if member.state.final:
        return ""
    task = member.task
    if task is None or not task.role:
        if view.family.correcting is not None:
            return _("轮到您了，请补正后重新提交") if view.is_applicant else _("等待申请人补正")
        if view.family.signing is not None and member.is_root:
            return _("等待所有人签署，签完自动交给登记机关")
        # Of a single linked case it says who has it: the root shall not seem to wait for itself.
        linked = [other for other in view.family.linked_of(member) if not other.is_settled]
        if len(linked) == 1 and linked[0].task is not None and linked[0].task.role:
            return turn(view, linked[0])
        waits = cases.waiting_for(view.family, member)
        if waits:
            return _("等待：%(matters)s", matters=_("、").join(say(definition.title) for definition in waits))
        return _("等待系统自动处理")
    if task.role == SIGNATORY:
        return _("等待所有人签署，签完自动交给登记机关")
    if task.role == "applicant":
        return _("轮到您了") if view.is_applicant else _("等待申请人办理")
    if view.is_applicant and member.is_root and member.state.stage == "delivery":
        return _("请看下面怎样拿到结果")
    if without := missing_for(view, member):
        if view.is_applicant:
            return _("等您同意把资料提供给%(office)s", office=without)
        return _("等申请人同意把资料提供给%(office)s", office=without)
    role = say(county_catalogue().text("roles", task.role))
    if task.department == "bank":
        where = member.office or say(county_catalogue().text("departments", task.department))
    else:
        where = say(county_catalogue().text("departments", task.department))
        if task.role == "clerk" and member.office:
            where = member.office
    if view.is_applicant and not view.works_on(member):
        return _("由%(where)s（%(role)s）办理，您不用操作", where=where, role=role)
    if task.holder_id == view.acting.person_id:
        return _("在您手里（%(role)s）", role=role)
    if member.holder:
        return _("%(holder)s（%(where)s）正在办理", where=where, holder=member.holder)
    return _("等待%(where)s（%(role)s）接办", where=where, role=role)


def reason(view: Seen, lines: Sequence[Line], member: Member, lists: Choices) -> tuple[filed.Line, ...]:
    """Why a case failed, was refused or withdrawn, for those who may read it."""
    if member.case.outcome in ("", "done") or not view.may_read(member):
        return ()
    last = history.last_move(lines, member)
    return lines_of_form(last.form, lists, full=False) if last is not None and last.action is not None else ()


def correction(view: Seen, lines: Sequence[Line], lists: Choices) -> Correction | None:
    """What has to be corrected, and why: the case was returned, somebody declined to sign, or the applicant wants to change it."""
    member = view.family.correcting
    if member is None or not (view.is_applicant or view.may_read(member)):
        return None
    last = history.last_move(lines, member)
    cause = history.cause_of(last.action) if last is not None else "returned"
    return Correction(member, cause, lines_of_form(last.form, lists, full=False) if last is not None else ())


def results(view: Seen, issued: Sequence[Document], lists: Choices) -> list[Result]:
    """What was issued, as far as the person works with it."""
    found = []
    for document, member in documents.readable(view, issued):
        title = say(county_catalogue().text("documents", document.kind))
        facts = tuple((line.label, line.text) for line in documents.facts(view, member, document, lists) if line.text)
        found.append(Result(document, title, say(member.definition.title), facts))
    return found
