"""Reading what managers type or paste: codes, days, telephone numbers, as forms and office software write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

CODE = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
LONGEST_CODE = 40
SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+")
"""What a spreadsheet makes of a long number: 3.71621E+11."""

_DAY = re.compile(r"([0-9]{4})(?:[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?|([0-9]{2})([0-9]{2}))(?:[ T]0?0:00(?::00)?)?")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Control and format characters."""

FIRST_YEAR, YEARS_AHEAD = 1949, 10


def tidy(text: str) -> str:
    """Half-width, on one line, without blanks around it. Chinese commas and brackets of longer texts become half-width too."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def one_line(text: str) -> str:
    """A text as it was typed, on one line, without characters that nobody sees: some turn what follows around on a page."""
    return " ".join("".join(each for each in " ".join(text.split()) if unicodedata.category(each) not in _UNSEEN).split())


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 2026-12-01, 2026/12/1, 2026年12月1日, 20261201. None for what is no day."""
    found = _DAY.fullmatch(tidy(text))
    if found is None:
        return None
    year, month, day = (int(each) for each in found.groups() if each is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_likely(day: date, today: date) -> bool:
    """Whether a day can be meant: a slip of the finger makes 0206 or 20260 of 2026."""
    return FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD
