"""What the numbers of identity papers say, and what can be wrong with them.

Check digits come from python-stdnum; its own validation is not used, because it refuses the cards of people from
Hong Kong, Macao, Taiwan and abroad and the old county codes of older people, and accepts a birth in the future.
"""

import re
from datetime import date
from functools import cache

from stdnum import numdb
from stdnum.cn import ric

from workflows.rules.credit_codes import credit_code_faults
from workflows.rules.reading import normalise_number

IDENTITY_CARD = "identity-card"
RESIDENCE_PERMIT = "residence-permit"
FOREIGNER_CARD = "foreigner-card"
PASSPORT = "passport"
CREDIT_CODE = "credit-code"
OTHER = "other"

CARDS = (IDENTITY_CARD, RESIDENCE_PERMIT, FOREIGNER_CARD)
"""Kinds whose 18-character number holds a birth date and a check digit of GB 11643."""

KINDS = (*CARDS, PASSPORT, CREDIT_CODE, OTHER)

OVERRIDABLE = frozenset({"check-digit", "date"})
"""Faults that a few real papers have: a clerk who has seen the paper may let them pass."""

OLDEST_AGE = 120
"""Years; a birth longer ago is taken for a slip of the pen."""

_CARD = re.compile(r"[0-9]{17}[0-9X]")
_OLD_FOREIGNER_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_PERMIT_PLACES = ("810000", "820000", "830000")


def birth_date(number: str) -> date | None:
    """The birth date in an 18-character identity number, or None when there is none or it is impossible."""
    number = normalise_number(number)
    if not _CARD.fullmatch(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(birth: date, today: date) -> int:
    """Completed years; somebody born on 29 February is a year older on 1 March of other years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


@cache
def place_known(place: str) -> bool:
    """Whether a six-digit code was a county's, or a city's, in any year."""
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(place))


def identity_faults(kind: str, number: str, today: date) -> tuple[str, ...]:
    """What is wrong with a number of this kind of paper; () if nothing, or if the kind has no published rule.

    "length" and "characters" exclude everything else. Then "future" or "date", "check-digit", and "place" for a
    prefix that does not belong to this kind of paper. For credit codes see `credit_code_faults`.
    """
    number = normalise_number(number)
    if kind == CREDIT_CODE:
        return credit_code_faults(number)
    if kind == PASSPORT:
        return () if _PASSPORT.fullmatch(number) else ("characters",)
    if kind not in CARDS or (kind == FOREIGNER_CARD and _OLD_FOREIGNER_CARD.fullmatch(number)):
        return ()
    if len(number) != 18:
        return ("length",)
    if not _CARD.fullmatch(number):
        return ("characters",)
    return _card_faults(kind, number, today)


def _card_faults(kind: str, number: str, today: date) -> tuple[str, ...]:
    faults = []
    birth = birth_date(number)
    if birth is not None and birth > today:
        faults.append("future")
    elif birth is None or age_on(birth, today) > OLDEST_AGE:
        faults.append("date")
    if ric.calc_check_digit(number) != number[17]:
        faults.append("check-digit")
    if not _place_fits(kind, number):
        faults.append("place")
    return tuple(faults)


def _place_fits(kind: str, number: str) -> bool:
    if kind == RESIDENCE_PERMIT:
        return number.startswith(_PERMIT_PLACES)
    if kind == FOREIGNER_CARD:
        return number.startswith("9")
    return not number.startswith(_PERMIT_PLACES) and place_known(number[:6])
