"""我的证照: what was issued to the enterprises that a person applied for, in one place."""

from __future__ import annotations

from flask import Blueprint, render_template

from approvals.queries import wallet

from . import request
from .access import requires
from .documents import code_of

blueprint = Blueprint("wallet", __name__)


@blueprint.get("/wallet")
@requires("applicant")
def index() -> str:
    """Each enterprise with its documents, those in force first, to look at, download and show."""
    enterprises = wallet.held_by(request.session(), request.acting().person_id)
    return render_template("wallet/index.html", enterprises=enterprises, code_of=code_of)
