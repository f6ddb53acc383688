"""What a person was told."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.operations import notices
from approvals.queries.notices import PAGE, told

from . import telling
from .access import requires
from .request import acting, now, session, write

blueprint = Blueprint("notices", __name__)
LAST_PAGE = 100_000


@blueprint.get("/notices")
@requires("applicant")
def inbox() -> str:
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    rows, count = told(session(), acting().person_id, page)
    pages = max(1, -(-count // PAGE))
    def address(number: int) -> str:
        return url_for("notices.inbox", page=number)

    shown_at = max((row.created_at for row in rows), default=now())
    return render_template(
        "notices/inbox.html", rows=rows, page=page, pages=pages, shown_at=shown_at.isoformat(), address=address,
        site=current_app.config["PUBLIC_URL"], linked=telling.linked,
    )  # fmt: skip


@blueprint.post("/notices/read")
@requires("applicant")
def read() -> Response:
    """Mark as read what the page showed; what came in since stays unread."""
    try:
        up_to = datetime.fromisoformat(request.form.get("up_to", ""))
    except ValueError:
        up_to = now()
    if up_to.tzinfo is None:
        up_to = now()
    write(notices.mark_read, acting().person_id, min(up_to, now()), now())
    flash(_("已全部标为已读。"), "success")
    return redirect(url_for("notices.inbox"))
