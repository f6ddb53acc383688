"""Unified social credit codes (统一社会信用代码, GB 32100) and the organisation codes inside them (GB 11714)."""

import re

from stdnum.cn import uscc

from workflows.rules.reading import normalise_number

COUNTY = "371621"
"""The code of 惠民县, the registrar's own county."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: no I, O, S, V, Z."""

_CODE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_HEAD = "91"
_SERIAL_CHARACTERS = 6
_SERIALS = len(ALPHABET) ** _SERIAL_CHARACTERS


def organisation_check_character(organisation: str) -> str:
    """The check character of an eight-character organisation code: GB 11714. Raises ValueError for other input."""
    if not re.fullmatch(r"[0-9A-Z]{8}", organisation):
        raise ValueError("an organisation code has eight characters 0-9, A-Z before its check character")
    total = sum(int(character, 36) * weight for character, weight in zip(organisation, _WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def new_credit_code(serial: int) -> str:
    """The credit code of the `serial`-th company of this registrar.

    91 (registrar of enterprises, enterprise) + the county + MA and six characters of the serial with their own
    check character + the check character of the whole. Different serials give different codes. Raises ValueError
    outside 0 … 31⁶ - 1.
    """
    if not 0 <= serial < _SERIALS:
        raise ValueError(f"serial must lie between 0 and {_SERIALS - 1}")
    characters = ""
    for _ in range(_SERIAL_CHARACTERS):
        serial, digit = divmod(serial, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    organisation = "MA" + characters
    body = _HEAD + COUNTY + organisation + organisation_check_character(organisation)
    return body + str(uscc.calc_check_digit(body))


def credit_code_faults(number: str) -> tuple[str, ...]:
    """What is wrong with a credit code: "length", "characters", "check-digit", "organisation-code"; () if nothing.

    The codes of rural collectives (N2…) and of every other registrar are accepted: only the six characters of the
    place must be digits.
    """
    number = normalise_number(number)
    if len(number) != 18:
        return ("length",)
    if not _CODE.fullmatch(number):
        return ("characters",)
    faults = []
    if uscc.calc_check_digit(number[:17]) != number[17]:
        faults.append("check-digit")
    if organisation_check_character(number[8:16]) != number[16]:
        faults.append("organisation-code")
    return tuple(faults)
