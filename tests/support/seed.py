"""A small county for tests: a fixed cast named by what each may do, its offices, places and business items.

Everybody's password is ``PASSWORD``; everybody's sign-in name is the field of the cast, with hyphens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import BusinessItem, Competence, Draft, Office, Person, Place, Position
from approvals.operations import filing
from approvals.operations.acting import Acting, Held
from approvals.operations.reference import forget
from tests.rules.applications import PLACE, TODAY, valid_application
from workflows.network import EVERY_MATTER, POWERS, TAKE_IN

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, nine o'clock in the county."""

SINCE = date(2019, 1, 1)
HALL, TOWN, OTHER_TOWN, BANK, OTHER_BANK = "hall", "town-sunwu", "town-lizhuang", "bank-example", "bank-second"

OFFICES = (
    (HALL, "惠民县政务服务中心", "county_hall", "371621"),
    (TOWN, "孙武街道便民服务中心", "town_centre", "371621001"),
    (OTHER_TOWN, "李庄镇便民服务中心", "town_centre", "371621105"),
    (BANK, "示例银行惠民支行", "bank", "371621001"),
    (OTHER_BANK, "样例银行惠民支行", "bank", "371621001"),
)
PLACES = (
    ("371621", "惠民县", "county", None),
    ("371621001", "孙武街道", "street", "371621"),
    ("371621105", "李庄镇", "town", "371621"),
    (PLACE, "古城社区居民委员会", "community", "371621001"),
    ("371621105201", "样例村村民委员会", "village", "371621105"),
    ("371621105202", "示范村村民委员会", "village", "371621105"),
)
ITEMS = (
    ("S0001", "初级农产品销售", False),
    ("S0002", "软件开发", False),
    ("S0003", "餐饮服务", True),
)

