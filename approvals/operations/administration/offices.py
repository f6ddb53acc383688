"""Offices: added and changed as they were typed; never deleted (closing is in ``closing``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import AdministrationChange, Office
from approvals.operations import reference
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound, Outdated
from workflows.clock import OFFICE_ZONE

from .county import County
from .faults import refuse
from .judging import COLUMNS, judge
from .kinds import COLUMN_TITLES
from .log import record

SUBJECT = "office"
SHOWN = (*COLUMNS, "valid_to", "successor")
"""Columns that a page of an office shows and whose change by somebody else it has to tell."""


class Changed(Outdated):
    """Somebody else changed the office since the page was shown: ``changes`` are its columns, as shown and as they are now."""

    def __init__(self, message: Mapping[str, str], changes: Mapping[str, tuple[str, str]]) -> None:
        super().__init__("changed", message)
        self.changes = changes


def as_shown(session: Session, office: Office) -> dict[str, str]:
    """An office column by column as the form and the record show it: offices by their codes, days as YYYY-MM-DD."""
    names = select(Office.id, Office.code).where(Office.id.in_([office.parent_id, office.successor_id]))
    codes = {row.id: row.code for row in session.execute(names)} if office.parent_id or office.successor_id else {}
    return {
        "code": office.code, "name": office.name, "kind": office.kind, "place": office.place_code,
        "parent": codes.get(office.parent_id, ""), "address": office.address, "phone": office.phone, "hours": office.hours,
        "valid_from": office.valid_from.isoformat(), "valid_to": office.valid_to.isoformat() if office.valid_to else "",
        "successor": codes.get(office.successor_id, ""),
    }  # fmt: skip


def office_to_change(session: Session, code: str) -> Office:
    """The office of that code, read after everybody else's change of the network. Raises NotFound."""
    reference.network_changed(session)
    office = session.scalars(select(Office).where(Office.code == code)).one_or_none()
    if office is None:
        raise NotFound
    return office


def add_office(session: Session, acting: Acting | None, typed: Mapping[str, str], now: datetime, reason: str = "") -> str:
    """Add an office as it was typed; returns its code. The same sent twice adds it once. Raises Faulty with all that is wrong."""
    reference.network_changed(session)
    judged = judge(typed, County.read(session), today_of(now))
    known = session.scalars(select(Office).where(Office.code == judged.values["code"])).one_or_none()
    if known is not None and judged.values.items() <= as_shown(session, known).items():
        return known.code
    refuse(judged.faults)
    office = office_of(session, judged.values)
    record(
        session, acting, now, subject=SUBJECT, subject_id=office.id, title=office.name, before=None, after=judged.values, reason=reason
    )
    return office.code


def office_of(session: Session, values: Mapping[str, str]) -> Office:
    """Store a new office with values that were judged."""
    office = Office(code=values["code"])
    _put(session, office, values)
    session.add(office)
    session.flush()
    return office


def change_office(
    session: Session, acting: Acting, code: str, typed: Mapping[str, str], shown: Mapping[str, str], now: datetime, reason: str = ""
) -> bool:
    """Change an office to what was typed; False when that is what it was. ``shown`` is what the page showed.

    Raises Changed when somebody changed it since, and Faulty with all that is wrong.
    """
    office = office_to_change(session, code)
    before = as_shown(session, office)
    judged = judge({**typed, "code": code}, County.read(session), today_of(now), before)
    if judged.values.items() <= before.items():
        return False
    refuse_outdated(session, office, before, shown)
    refuse(judged.faults)
    _put(session, office, judged.values)
    after = {**before, **judged.values}
    return record(
        session, acting, now, subject=SUBJECT, subject_id=office.id, title=office.name, before=before, after=after, reason=reason
    )


def _put(session: Session, office: Office, values: Mapping[str, str]) -> None:
    office.name, office.kind, office.place_code = values["name"], values["kind"], values["place"]
    office.address, office.phone, office.hours = values["address"], values["phone"], values["hours"]
    office.valid_from = date.fromisoformat(values["valid_from"])
    office.parent_id = id_of(session, values["parent"])


def id_of(session: Session, code: str) -> int | None:
    """The office of a code; None for "" and for an unknown one."""
    return session.scalar(select(Office.id).where(Office.code == code)) if code else None


def refuse_outdated(session: Session, office: Office, now: Mapping[str, str], shown: Mapping[str, str]) -> None:
    """Raise Changed when a page showed something else than what there is now, with who changed it last."""
    changes = {column: (str(shown[column]), now[column]) for column in SHOWN if column in shown and shown[column] != now[column]}
    if not changes:
        return
    lines = select(AdministrationChange).where(AdministrationChange.subject_id == office.id)
    last = session.scalars(lines.order_by(AdministrationChange.changed_at.desc(), AdministrationChange.id.desc()).limit(1)).first()
    zh = "、".join(COLUMN_TITLES[column]["zh"] for column in changes)
    en = ", ".join(COLUMN_TITLES[column]["en"] for column in changes)
    if last is None:
        raise Changed({
            "zh": f"您打开这一页之后，已有人改了：{zh}。您填的都还在，请核对后再保存。",
            "en": f"Since you opened this page somebody changed: {en}. What you typed is kept; compare and save again.",
        }, changes)  # fmt: skip
    when = f"{last.changed_at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
    raise Changed({
        "zh": f"您打开这一页之后，{last.person_name} {when} 改了：{zh}。您填的都还在，请核对后再保存。",
        "en": f"Since you opened this page {last.person_name} changed ({when}): {en}. What you typed is kept; compare and save again.",
    }, changes)  # fmt: skip


def today_of(now: datetime) -> date:
    """The day it is in the county."""
    return now.astimezone(OFFICE_ZONE).date()
