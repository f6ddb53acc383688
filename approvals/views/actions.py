"""One page per action: its form, what helps to decide beside it, and what comes back when it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import Choices, DefinitionForm, Note, canonical, fill, form_class, rearranged, small_number
from approvals.language import _, say
from approvals.operations import moving
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries import cases, history
from approvals.queries.cases import Member
from approvals.queries.clocks import clocks_shown
from approvals.queries.lists import choices_of
from workflows.engine.clock_states import may_be_suspended
from workflows.engine.definition import Action, Form

from . import beside, case_signatures, counter, custody, disclosing, filed, hand_overs, mandate_papers, request, suspending
from .access import requires
from .case_access import RESUBMIT, Seen, seen
from .happened import Told, told
from .local import local_path

blueprint = Blueprint("actions", __name__)
Answer = str | Response | tuple[str, int]

NO_FORM = Form("", {"zh": "", "en": ""}, ())
MOST_WRITTEN = 3
"""How many of the steps before stand beside the form of an action; the whole history stands on the page of the case."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that somebody wants to do on a case, with its form."""

    view: Seen
    member: Member
    action: Action
    form: DefinitionForm
    lists: Choices


def _asked(token: str, name: str) -> Asked:
    view = seen(token)
    member = view.subject
    action = member.definition.actions.get(name)
    if action is None or action.automatic or name == RESUBMIT or view.roles(member).isdisjoint(action.by):
        raise NotFound
    lists = case_signatures.with_open_names(choices_of(request.session(), request.today()), member)
    definition = member.definition.forms[action.form] if action.form else NO_FORM
    return Asked(view, member, action, form_class(definition, lists)(), lists)


@blueprint.get("/cases/<string:token>/actions/<string:action>")
@requires("applicant")
def show(token: str, action: str) -> Answer:
    """The form of an action, filled with what is already known."""
    wanted = _asked(token, action)
    if mandate_papers.is_on_paper(wanted.action):
        return redirect(url_for("mandate_papers.show", token=token))
    if wanted.member.case.state not in wanted.action.source or wanted.view.held_by_other(wanted.member):
        return _overtaken(wanted, None)
    row = asked.args.get("row", "")
    known = beside.known_values(request.session(), wanted.view, wanted.member, wanted.action, row)
    fill(wanted.form, {**suspending.first_values(wanted.action), **known})
    return _page(wanted)


@blueprint.post("/cases/<string:token>/actions/<string:action>")
@requires("applicant")
def do(token: str, action: str) -> Answer:
    """Do it; whatever stands against it is said above the form, with everything typed kept."""
    wanted = _asked(token, action)
    if mandate_papers.is_on_paper(wanted.action):
        return redirect(url_for("mandate_papers.show", token=token), code=303)
    if rearranged(wanted.form, asked.form):
        return _page(wanted)
    is_confirmed = wanted.action.style != "danger" or asked.form.get("confirmed") == "y"
    bag = hand_overs.bag_of(wanted.view, wanted.action)
    if not wanted.form.validate() or not is_confirmed or (bag is not None and bag.faults):
        return _page(wanted, unconfirmed=not is_confirmed), 422
    case = wanted.member.case
    # What was read before a verb is not to be read again after it: said here, while it is at hand.
    case_id, state_before = case.id, case.state
    back = url_for("cases.case_page", token=token)
    afterwards = back if "applicant" in wanted.view.roles(wanted.member) else url_for("desk.index")
    task = asked.form.get("task", "")
    order = moving.Request(
        case_id, wanted.action.name, small_number(task), asked.form.get("key", "")[:60] or None,
        canonical(wanted.form) if bag is None else {**canonical(wanted.form), **bag.payload},
    )  # fmt: skip
    try:
        moved = request.write(moving.act, request.acting(), order, request.now())
    except Outdated as error:
        return _overtaken(_asked_again(wanted, token), error)
    except Refusal as error:
        return _page(_asked_again(wanted, token), refusal=error), 422
    state = say(wanted.member.definition.states[moved.state].title)
    done = _("%(number)s：已完成“%(action)s”，现在是“%(state)s”。", number=moved.number, action=say(wanted.action.title), state=state)
    flash(done if bag is None else hand_overs.done_in_words(bag, moved.number), "success")
    counter.put_away()
    # Staff go on with their next task, the applicant back to the case; what moved nothing leads back to it.
    return redirect(back if moved.state == state_before else afterwards)


def _asked_again(wanted: Asked, token: str) -> Asked:
    """The same with the case as it stands now: the verb has read it anew and so must the page."""
    view = seen(token)
    return Asked(view, view.subject, wanted.action, wanted.form, wanted.lists)


def _clocks(wanted: Asked) -> dict[str, Any]:
    """The clocks beside an action that may let them stand, go on or be extended; nothing for other workflows."""
    if not may_be_suspended(wanted.member.definition):
        return {"clocks": [], "ledger": []}
    return clocks_shown(request.session(), wanted.view.family, wanted.member, request.now())


def _written_before(wanted: Asked) -> list[Told]:
    """What was written at the steps before, the newest first: whoever decides reads what was found, asked for and proposed."""
    if not wanted.view.works_on(wanted.member):
        return []
    lines = history.history_of(request.session(), wanted.view.family)
    found = [each for each in told(wanted.view, lines, wanted.lists) if each.form and each.line.moved]
    return [each for each in found if each.line.member is wanted.member][:MOST_WRITTEN]


