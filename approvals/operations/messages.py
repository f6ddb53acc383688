"""Notices on their way out: planned for the channels of a person, taken by a worker, and what became of each try.

A delivery is taken and its outcome recorded in two transactions of their own; the network lies between them and is never
waited for inside one. So a try may be repeated when a worker dies between sending and recording: every try carries the
delivery's key, by which the receiver knows a repetition.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, text, update
from sqlalchemy.orm import Session

from approvals.gateway import Gateways
from approvals.models import Case, Event, EventPayload, Notice, Person
from approvals.models.notices import Delivery, delivery_key
from workflows.clock.quiet import after_quiet_hours

from .confirming import CODE_GOOD_FOR
from .message_texts import CODE_FORGOTTEN, in_language
from .rows import ABOUT_CASES

CHANNELS = ("sms", "mail", "wechat")
GIVEN_UP_AFTER = timedelta(days=3)
"""A server that is down for a day, or over a weekend, loses no message."""

LEASE = timedelta(minutes=5)
"""How long a worker has a delivery to itself: longer than the longest conversation with a slow server."""

NO_GATEWAY_PAUSE = timedelta(minutes=10)
_FIRST_PAUSE, _LONGEST_PAUSE = 60, 3600
_FIRST_PAUSE_OF_CODES, _LONGEST_PAUSE_OF_CODES = 3, 30
_SECONDS_OF_LONGEST_WAIT = 24 * 3600

# Written out, because a database takes a partial index only for the condition it was made with.
_OPEN = text("deliveries.state IN ('waiting', 'failed')")
_CODE = text("notices.kind = 'code'")


@dataclass(frozen=True, slots=True)
class Message:
    """One try of one delivery, with all that a sender needs."""

    delivery_id: int
    notice_id: int
    resends: int
    channel: str
    address: str
    kind: str
    language: str
    text: str
    short: str
    case_number: str
    case_path: str
    claimed_at: datetime

    @property
    def key(self) -> str:
        return delivery_key(self.delivery_id, self.resends)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: ``sent``; ``again`` after a pause (``pause`` in seconds when the server named one); ``never``; or
    ``no-gateway``: nothing is set for the channel. ``unreachable``: the server, not this message, is the cause."""

    result: str
    reason: str = ""
    pause: int | None = None
    unreachable: bool = False


# ---- planning -------------------------------------------------------------------------------------------------------


def plan(session: Session, now: datetime, gateways: Gateways, *, urgent: bool = False, most: int = 100) -> int:
    """Plan deliveries for notices that have none yet, the oldest first; returns how many notices that were.

    Who can be reached by nothing is told in the product alone. What is not urgent waits for the end of the quiet hours; a
    notice that nobody sent for days is not sent any more.
    """
    chosen = select(Notice).where(Notice.planned_at.is_(None)).order_by(Notice.created_at).limit(most)
    if urgent:
        chosen = chosen.where(Notice.urgent)
    notices = session.scalars(chosen.with_for_update(skip_locked=True)).all()
    persons = _persons(session, {notice.person_id for notice in notices if notice.person_id is not None})
    about_cases = [notice for notice in notices if notice.kind in ABOUT_CASES]
    walk_ins = _walk_in_phones(session, {notice.root_id for notice in about_cases if notice.person_id is None})
    for notice in notices:
        notice.planned_at = now
        if now - notice.created_at >= _worth_sending_for(notice.kind):
            _forget_code(notice)
            continue
        person = persons.get(notice.person_id) if notice.person_id is not None else None
        begin = now if notice.urgent else after_quiet_hours(now, gateways.quiet)
        for channel, address in _addresses(notice, person, walk_ins.get(notice.root_id, "")):
            session.add(
                Delivery(notice_id=notice.id, channel=channel, address=address, state="waiting", next_try_at=begin, created_at=now)
            )
    return len(notices)


