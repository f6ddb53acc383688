"""Window intake (一窗受理): a clerk takes a walk-in's application in on the same pages."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import NO_CHOICES, DefinitionForm, Note, canonical, fill, form_class, without_overlong
from approvals.language import _, say
from approvals.operations import drafts as writing
from approvals.operations import walk_ins
from approvals.operations.errors import NotFound
from approvals.queries.drafts import open_drafts

from . import counter, request
from .access import requires
from .applications import COMPANY_OPENING
from .applying import Written, written

blueprint = Blueprint("intake", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/desk/intake")
@requires("desk")
@counter.lists_people
def index() -> str:
    """Walk-ins that this clerk has begun."""
    _windows()
    return render_template(
        "intake/index.html", drafts=open_drafts(request.session(), request.acting().person_id, walk_ins=True), windows=_windows()
    )


@blueprint.post("/desk/intake")
@requires("desk")
def start() -> Response:
    """Begin with a walk-in."""
    windows = _windows()
    office_id = asked.form.get("office", windows[0], type=int)
    token = request.write(writing.start, request.acting(), COMPANY_OPENING, request.now(), office_id)
    return redirect(url_for("intake.identity", token=token), code=303)


def _windows() -> list[int]:
    """The offices where this person is a clerk; others have no business here."""
    offices = [held.office_id for held in request.acting().positions if held.role == "clerk"]
    if not offices:
        abort(403)
    return list(dict.fromkeys(offices))


@blueprint.get("/applications/<string:token>/identity")
@requires("desk")
def identity(token: str) -> str:
    """Who the walk-in is."""
    application = _walk_in(token)
    form = form_class(walk_ins.IDENTITY, NO_CHOICES)(formdata=None)
    if application.draft.walk_in:
        fill(form, application.draft.walk_in)
    return _shown(application, form)


@blueprint.post("/applications/<string:token>/identity")
@requires("desk")
def save_identity(token: str) -> Answer:
    """Keep it, complete or not; go on when it is complete: to the first page, or to the overview of what was filled in before."""
    application = _walk_in(token)
    # Read before the verb: after it, what was read counts no longer.
    first = "" if application.draft.content else application.definition.pages[0].name
    form = form_class(walk_ins.IDENTITY, NO_CHOICES)()
    values = canonical(form)
    request.write(writing.save_identity, request.acting(), token, without_overlong(values)[0], request.now())
    valid = form.validate()
    fault = walk_ins.number_fault(values, request.today()) if values.get("id_number") else None
    if fault is not None:
        form.note("id_number", Note(say(fault), _("居民身份证法 第三条（GB 11643）")))
    if not valid or fault is not None:
        return _shown(_walk_in(token), form), 422
    flash(_("申请人身份已保存。"), "success")
    onward = url_for("applications.page", token=token, page_name=first) if first else url_for("applications.task_list", token=token)
    return redirect(onward, code=303)


def _walk_in(token: str) -> Written:
    application = written(token)
    if not application.is_walk_in:
        raise NotFound
    return application


def _shown(application: Written, form: DefinitionForm) -> str:
    return render_template("intake/identity.html", application=application, form=form)
