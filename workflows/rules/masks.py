"""Masks for personal data on pages: enough to recognise oneself, too little to be of use to others.

The shapes are this product's own: 张*三, 李*; 3716**********1234; 138****5678; z***@example.cn; 惠民县孙武街道****.
"""

import re

from workflows.rules.phones import normalise_phone

HIDDEN = "*"
_TOWN = re.compile(r"^.{0,20}?(?:街道|镇|乡)")
_COUNTY = re.compile(r"^.{0,20}?[县区]|^.{0,20}?市")


def mask_name(name: str) -> str:
    """Keep the first character, and the last one of names of three and more."""
    name = name.strip()
    if len(name) <= 1:
        return HIDDEN * len(name)
    if len(name) == 2:
        return name[0] + HIDDEN
    return name[0] + HIDDEN * (len(name) - 2) + name[-1]


def mask_identity(number: str) -> str:
    """Keep four characters at each end of an 18-character number, fewer of shorter ones: a quarter at each end."""
    number = number.strip()
    kept = min(4, len(number) // 4)
    return number[:kept] + HIDDEN * (len(number) - 2 * kept) + number[len(number) - kept :]


def mask_phone(phone: str) -> str:
    """Keep three characters at the start and four at the end of a mobile number; the last two of anything shorter."""
    phone = normalise_phone(phone)
    if len(phone) >= 11:
        return phone[:3] + HIDDEN * (len(phone) - 7) + phone[-4:]
    kept = 2 if len(phone) > 4 else 0
    return HIDDEN * (len(phone) - kept) + phone[len(phone) - kept :]


def mask_email(address: str) -> str:
    """Keep the first character and the host."""
    name, _at, host = address.strip().rpartition("@")
    return f"{name[:1]}{HIDDEN * 3}@{host}" if name else HIDDEN * len(address.strip())


def mask_address(address: str) -> str:
    """Keep the town, or the county where no town is named; of what names neither, nothing."""
    address = address.strip()
    found = _TOWN.match(address) or _COUNTY.match(address)
    return (found[0] if found is not None else "") + HIDDEN * 4 if address else ""
