"""Closing an office with its successor, after a look at what is still open there; and taking that back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations.administration import closing, offices
from approvals.operations.administration.faults import Faulty
from approvals.queries.office_ties import ties_of

from .. import request
from ..access import requires
from ..filters import vocabulary
from . import wording
from .forms import ClosingForm, ReopeningForm
from .offices import found_office
from .part import Page, blueprint, mark_of, network, put_faults, read_mark, typed_of


@blueprint.route("/administration/offices/<string:code>/close", methods=["GET", "POST"])
@requires("administer")
def close_office(code: str) -> Response | Page:
    """What is still open at an office, what will become of each, and the form that gives it its last day."""
    stored = offices.as_shown(request.session(), found_office(code).office)
    form = ClosingForm(data={"valid_to": stored["valid_to"], "successor": stored["successor"], "shown": mark_of(stored)})
    sentence = ""
    if form.validate_on_submit():
        shown = read_mark(form.shown.data) or stored
        try:
            closed = request.write(closing.close_office, request.acting(), code, typed_of(form), shown, request.now())
        except Faulty as refusal:
            put_faults(form, refusal)
        except offices.Changed as conflict:
            sentence = say(conflict.message)
            form.shown.data = mark_of({**shown, **{column: now for column, (_was, now) in conflict.changes.items()}})
        else:
            flash(_("已保存，到最后一天为止照常办理。"), "success")
            if closed.moved:
                number = len(closed.moved)
                flash(_("%(number)d 个下级服务点的上级已改为接替的服务点。", number=number), "info")
            if closed.lacking:
                roles = _("、").join(vocabulary("roles", each) for each in closed.lacking)
                flash(_("接替的服务点还没有这些岗位：%(roles)s。转过去的待办没人能办，请让安全管理员安排。", roles=roles), "warning")
            return redirect(url_for("administering.office", code=code), code=303)
    return _page(code, form, sentence=sentence), 409 if sentence else 422 if form.errors else 200


def _page(code: str, form: ClosingForm, reopening: ReopeningForm | None = None, sentence: str = "") -> str:
    found, known, today = found_office(code), network(), request.today()
    ties = ties_of(request.session(), found.office.id, found.office.valid_to or today)
    others = [each for each in known.offices.values() if each.code != code and (each.valid_to is None or each.valid_to >= today)]
    others.sort(key=lambda each: each.kind != found.office.kind)
    below = [each for each in found.below if each.valid_to is None or each.valid_to > today]
    return render_template(
        "administration/closing.html", found=found, form=form, ties=ties, below=below, sentence=sentence, words=wording,
        reopening=reopening or ReopeningForm(formdata=None), successors=wording.office_choices(others, _("没有接替的服务点")),
    )  # fmt: skip


@blueprint.post("/administration/offices/<string:code>/reopen")
@requires("administer")
def reopen_office(code: str) -> Response | Page:
    """Take the closing of an office back."""
    form = ReopeningForm()
    stored = offices.as_shown(request.session(), found_office(code).office)
    if form.validate_on_submit():
        try:
            request.write(closing.reopen_office, request.acting(), code, request.now(), form.reason.data or "")
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            flash(_("已撤销关闭，照常办理。"), "success")
            return redirect(url_for("administering.office", code=code), code=303)
    closing_form = ClosingForm(formdata=None, data={**stored, "shown": mark_of(stored)})
    return _page(code, closing_form, form), 422
