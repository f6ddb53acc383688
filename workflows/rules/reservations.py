"""Reservations of names: 企业名称登记管理规定 第十八条. Their numbers can be read out, and a slip in one is noticed."""

import re
from datetime import date, datetime
from decimal import Decimal

from workflows.clock import Budget, WorkingCalendar, due_at
from workflows.rules.reading import normalise_number

MONTHS = 2
MONTHS_WITH_PRIOR_APPROVAL = 12

_NUMBER = re.compile(r"MB([0-9]{4})([0-9]{5,8})([0-9])")


def reservation_number(year: int, serial: int) -> str:
    """The number of a year's reservation as it is stored, ``MB2026000127``: prefix, year, serial, check digit.

    Raises ValueError for a year or serial that no number can hold.
    """
    if not 1000 <= year <= 9999 or not 0 < serial < 10**8:
        raise ValueError(f"no number for reservation {serial} of {year}")
    digits = f"{year}{serial:05d}"
    return f"MB{digits}{_check_digit(digits)}"


def readable_reservation_number(number: str) -> str:
    """The number as it is shown and read out, ``MB2026-00012-7``; what is no such number stays as it is."""
    found = _NUMBER.fullmatch(normalise_number(number))
    return f"MB{found[1]}-{found[2]}-{found[3]}" if found else number


def is_mistyped_reservation_number(number: str) -> bool:
    """Whether this looks like a reservation number of this county and its check digit says that it is none."""
    found = _NUMBER.fullmatch(normalise_number(number))
    return found is not None and _check_digit(found[1] + found[2]) != found[3]


def _check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10: notices every single wrong digit and nearly every exchange of two neighbours."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def last_day_of_reservation(calendar: WorkingCalendar, since: datetime, prior_approval: bool) -> date:
    """The last day of a reservation: the corresponding day two months on, a year on where prior approval is needed.

    The first day is not counted; without a corresponding day it is the month's last; one that is a day of rest rolls on to
    the first that is none (民法典 第二百零一条至第二百零三条).
    """
    months = MONTHS_WITH_PRIOR_APPROVAL if prior_approval else MONTHS
    return due_at(calendar, since, Budget(Decimal(months), "months")).date()
