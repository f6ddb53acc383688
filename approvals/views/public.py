"""Pages for everybody: the home page, the guides, the answer to a health check."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from markupsafe import Markup
from sqlalchemy import text
from werkzeug.wrappers import Response

from approvals.language import language
from approvals.queries import guides as written

from .access import public
from .request import session, today

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@public
def home() -> str:
    listed = written.guides()
    return render_template(
        "public/home.html", chains=[each for each in listed if each.pages], matters=[each for each in listed if not each.pages]
    )


@blueprint.get("/guides")
@public
def guides() -> str:
    return render_template("public/guides.html", guides=written.guides())


@blueprint.get("/guides/<string:key>")
@public
def guide(key: str) -> str:
    """Who does what, in which order, how long it takes, what it costs, what is needed and what one gets."""
    found = written.guide(key, today())
    if found is None:
        abort(404)
    drawing = Markup(written.diagram(key, found.definition.version, language()))
    return render_template("public/guide.html", guide=found, definition=found.definition, drawing=drawing)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """``ok`` when the database answers."""
    session().execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
