"""Pages for everybody: the home page, the guides, the answer to a health check."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, render_template
from flask import request as asked
from markupsafe import Markup
from sqlalchemy import text
from werkzeug.wrappers import Response

from approvals.language import language
from approvals.queries import guides as written
from approvals.queries import network
from approvals.queries.expectations import expectation
from approvals.queries.guide_search import find_guides, findable
from workflows.engine.definition import CHAIN

from .access import public
from .progress import working_time
from .request import now, session, today

LONGEST_SEARCH = 60

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@public
def home() -> str:
    listed = written.guides()
    return render_template(
        "public/home.html", chains=[each for each in listed if each.kind == CHAIN],
        licences=[each for each in listed if each.kind == "licence"], matters=[each for each in listed if not each.pages],
    )  # fmt: skip


@blueprint.get("/guides")
@public
def guides() -> str:
    """All matters, or those that fit what was typed in Chinese, pinyin or initials."""
    typed = asked.args.get("q", "")[:LONGEST_SEARCH].strip()
    return render_template("public/guides.html", guides=find_guides(typed), typed=typed, longest=LONGEST_SEARCH)


@blueprint.get("/guides/words.json")
@public
def guide_words() -> Response:
    """What each guide can be found by, for the script that filters while somebody types."""
    return jsonify({each.key: findable(each.key).spelled() for each in written.guides()})


@blueprint.get("/offices")
@public
def offices() -> str:
    """The hall, its sub-centres, the towns and points: whom they serve, when they are open, and who serves a village."""
    typed = asked.args.get("q", "")[:LONGEST_SEARCH].strip()
    return render_template(
        "public/offices.html", found=network.offices(session(), now(), today(), typed), typed=typed, longest=LONGEST_SEARCH
    )


@blueprint.get("/guides/<string:key>")
@public
def guide(key: str) -> str:
    """Who does what, in which order, how long it takes, what it costs, what is needed and what one gets."""
    found = written.guide(key, today())
    if found is None:
        abort(404)
    drawing = Markup(written.diagram(key, found.definition.version, language()))
    return render_template(
        "public/guide.html", guide=found, definition=found.definition, drawing=drawing,
        expected=expectation(session(), key, now()), working_time=working_time,
    )  # fmt: skip


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """``ok`` when the database answers."""
    session().execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
