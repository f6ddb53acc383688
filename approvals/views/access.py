"""Who may see which page. A view without a permission is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from approvals.operations.acting import Acting

from .errors import FileSent, SignInNeeded, UnstorableText
from .request import maybe_acting

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
STAFF_ROLES = frozenset({"clerk", "registrar", "registrar-head", "officer"})
ROLES_OF: dict[str, frozenset[str]] = {
    "desk": STAFF_ROLES,
    "supervise": frozenset({"supervisor"}),
    "administer": frozenset({"administrator"}),
}
PERMISSIONS = frozenset({"applicant", *ROLES_OF})
NUL = "\0"


def public(view: View) -> View:
    """Open a view to everybody. Each one also stands on a literal list in the tests."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Open a view to some: ``applicant`` is anybody signed in, the others ask for a position held today."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def may(acting: Acting | None, permission: str) -> bool:
    """Whether a person passes a permission."""
    if permission == PUBLIC:
        return True
    if acting is None:
        return False
    return permission == "applicant" or any(held.role in ROLES_OF[permission] for held in acting.positions)


def protect(application: Flask) -> None:
    """Check each request before its view runs; registered after the check of the token."""
    application.before_request(refuse_unstorable)
    application.before_request(refuse_files)
    application.before_request(enforce)
    application.view_functions["static"].permission = PUBLIC  # type: ignore[attr-defined]


def refuse_unstorable() -> None:
    """NUL cannot be stored by PostgreSQL: refused here once, for every field of every form."""
    if NUL in request.path:
        abort(404)
    for values in (request.args, request.form):
        if any(NUL in name or NUL in value for name, value in values.items(multi=True)):
            raise UnstorableText


def refuse_files() -> None:
    """The product takes no uploads, and a form takes what is no text for one of its answers."""
    if request.files or request.is_json:
        raise FileSent


def enforce() -> Response | None:
    """Deny what no permission opens."""
    if request.endpoint is None:
        return None
    permission = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if permission is None:
        if current_app.config["TESTING"]:
            raise RuntimeError(f"{request.endpoint} has no permission")
        abort(404)
    acting = maybe_acting() if permission != PUBLIC else None
    if may(acting, permission):
        return None
    if acting is not None:
        abort(403)
    if request.method != "GET":
        raise SignInNeeded
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
