"""Taking back the notice of a year that was entered by mistake, after a look at every deadline that moves back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations import calendar_withdrawals
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import Outdated, Refusal
from workflows.clock.notice import with_number

from .. import request
from ..access import requires
from .calendar import follow, form_to_mend, page, say_that_more_follow, what_changes
from .forms import WithdrawalForm
from .part import Page, blueprint, put_faults, typed_of


@blueprint.get("/administration/calendar/years/<int:number>/withdrawal")
@requires("calendar")
def withdrawal(number: int) -> str | Page:
    """What taking back the notice in force would change."""
    try:
        return _page(number, WithdrawalForm(formdata=None))
    except Refusal as refusal:
        return _refused(number, refusal)


def _refused(number: int, refusal: Refusal) -> Page:
    """The calendar, with why the notice stays and the form for another one."""
    return page(form_to_mend(number), say(refusal.message)), 409


def _page(number: int, form: WithdrawalForm, sentence: str = "") -> str:
    found = calendar_withdrawals.judge_withdrawal(request.session(), number, request.today())
    return render_template(
        "administration/calendar_withdrawal.html", number=number, form=form, found=found, sentence=sentence, with_number=with_number,
        **what_changes(found.again),
    )  # fmt: skip


@blueprint.post("/administration/calendar/years/<int:number>/withdrawal")
@requires("calendar")
def withdraw_notice(number: int) -> Response | str | Page:
    """Take it back, and let the open deadlines follow; a second press does nothing more."""
    form, shown = WithdrawalForm(), asked.form.get("revision", "")
    try:
        taken_back = request.write(
            calendar_withdrawals.withdraw, request.acting(), number, typed_of(form)["reason"], shown, request.today(), request.now()
        )
    except Faulty as refusal:
        put_faults(form, refusal)
        return _page(number, form), 422
    except Outdated as refusal:
        try:
            return _page(number, form, say(refusal.message)), 409
        except Refusal as other:
            return _refused(number, other)
    except Refusal as refusal:
        return _refused(number, refusal)
    if taken_back is None:
        flash(_("这份通知已经撤回，没有重复处理。"), "info")
    else:
        moved, is_done = follow()
        flash(_("已撤回。%(number)d 个办件的期限已经改回来，并通知了有关的人。", number=moved), "success")
        say_that_more_follow(is_done)
    return redirect(url_for("administering.calendar"), code=303)
