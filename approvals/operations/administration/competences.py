"""Competences: which office may take in, or decide, which matter, from when until when, on which paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Competence, Office
from approvals.operations import reference
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound
from workflows.network import EVERY_MATTER, POWERS

from .faults import Fault, fault, refuse
from .log import record
from .offices import id_of, office_to_change, today_of
from .reading import is_likely, one_line, read_day

SUBJECT = "competence"
COLUMNS = ("office", "matter", "power", "basis", "valid_from", "valid_to")
LONGEST_BASIS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A competence as it would be stored."""

    office_id: int
    matter: str
    power: str
    basis: str
    valid_from: date
    valid_to: date | None


def judge_competence(session: Session, typed: Mapping[str, str], matters: Collection[str], today: date) -> Wanted:
    """What somebody typed as a competence, ready to be previewed or stored; ``matters`` are the keys there are.

    Raises Faulty with all that is wrong, among it rows whose days overlap.
    """
    office = session.scalars(select(Office).where(Office.code == typed.get("office", "").strip())).one_or_none()
    matter, power, basis = typed.get("matter", ""), typed.get("power", ""), one_line(typed.get("basis", ""))
    until = typed.get("valid_to", "").strip()
    first, last = read_day(typed.get("valid_from", "")), read_day(until)
    faults: list[Fault] = []
    if office is None:
        faults.append(fault("office", "请选服务点。", "Choose an office."))
    if matter != EVERY_MATTER and matter not in matters:
        faults.append(fault("matter", "请选事项，或选“全部事项”。", "Choose a matter, or every matter."))
    if power not in POWERS:
        faults.append(fault("power", "请选是收件还是决定。", "Choose whether it takes in or decides."))
    if not basis:
        faults.append(
            fault("basis", "请写依据的文件，例如：惠政发〔2026〕1号。", "Name the paper it rests on, such as: Huizhengfa [2026] No. 1.")
        )
    elif len(basis) > LONGEST_BASIS:
        faults.append(fault("basis", f"太长了：最多 {LONGEST_BASIS} 个字。", f"Too long: {LONGEST_BASIS} characters at most."))
    faults += _day_faults(office, first, last, until, today)
    if not faults and office is not None and first is not None:
        faults += _overlaps(session, office, matter, power, first, last)
    refuse(faults)
    assert office is not None and first is not None
    return Wanted(office.id, matter, power, basis, first, last)


def _day_faults(office: Office | None, first: date | None, last: date | None, until: str, today: date) -> list[Fault]:
    faults: list[Fault] = []
    if first is None:
        faults.append(fault("valid_from", "请填生效日期，例如 2026-12-01。", "Give the first day, such as 2026-12-01."))
    elif not is_likely(first, today):
        faults.append(
            fault("valid_from", f"{first.isoformat()} 不像，请检查年份。", f"{first.isoformat()} is hardly meant; check the year.")
        )
    elif office is not None and first < office.valid_from:
        faults.append(
            fault(
                "valid_from", f"“{office.name}”{office.valid_from} 才启用，权限不能更早。",
                f"{office.name} begins on {office.valid_from}; its competence cannot begin earlier.",
            )
        )  # fmt: skip
    elif office is not None and office.valid_to is not None and first > office.valid_to:
        faults.append(
            fault(
                "office", f"“{office.name}”{office.valid_to} 之后已关闭，请选接替它的服务点。",
                f"{office.name} closed after {office.valid_to}; choose the office that took over.",
            )
        )  # fmt: skip
    if until and last is None:
        faults.append(
            fault(
                "valid_to", f"“{until[:40]}”不是日期，请写成 2026-12-31，或者留空。",
                f"{until[:40]} is no day: write it as 2026-12-31, or leave it empty.",
            )
        )  # fmt: skip
    elif last is not None and first is not None and last < first:
        faults.append(
            fault(
                "valid_to", f"最后一天 {last} 在生效日期 {first} 之前，两个日期反了。",
                f"The last day {last} is before the first day {first}.",
            )
        )  # fmt: skip
    return faults


def _overlaps(session: Session, office: Office, matter: str, power: str, first: date, last: date | None) -> list[Fault]:
    same = (Competence.office_id == office.id, Competence.matter == matter, Competence.power == power)
    for row in session.scalars(select(Competence).where(*same).order_by(Competence.valid_from)):
        if (row.valid_to is None or row.valid_to >= first) and (last is None or row.valid_from <= last):
            return [_overlapping(office, row)]
    return []


