"""The materials of a draft: what is needed, from where, why nothing is asked, and the few files that have to be sent."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response as AnyResponse

from approvals import inspection
from approvals.language import _, say
from approvals.models import Upload
from approvals.operations import uploads as keeping
from approvals.operations.errors import NotFound, Refusal
from approvals.queries import uploads
from approvals.queries.materials import DRAFT, Materials, materials_shown

from . import request
from .access import accepts_files, requires
from .applying import Written, blueprint, written

Answer = str | AnyResponse | tuple[str, int]
BESIDE_FILES = 256 * 1024
"""Bytes of a request that are no file: the answers beside it and what the browser writes around them."""
SAFE_CONTENT = "default-src 'none'; img-src 'self'; style-src 'none'; sandbox; frame-ancestors 'none'"


def most_of_a_file() -> int:
    """The setting: bytes of one file."""
    return int(current_app.config["UPLOAD_BYTES"])


def _most_of_a_request() -> int:
    # Both ways of choosing, the camera and the files, may hold one.
    return 2 * most_of_a_file() + BESIDE_FILES


def materials_of_draft(application: Written) -> Materials:
    """What a draft needs, with its files."""
    session, draft = request.session(), application.draft
    matters = keeping.matters_of(draft.workflow, draft.version, draft.content)
    files = uploads.files_of_draft(session, draft.id, draft.case_id)
    return materials_shown(session, matters, draft.content, files, stage=DRAFT)


@blueprint.get("/applications/<string:token>/materials")
@requires("applicant")
def materials(token: str) -> str:
    """Every material of a draft."""
    return _shown(written(token))


def _shown(application: Written, fault: str = "", fault_at: str = "") -> str:
    found = materials_of_draft(application)
    places = {
        f"{item.workflow}.{line.material.key}.{item.needed.subject}" for line in found.lines if line.is_upload for item in line.items
    }
    return render_template(
        "applications/materials.html",
        application=application, materials=found, fault=fault, fault_at=fault_at if fault_at in places else "",
        most_bytes=most_of_a_file(), most_megabytes=max(1, most_of_a_file() // (1024 * 1024)),
    )  # fmt: skip


@blueprint.post("/applications/<string:token>/materials")
@requires("applicant")
@accepts_files(_most_of_a_request)
def upload(token: str) -> Answer:
    """Keep the files that were chosen; what cannot be kept is said, with everything else as it was."""
    application = written(token)
    workflow, material, subject = (asked.form.get(name, "")[:100] for name in ("workflow", "material", "subject"))
    here = f"{workflow}.{material}.{subject}"
    chosen = [file for name in ("photo", "file") for file in asked.files.getlist(name) if file.filename]
    if not chosen:
        return _shown(application, _("还没有选文件：请拍照或者选一个文件，再按“上传”。"), here), 422
    names, has_picture = [], False
    for file in chosen:
        # One byte more than is taken tells a file that is too large without reading on.
        data = file.stream.read(most_of_a_file() + 1)
        try:
            found = inspection.inspect(data, file.filename or "", most_of_a_file())
            request.write(keeping.add, request.acting(), token, workflow, material, subject, found, request.now())
        except inspection.Unfit as unfit:
            return _shown(written(token), say(unfit.message), here), 422
        except Refusal as refusal:
            return _shown(written(token), say(refusal.message), here), 422
        names.append(found.name)
        has_picture = has_picture or found.media_type != inspection.PDF
    flash(_("已上传：%(names)s。", names=_("、").join(names)), "success")
    if has_picture:
        flash(_("照片里的拍摄地点和设备信息已经去掉。"), "info")
    return redirect(url_for("applications.materials", token=token), code=303)


@blueprint.post("/applications/<string:token>/materials/<string:file>/remove")
@requires("applicant")
def remove_file(token: str, file: str) -> AnyResponse:
    """Take a file out; it can be taken back for a day."""
    request.write(keeping.remove, request.acting(), token, file, request.now())
    flash(_("已删除。删错了的，一天内可以在这一页恢复。"), "success")
    return redirect(url_for("applications.materials", token=token), code=303)


@blueprint.post("/applications/<string:token>/materials/<string:file>/restore")
@requires("applicant")
def restore_file(token: str, file: str) -> AnyResponse:
    """Take a removed file back."""
    try:
        request.write(keeping.restore, request.acting(), token, file, request.now())
    except Refusal as refusal:
        flash(say(refusal.message), "warning")
    else:
        flash(_("已恢复。"), "success")
    return redirect(url_for("applications.materials", token=token), code=303)


@blueprint.get("/applications/<string:token>/materials/<string:file>")
@requires("applicant")
def file_of_draft(token: str, file: str) -> Response:
    """A file of the draft, or with ``?small`` a small picture of it."""
    draft = written(token).draft
    return sent(uploads.file_of_draft(request.session(), draft.id, draft.case_id, file))


def sent(found: Upload | None) -> Response:
    """A file so that it can do nothing: of the kind it was found to be, in a sandbox, and a PDF to be saved, not run here."""
    if found is None:
        raise NotFound
    is_picture = found.media_type in (inspection.JPEG, inspection.PNG)
    small = is_picture and "small" in asked.args
    content = inspection.preview(found.content) if small else found.content
    answer = Response(content, mimetype=inspection.JPEG if small else found.media_type)
    way = "inline" if is_picture else "attachment"
    answer.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(found.name)}"
    answer.headers["Content-Security-Policy"] = SAFE_CONTENT
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


