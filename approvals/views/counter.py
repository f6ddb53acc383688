"""Who sits at the counter: while somebody's case or draft is open, no list of other people is (个人信息保护法 第五十一条).

Whoever serves people face to face turns the screen to them. The open case is remembered in the cookie from the moment its
page is opened until it is finished or put away; pages that list other people show a sentence instead until then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, current_app, g, redirect, render_template, url_for
from flask import request as asked
from flask import session as cookie
from werkzeug.wrappers import Response

from approvals.operations.mandates import acts_for, mandate_now
from workflows.rules import mask_name

from . import request
from .access import requires
from .local import local_path

blueprint = Blueprint("counter", __name__)
View = TypeVar("View", bound=Callable[..., Any])

AT_THE_COUNTER = frozenset({"agent", "coordinator", "clerk"})
"""Roles that serve people who sit beside them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The case or draft that is open. ``until`` is the last day of the mandate under which the person acts, None without one."""

    name: str
    number: str
    address: str
    until: date | None


def lists_people(view: View) -> View:
    """Close a view while somebody's case is open: it lists other people's."""
    view.lists_people = True  # type: ignore[attr-defined]
    return view


def open_case(token: str, number: str, root_id: int, name: str) -> None:
    """Remember the delegated case that somebody at a counter has opened."""
    _remember({"case": token, "number": number, "root": root_id, "name": mask_name(name)})


def open_draft(token: str, name: str) -> None:
    """Remember the draft that somebody at a counter writes for a person beside them."""
    _remember({"draft": token, "number": "", "name": mask_name(name)})


def _remember(opened: dict[str, Any]) -> None:
    acting = request.maybe_acting()
    at_the_counter = acting is not None and any(held.role in AT_THE_COUNTER for held in acting.positions)
    if at_the_counter and cookie.get(request.BESIDE_ME) != opened:
        cookie[request.BESIDE_ME] = opened
        g.pop("beside", None)


def put_away() -> None:
    """Nobody's case is open any more: it was finished, handed in or put away."""
    cookie.pop(request.BESIDE_ME, None)
    g.pop("beside", None)


def beside_me() -> Beside | None:
    """Whose case is open; None where nobody's is. One statement for each request, and for a case alone."""
    if "beside" not in g:
        g.beside = _beside_me()
    return cast("Beside | None", g.beside)


def _beside_me() -> Beside | None:
    opened = cookie.get(request.BESIDE_ME)
    acting = request.maybe_acting() if isinstance(opened, dict) else None
    if acting is None:
        return None
    if "draft" in opened:
        address = url_for("applications.task_list", token=opened["draft"])
        return Beside(opened["name"], "", address, None)
    mandate = mandate_now(request.session().connection(), opened["root"], request.today())
    until = mandate.valid_to if mandate is not None and acts_for(acting, mandate, request.today()) else None
    return Beside(opened["name"], opened["number"], url_for("cases.case_page", token=opened["case"]), until)


def close_lists() -> str | None:
    """Show the sentence in place of a list; registered after who may see the page was checked."""
    view = current_app.view_functions.get(asked.endpoint or "")
    if not getattr(view, "lists_people", False) or asked.method != "GET":
        return None
    beside = beside_me()
    return render_template("desk/put_away.html", beside=beside) if beside is not None else None


def add(application: Flask) -> None:
    """Close lists, and let every page say whose case is open."""
    application.before_request(close_lists)
    application.jinja_env.globals.update(beside_me=beside_me)


@blueprint.post("/counter/put-away")
@requires("applicant")
def close() -> Response:
    """The person has gone, or their case is put away."""
    put_away()
    return redirect(local_path(asked.form.get("next"), url_for("desk.index")), code=303)
