"""Who may see which page. A view without a permission is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.operations import permissions
from approvals.operations.acting import Acting

from .errors import PUBLIC, FileSent, SignInNeeded, UnstorableText
from .request import maybe_acting, maybe_signed_in

View = TypeVar("View", bound=Callable[..., Any])

GATES: dict[str, str] = {
    "desk": "work_on_case",
    "delegate": "delegate",
    "coordinate": "check",
    "ledger": "read_ledger",
    "supervise": "supervise",
    "administer": "manage_offices",
    "calendar": "manage_calendar",
    "secure": "manage_positions",
    "audit": "read_administration_log",
}
"""What a page is for, and the action of the table of permissions that opens it."""

PERMISSIONS = frozenset({"applicant", *GATES})
WITH_FIRST_PASSWORD = frozenset({"accounts.account", "accounts.change_password"})
"""What somebody can do whose password was chosen by a manager; besides what is open to everybody."""

NUL = "\0"


def public(view: View) -> View:
    """Open a view to everybody. Each one also stands on a literal list in the tests."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Open a view to some: ``applicant`` is anybody signed in, the others ask for a position held today that allows it.

    For which offices it is allowed, the view asks ``request.jurisdiction``.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def accepts_files(most_bytes: int | Callable[[], int]) -> Callable[[View], View]:
    """Let a view take files, in requests of at most so many bytes; a function is asked at each request, for a setting.

    Every other view refuses a file, and keeps to the product's limit of one request.
    """

    def mark(view: View) -> View:
        view.accepts_files = True  # type: ignore[attr-defined]
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def signed(view: View) -> View:
    """Let a machine send JSON to a view without a form's token: the view checks the signature of what was sent.

    Each one also stands on a literal list in the tests.
    """
    view.signed = True  # type: ignore[attr-defined]
    return view


def exempt_signed(application: Flask, protection: CSRFProtect) -> None:
    """Ask views that check a signature for no token."""
    for view in application.view_functions.values():
        if getattr(view, "signed", False):
            protection.exempt(view)


def may(acting: Acting | None, permission: str) -> bool:
    """Whether a person passes a permission."""
    if permission == PUBLIC:
        return True
    if permission == "applicant":
        return acting is not None
    return permissions.holds(acting, GATES[permission])


def protect(application: Flask) -> None:
    """Check each request before its view runs; registered after the check of the token."""
    application.before_request(refuse_unstorable)
    application.before_request(refuse_files)
    application.before_request(enforce)
    application.view_functions["static"].permission = PUBLIC  # type: ignore[attr-defined]


def limit_requests(application: Flask) -> None:
    """Set the limit of each request; registered before whatever first reads what was sent."""
    application.before_request(set_limit)


def set_limit() -> None:
    """A view that takes files takes larger requests. What is larger is refused by its announced length, unread."""
    most = getattr(_view(), "most_bytes", None)
    if most is not None:
        request.max_content_length = most() if callable(most) else most


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint) if request.endpoint is not None else None


def refuse_unstorable() -> None:
    """NUL cannot be stored by PostgreSQL: refused here once, for every field of every form."""
    if NUL in request.path:
        abort(404)
    for values in (request.args, request.form):
        if any(NUL in name or NUL in value for name, value in values.items(multi=True)):
            raise UnstorableText


def refuse_files() -> None:
    """Only marked views take files: another form takes what is no text for one of its answers."""
    if getattr(_view(), "signed", False):
        return
    if request.is_json or (request.files and not getattr(_view(), "accepts_files", False)):
        raise FileSent


def enforce() -> Response | None:
    """Deny what no permission opens."""
    if request.endpoint is None:
        return None
    permission = getattr(_view(), "permission", None)
    if permission is None:
        if current_app.config["TESTING"]:
            raise RuntimeError(f"{request.endpoint} has no permission")
        abort(404)
    acting = maybe_acting() if permission != PUBLIC else None
    if may(acting, permission):
        return _first_password_first(permission)
    if acting is not None:
        abort(403)
    if request.method != "GET":
        raise SignInNeeded
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))


def _first_password_first(permission: str) -> Response | None:
    """Whoever still has a password that a manager chose changes it before anything that is not open to everybody."""
    person = maybe_signed_in() if permission != PUBLIC else None
    if person is None or not person.password_is_first or request.endpoint in WITH_FIRST_PASSWORD:
        return None
    flash(_("请先换掉初始密码，再开始工作。"), "warning")
    return redirect(url_for("accounts.account"), code=303)