def _overlapping(office: Office, row: Competence) -> Fault:
    until = row.valid_to.isoformat() if row.valid_to is not None else "…"
    return fault(
        "valid_from", f"“{office.name}”已有这项权限（{row.valid_from} — {until}），日期重叠：请先结束那一条，或改日期。",
        f"{office.name} has this competence already ({row.valid_from} — {until}): end that one first, or choose other days.",
    )  # fmt: skip


def add_competence(
    session: Session, acting: Acting, typed: Mapping[str, str], matters: Collection[str], now: datetime, reason: str = ""
) -> int:
    """Give an office a competence; the same sent twice is given once. Raises Faulty with all that is wrong."""
    reference.network_changed(session)
    known = _known(session, typed)
    if known is not None:
        return known.id
    wanted = judge_competence(session, typed, matters, today_of(now))
    row = Competence(
        office_id=wanted.office_id, matter=wanted.matter, power=wanted.power, basis=wanted.basis, valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
    )  # fmt: skip
    session.add(row)
    session.flush()
    office = session.get_one(Office, row.office_id)
    record(
        session, acting, now, subject=SUBJECT, subject_id=row.id, title=office.name, before=None, after=_shown(row, office.code),
        reason=reason or row.basis,
    )  # fmt: skip
    return row.id


def _known(session: Session, typed: Mapping[str, str]) -> Competence | None:
    """The stored row that says exactly what was typed."""
    first, until = read_day(typed.get("valid_from", "")), typed.get("valid_to", "").strip()
    said = {"matter": typed.get("matter", ""), "power": typed.get("power", ""), "basis": one_line(typed.get("basis", ""))}
    if first is None or (until and read_day(until) is None):
        return None
    office_id = id_of(session, typed.get("office", "").strip())
    rows = select(Competence).filter_by(**said, office_id=office_id, valid_from=first, valid_to=read_day(until))
    return session.scalars(rows).first()


def end_competence(session: Session, acting: Acting, competence_id: int, last_day: str, now: datetime, reason: str) -> None:
    """Give a competence its last day; one that has not begun by then is taken back altogether.

    The last day is yesterday at the earliest: what was decided in its days rests on it. Raises Faulty.
    """
    found = session.get(Competence, competence_id)
    if found is None:
        raise NotFound
    office = office_to_change(session, session.get_one(Office, found.office_id).code)
    row = session.get(Competence, competence_id, populate_existing=True)
    if row is None:
        raise NotFound
    last = judge_ending(row, last_day, today_of(now), reason)
    before = _shown(row, office.code)
    after: dict[str, object] | None = None
    if last < row.valid_from:
        session.delete(row)
    else:
        row.valid_to = last
        after = _shown(row, office.code)
    record(session, acting, now, subject=SUBJECT, subject_id=row.id, title=office.name, before=before, after=after, reason=reason)


def judge_ending(row: Competence, last_day: str, today: date, reason: str) -> date:
    """The last day that somebody typed for a competence. Raises Faulty with all that is wrong."""
    last = read_day(last_day)
    refuse(_ending_faults(row, last, today, reason))
    assert last is not None
    return last


def _ending_faults(row: Competence, last: date | None, today: date, reason: str) -> list[Fault]:
    faults: list[Fault] = []
    yesterday = today - timedelta(days=1)
    if not reason.strip():
        faults.append(fault("reason", "请写明为什么结束，例如依据的文件。", "Say why it ends, such as the paper it rests on."))
    if last is None:
        faults.append(fault("valid_to", "请填最后一天，例如 2026-12-31。", "Give the last day, such as 2026-12-31."))
    elif last < yesterday:
        faults.append(
            fault(
                "valid_to", f"最早只能到昨天（{yesterday}）：之前已经按这项权限办过。",
                f"Yesterday ({yesterday}) is the earliest: things were done under it before.",
            )
        )  # fmt: skip
    elif row.valid_to is not None and row.valid_to < yesterday:
        faults.append(fault("valid_to", f"这项权限 {row.valid_to} 已经结束了。", f"This competence ended on {row.valid_to}."))
    elif row.valid_to is not None and last > row.valid_to:
        faults.append(
            fault(
                "valid_to", f"这项权限到 {row.valid_to} 为止，这里只能提前；要延长请再加一条。",
                f"It ends on {row.valid_to}; here it can only end earlier. To extend it add another.",
            )
        )  # fmt: skip
    return faults


def _shown(row: Competence, code: str) -> dict[str, object]:
    return {
        "office": code, "matter": row.matter, "power": row.power, "basis": row.basis, "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }  # fmt: skip
