"""Signing up and in, and what a person may change about their own account."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from approvals.models import PasswordTries, Person
from workflows.rules import normalise_phone

from .counting import upserting
from .errors import Refusal

ATTEMPTS = 5
FORGOTTEN_AFTER = timedelta(days=1)
"""So long after the last one, tries of a password count no more."""

LOCKED_FOR = timedelta(minutes=10)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Account:
    """What a session needs to know of an account."""

    person_id: int
    session_version: int


def comparable_sign_in_name(typed: str) -> str:
    """A sign-in name as stored: full-width letters and capitals make no difference, nor the way a telephone number is written."""
    return normalise_phone(unicodedata.normalize("NFKC", typed).strip().casefold())


def sign_up(session: Session, sign_in_name: str, name: str, phone: str, password_hash: str, now: datetime) -> Account:
    """Make an account for an applicant. Raises Refusal when the sign-in name is taken."""
    stored = comparable_sign_in_name(sign_in_name)
    person = Person(sign_in_name=stored, name=name, phone=phone, password_hash=password_hash, session_version=0, created_at=now)
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        if "sign_in_name" not in str(error.orig):
            raise
        raise Refusal(
            "sign-in-name-taken",
            {
                "zh": "这个登录名已有人使用，请换一个；如果是您自己注册的，请直接登录。",
                "en": "This sign-in name is taken; choose another or sign in.",
            },
        ) from error
    return Account(person.id, 0)


def begin_attempt(session: Session, who: str, now: datetime) -> datetime | None:
    """Count a try of a password, before the password is looked at; the fifth in a row locks. ``who`` says whose.

    Returns until when it had been locked already, or None: then the password may be tried. Counting first means that many
    tries at once are worth no more than five. A name that nobody has is counted and locked alike, so that neither tells.
    """
    session.execute(delete(PasswordTries).where(PasswordTries.last_at < now - FORGOTTEN_AFTER))
    session.execute(
        upserting(session)(PasswordTries)
        .values(digest=_digest(who), tried=0, locked_until=None, last_at=now)
        .on_conflict_do_nothing(index_elements=["digest"])
    )
    tries = session.scalars(select(PasswordTries).where(PasswordTries.digest == _digest(who)).with_for_update()).one()
    if tries.locked_until is not None and tries.locked_until > now:
        return tries.locked_until
    last = tries.tried + 1 >= ATTEMPTS
    tries.tried, tries.locked_until, tries.last_at = 0 if last else tries.tried + 1, now + LOCKED_FOR if last else None, now
    return None


def tries_of_name(sign_in_name: str) -> str:
    """Whose tries are counted at the sign-in page: those of a name as typed."""
    return f"name:{comparable_sign_in_name(sign_in_name)}"


def tries_of_person(person_id: int) -> str:
    """Whose tries are counted where somebody signed in changes their password."""
    return f"person:{person_id}"


def _digest(who: str) -> str:
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()


def _forget_tries(session: Session, *counted: str) -> None:
    session.execute(delete(PasswordTries).where(PasswordTries.digest.in_([_digest(who) for who in counted])))


def sign_in(session: Session, person_id: int) -> Account:
    """The password was right: forget the attempts."""
    found = session.get_one(Person, person_id)
    _forget_tries(session, tries_of_name(found.sign_in_name or ""))
    return Account(found.id, found.session_version)


def end_all_sessions(session: Session, person_id: int) -> None:
    """Sign a person out everywhere."""
    session.execute(update(Person).where(Person.id == person_id).values(session_version=Person.session_version + 1))


def change_password(session: Session, person_id: int, password_hash: str) -> Account:
    """Set a new password; every other session of the person ends, and what was tried before is forgotten."""
    found = session.get_one(Person, person_id, with_for_update=True)
    found.password_hash, found.password_is_first = password_hash, False
    found.session_version += 1
    _forget_tries(session, tries_of_name(found.sign_in_name or ""), tries_of_person(person_id))
    return Account(found.id, found.session_version)


def reset_password(session: Session, sign_in_name: str, password_hash: str) -> None:
    """Set a new password for someone who forgot it and was identified in person; lifts a lock. Raises Refusal for an unknown name."""
    stored = comparable_sign_in_name(sign_in_name)
    found = session.scalar(select(Person.id).where(Person.sign_in_name == stored))
    if found is None:
        raise Refusal("unknown-account", {"zh": f"没有登录名为“{sign_in_name}”的账号。", "en": f"There is no account {sign_in_name}."})
    change_password(session, found, password_hash)


def choose_language(session: Session, person_id: int, language: str) -> None:
    """Keep the language a person chose. Raises ValueError for one the product does not speak."""
    if language not in LANGUAGES:
        raise ValueError(language)
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def choose_large_type(session: Session, person_id: int, large: bool) -> None:
    """Show a person's pages in large type (长辈版), or no longer."""
    session.execute(update(Person).where(Person.id == person_id).values(large_type=large))
