"""Looking up a case without an account, by its number and the last four digits of the telephone: counted before it is answered."""

from __future__ import annotations

import hmac
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from approvals.models import Case, Counter, Document, Event, EventPayload, Person
from workflows.clock import OFFICE_ZONE
from workflows.rules import normalise_phone

from .counting import count_one, uncount_one

TRIES_OF_A_VISITOR = 30
"""Wrong pairs from one address within an hour of the clock; a hall full of people may share one."""

TRIES_AT_A_CASE = 10
"""Wrong pairs for one case within a day: of ten thousand endings, whoever guesses sees a thousandth of a case a day."""

_COUNTER = "progress-tries"


@dataclass(frozen=True, slots=True)
class LookUp:
    """What became of a try: the token of the case's receipt, or nothing. ``is_over`` when this visitor has to wait."""

    receipt_token: str = ""
    is_over: bool = False


def look_up(session: Session, number: str, phone_end: str, visitor: str, now: datetime) -> LookUp:
    """Find a case by its number and the end of the telephone of who applied.

    ``visitor`` marks the address that asks, at most 40 letters. A wrong pair is an answer, not an exception: it has to be
    counted. A number without a case, a wrong ending and a case at which too often was tried are the same to the outside. The
    answer is the receipt's token, which stands on paper anyway, and not the case's, behind which people work.
    """
    hour, day = (now.astimezone(OFFICE_ZONE).strftime(form) for form in ("%Y%m%d%H", "%Y%m%d"))
    own = f"{_COUNTER} {hour} {visitor}"
    wanted = _narrow(number).upper()
    case = session.scalar(select(Case).where(Case.number == wanted, Case.parent_id.is_(None)))
    here = f"{_COUNTER} {day} {case.number}" if case is not None else ""
    session.execute(delete(Counter).where(Counter.name.like(f"{_COUNTER} %"), Counter.name < f"{_COUNTER} {day}"))
    # Counted before the digits are looked at: of many tries at once no more than these see an answer.
    if count_one(session, own) > TRIES_OF_A_VISITOR:
        return LookUp(is_over=True)
    if case is None or count_one(session, here) > TRIES_AT_A_CASE:
        return LookUp()
    end = _narrow(phone_end)
    known = normalise_phone(_phone_of(session, case))
    if len(known) < 4 or not hmac.compare_digest(known[-4:].encode(), end.encode("utf-8", "surrogatepass")):
        return LookUp()
    for name in (own, here):
        uncount_one(session, name)
    receipt = select(Document.token).where(Document.root_id == case.id, Document.kind == "receipt", Document.status != "revoked")
    return LookUp(session.scalar(receipt.order_by(Document.id.desc()).limit(1)) or "")


def _narrow(typed: str) -> str:
    """What was typed with half-width letters and digits, without blanks."""
    return "".join(unicodedata.normalize("NFKC", typed).split())


def _phone_of(session: Session, case: Case) -> str:
    """The telephone of the applicant; of a walk-in the one that the window took down."""
    if case.applicant_id is not None:
        return session.scalar(select(Person.phone).where(Person.id == case.applicant_id)) or ""
    opening = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id)
    body = session.scalar(opening.where(Event.case_id == case.id, Event.position == 1))
    return str(json.loads(body or "{}").get("walk_in", {}).get("phone", ""))