# Sign-in name: name, and the position held there: role, department, code of the office.
STAFF: Mapping[str, tuple[str, tuple[str, str, str] | None]] = {
    "applicant": ("张申请", None),
    "other-applicant": ("李申请", None),
    "clerk": ("赵窗口", ("clerk", "approval-bureau", HALL)),
    "town-clerk": ("钱窗口", ("clerk", "approval-bureau", TOWN)),
    "registrar": ("孙登记", ("registrar", "approval-bureau", HALL)),
    "other-registrar": ("周登记", ("registrar", "approval-bureau", HALL)),
    "registrar-head": ("吴负责", ("registrar-head", "approval-bureau", HALL)),
    "officer-public-security": ("郑公安", ("officer", "public-security", HALL)),
    "officer-tax": ("王税务", ("officer", "tax", HALL)),
    "officer-human-resources": ("冯社保", ("officer", "human-resources", HALL)),
    "officer-medical-insurance": ("陈医保", ("officer", "medical-insurance", HALL)),
    "officer-housing-fund": ("褚公积", ("officer", "housing-fund", HALL)),
    "bank-officer": ("卫银行", ("officer", "bank", BANK)),
    "other-bank-officer": ("蒋银行", ("officer", "bank", OTHER_BANK)),
    "rating-officer": ("何回访", ("rating-officer", "approval-bureau", HALL)),
    "supervisor": ("沈督查", ("supervisor", "approval-bureau", HALL)),
    "administrator": ("韩管理", ("administrator", "approval-bureau", HALL)),
    "outsider": ("杨外镇", ("clerk", "approval-bureau", OTHER_TOWN)),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast, with what the verbs need to know of them."""

    person_id: int
    sign_in_name: str
    name: str
    acting: Acting


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may do what. ``officers`` holds one officer for each department of the chain; ``offices`` the ids by code.

    ``outsider`` is staff, at an office that has nothing to do with the hall's cases.
    """

    applicant: Member
    other_applicant: Member
    clerk: Member
    town_clerk: Member
    registrar: Member
    other_registrar: Member
    registrar_head: Member
    officers: Mapping[str, Member]
    bank_officer: Member
    other_bank_officer: Member
    rating_officer: Member
    supervisor: Member
    administrator: Member
    outsider: Member
    offices: Mapping[str, int]


@cache
def password_hash() -> str:
    """A real argon2 hash of ``PASSWORD``, made cheap: it is verified in every test that signs in."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def seed(database: Database) -> Cast:
    """Fill an empty, migrated database, and read its calendar as a process does that has worked on it before."""
    forget()
    cast = database.write(_seed)
    with database.reading():
        county_calendar()
    return cast


def _seed(session: Session) -> Cast:
    offices = {
        code: Office(
            code=code, name=name, kind=kind, place_code=place, valid_from=SINCE, address=f"示例路{number}号", phone="0543-0000000"
        )
        for number, (code, name, kind, place) in enumerate(OFFICES, 1)
    }  # fmt: skip
    session.add_all(offices.values())
    session.flush()
    session.add_all(
        Competence(office_id=offices[HALL].id, matter=EVERY_MATTER, power=power, basis="样例依据", valid_from=SINCE) for power in POWERS
    )
    session.add_all(
        Competence(office_id=offices[code].id, matter="company-opening", power=TAKE_IN, basis="样例依据", valid_from=SINCE)
        for code in (TOWN, OTHER_TOWN)
    )
    session.add_all(
        Place(code=code, name=name, level=level, parent_code=parent, valid_from=SINCE) for code, name, level, parent in PLACES
    )
    session.add_all(BusinessItem(code=code, text=text, licensed=licensed) for code, text, licensed in ITEMS)
    persons = {
        key: Person(
            sign_in_name=key, name=name, phone=f"138000{0 if number < 3 else 1}{number:04d}", password_hash=password_hash(),
            created_at=NOW,
        )
        for number, (key, (name, _)) in enumerate(STAFF.items(), 1)
    }  # fmt: skip
    session.add_all(persons.values())
    session.flush()
    members = {}
    for key, (name, position) in STAFF.items():
        held = ()
        if position is not None:
            role, department, office = position
            held = (Held(role, department, offices[office].id, offices[office].kind),)
            session.add(
                Position(
                    person_id=persons[key].id, role=role, department=department, office_id=offices[office].id, valid_from=SINCE
                )
            )  # fmt: skip
        members[key] = Member(persons[key].id, key, name, Acting(persons[key].id, name, held))
    session.flush()
    officers = {key.removeprefix("officer-"): member for key, member in members.items() if key.startswith("officer-")}
    others = {key.replace("-", "_"): member for key, member in members.items() if not key.startswith("officer-")}
    return Cast(
        **others, officers={**officers, "bank": members["bank-officer"]}, offices={code: office.id for code, office in offices.items()}
    )


def application(today: date = TODAY) -> dict[str, Any]:
    """A valid application for this county, all matters chosen; every call returns a new one."""
    content = valid_application(today)
    content["matters"]["bank"] = BANK
    return content


def draft_of(database: Database, member: Member, content: Mapping[str, Any], office_id: int | None = None, **values: Any) -> int:
    """A stored draft of a company opening; returns its id."""

    def store(session: Session) -> int:
        draft = Draft(
            token=values.pop("token", f"draft-of-{member.sign_in_name}"), person_id=member.person_id, workflow="company-opening",
            version=1, office_id=office_id, content=dict(content), created_at=NOW, changed_at=NOW, **values,
        )  # fmt: skip
        session.add(draft)
        session.flush()
        return draft.id

    return database.write(store)


def file_case(
    database: Database, member: Member, content: Mapping[str, Any] | None = None, now: datetime = NOW, office_id: int | None = None
) -> filing.Filed:
    """A filed company opening of this member (a walk-in's when ``office_id`` is given)."""
    token = f"filed-{now.timestamp()}-{member.sign_in_name}"
    draft_id = draft_of(database, member, content or application(now.date()), office_id, token=token)
    return database.write(filing.file_draft, member.acting, draft_id, now)
