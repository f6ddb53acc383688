"""One valid application with invented people, from which tests make every violation by changing one thing."""

from datetime import date, timedelta
from typing import Any

TODAY = date(2026, 11, 23)
PLACE = "371621001020"
OLD_PLACE = "372321"
"""The county's code on identity cards of people born before 2000."""

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_number(birth: str, sequence: int, place: str = "371621") -> str:
    """An invented identity number whose check digit is right: GB 11643. `birth` is YYYYMMDD."""
    body = f"{place}{birth}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _IDENTITY_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(organisation: str, head: str = "91371621") -> str:
    """An invented credit code with both check characters right: GB 11714 and GB 32100.

    `organisation` is the eight characters before the inner check character.
    """
    values = [int(character, 36) for character in organisation]
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    body = head + organisation + "0123456789X"[-total % 11]
    values = [_CREDIT_ALPHABET.index(character) for character in body]
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return body + _CREDIT_ALPHABET[-total % 31]


ZHANG = identity_number("19850612", 11, OLD_PLACE)
LI = identity_number("19900228", 24, OLD_PLACE)
WANG = identity_number("20010901", 36)
FIRM = credit_code("MA9TEXT1")


def person(name: str, number: str, phone: str, positions: list[str], **changes: Any) -> dict[str, Any]:
    """One row of the page `people`."""
    return {
        "name": name,
        "id_kind": "identity-card",
        "id_number": number,
        "id_as_on_card": False,
        "phone": phone,
        "email": f"{phone}@example.org",
        "positions": positions,
        "staff_representative": False,
    } | changes


def shareholder(name: str, number: str, amount: str, today: date = TODAY, **changes: Any) -> dict[str, Any]:
    """One row of `capital.shareholders`, paid in money about four years after `today`."""
    return {
        "name": name,
        "kind": "natural",
        "id_kind": "identity-card",
        "id_number": number,
        "id_as_on_card": False,
        "phone": "",
        "representative": "",
        "representative_number": "",
        "amount": amount,
        "method": "money",
        "paid_by": (today + timedelta(days=4 * 365)).isoformat(),
    } | changes


def valid_application(today: date = TODAY) -> dict[str, Any]:
    """A complete application for a company of two natural persons, all seven matters, without any fault.

    Every call returns a new one, so a test may change it. `today` moves the payment dates along, for tests
    that run on another day.
    """
    return {
        "name": {
            "region": "惠民县",
            "trade_name": "禾样",
            "industry": "农产品销售",
            "multi_industry": False,
            "organisation": "有限公司",
            "company_type": "llc-natural-persons",
            "reservation_number": "",
            "state_council_approval": "",
            "alternative_meaning": False,
        },
        "premises": {
            "place": PLACE,
            "address": "示例路1号2单元301室",
            "business_address": "",
            "phone": "13800000001",
            "postcode": "251700",
            "staff_number": 5,
            "right": "rented",
            "commitment": True,
            "items": [
                {
                    "item": "S0001",
                    "text": "初级农产品销售",
                    "licensed": False,
                    "approval_number": "",
                    "approval_on_paper": False,
                    "approval_valid_until": "",
                }
            ],
            "term": "long",
            "term_years": None,
        },
        "capital": {
            "capital": "1000000.00",
            "shareholders": [
                shareholder("张测试", ZHANG, "600000.00", today),
                shareholder("李样例", LI, "400000.00", today),
            ],
            "owners_exempt": True,
            "other_controller": False,
            "owners": [],
        },
        "people": {
            "people": [
                person("张测试", ZHANG, "13800000001", ["legal-representative", "executive-director", "manager"]),
                person("李样例", LI, "13800000002", ["supervisor"]),
                person("王示范", WANG, "13800000003", ["finance-officer", "liaison"]),
            ],
            "director_term_years": 3,
            "supervision": "supervisors",
        },
        "matters": {
            "chosen": [
                "company-seal",
                "tax-registration",
                "social-insurance",
                "medical-insurance",
                "housing-fund",
                "bank-account",
            ],
            "bank": "示例银行惠民支行",
            "bank_consent": True,
            "taxpayer_kind": "small",
            "employees": 5,
            "housing_fund_ratio": "5",
        },
        "delivery": {
            "way": "electronic",
            "recipient": "张测试",
            "phone": "13800000001",
            "address": "惠民县示例路1号",
            "office": "",
            "paper_copies": 0,
        },
        "declaration": {
            "truthful": True,
            "disqualified": "no",
            "filed_by": "applicant",
            "signature": "张测试",
        },
    }
