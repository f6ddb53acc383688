"""On the page of an office: days on which it is closed, and the departments present at it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations.administration import presence
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound
from workflows.county import county_catalogue

from .. import request
from ..access import requires
from .forms import ClosureForm, DepartmentForm
from .offices import found_office, office_page
from .part import Page, blueprint, put_faults, typed_of

Answer = Response | Page
_NO_ID = 1 << 63


@blueprint.post("/administration/offices/<string:code>/closures")
@requires("administer")
def add_closure(code: str) -> Answer:
    form = ClosureForm()
    if form.validate_on_submit():
        try:
            request.write(presence.add_closure, request.acting(), code, typed_of(form), request.now())
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            return _back(code, "closures", _("已登记临时闭门。"))
    return office_page(found_office(code), closure_form=form), 422


@blueprint.post("/administration/offices/<string:code>/closures/<int:closure_id>/end")
@requires("administer")
def end_closure(code: str, closure_id: int) -> Answer:
    return _ended(code, "closures", _("已恢复开放。"), closure_id, lambda: request.write(
        presence.end_closure, request.acting(), code, closure_id, request.now()
    ))  # fmt: skip


@blueprint.post("/administration/offices/<string:code>/departments")
@requires("administer")
def add_department(code: str) -> Answer:
    form = DepartmentForm()
    known = county_catalogue().vocabulary["departments"]
    if form.validate_on_submit():
        try:
            request.write(presence.add_department, request.acting(), code, typed_of(form), known, request.now())
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            return _back(code, "departments", _("已登记进驻部门。"))
    return office_page(found_office(code), department_form=form), 422


@blueprint.post("/administration/offices/<string:code>/departments/<int:department_id>/end")
@requires("administer")
def end_department(code: str, department_id: int) -> Answer:
    last_day = asked.form.get("last_day", "")[:40]
    return _ended(code, "departments", _("已保存。"), department_id, lambda: request.write(
        presence.end_department, request.acting(), code, department_id, last_day, request.now()
    ))  # fmt: skip


def _ended(code: str, part: str, sentence: str, number: int, verb: Callable[[], None]) -> Answer:
    if number >= _NO_ID:
        raise NotFound
    try:
        verb()
    except Faulty as refusal:
        flash(say(refusal.message), "danger")
        return redirect(url_for("administering.office", code=code) + f"#{part}", code=303)
    return _back(code, part, sentence)


def _back(code: str, part: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("administering.office", code=code) + f"#{part}", code=303)
