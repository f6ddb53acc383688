"""What a position has to hold to, whoever enters it: each rule says what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position, StandIn
from workflows.county import county_catalogue

from .administration.faults import Fault, fault
from .administration.kinds import KIND_TITLES
from .permissions import MANAGERS, STAFF_ROLES, is_placed, kinds_of

Text = Mapping[str, str]
BUREAU, BANK, OFFICER = "approval-bureau", "bank", "officer"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A position as it is asked for; what could not be read is empty or None. Without ``valid_to`` it has no end."""

    person_id: int
    role: str
    department: str
    office_code: str
    valid_from: date | None
    valid_to: date | None = None
    is_endless: bool = True


def role_title(role: str) -> Text:
    """What a role is called."""
    return county_catalogue().text("roles", role)


def departments() -> tuple[str, ...]:
    """The departments in the order of the vocabulary."""
    return tuple(county_catalogue().vocabulary["departments"])


def placing_faults(wanted: Wanted, office: Office | None) -> Iterator[Fault]:
    """What is wrong with role, department and office: a role is held only where the table of permissions has it."""
    if wanted.role not in STAFF_ROLES:
        yield fault("role", "请选择岗位角色。", "Choose a role.")
    if office is None:
        yield fault(
            "office",
            f"没有代码为“{wanted.office_code[:40]}”的服务点，请从列表中选。" if wanted.office_code else "请选择服务点。",
            f"There is no office {wanted.office_code[:40]}: choose one of the list.",
        )
    if wanted.role in STAFF_ROLES and office is not None and not is_placed(wanted.role, office.kind):
        title, kinds = role_title(wanted.role), [KIND_TITLES[kind] for kind in kinds_of(wanted.role)]
        here = KIND_TITLES.get(office.kind, {"zh": office.kind, "en": office.kind})
        yield fault(
            "office",
            f"“{title['zh']}”岗位不能设在{here['zh']}，可以设在：{'、'.join(kind['zh'] for kind in kinds)}。",
            f"There is no {title['en']} at a {here['en']}; it can be at: {', '.join(kind['en'] for kind in kinds)}.",
        )
    if wanted.department not in departments():
        yield fault("department", "请选择部门。", "Choose a department.")
    elif wanted.role != OFFICER and wanted.role in STAFF_ROLES and wanted.department != BUREAU:
        yield fault(
            "department",
            f"“{role_title(wanted.role)['zh']}”属于行政审批服务局，部门请选它；其他部门只设“部门经办人”。",
            f"A {role_title(wanted.role)['en']} belongs to the Approval Service Bureau; other departments have officers alone.",
        )
    elif wanted.role == OFFICER and office is not None and (wanted.department == BANK) != (office.kind == "bank"):
        yield fault(
            "department",
            "合作银行的经办人设在银行网点，其他部门的经办人不设在银行网点，请核对部门和服务点。",
            "Officers of a partner bank are at its branch, those of other departments are not: check department and office.",
        )


def date_faults(wanted: Wanted, office: Office | None, today: date, began: bool = False) -> Iterator[Fault]:
    """What is wrong with the days: in order, not in the past, and within those of the office. ``began``: it has begun before."""
    first, last = wanted.valid_from, wanted.valid_to
    if first is None:
        yield fault("valid_from", "请填从哪天起，例如 2026-12-01。", "Give the first day, such as 2026-12-01.")
    if last is None and not wanted.is_endless:
        yield fault(
            "valid_to", "最后一天写得不对，应像 2026-12-31；没有期限就空着。", "Write the last day as 2026-12-31, or leave it empty."
        )
    if first is None:
        return
    if first < today and not began:
        yield fault(
            "valid_from",
            f"岗位最早从今天（{today}）起：已经过去的日子不能补设。",
            f"A position begins today ({today}) at the earliest.",
        )
    if last is not None and last < first:
        yield fault(
            "valid_to",
            f"最后一天 {last} 在第一天 {first} 之前，两个日期反了。",
            f"The last day {last} is before the first day {first}.",
        )
    if office is None:
        return
    if first < office.valid_from:
        yield fault(
            "valid_from",
            f"“{office.name}”从 {office.valid_from} 起启用，岗位不能早于这一天。",
            f"{office.name} opens on {office.valid_from}; a position there cannot begin before.",
        )
    if office.valid_to is not None and office.valid_to < max(first, today):
        yield fault(
            "office",
            f"“{office.name}”已于 {office.valid_to} 撤并，不再设岗，请选承接它的服务点。",
            f"{office.name} closed on {office.valid_to}; choose the office that took over.",
        )
    elif office.valid_to is not None and (last is None or last > office.valid_to):
        yield fault(
            "valid_to",
            f"“{office.name}”到 {office.valid_to} 为止，岗位的最后一天不能更晚，请填上。",
            f"{office.name} closes on {office.valid_to}; give a last day no later than that.",
        )


def lasts_into(table: type[Position] | type[StandIn], first: date, last: date | None) -> ColumnElement[bool]:
    """Whether a row's days and a span have one in common."""
    begins = table.valid_from <= last if last is not None else table.valid_from.is_not(None)
    return and_(begins, or_(table.valid_to.is_(None), table.valid_to >= first))


def overlap_faults(session: Session, wanted: Wanted, office: Office, except_id: int | None = None) -> Iterator[Fault]:
    """The same position twice at the same time; one statement."""
    assert wanted.valid_from is not None
    found = session.execute(
        select(Position.valid_from, Position.valid_to)
        .where(Position.person_id == wanted.person_id, Position.role == wanted.role, Position.department == wanted.department)
        .where(Position.office_id == office.id, lasts_into(Position, wanted.valid_from, wanted.valid_to))
        .where(Position.id != (except_id or 0))
    ).first()
    if found is not None:
        until = {"zh": f"到 {found.valid_to}", "en": f"to {found.valid_to}"} if found.valid_to else {"zh": "起", "en": "on"}
        yield fault(
            "valid_from",
            f"同一个岗位已经有了（{found.valid_from} {until['zh']}），时间不能重叠：请改日期，或直接修改原来的岗位。",
            f"This position is there already (from {found.valid_from} {until['en']}); change the dates, or that position.",
        )


def manager_faults(
    session: Session, person_id: int, role: str, first: date, last: date | None, column: str = "role"
) -> Iterator[Fault]:
    """Nobody is two of the three managers at a time, as a stand-in either (GB/T 22239-2019: 三权分立); two statements."""
    if role not in MANAGERS:
        return
    others = sorted(MANAGERS - {role})
    own = select(Position.role).where(
        Position.person_id == person_id, Position.role.in_(others), lasts_into(Position, first, last)
    )
    stood_in = (
        select(Position.role)
        .join(StandIn, StandIn.position_id == Position.id)
        .where(StandIn.person_id == person_id, Position.role.in_(others), lasts_into(StandIn, first, last))
    )
    other = session.scalar(own) or session.scalar(stood_in)
    if other is not None:
        name = session.scalar(select(Person.name).where(Person.id == person_id)) or ""
        yield fault(
            column,
            f"{name}在这段时间已是“{role_title(other)['zh']}”。系统、安全、审计三种管理员必须分开，替岗也一样，请另选一人。",
            f"{name} is {role_title(other)['en']} then. The three managers are three people, stand-ins included: choose another.",
        )
