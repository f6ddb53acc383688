"""A mandate or a receipt on paper, taken in by a second person: the photo first, then what it says."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals import inspection
from approvals.forms import DefinitionForm, Note, canonical, form_class
from approvals.language import _, say
from approvals.models import Upload
from approvals.operations import paper_signing
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.paper_signing import Paper
from approvals.queries import mandates, uploads
from workflows.engine.definition import DELEGATED, Action
from workflows.network.mandate_guards import NOT_A_SECOND_PERSON
from workflows.rules.signatories import MANDATE

from . import request
from .access import accepts_files, requires
from .case_access import Seen, seen
from .materials import BESIDE_FILES, most_of_a_file, sent

blueprint = Blueprint("mandate_papers", __name__)
Answer = str | Response | tuple[str, int]


def _most_of_a_request() -> int:
    return 2 * most_of_a_file() + BESIDE_FILES


def is_on_paper(action: Action) -> bool:
    """Whether an action takes in what was signed on paper: it has the pages below instead of the general one."""
    return any(named.name == "second_person" for named in action.guards)


def _view(token: str) -> Seen:
    """The case, for who may take its papers in. Raises Refusal for the agent whom they concern, NotFound for strangers."""
    view = seen(token)
    root = view.family.root
    offices = tuple(root.office_ids())
    if root.definition.kind != DELEGATED or not paper_signing.witnessing_role(
        view.acting, root.case.applicant_id, root.definition.department, offices
    ):
        raise NotFound
    rows = mandates.mandates_of(request.session(), root.case.id)
    agents = {row.agent_id for row in rows if row.revoked_at is None}
    if agents & (view.acting.stands_in_for | {view.acting.person_id}):
        raise Refusal("second-person", NOT_A_SECOND_PERSON)
    return view


def _photo(view: Seen, token: str) -> Upload | None:
    """A photo that this very person has just taken."""
    found = uploads.file_of_case(request.session(), view.family.root.case.id, token) if token else None
    return found if found is not None and found.person_id == view.acting.person_id else None


def _form(view: Seen) -> DefinitionForm:
    return form_class(view.family.root.definition.forms["on_paper"], {})()


@blueprint.get("/cases/<string:token>/paper")
@requires("desk")
def show(token: str) -> Answer:
    """The photo, or with one what stands on it."""
    view = _view(token)
    form = _form(view)
    form.process(None)
    return _page(view, form, asked.args.get("photo", ""))


def _page(view: Seen, form: DefinitionForm, photo: str, fault: str = "") -> Answer:
    root = view.family.root
    open_one = mandates.open_request(request.session(), root.case.id)
    if open_one is None:
        flash(_("现在没有要申请人签的文书：可能已经签过，或者办件已经往下走了。"), "warning")
        return redirect(url_for("cases.case_page", token=root.case.token))
    return render_template(
        "mandates/on_paper.html", root=root, form=form, photo=_photo(view, photo), fault=fault, faults=form.noted(),
        is_delivery=open_one.acts != [MANDATE], name=open_one.name, key=asked.form.get("key", ""),
        most_bytes=most_of_a_file(), most_megabytes=max(1, most_of_a_file() // (1024 * 1024)),
    )  # fmt: skip


@blueprint.post("/cases/<string:token>/paper/photo")
@requires("desk")
@accepts_files(_most_of_a_request)
def take_photo(token: str) -> Answer:
    """Keep the photo; what cannot be kept is said."""
    view = _view(token)
    chosen = [file for name in ("photo", "file") for file in asked.files.getlist(name) if file.filename]
    form = _form(view)
    form.process(None)
    if not chosen:
        return _with_status(_page(view, form, "", _("还没有拍照：请拍照或者选一张照片，再按“上传”。")))
    data = chosen[0].stream.read(most_of_a_file() + 1)
    root_token = view.family.root.case.token
    try:
        found = inspection.inspect(data, chosen[0].filename or "", most_of_a_file())
        photo = request.write(paper_signing.keep_photo, request.acting(), root_token, found, request.now())
    except (inspection.Unfit, Refusal) as error:
        return _with_status(_page(_view(token), form, "", say(error.message)))
    return redirect(url_for("mandate_papers.show", token=root_token, photo=photo), code=303)


def _with_status(page: Answer) -> Answer:
    return (page, 422) if isinstance(page, str) else page


@blueprint.post("/cases/<string:token>/paper")
@requires("desk")
def take_in(token: str) -> Answer:
    """Take it in: the mandate is in force, or the delivery is confirmed, from now on."""
    view = _view(token)
    form, photo = _form(view), asked.form.get("photo", "")[:60]
    if not form.validate():
        return _with_status(_page(view, form, photo))
    values = canonical(form)
    paper = Paper(
        date.fromisoformat(str(values["signed_on"])), photo, values.get("checked_in_person") is True, str(values.get("remark") or ""),
        asked.form.get("key", "")[:40] or None,
    )  # fmt: skip
    root_token = view.family.root.case.token
    try:
        request.write(paper_signing.take_in, request.acting(), root_token, paper, request.now())
    except Outdated as error:
        flash(say(error.message), "warning")
    except Refusal as error:
        view, again = _view(token), _form(_view(token))
        if error.reason == "signed-on":
            again.note("signed_on", Note(say(error.message)))
            return _with_status(_page(view, again, photo))
        return _with_status(_page(view, again, photo, say(error.message)))
    else:
        flash(_("已收下，照片存在这个办件里。"), "success")
    return redirect(url_for("cases.case_page", token=root_token, _anchor="mandate"), code=303)


@blueprint.get("/cases/<string:token>/paper/<string:file>")
@requires("desk")
def photo(token: str, file: str) -> Response:
    """The photo that the person has just taken, to be looked at before it is taken in."""
    found = _photo(_view(token), file)
    if found is None:
        raise NotFound
    return sent(found)
