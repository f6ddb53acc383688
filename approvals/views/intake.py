"""Window intake (一窗受理): a clerk takes a walk-in's application in on the same pages, with the queue beside the form."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import NO_CHOICES, DefinitionForm, Note, canonical, fill, form_class, without_overlong
from approvals.language import _, say
from approvals.operations import drafts as writing
from approvals.operations import walk_ins
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.reference import network
from approvals.operations.taking_in import why_not
from approvals.queries.drafts import open_drafts
from approvals.queries.lists import choices_of
from approvals.queries.matters import filed_for
from approvals.queries.queue import queue_of, spelled
from workflows.engine.definition import Definition, Text

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
    """What this window takes in, and the walk-ins that this clerk has begun."""
    return _index()


@blueprint.post("/desk/intake")
@requires("desk")
def start() -> Answer:
    """Begin with a walk-in, where the office takes the matter in today."""
    windows = _windows()
    office_id = asked.form.get("office", windows[0], type=int)
    matter = asked.form.get("matter", COMPANY_OPENING)
    if matter not in {definition.key for definition in _matters()}:
        raise NotFound
    try:
        token = request.write(writing.start, request.acting(), matter, request.now(), office_id)
    except Refusal as refusal:
        return _index(refusal), 422
    return redirect(url_for("intake.identity", token=token), code=303)


@blueprint.get("/desk/intake/words")
@requires("desk")
def words() -> Response:
    """What the entries of an official list can be found by, code, pinyin and initials, for the script that narrows them."""
    groups = choices_of(request.session(), request.today()).get(asked.args.get("list", ""))
    if groups is None:
        raise NotFound
    return jsonify({code: spelled(code, text) for _heading, entries in groups for code, text in entries})


def _index(refusal: Refusal | None = None) -> str:
    windows, session, acting, now = _windows(), request.session(), request.acting(), request.now()
    known = network(session.connection())
    found = [
        (office_id, matter, why_not(known, office_id, matter.key, request.today())) for office_id in windows for matter in _matters()
    ]
    return render_template(
        "intake/index.html",
        windows=windows, refusal=say(refusal.message) if refusal is not None else "",
        open_here=[(office_id, matter) for office_id, matter, fault in found if fault is None],
        closed_here=list(dict.fromkeys(say(fault[1]) for fault in _to_say([fault for *_, fault in found]))),
        # Answering a send, the page is shown while somebody's case is open: it lists nobody then.
        drafts=[] if counter.beside_me() else open_drafts(session, acting.person_id, walk_ins=True),
        queue=queue_of(session, acting.person_id, windows, now),
    )  # fmt: skip


def _to_say(faults: Sequence[tuple[str, Text] | None]) -> list[tuple[str, Text]]:
    """Why nothing is taken in here; where something is, not that other matters belong to another office."""
    some = any(fault is None for fault in faults)
    return [fault for fault in faults if fault is not None and not (some and fault[0] == "not-competent")]


def _windows() -> tuple[int, ...]:
    """The offices where this person is a clerk; others have no business here."""
    return walk_ins.windows_of(request.acting()) or abort(403)


def _matters() -> list[Definition]:
    """Everything that is applied for on pages, whichever office takes it in."""
    return list(filed_for())


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
