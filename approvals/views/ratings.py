"""Rating a service: on the pages of the applicant, and on those of a receipt for who has no account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.models import Rating, Signature
from approvals.operations import ratings as verbs
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.ratings import BAD, LONGEST_TEXT, MOST_RATINGS, ONLINE, REASONS, SCORES, Opinion, Rated
from approvals.queries import cases, progress, ratings, signatures
from approvals.queries.cases import Family
from workflows.county import county_catalogue

from . import request
from .access import public, requires
from .checked_receipts import is_checked
from .signing import is_confirmed

blueprint = Blueprint("ratings", __name__)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the form stands: its own address, and the page to go back to; and whether somebody without an account is there, by
    the receipt of a window or by the link on which they confirmed a delivery."""

    here: str
    back: str
    by_receipt: bool = False
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds, typed or at first empty."""

    score: int = 0
    reasons: tuple[str, ...] = ()
    text: str = ""
    number: int = 1
    service: str = ONLINE
    fault: str = ""


@blueprint.get("/cases/<string:token>/rating")
@requires("applicant")
def of_case(token: str) -> str:
    """The applicant's page to rate a closed case."""
    return _page(_own(token), _place(token), _asked_for())


@blueprint.post("/cases/<string:token>/rating")
@requires("applicant")
def rate_case(token: str) -> Answer:
    """Store a rating. Whoever is not the applicant reads why they cannot."""
    _own(token)
    acting = request.acting()
    return _send(
        lambda: _own(token), _place(token), lambda opinion: request.write(verbs.rate, acting, token, opinion, request.now())
    )


def _own(token: str) -> Family:
    """The family of a case that this person may rate. Staff of the case get a sentence, strangers find nothing."""
    family = cases.family_of(request.session(), token)
    if family is None or not family.subject.is_root or not family.root.case.submissions:
        raise NotFound
    acting = request.acting()
    if family.root.case.applicant_id != acting.person_id and not acting.is_staff:
        raise NotFound
    return family


def _place(token: str) -> Place:
    return Place(url_for("ratings.of_case", token=token), url_for("cases.case_page", token=token))


@blueprint.get("/progress/<string:token>/rating")
@public
def of_receipt(token: str) -> Answer:
    """The page to rate a walk-in's case, for whoever has given the telephone behind its receipt."""
    family = _of_receipt(token)
    if not is_checked(token):
        return redirect(url_for("progress.index", number=family.root.case.number))
    return _page(family, _place_of_receipt(token), _asked_for())


@blueprint.post("/progress/<string:token>/rating")
@public
def rate_receipt(token: str) -> Answer:
    """Store a rating of a walk-in."""
    family = _of_receipt(token)
    if not is_checked(token):
        return redirect(url_for("progress.index", number=family.root.case.number), code=303)
    acting = request.maybe_acting()
    return _send(
        lambda: _of_receipt(token),
        _place_of_receipt(token),
        lambda opinion: request.write(verbs.rate_as_walk_in, token, acting, opinion, request.now()),
    )


@blueprint.get("/sign/<string:token>/rating")
@public
def of_signature(token: str) -> Answer:
    """The page to rate a delegated case, for whoever has just confirmed its delivery on this device."""
    found = _confirmed(token)
    if found is None:
        return redirect(url_for("signing.link", token=token))
    return _page(_of_signature(found), _place_of_signature(found), _asked_for())


@blueprint.post("/sign/<string:token>/rating")
@public
def rate_by_signature(token: str) -> Answer:
    """Store the rating of whoever entrusted an agent."""
    found = _confirmed(token)
    if found is None:
        return redirect(url_for("signing.link", token=token), code=303)
    return _send(
        lambda: _of_signature(found),
        _place_of_signature(found),
        lambda opinion: request.write(verbs.rate_by_signature, found.id, opinion, request.now()),
    )


def _confirmed(token: str) -> Signature | None:
    """The answered confirmation of a delivery, where this device has shown who they are; None otherwise."""
    found = signatures.delivery_of(request.session(), token)
    return found if found is not None and found.vote and is_confirmed(token) else None


