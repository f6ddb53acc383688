"""When an office serves nobody for some days (临时闭门), and which departments are present at it (进驻部门)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, OfficeClosure, OfficeDepartment
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound

from .faults import Fault, fault, refuse
from .log import record
from .offices import office_to_change, today_of
from .reading import is_likely, one_line, read_day

CLOSURE, DEPARTMENT = "closure", "department"
LONGEST_WHY = 200


def add_closure(session: Session, acting: Acting, code: str, typed: Mapping[str, str], now: datetime) -> None:
    """Enter days (``closed_from``, ``closed_to``, both included) on which an office is closed, and ``why``.

    The same sent twice is entered once. Raises Faulty.
    """
    office, today = office_to_change(session, code), today_of(now)
    first, last, why = read_day(typed.get("closed_from", "")), read_day(typed.get("closed_to", "")), one_line(typed.get("why", ""))
    if _is_known(session, OfficeClosure, office_id=office.id, closed_from=first, closed_to=last, reason=why):
        return
    faults = _day_faults({"closed_from": first, "closed_to": last}, today)
    if first is not None and last is not None and not faults:
        faults += _span_faults(session, office, first, last, today)
    if not why:
        faults.append(fault("why", "请写原因，群众会看到，例如：设备检修。", "Give the reason; people will read it, such as: repairs."))
    elif len(why) > LONGEST_WHY:
        faults.append(fault("why", f"太长了：最多 {LONGEST_WHY} 个字。", f"Too long: {LONGEST_WHY} characters at most."))
    refuse(faults)
    assert first is not None and last is not None
    closure = OfficeClosure(office_id=office.id, closed_from=first, closed_to=last, reason=why)
    session.add(closure)
    session.flush()
    after = {"office": office.code, "closed_from": first, "closed_to": last, "why": why}
    record(session, acting, now, subject=CLOSURE, subject_id=closure.id, title=office.name, before=None, after=after, reason=why)


def _is_known(session: Session, model: type[OfficeClosure] | type[OfficeDepartment], **values: object) -> bool:
    return session.scalars(select(model).filter_by(**values)).first() is not None


def _day_faults(days: Mapping[str, date | None], today: date) -> list[Fault]:
    faults = []
    for column, day in days.items():
        if day is None:
            faults.append(fault(column, "请填日期，例如 2026-12-01。", "Give a day, such as 2026-12-01."))
        elif not is_likely(day, today):
            faults.append(fault(column, f"{day.isoformat()} 不像，请检查年份。", f"{day.isoformat()} is hardly meant; check the year."))
    return faults


def _span_faults(session: Session, office: Office, first: date, last: date, today: date) -> list[Fault]:
    if last < first:
        return [
            fault(
                "closed_to", f"最后一天 {last} 在第一天 {first} 之前，两个日期反了。",
                f"The last day {last} is before the first day {first}.",
            )
        ]  # fmt: skip
    if last < today:
        return [fault("closed_to", "这段日子已经过去了，请检查日期。", "These days have passed; check the dates.")]
    overlapping = session.scalars(
        select(OfficeClosure).where(
            OfficeClosure.office_id == office.id, OfficeClosure.closed_from <= last, OfficeClosure.closed_to >= first
        )
    ).first()
    if overlapping is not None:
        span = f"{overlapping.closed_from}—{overlapping.closed_to}"
        return [
            fault(
                "closed_from", f"和已登记的闭门（{span}）重叠，请先结束那一段。",
                f"It overlaps the closure of {span}; end that one first.",
            )
        ]  # fmt: skip
    return []


def end_closure(session: Session, acting: Acting, code: str, closure_id: int, now: datetime) -> None:
    """Open again today, or take back a closure that has not begun. One that is over or was taken back stays as it is."""
    office, today = office_to_change(session, code), today_of(now)
    closure = session.get(OfficeClosure, closure_id)
    if closure is None or closure.closed_to < today:
        return
    if closure.office_id != office.id:
        raise NotFound
    before = {"office": office.code, "closed_from": closure.closed_from, "closed_to": closure.closed_to, "why": closure.reason}
    after: dict[str, object] | None = None
    if closure.closed_from < today:
        closure.closed_to = today - timedelta(days=1)
        after = {**before, "closed_to": closure.closed_to}
    else:
        session.delete(closure)
    record(session, acting, now, subject=CLOSURE, subject_id=closure_id, title=office.name, before=before, after=after)


def add_department(
    session: Session, acting: Acting, code: str, typed: Mapping[str, str], departments: Collection[str], now: datetime
) -> None:
    """Enter a department as present from ``valid_from`` until ``valid_to`` ("" for open). ``departments`` are those there are.

    The same sent twice is entered once. Raises Faulty.
    """
    office, today = office_to_change(session, code), today_of(now)
    department, until = typed.get("department", ""), typed.get("valid_to", "").strip()
    first, last = read_day(typed.get("valid_from", "")), read_day(until)
    if _is_known(session, OfficeDepartment, office_id=office.id, department=department, valid_from=first, valid_to=last):
        return
    faults = _day_faults({"valid_from": first, **({"valid_to": last} if until else {})}, today)
    if department not in departments:
        faults.append(fault("department", "请选部门。", "Choose a department."))
    if not faults and first is not None:
        faults += _presence_faults(session, office, department, first, last)
    refuse(faults)
    assert first is not None
    row = OfficeDepartment(office_id=office.id, department=department, valid_from=first, valid_to=last)
    session.add(row)
    session.flush()
    after = {"office": office.code, "department": department, "valid_from": first, "valid_to": last}
    record(session, acting, now, subject=DEPARTMENT, subject_id=row.id, title=office.name, before=None, after=after)


def _presence_faults(session: Session, office: Office, department: str, first: date, last: date | None) -> list[Fault]:
    if last is not None and last < first:
        return [
            fault(
                "valid_to", f"最后一天 {last} 在第一天 {first} 之前，两个日期反了。",
                f"The last day {last} is before the first day {first}.",
            )
        ]  # fmt: skip
    if first < office.valid_from:
        return [
            fault(
                "valid_from", f"服务点 {office.valid_from} 才启用，进驻不能更早。",
                f"The office begins on {office.valid_from}; a department cannot come earlier.",
            )
        ]  # fmt: skip
    rows = select(OfficeDepartment).where(OfficeDepartment.office_id == office.id, OfficeDepartment.department == department)
    for row in session.scalars(rows):
        if (row.valid_to is None or row.valid_to >= first) and (last is None or row.valid_from <= last):
            since = row.valid_from.isoformat()
            return [
                fault(
                    "department", f"这个部门 {since} 起已经进驻，日期重叠；请先填它的最后一天。",
                    f"This department is present since {since} and the days overlap; end that first.",
                )
            ]  # fmt: skip
    return []


def end_department(session: Session, acting: Acting, code: str, department_id: int, last_day: str, now: datetime) -> None:
    """Give the presence of a department its last day. Raises Faulty for a day before its first."""
    office = office_to_change(session, code)
    row = session.get(OfficeDepartment, department_id)
    if row is None or row.office_id != office.id:
        raise NotFound
    last = read_day(last_day)
    if last is None:
        refuse([fault("last_day", "请填最后一天，例如 2026-12-31。", "Give the last day, such as 2026-12-31.")])
    elif last < row.valid_from:
        refuse([
            fault(
                "last_day", f"最后一天 {last} 在进驻日期 {row.valid_from} 之前。",
                f"The last day {last} is before the first day {row.valid_from}.",
            )
        ])  # fmt: skip
    before = {"office": office.code, "department": row.department, "valid_from": row.valid_from, "valid_to": row.valid_to}
    row.valid_to = last
    after = {**before, "valid_to": last}
    record(session, acting, now, subject=DEPARTMENT, subject_id=row.id, title=office.name, before=before, after=after)