def _page(wanted: Asked, refusal: Refusal | None = None, unconfirmed: bool = False) -> str:
    bag = hand_overs.bag_of(wanted.view, wanted.action)
    if bag is not None:
        return _bag_page(wanted, bag, refusal)
    member, session = wanted.member, request.session()
    content = beside.last_filed(session, wanted.view.family)
    full = wanted.view.sees_numbers(member)
    pages = filed.pages_for(wanted.view, member)
    suspending.suggest(session, wanted.form, member, wanted.action)
    return render_template(
        "cases/action.html",
        view=wanted.view, member=member, action=wanted.action, form=wanted.form, refusal=refusal, unconfirmed=unconfirmed,
        key=asked.form.get("key", ""), task=member.task.id if member.task is not None else "", now_is=request.now(),
        panel_of=beside.panel_for(session, wanted.view, member, wanted.action, content, wanted.lists),
        filed_pages=filed.filed(pages, content, wanted.lists, full=full), is_full=full, disclosing=disclosing.bar(wanted.view),
        faults=_faults(wanted, unconfirmed), again=_again(wanted), written=_written_before(wanted), **_clocks(wanted),
        delivered=hand_overs.delivered(wanted.view, wanted.action), words=hand_overs.words(),
        # What was typed and sent back is shown again whoever holds the task.
        claim_first=asked.method == "GET" and wanted.view.awaits_claim(member, wanted.action),
    )  # fmt: skip


def _bag_page(wanted: Asked, bag: hand_overs.Bag, refusal: Refusal | None) -> str:
    member = wanted.member
    return render_template(
        bag.template,
        view=wanted.view, member=member, action=wanted.action, form=wanted.form, refusal=refusal, bag=bag,
        key=asked.form.get("key", ""), task=member.task.id if member.task is not None else "", now_is=request.now(),
        faults=[*bag.faults, *wanted.form.noted()], words=hand_overs.words(), closed=hand_overs.closed_in_words(bag),
        may_keep=custody.may_keep(wanted.view),
    )  # fmt: skip


def _faults(wanted: Asked, unconfirmed: bool) -> list[tuple[str, Note]]:
    """Everything that is missing at once: what the form asks for, and the confirmation of what cannot be taken back."""
    missing = Note(_("请勾选确认：我确认要“%(action)s”。", action=say(wanted.action.title)))
    return wanted.form.noted() + ([("confirmed", missing)] if unconfirmed else [])


def _again(wanted: Asked) -> Action | None:
    """The action with which the applicant can begin anew after this one; None when it is final for them."""
    leads_to = {branch.dest for branch in wanted.action.branches}
    for action in wanted.member.definition.actions.values():
        if action is not wanted.action and "applicant" in action.by and leads_to & set(action.source):
            return action
    return None


def _overtaken(wanted: Asked, error: Outdated | None) -> Answer:
    """The page of an action that somebody else was quicker with: what happened, by whom, and what was typed."""
    lines = history.history_of(request.session(), wanted.view.family)
    last = history.last_move(lines, wanted.member)
    if error is not None:
        sentence = say(error.message)
    elif wanted.view.held_by_other(wanted.member):
        sentence = _("这项待办正由%(holder)s办理，您不能同时办理。", holder=wanted.member.holder)
    else:
        sentence = _(
            "办件现在是“%(state)s”，不能再“%(action)s”。", state=say(wanted.member.state.title), action=say(wanted.action.title)
        )
    typed = _typed(wanted) if asked.method == "POST" else ()
    page = render_template(
        "cases/outdated.html", view=wanted.view, member=wanted.member, action=wanted.action, sentence=sentence, last=last,
        typed=typed, doable=wanted.view.all_doable(), resubmit=RESUBMIT,
    )  # fmt: skip
    return page, 409


def _typed(wanted: Asked) -> tuple[filed.Line, ...]:
    values: Mapping[str, Any] = canonical(wanted.form)
    lines = filed.lines_of(wanted.form.definition, values, wanted.lists, full=True)
    return tuple(line for line in lines if line.text or line.rows)


# ---- tasks ----------------------------------------------------------------------------------------------------------


@blueprint.post("/tasks/<int:task_id>/claim")
@requires("desk")
def claim(task_id: int) -> Response:
    """Take an open task into one's own hands."""
    return _hand(task_id, moving.claim, _("已接办，%(number)s在您手里。"))


@blueprint.post("/tasks/<int:task_id>/release")
@requires("desk")
def release(task_id: int) -> Response:
    """Give a task back to everyone it is addressed to."""
    return _hand(task_id, moving.release, _("已放回，%(number)s可以由其他人接办。"))


def _hand(task_id: int, verb: Any, sentence: str) -> Response:
    back = local_path(asked.form.get("next"), url_for("desk.index"))
    case = cases.case_of_task(request.session(), task_id) if task_id < 1 << 63 else None
    if case is None:
        raise NotFound
    number = case.number
    try:
        request.write(verb, request.acting(), case.id, task_id, request.now())
    except Refusal as error:
        flash(_("%(number)s：%(sentence)s", number=number, sentence=say(error.message)), "warning")
    else:
        flash(sentence % {"number": number}, "success")
    return redirect(back)
