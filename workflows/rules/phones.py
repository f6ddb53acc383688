"""Telephone numbers: one way to write each, so that the same number is known again, and a check that it can be one."""

import re
import unicodedata

_SIGNS = re.compile(r"[\s\-\u2010-\u2015()（）.\u200b\u200c\u200d\ufeff]+")
_ABROAD = re.compile(r"(\+|00)?86(?=1[0-9]{10}$|0[0-9]{9,11}$)")
_MOBILE = re.compile(r"1[0-9]{10}")
# 010 and 02x are area codes of three digits, all others have four.
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")


def normalise_phone(typed: str) -> str:
    """A telephone number as it is compared and stored: ``13800000000`` or ``0543-5320000``.

    Full-width digits become half-width; blanks, hyphens, brackets and the country's code go. What is no telephone number of
    the mainland comes back as it was typed, without blanks around.
    """
    narrow = unicodedata.normalize("NFKC", typed).strip()
    digits = _ABROAD.sub("", _SIGNS.sub("", narrow))
    if _MOBILE.fullmatch(digits):
        return digits
    landline = _LANDLINE.fullmatch(digits)
    return f"{landline[1]}-{landline[2]}" if landline else narrow


def is_mobile(phone: str) -> bool:
    """Whether this is a mobile number of the mainland: 11 digits beginning with 1."""
    return _MOBILE.fullmatch(normalise_phone(phone)) is not None


def is_phone(phone: str) -> bool:
    """Whether this is a mobile number, or a landline with its area code."""
    digits = normalise_phone(phone).replace("-", "")
    return bool(_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits))