def _of_signature(asked_of: Signature) -> Family:
    family = cases.family_of_id(request.session(), asked_of.root_id)
    if family is None:
        abort(404)
    return family


def _place_of_signature(asked_of: Signature) -> Place:
    here = url_for("ratings.of_signature", token=asked_of.token)
    return Place(here, url_for("signing.link", token=asked_of.token), by_link=True)


def _of_receipt(token: str) -> Family:
    family = progress.family_of_receipt(request.session(), token)
    if family is None:
        abort(404)
    return family


def _place_of_receipt(token: str) -> Place:
    return Place(url_for("ratings.of_receipt", token=token), url_for("progress.show", token=token), by_receipt=True)


def _asked_for() -> Typed:
    return Typed(service=asked.args.get("service", ONLINE)[:40])


def _channel(place: Place) -> str:
    """The channel: by the receipt of a window, else the kind of browser."""
    if place.by_receipt:
        return "qr"
    return "mobile" if "Mobi" in (asked.user_agent.string or "") else "pc"


def _send(found: Callable[[], Family], place: Place, store: Callable[[Opinion], Rated]) -> Answer:
    """Store what was typed; ``found`` reads the case anew for the page that a refusal leads back to."""
    form = asked.form
    typed = Typed(
        score=_number(form.get("score", "")), reasons=tuple(dict.fromkeys(form.getlist("reasons"))), text=form.get("text", ""),
        number=_number(form.get("number", "1")), service=form.get("service", ONLINE)[:40],
    )  # fmt: skip
    opinion = Opinion(typed.score, typed.reasons, typed.text, _channel(place), typed.service, typed.number)
    try:
        done = store(opinion)
    except Refusal as refusal:
        kept = Typed(typed.score, typed.reasons, typed.text, typed.number, typed.service, say(refusal.message))
        return _page(found(), place, kept), 403 if refusal.reason == "not-the-applicant" else 422
    if done.follow_up:
        flash(_("谢谢您的评价。1 个工作日内有评价回访员联系您，回访编号 %(number)s。", number=done.follow_up), "success")
    else:
        flash(_("谢谢您的评价。"), "success")
    return redirect(f"{place.here}?service={typed.service}" if typed.service != ONLINE else place.here, code=303)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _page(family: Family, place: Place, typed: Typed) -> str:
    session, root = request.session(), family.root.case
    every = ratings.ratings_of(session, root.id)
    given = [rating for rating in every if rating.service == typed.service]
    own = place.by_receipt or place.by_link or root.applicant_id == request.acting().person_id
    return render_template(
        "ratings/rating.html",
        root=family.root, place=place, typed=typed, given=given, scores=SCORES, reasons=REASONS, longest=LONGEST_TEXT,
        windows=_windows(family, every) if own else [], is_theirs=own,
        may_be_rated=root.closed_at is not None or typed.service != ONLINE,
        is_full=len(given) >= MOST_RATINGS, next_number=typed.number if typed.fault else len(given) + 1,
        window_title=_window_title(family, typed.service), follow_up=_follow_up(given),
    )  # fmt: skip


def _follow_up(given: list[Rating]) -> str:
    """The number of the follow-up that the rating that counts has opened or joined; empty without one."""
    if not given or given[-1].score not in BAD:
        return ""
    return ratings.follow_up_number(request.session(), given[-1])


def _windows(family: Family, every: list[Rating]) -> list[tuple[str, ratings.WindowService, str, bool]]:
    """The services at a window of this case: event, what, its name, and whether it was rated."""
    rated = {rating.service for rating in every}
    found = ratings.window_services(request.session(), family.root.case.id)
    title = county_catalogue().text
    return [(str(each.event_id), each, say(title("contacts", each.kind)), str(each.event_id) in rated) for each in found]


def _window_title(family: Family, service: str) -> str:
    if service == ONLINE:
        return ""
    found = ratings.window_services(request.session(), family.root.case.id)
    return next((say(county_catalogue().text("contacts", each.kind)) for each in found if str(each.event_id) == service), "")
