"""Checking one's answers, and filing them once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask import request as asked
from flask import session as cookie
from werkzeug.wrappers import Response

from approvals.forms import Answer as AnswerLine
from approvals.forms import Note, answers
from approvals.forms.progress import PageProgress, unplaced, values_of
from approvals.language import _, say
from approvals.operations import drafts as writing
from approvals.operations.errors import Outdated, Refusal
from workflows.rules import SUBMISSION, subject_name

from . import counter, prefill, request
from .access import requires
from .applying import Written, blueprint, to_confirm, written
from .materials import materials_of_draft

CLAIM_CODES = "claim_codes"
"""In the cookie of whoever filed for a walk-in: codes of receipts that were not shown yet, by case token."""

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """An answer with what is said about it and the address where it is changed."""

    answer: AnswerLine
    notes: tuple[Note, ...]
    change: str


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """A page of answers to check."""

    state: PageProgress
    lines: tuple[CheckedLine, ...]
    rest: tuple[Note, ...]


@blueprint.get("/applications/<string:token>/check")
@requires("applicant")
def check(token: str) -> str:
    """All answers, each with a link to change it, and everything that stands against filing."""
    return _checked(written(token))


@blueprint.post("/applications/<string:token>/submit")
@requires("applicant")
def submit(token: str) -> Answer:
    """File the draft. A second press, a retry and another device get the receipt of the first."""
    application = written(token)
    if any(state.to_mend for state in application.progress(SUBMISSION)):
        return _checked(application), 422
    # Read before the verb: after it, what was read counts no longer.
    delegated = application.delegated.token if application.delegated is not None else ""
    revision = asked.form.get("revision", -1, type=int)
    confirmed = asked.form.get("confirmed") == "y"
    try:
        done = request.write(writing.submit, request.acting(), token, revision, request.now(), confirmed)
    except Outdated as refusal:
        return _checked(written(token), refusal), 409
    except Refusal as refusal:
        return _checked(written(token), refusal), 422
    counter.put_away()
    if done.claim_code:
        cookie[CLAIM_CODES] = {**cookie.get(CLAIM_CODES, {}), done.case_token: done.claim_code}
    if delegated:
        flash(_("已代申请人重新提交，办理时限重新计算。"), "success")
        return redirect(url_for("cases.case_page", token=delegated), code=303)
    if done.repeated:
        flash(_("这份申请先前已经提交过，没有重复提交。"), "info")
    return redirect(url_for("applications.receipt", token=done.case_token), code=303)


def _checked(application: Written, refusal: Refusal | None = None) -> str:
    content = application.draft.content
    found = application.findings(SUBMISSION)
    states = application.progress(SUBMISSION, found)
    others = unplaced(application.definition.pages, found)
    return render_template(
        "applications/check.html",
        application=application,
        pages=[_page(application, state, values_of(content, state.page.name)) for state in states],
        faults=sum(len(state.to_mend) for state in states) + len(others),
        others=others,
        to_confirm=to_confirm(found),
        company=subject_name(content),
        tally=prefill.tally(content),
        refusal=say(refusal.message) if refusal is not None else "",
        materials=materials_of_draft(application),
        untouched=application.returned.open_pages(content) if application.returned is not None else frozenset(),
    )


def _page(application: Written, state: PageProgress, values: Any) -> CheckedPage:
    name = state.page.name
    lines = []
    for answer in answers(state.page, values, application.lists):
        here = answer.field.kind in ("table", "choices")
        anchor = f"{answer.path}-group" if here else answer.path
        change = url_for("applications.page", token=application.token, page_name=name, _anchor=anchor, **{"from": "check"})
        notes = tuple(note for path, note in state.notes if path == answer.path or path.startswith(f"{answer.path}."))
        lines.append(CheckedLine(answer, notes, change))
    placed = {line.answer.path for line in lines}
    rest = tuple(note for path, note in state.notes if path.partition(".")[0] not in placed)
    return CheckedPage(state, tuple(lines), rest)
