"""Pages for everybody: the home page, the guides, the answer to a health check."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy import text
from werkzeug.wrappers import Response

from .access import public
from .request import session

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@public
def home() -> str:
    return render_template("public/home.html")


@blueprint.get("/guides")
@public
def guides() -> str:
    return render_template("public/guides.html")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """``ok`` when the database answers."""
    session().execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
