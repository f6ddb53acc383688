"""Answering a correction: the pages of what was filed are opened again."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from approvals.operations import drafts as writing

from . import request
from .access import requires
from .applying import blueprint


@blueprint.post("/corrections/<string:token>")
@requires("applicant")
def correct(token: str) -> Response:
    """Begin or take up the correction of a returned case; ``token`` is that of the case or of its root."""
    draft = request.write(writing.start_correction, request.acting(), token, request.now())
    return redirect(url_for("applications.task_list", token=draft), code=303)
