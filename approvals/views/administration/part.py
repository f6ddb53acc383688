"""The blueprint of the system manager's pages, and what they share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask_wtf import FlaskForm

from approvals.language import say
from approvals.operations.administration.faults import Faulty
from approvals.queries import office_tree
from approvals.queries.county_network import county_network
from workflows.network import Network

from .. import request
from ..access import requires
from . import wording

blueprint = Blueprint("administering", __name__)

Page = tuple[str, int]


@blueprint.get("/administration")
@requires("administer")
def index() -> str:
    """Where the system manager begins: how the network stands, and ways to what can be changed."""
    tree = office_tree.tree(request.session(), request.today())
    return render_template("administration/index.html", counts=tree.counts, closed=tree.closed, loose=len(tree.loose), words=wording)


def network() -> Network:
    """The network as this request found it."""
    return county_network(request.session().connection())


def typed_of(form: FlaskForm) -> dict[str, str]:
    """What was typed into each field, as text."""
    return {field.short_name: field.data if isinstance(field.data, str) else "" for field in form}


def put_faults(form: FlaskForm, refusal: Faulty) -> None:
    """Each fault at its field; one that has none at the first."""
    fields = {field.short_name: field for field in form}
    for each in refusal.faults:
        field = fields.get(each.column) or next(iter(fields.values()))
        field.errors = [*field.errors, say(each.message)]


def mark_of(shown: Mapping[str, str]) -> str:
    """What a page shows, to travel with its form: so the second of two people learns what the first changed."""
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def read_mark(text: str | None) -> dict[str, str]:
    """The mark that a form brought back; empty for one that is none."""
    try:
        found: Any = json.loads(text or "")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}
