"""Errors are pages: what happened, what was kept, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from approvals.language import say
from approvals.operations.errors import NotFound, Outdated, Refusal

from .leaving import ended_lately
from .local import local_path
from .request import maybe_signed_in

Answer = tuple[str, int]
PUBLIC = "public"
"""The permission of what is open to everybody."""
SECRET_FIELDS = ("password", "csrf_token")
EXPLAINED = (400, 403, 404, 405, 413, 429, 500)


class SignInNeeded(HTTPException):
    """Something was sent by somebody who is not signed in any more."""

    code = 401


class UnstorableText(HTTPException):
    """Something that was sent holds a character that no database can store."""

    code = 400


class FileSent(HTTPException):
    """A file was sent where none is taken, or something else than a form."""

    code = 400


def explain(application: Flask) -> None:
    """Answer each kind of error with its page."""
    application.register_error_handler(NotFound, not_found)
    application.register_error_handler(Refusal, refused)
    application.register_error_handler(CSRFError, page_too_old)
    application.register_error_handler(SignInNeeded, sign_in_needed)
    application.register_error_handler(UnstorableText, unstorable)
    application.register_error_handler(FileSent, file_sent)
    application.register_error_handler(HTTPException, other)


def kept_input() -> list[tuple[str, str]]:
    """What was sent, to be shown or sent again; without secrets, and only when our own page sent it.

    A form on a stranger's site must not come back as a page of ours with a button to press.
    """
    if request.method != "POST" or not _sent_by_ourselves():
        return []
    return list(_sent())


def _sent() -> Iterator[tuple[str, str]]:
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return
    for name, value in pairs:
        if not name.startswith(SECRET_FIELDS):
            yield name.replace("\0", ""), value.replace("\0", "")


def _sent_by_ourselves() -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host


def _way_back() -> str:
    """The page before this one when it was ours, else the home page."""
    sent_from = urlsplit(request.headers.get("Referer") or "")
    if sent_from.netloc == request.host:
        return local_path(sent_from.path + (f"?{sent_from.query}" if sent_from.query else ""))
    return "/"


def not_found(error: NotFound) -> Answer:
    ended, asking = ended_lately()
    return render_template("errors/404.html", why=say(error.why) if error.why else "", ended=ended, asking=asking), 404


def refused(error: Refusal) -> Answer:
    """The law, the state or another person said no, and the view had no better place for the sentence."""
    page = render_template(
        "errors/409.html", sentence=say(error.message), outdated=isinstance(error, Outdated), kept=kept_input(), back=_way_back()
    )
    return page, 409


def page_too_old(error: CSRFError) -> Answer:
    if is_for_signed_in() and maybe_signed_in() is None:
        # The token went with the session: to say so at once spares a round over a page that is merely old.
        return render_template("errors/sign_in_needed.html", kept=kept_input()), 400
    return render_template("errors/page_too_old.html", kept=kept_input(), back=_way_back()), 400


def is_for_signed_in() -> bool:
    """Whether what was asked for is open only to people who are signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "permission", PUBLIC) != PUBLIC


def sign_in_needed(error: SignInNeeded) -> Answer:
    return render_template("errors/sign_in_needed.html", kept=kept_input()), 401


def unstorable(error: UnstorableText) -> Answer:
    return render_template("errors/unstorable.html", kept=kept_input(), back=_way_back()), 400


def file_sent(error: FileSent) -> Answer:
    return render_template("errors/file_sent.html", kept=kept_input(), back=_way_back()), 400


def other(error: HTTPException) -> Answer | Response:
    """Any other error by its number; redirects that arrive as exceptions go on as they are."""
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    if code >= 500:
        # The database may be what failed: the page must not ask it who is signed in.
        g.signed_in = g.acting = None
    number = code if code in EXPLAINED else (400 if code < 500 else 500)
    if isinstance(error, RequestEntityTooLarge):
        number = 413
    values = _limits() if number == 413 else {}
    if number == 403:
        values["ended"], values["asking"] = ended_lately()
    answer = render_template(f"errors/{number}.html", back=_way_back(), **values), code
    return answer


def _limits() -> dict[str, object]:
    """How much a request to this address may hold, in MB: one file, where files are taken."""
    takes_files = bool(getattr(current_app.view_functions.get(request.endpoint or ""), "accepts_files", False))
    most = current_app.config["UPLOAD_BYTES"] if takes_files else current_app.config["MAX_CONTENT_LENGTH"]
    return {"takes_files": takes_files, "most": most // (1024 * 1024)}
