"""Window intake (一窗受理): a clerk takes a walk-in's application in on the same pages."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import NO_CHOICES, DefinitionForm, canonical, fill, form_class
from approvals.language import _
from approvals.operations import drafts as writing
from approvals.operations.errors import NotFound
from approvals.queries.drafts import open_drafts
from workflows.engine.definition import Field, Form

from . import request
from .access import requires
from .applications import COMPANY_OPENING
from .applying import Written, written

blueprint = Blueprint("intake", __name__)
Answer = str | Response | tuple[str, int]

IDENTITY = Form(
    "identity",
    {"zh": "申请人身份", "en": "Who the applicant is"},
    (
        Field("name", "text", {"zh": "姓名", "en": "Name"}, required=True, max_length=100),
        Field(
            "id_kind",
            "choice",
            {"zh": "证件类型", "en": "Kind of identity paper"},
            required=True,
            default="identity-card",
            options=(
                ("identity-card", {"zh": "居民身份证", "en": "Identity card"}),
                ("residence-permit", {"zh": "港澳台居民居住证", "en": "Residence permit (Hong Kong, Macao, Taiwan)"}),
                ("foreigner-card", {"zh": "外国人永久居留身份证", "en": "Permanent resident card of a foreigner"}),
                ("passport", {"zh": "护照", "en": "Passport"}),
                ("other", {"zh": "其他证件", "en": "Other"}),
            ),
        ),
        Field("id_number", "identity", {"zh": "证件号码", "en": "Identity number"}, required=True, max_length=40),
        Field("phone", "phone", {"zh": "手机号", "en": "Mobile phone"}, required=True, max_length=40),
        Field(
            "checked_in_person",
            "declaration",
            {
                "zh": "已当面核对：人和证件一致，证件在有效期内。",
                "en": "Checked in person: the paper is valid and belongs to this person.",
            },
            required=True,
        ),
    ),
    help={
        "zh": "不需要有账号。收件凭证上的认领码可以让申请人以后自己查看办件。",
        "en": "No account is needed; the receipt lets them claim the case.",
    },
)


@blueprint.get("/desk/intake")
@requires("desk")
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
    form = form_class(IDENTITY, NO_CHOICES)(formdata=None)
    if application.draft.walk_in:
        fill(form, application.draft.walk_in)
    return _shown(application, form)


@blueprint.post("/applications/<string:token>/identity")
@requires("desk")
def save_identity(token: str) -> Answer:
    """Keep it, complete or not; go on when it is complete."""
    _walk_in(token)
    form = form_class(IDENTITY, NO_CHOICES)()
    request.write(writing.save_identity, request.acting(), token, canonical(form), request.now())
    if not form.validate():
        return _shown(_walk_in(token), form), 422
    flash(_("申请人身份已保存。"), "success")
    return redirect(url_for("applications.task_list", token=token), code=303)


def _walk_in(token: str) -> Written:
    application = written(token)
    if not application.is_walk_in:
        raise NotFound
    return application


def _shown(application: Written, form: DefinitionForm) -> str:
    return render_template("intake/identity.html", application=application, form=form)