def _persons(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def _walk_in_phones(session: Session, roots: set[int | None]) -> dict[int | None, str]:
    """The telephone that the window took down for whoever applies without an account, by root case."""
    if not roots:
        return {}
    opened = (
        select(Event.case_id, EventPayload.body)
        .join(EventPayload, EventPayload.event_id == Event.id)
        .where(Event.case_id.in_(roots), Event.position == 1)
    )
    return {case_id: str(json.loads(body or "{}").get("walk_in", {}).get("phone", "")) for case_id, body in session.execute(opened)}


def _addresses(notice: Notice, person: Person | None, walk_in_phone: str) -> list[tuple[str, str]]:
    """Channel and address, each channel once. A code goes one way only: the one by which the person is known."""
    if notice.to_phone or notice.to_email:
        known = {"sms": notice.to_phone, "mail": notice.to_email}
        wanted: Iterable[str] = ("sms", "mail")
    elif person is not None:
        known = {"sms": person.phone, "mail": person.email, "wechat": person.phone}
        wanted = (channel for channel in CHANNELS if channel in person.channels)
    else:
        known, wanted = {"sms": walk_in_phone}, ("sms",)
    found = [(channel, known[channel]) for channel in wanted if known.get(channel)]
    return found[:1] if notice.kind == "code" else found


def _worth_sending_for(kind: str) -> timedelta:
    return CODE_GOOD_FOR if kind == "code" else GIVEN_UP_AFTER


# ---- taking ---------------------------------------------------------------------------------------------------------


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        _OPEN, Delivery.next_try_at <= now, or_(Delivery.claimed_at.is_(None), Delivery.claimed_at < now - LEASE)
    )


def is_due(session: Session, now: datetime, *, urgent: bool) -> bool:
    """Whether there is something to plan or to send; costs two looks at small indexes, since it is asked every second."""
    unplanned = select(Notice.id).where(Notice.planned_at.is_(None))
    waiting = select(Delivery.id).where(_due(now))
    if urgent:
        unplanned = unplanned.where(Notice.urgent)
        waiting = waiting.join(Notice, Notice.id == Delivery.notice_id).where(Notice.urgent)
    return bool(session.scalar(select(or_(exists(unplanned), exists(waiting)))))


