"""A signatory shows who they are: by name, identity number and a one-time code to their telephone (实施细则 第十六条).

Tries are counted before anything is compared, so that of many at once no more than these see an answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from approvals.db import to_microseconds
from approvals.models import Case, Counter, Notice, Signature, Submission, Task
from approvals.queries.mandates import is_of_principal, mandate_behind
from workflows.clock import OFFICE_ZONE
from workflows.rules.signatories import DELIVERY, MANDATE, is_same_person

from . import statements
from .counting import count_one
from .errors import NotFound, Outdated, Refusal
from .principals import is_principal, may_revoke, waits

TRIES_AN_HOUR = 5
"""Names and numbers that may be tried at one link within an hour of the clock."""

CODES_AN_HOUR = 6
"""Codes sent for one link within an hour of the clock: each rings at somebody's telephone."""

CODE_GOOD_FOR = timedelta(minutes=10)
"""A one-time code is worth nothing afterwards, so nobody tries to send it any longer either."""

RESEND_AFTER = timedelta(seconds=60)
CODE_TRIES = 5
"""Wrong entries after which a code is void: with the codes of an hour thirty tries in a million."""

_TRIES, _CODES = "sign-tries", "sign-codes"


class Standing(StrEnum):
    """What a signatory's link is good for."""

    OPEN = "open"
    EXPIRED = "expired"
    ANSWERED = "answered"
    SUPERSEDED = "superseded"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Identified:
    """Whether name and number are the signatory's; else the tries left in this hour."""

    is_right: bool = False
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whether the code was right; else the entries left of it, none when it is void or was never sent."""

    is_right: bool = False
    tries_left: int = 0


def standing_of(signature: Signature, task: Task | None, now: datetime) -> Standing:
    """What a link is good for; ``task`` is the one that its signatories decide together."""
    if signature.superseded_at is not None:
        return Standing.SUPERSEDED
    if signature.vote:
        return Standing.ANSWERED
    if task is None or task.closed_at is not None:
        return Standing.OVER
    return _open_until(signature, now)


def _open_until(signature: Signature, now: datetime) -> Standing:
    return Standing.OPEN if now < signature.link_expires_at else Standing.EXPIRED


def standing_now(session: Session, signature: Signature, now: datetime) -> Standing:
    """The same, with what it depends on read: a mandate that is renewed on the way waits for its signature, not for a task."""
    standing = standing_of(signature, session.get(Task, signature.task_id), now)
    if standing is Standing.OVER and signature.acts == [MANDATE]:
        case = session.get_one(Case, signature.case_id)
        return _open_until(signature, now) if waits(case, mandate_behind(session, signature)) else standing
    return standing


def is_revocable(session: Session, signature: Signature) -> bool:
    """Whether the link is that of a signed mandate which its principal may still take back; it never expires for that."""
    if signature.acts != [MANDATE] or signature.vote != "yes":
        return False
    return may_revoke(session.get_one(Case, signature.case_id), mandate_behind(session, signature))


_REFUSALS = {
    Standing.EXPIRED: {"zh": "这个链接过期了，请换一个新的链接。", "en": "This link has expired; ask for a new one."},
    Standing.ANSWERED: {"zh": "这个链接已经用过，不能再用。", "en": "This link was used and cannot be used again."},
    Standing.SUPERSEDED: {"zh": "申请改过了，请用新收到的链接。", "en": "The application was changed; use the newer link."},
    Standing.OVER: {"zh": "这个办件现在不在签署中，不用签了。", "en": "This case no longer waits for signatures."},
}


def _asked(session: Session, token: str, now: datetime) -> Signature:
    """The signature of an open link, or of a mandate that can be revoked. Raises NotFound for an unknown one, Outdated for one
    that is not open any more.
    """
    signature = session.scalar(select(Signature).where(Signature.token == token).with_for_update())
    if signature is None:
        raise NotFound
    standing = standing_now(session, signature, now)
    if standing is not Standing.OPEN and not is_revocable(session, signature):
        raise Outdated(f"link-{standing}", _REFUSALS[standing])
    return signature


def identify(session: Session, token: str, name: str, number: str, now: datetime) -> Identified:
    """Compare a name and an identity number with those of whom the link was made for. A wrong try is an answer, as it counts."""
    signature = _asked(session, token, now)
    if _count(session, _TRIES, signature.id, now) > TRIES_AN_HOUR:
        return Identified()
    if _is_named(session, signature, name, number):
        return Identified(True)
    tried = session.scalars(select(Counter.value).where(Counter.name == _counter(_TRIES, signature.id, now))).one()
    return Identified(tries_left=TRIES_AN_HOUR - tried)


def _is_named(session: Session, signature: Signature, name: str, number: str) -> bool:
    if is_of_principal(signature):
        return is_principal(mandate_behind(session, signature), name, number)
    filed = select(Submission.content).where(Submission.case_id == signature.root_id, Submission.number == signature.submission)
    return is_same_person(session.scalars(filed).one(), tuple(signature.paths), name, number)


def _count(session: Session, what: str, signature_id: int, now: datetime) -> int:
    session.execute(delete(Counter).where(Counter.name.like(f"{what} %"), Counter.name < _counter(what, "", now - timedelta(days=1))))
    return count_one(session, _counter(what, signature_id, now))


def _counter(what: str, signature_id: int | str, now: datetime) -> str:
    return f"{what} {now.astimezone(OFFICE_ZONE):%Y%m%d%H} {signature_id}".strip()


def send_code(session: Session, token: str, secret: str, now: datetime) -> datetime:
    """Send a new code to the signatory's telephone, or by mail where none is known; returns from when another may be sent.

    The code that was sent before is void. Kept is a hash keyed with ``secret``, which lies outside the database. Within a
    minute of the last code nothing is sent.
    """
    signature = _asked(session, token, now)
    if signature.code_hash and signature.code_sent_at is not None and now < signature.code_sent_at + RESEND_AFTER:
        return signature.code_sent_at + RESEND_AFTER
    if not (signature.phone or signature.email):
        raise Refusal(
            "no-phone",
            {
                "zh": "申请里没有您的手机号，发不出验证码。请让申请人补上您的手机号，或者带身份证到窗口当面签署。",
                "en": "The application has no telephone number of yours. Ask the applicant to add it, or sign at the window.",
            },
        )
    if _count(session, _CODES, signature.id, now) > CODES_AN_HOUR:
        raise Refusal(
            "too-many-codes",
            {
                "zh": "这一小时里发的验证码太多了，请过一小时再来，或者带身份证到窗口当面签署。",
                "en": "Too many codes were sent within the hour. Come back in an hour, or sign at the window.",
            },
        )
    code = f"{secrets.randbelow(10**6):06d}"
    signature.code_hash, signature.code_sent_at, signature.code_tries = _code_hash(secret, signature.id, code), now, 0
    session.add(_code_notice(session, signature, code, now))
    return now + RESEND_AFTER


def _code_notice(session: Session, signature: Signature, code: str, now: datetime) -> Notice:
    company = session.scalars(select(Case.company).where(Case.id == signature.root_id)).one()
    return Notice(
        case_id=signature.case_id, root_id=signature.root_id, created_at=now, kind="code", urgent=True,
        to_name=signature.name, to_phone=signature.phone, to_email=signature.email, text=_code_text(signature, company, code),
    )  # fmt: skip


def _code_text(signature: Signature, company: str, code: str) -> dict[str, str]:
    """What the message says that the code is for: whoever is asked for it by somebody else shall see what that would do."""
    use = {"zh": f"签署“{company}”的设立登记", "en": f"signing for {company}"}
    if signature.acts == [DELIVERY]:
        use = {"zh": "确认收到代办的结果", "en": "confirming that you received the result"}
    elif signature.acts == [MANDATE] and signature.vote:
        use = {"zh": "撤回您给代办员的委托", "en": "revoking the mandate that you gave"}
    elif signature.acts == [MANDATE]:
        use = {"zh": "签您给代办员的委托书", "en": "signing the mandate for your agent"}
    nobody = {"zh": "不要告诉任何人", "en": "Tell nobody"}
    if is_of_principal(signature):
        nobody = {"zh": "不要告诉任何人，代办员也不行", "en": "Tell nobody, not even the agent"}
    return {
        "zh": f"验证码{code}，用于{use['zh']}，10分钟内有效。{nobody['zh']}；不是您本人要签的，不用理会。",
        "en": f"{code} is your code for {use['en']}, good for 10 minutes. {nobody['en']}; ignore it if you asked for none.",
    }


def _code_hash(secret: str, signature_id: int, code: str) -> str:
    return hmac.new(secret.encode(), f"sign:{signature_id}:{code}".encode(), hashlib.sha256).hexdigest()


def confirm(session: Session, token: str, code: str, secret: str, now: datetime) -> Confirmed:
    """Take a code, once: who has it has the telephone that the application names. A wrong one is an answer, as it counts."""
    signature = _asked(session, token, now)
    if not signature.code_hash or signature.code_sent_at is None or now >= signature.code_sent_at + CODE_GOOD_FOR:
        return Confirmed()
    signature.code_tries += 1
    if signature.code_tries > CODE_TRIES:
        return Confirmed()
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not hmac.compare_digest(signature.code_hash, _code_hash(secret, signature.id, typed)):
        return Confirmed(tries_left=CODE_TRIES - signature.code_tries)
    signature.code_hash = ""
    if not signature.vote:  # whoever revokes what they signed leaves the record of their signature as it is
        mark_confirmed(session, signature.id, now)
    return Confirmed(True)


def mark_confirmed(session: Session, signature_id: int, now: datetime) -> None:
    """Note that a signatory showed who they are: what a right code does, and all that invented people can do who have no telephone.

    Raises NotFound for an unknown signature.
    """
    values = {"signature_id": signature_id, "confirmed_at": to_microseconds(now)}
    if not statements.confirm_signature.rows(session.connection(), values):
        raise NotFound
