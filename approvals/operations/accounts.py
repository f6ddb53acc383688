"""Signing up and in, and what a person may change about their own account."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from approvals.models import PasswordTries, Person
from workflows.rules import normalise_phone

from .errors import Refusal

ATTEMPTS = 5
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


def begin_attempt(session: Session, person_id: int | None, now: datetime) -> datetime | None:
    """Count an attempt to sign in, before the password is looked at; the fifth in a row locks the account.

    Returns until when the account had been locked already, or None: then the password may be tried. Counting first means
    that many attempts at once are worth no more than five. For nobody it does as much work and changes nothing.
    """
    row = session.execute(
        select(Person.failed_sign_ins, Person.locked_until).where(Person.id == (person_id or 0)).with_for_update()
    ).first()
    failed, locked_until = row if row is not None else (0, None)
    if locked_until is not None and locked_until > now:
        return locked_until
    last = failed + 1 >= ATTEMPTS
    session.execute(
        update(Person)
        .where(Person.id == (person_id or 0))
        .values(failed_sign_ins=0 if last else failed + 1, locked_until=now + LOCKED_FOR if last else None)
    )
    return None


def sign_in(session: Session, person_id: int) -> Account:
    """The password was right: forget the attempts."""
    person = session.get_one(Person, person_id, with_for_update=True)
    person.failed_sign_ins, person.locked_until = 0, None
    return Account(person.id, person.session_version)


def end_all_sessions(session: Session, person_id: int) -> None:
    """Sign a person out everywhere."""
    session.execute(update(Person).where(Person.id == person_id).values(session_version=Person.session_version + 1))


def change_password(session: Session, person_id: int, password_hash: str) -> Account:
    """Set a new password; every other session of the person ends."""
    person = session.get_one(Person, person_id, with_for_update=True)
    person.password_hash = password_hash
    person.session_version += 1
    return Account(person.id, person.session_version)


def reset_password(session: Session, sign_in_name: str, password_hash: str) -> None:
    """Set a new password for someone who forgot it and was identified in person; lifts a lock. Raises Refusal for an unknown name."""
    name = comparable_sign_in_name(sign_in_name)
    person = session.scalar(select(Person).where(Person.sign_in_name == name).with_for_update())
    if person is None:
        raise Refusal("unknown-account", {"zh": f"没有登录名为“{sign_in_name}”的账号。", "en": f"There is no account {sign_in_name}."})
    change_password(session, person.id, password_hash)
    person.failed_sign_ins, person.locked_until = 0, None
    session.flush()


def choose_language(session: Session, person_id: int, language: str) -> None:
    """Keep the language a person chose. Raises ValueError for one the product does not speak."""
    if language not in LANGUAGES:
        raise ValueError(language)
    session.execute(update(Person).where(Person.id == person_id).values(language=language))