def claim_due(
    session: Session, worker: str, now: datetime, site: str, *, urgent: bool = False, closed: frozenset[str] = frozenset(),
    most: int = 8,
) -> list[Message]:
    """Take deliveries whose time has come, for LEASE; ``closed`` are channels that are left alone for now."""
    chosen = (
        select(Delivery, Notice, Person.language, Case.number, Case.token)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Person, Person.id == Notice.person_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(_due(now), Delivery.channel.not_in(closed))
        .order_by(Delivery.next_try_at)
        .limit(most)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    if urgent:
        chosen = chosen.where(Notice.urgent)
    taken = []
    for delivery, notice, language, number, token in session.execute(chosen).all():
        if _claim(session, delivery, worker, now):
            taken.append(_message(delivery, notice, language or "zh", number, token, site, now))
    return taken


def _claim(session: Session, delivery: Delivery, worker: str, now: datetime) -> bool:
    claimed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, _due(now))
        .values(claimed_by=worker, claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(claimed.rowcount) == 1  # type: ignore[attr-defined]


def _message(
    delivery: Delivery, notice: Notice, language: str, number: str | None, token: str | None, site: str, now: datetime
) -> Message:
    has_page = notice.kind in ABOUT_CASES and notice.person_id is not None and token is not None
    return Message(
        delivery_id=delivery.id, notice_id=notice.id, resends=delivery.resends, channel=delivery.channel, address=delivery.address,
        kind=notice.kind, language=language, text=in_language(notice.text, language, site),
        short=in_language(notice.sms or notice.text, language, site), case_number=number or "",
        case_path=f"/cases/{token}" if has_page else "", claimed_at=now,
    )  # fmt: skip


def release_claims(session: Session, worker: str) -> int:
    """Give back what a worker that is gone had taken."""
    released = session.execute(
        update(Delivery).where(_OPEN, Delivery.claimed_by == worker).values(claimed_by="", claimed_at=None)
    )
    return int(released.rowcount)  # type: ignore[attr-defined]


# ---- recording ------------------------------------------------------------------------------------------------------


def record(session: Session, worker: str, message: Message, outcome: Outcome, now: datetime, gateways: Gateways) -> bool:
    """Note what became of a try; False when it was another worker's meanwhile.

    That something was sent is noted whoever holds it now; a failure only by the worker whose try it was.
    """
    row = session.execute(
        select(Delivery, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.id == message.delivery_id)
        .with_for_update(of=Delivery)
    ).one()
    delivery, notice = row
    if delivery.resends != message.resends or delivery.state not in ("waiting", "failed"):
        return False
    own = (delivery.claimed_by, delivery.claimed_at) == (worker, message.claimed_at)
    if not own and outcome.result != "sent":
        return False
    delivery.claimed_by, delivery.claimed_at = "", None
    delivery.error = outcome.reason[:300]
    if outcome.result == "sent":
        delivery.tries += 1
        delivery.state, delivery.sent_at, delivery.next_try_at = "sent", now, None
    else:
        delivery.tries += outcome.result != "no-gateway"
        again_at = _next_try(delivery, notice, outcome, now, gateways)
        ended = outcome.result == "never" or again_at - _begun(delivery, notice) >= _worth_sending_for(notice.kind)
        if ended:
            delivery.state, delivery.next_try_at = "given-up", None
        else:
            delivery.state = "waiting" if outcome.result == "no-gateway" else "failed"
            delivery.next_try_at = again_at
    if delivery.state == "given-up" or (delivery.state == "sent" and not _is_on_demo_phone(message.channel, gateways)):
        _forget_code(notice)
    return True


def _begun(delivery: Delivery, notice: Notice) -> datetime:
    return notice.created_at if notice.kind == "code" else delivery.resent_at or delivery.created_at


def _next_try(delivery: Delivery, notice: Notice, outcome: Outcome, now: datetime, gateways: Gateways) -> datetime:
    """Twice as long after each failure, up to an hour, a fifth more or less, so that a backlog does not come back all at once."""
    first, longest = (_FIRST_PAUSE_OF_CODES, _LONGEST_PAUSE_OF_CODES) if notice.kind == "code" else (_FIRST_PAUSE, _LONGEST_PAUSE)
    if outcome.result == "no-gateway":
        return now + NO_GATEWAY_PAUSE
    seconds = min(first * 2 ** min(max(delivery.tries - 1, 0), 20), longest) * random.uniform(0.8, 1.2)
    if outcome.pause is not None:
        seconds = max(seconds, min(outcome.pause, _SECONDS_OF_LONGEST_WAIT))
    again_at = now + timedelta(seconds=seconds)
    return again_at if notice.urgent else after_quiet_hours(again_at, gateways.quiet)


def _is_on_demo_phone(channel: str, gateways: Gateways) -> bool:
    return gateways.demo and not gateways.has(channel)


def _forget_code(notice: Notice) -> None:
    if notice.kind == "code":
        notice.text, notice.sms = dict(CODE_FORGOTTEN), None


def forget_codes(session: Session, now: datetime) -> int:
    """Remove one-time codes that are good no longer from the notices that told them; returns how many."""
    expired = select(Notice).where(
        _CODE, Notice.created_at <= now - CODE_GOOD_FOR, Notice.created_at > now - GIVEN_UP_AFTER, Notice.planned_at.is_not(None)
    )
    forgotten = [notice for notice in session.scalars(expired) if not is_forgotten(notice.text)]
    for notice in forgotten:
        _forget_code(notice)
    return len(forgotten)


def is_forgotten(text: Mapping[str, str]) -> bool:
    """Whether the text of a code is only what is left of it."""
    return dict(text) == CODE_FORGOTTEN
