"""Answering a correction, and applying again after it came to nothing: what was filed is opened again."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.operations import drafts as writing
from approvals.operations import starting_again

from . import request
from .access import requires
from .applying import blueprint


@blueprint.post("/corrections/<string:token>")
@requires("applicant")
def correct(token: str) -> Response:
    """Begin or take up the correction of a returned case; ``token`` is that of the case or of its root."""
    draft = request.write(writing.start_correction, request.acting(), token, request.now())
    return redirect(url_for("applications.task_list", token=draft), code=303)


@blueprint.post("/again/<string:token>")
@requires("applicant")
def again(token: str) -> Response:
    """Begin a new application with the content of a case that was withdrawn or refused."""
    draft = request.write(starting_again.start_again, request.acting(), token, request.now())
    flash(_("已照原来的内容准备好新的申请。请逐页看一遍，声明与签名要重新填写。"), "success")
    return redirect(url_for("applications.task_list", token=draft), code=303)
