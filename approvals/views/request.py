"""What every view asks of the request it answers: the database, the person, the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g
from flask import session as cookie
from sqlalchemy.orm import Session

from approvals.db import Database, work_on
from approvals.operations import permissions, reference
from approvals.operations.acting import Acting, Held, with_inherited
from approvals.operations.errors import Overrun
from approvals.operations.reference import note_network_version
from approvals.queries.people import SignedIn, signed_in
from workflows.clock import OFFICE_ZONE
from workflows.network import Network

P = ParamSpec("P")
R = TypeVar("R")

STAFF_IDLE = timedelta(minutes=30)
APPLICANT_IDLE = timedelta(hours=12)
CHOSEN = ("language", "large_type")
"""What a visitor chose about the look of pages stands in the cookie under these names, and outlives a sign-in."""

BESIDE_ME = "beside_me"
"""In the cookie of whoever serves people at a counter: whose case is open on the screen."""

_NOTED_EVERY = 60
"""Seconds between two renewals of the time a session was last seen; the cookie need not change with each page."""


def database() -> Database:
    """The database of the application."""
    return cast(Database, current_app.extensions["database"])


def session() -> Session:
    """The session for reading of this request; opened when first asked for, closed after the response."""
    if "session" not in g:
        g.session = database().session()
        work_on(database().engine)
    return cast(Session, g.session)


def close_after(application: Flask) -> None:
    """Close the reading session of each request when it ends, however it ends."""

    @application.teardown_appcontext
    def close(error: BaseException | None) -> None:
        opened = g.pop("session", None)
        if opened is not None:
            opened.close()
            work_on(None)


def now() -> datetime:
    """The present moment in UTC; the setting ``NOW``, a callable, replaces it in tests."""
    clock = current_app.config["NOW"]
    return clock() if clock is not None else datetime.now(UTC)


def today() -> date:
    """The day it is in the county."""
    return now().astimezone(OFFICE_ZONE).date()


def write(verb: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a verb as one durable transaction. What was read before is read anew afterwards; refusals pass through.

    Where a time had run out unnoticed, what follows from that is written before the refusal is passed on.
    """
    if "session" in g:
        g.session.rollback()
        g.session.expunge_all()
    try:
        return database().write(verb, *args, **kwargs)
    except Overrun as overrun:
        database().write(overrun.first)
        raise


def maybe_signed_in() -> SignedIn | None:
    """The person of this session, or None: nobody signed in, signed out elsewhere, or idle for too long."""
    if "signed_in" not in g:
        g.signed_in = _person_of_cookie()
    return cast("SignedIn | None", g.signed_in)


def _person_of_cookie() -> SignedIn | None:
    person_id, seen = cookie.get("person"), cookie.get("seen", 0)
    if person_id is None:
        return None
    person = signed_in(session(), person_id, today())
    if person is not None:
        note_network_version(database().engine, person.network_version)
    idle = int(now().timestamp()) - seen
    longest = STAFF_IDLE if person is not None and person.positions else APPLICANT_IDLE
    if person is None or person.session_version != cookie.get("version") or idle > longest.total_seconds():
        forget_person()
        cookie["timed_out"] = True
        return None
    if idle > _NOTED_EVERY:
        cookie["seen"] = int(now().timestamp())
    return person


def remember_person(person_id: int, session_version: int) -> None:
    """Begin a session of its own for a person; what an earlier visitor left in the cookie goes, its token included."""
    chosen = {name: cookie[name] for name in CHOSEN if name in cookie}
    cookie.clear()
    cookie.permanent = True
    cookie.update(person=person_id, version=session_version, seen=int(now().timestamp()))
    cookie.update(chosen)
    for name in ("signed_in", "acting", "csrf_token"):
        g.pop(name, None)


def forget_person() -> None:
    """End the session of the person, keeping the language that was chosen and the token of pages still open."""
    for name in ("person", "version", "seen", "timed_out", BESIDE_ME):
        cookie.pop(name, None)
    g.pop("acting", None)


def maybe_acting() -> Acting | None:
    """Who is acting, with the positions they hold today, or None."""
    if "acting" not in g:
        person = maybe_signed_in()
        g.acting = _acting_of(person) if person is not None else None
    return cast("Acting | None", g.acting)


def _acting_of(person: SignedIn) -> Acting:
    held = tuple(Held(*each) for each in person.positions)
    return Acting(person.id, person.name, with_inherited(held, network(), today()) if held else ())


def network() -> Network:
    """The county's network of offices as this process knows it; no statement but when it has changed."""
    return reference.network(session().connection())


def jurisdiction(action: str) -> frozenset[int] | None:
    """The offices for which whoever acts may do something; None for the whole county."""
    found = permissions.jurisdiction(acting(), action, network(), today())
    return None if found is permissions.COUNTY else found


def acting() -> Acting:
    """Who is acting, in a view that requires somebody to be signed in."""
    found = maybe_acting()
    if found is None:
        raise RuntimeError("this view is open to visitors: use maybe_acting()")
    return found


def preferred_language() -> str:
    """``zh`` or ``en``: what the person chose, else what this visitor chose, else Chinese."""
    person = maybe_signed_in()
    chosen = person.language if person is not None else cookie.get("language", "zh")
    return chosen if chosen in ("zh", "en") else "zh"


def large_type() -> bool:
    """Whether pages are shown in large type (长辈版): as the person chose, else as this visitor chose."""
    person = maybe_signed_in()
    return person.large_type if person is not None else cookie.get("large_type") is True
