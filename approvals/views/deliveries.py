"""Messages that left or did not: sent anew by staff of the case or an administrator, and reported on by the gateway."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from approvals.gateway import SIGNATURE_HEADER, TIMESTAMP_HEADER, Gateways, is_signed
from approvals.language import _, say
from approvals.operations import deliveries
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.message_texts import in_language, short_message
from approvals.queries import deliveries as sent

from . import telling
from .access import public, requires, signed
from .case_access import seen
from .notices import LAST_PAGE
from .request import acting, now, session, write

blueprint = Blueprint("deliveries", __name__)
LARGEST_REPORT = 200


@blueprint.get("/administration/deliveries")
@requires("administer")
def undelivered() -> str:
    """What could not be brought to people, and what to set where nothing can leave."""
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    rows, count = sent.undelivered(session(), page)
    return render_template(
        "administration/deliveries.html", rows=rows, count=count, page=page, pages=max(1, -(-count // sent.PAGE)),
        missing=gateways().missing, said=telling.words(), address=lambda number: url_for("deliveries.undelivered", page=number),
        resend_address=lambda delivery_id: url_for("deliveries.resend_any", delivery_id=delivery_id),
    )  # fmt: skip


@blueprint.post("/administration/deliveries/<int:delivery_id>/resend")
@requires("administer")
def resend_any(delivery_id: int) -> Response:
    _resend(delivery_id, None)
    return redirect(url_for("deliveries.undelivered"))


@blueprint.post("/cases/<string:token>/deliveries/<int:delivery_id>/resend")
@requires("desk")
def resend_of_case(token: str, delivery_id: int) -> Response:
    """Staff who work on the case send a message about it anew."""
    view = seen(token)
    if not view.reading_roles(view.subject) - {"applicant"}:
        abort(403)
    _resend(delivery_id, view.family.root.case.id)
    return redirect(url_for("cases.case_page", token=token) + "#notices")


def _resend(delivery_id: int, root_id: int | None) -> None:
    if delivery_id >= 1 << 63:
        raise NotFound
    try:
        write(deliveries.resend, acting(), delivery_id, now(), root_id)
    except Refusal as refusal:
        flash(say(refusal.message), "danger")
    else:
        flash(_("已安排重发。"), "success")


@blueprint.post("/gateway/reports")
@public
@signed
def reports() -> tuple[dict[str, Any], int]:
    """What became of messages, from the gateway: ``{"reports": [{"id": …, "state": "delivered"|"failed", "reason": …}]}``.

    Signed like what was sent to it. A report that comes twice changes nothing.
    """
    body, timestamp = request.get_data(), request.headers.get(TIMESTAMP_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not timestamp or not signature:
        return {"error": f"{TIMESTAMP_HEADER} and {SIGNATURE_HEADER} are needed"}, 400
    if not is_signed(gateways().secret, timestamp, signature, body, now().timestamp()):
        return {"error": "the signature is wrong, or the timestamp is not of the last five minutes"}, 403
    entries = _entries(body)
    if entries is None:
        return {"error": f'a JSON object {{"reports": [{{"id", "state"}}]}} with at most {LARGEST_REPORT} reports is needed'}, 422
    known = [write(deliveries.report, entry["id"], entry["state"], str(entry.get("reason") or ""), now()) for entry in entries]
    return {"accepted": sum(known), "unknown": len(known) - sum(known)}, 200


def _entries(body: bytes) -> list[dict[str, Any]] | None:
    """The reports of a body; None when one of them is none."""
    try:
        entries = json.loads(body)["reports"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(entries, list) or len(entries) > LARGEST_REPORT:
        return None
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or entry.get("state") not in ("delivered", "failed"):
            return None
        if "\0" in str(entry.get("reason")):
            return None
    return entries


@blueprint.get("/demo/phone")
@public
def demo_phone() -> str:
    """In the demo: the telephone and the mailbox of everybody in it, so that codes and links can be read."""
    ways = gateways()
    if not ways.demo:
        abort(404)
    rows = [(each, _as_received(each, ways.site)) for each in sent.on_the_phone(session())]
    return render_template("demo/phone.html", rows=rows, said=telling.words(), linked=telling.linked)


def _as_received(each: sent.OnThePhone, site: str) -> str:
    if each.channel == "sms":
        return short_message(in_language(each.sms or each.text, each.language, site))
    return in_language(each.text, each.language, site)


def gateways() -> Gateways:
    """Where messages leave by, as this process was told."""
    return Gateways.of(current_app.config)
