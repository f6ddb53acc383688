"""The network of the filled county as managers left it: a tree, points with the longest names, one closed, one closed for days;
its people with accounts locked and new, with positions to come and ended, and somebody who stands in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office, Position
from approvals.operations import calendar_years, positions, reference, staff, stand_ins
from approvals.operations.acting import Acting, Held
from approvals.operations.administration import closing, competences, offices, presence
from approvals.operations.position_rules import Wanted
from tests.support.seed import HALL, TOWN, Cast, Member, password_hash
from workflows.clock import OFFICE_ZONE, provisional_year
from workflows.clock.notice import as_typed, days_of_year, usual_name

ENDED, STANDING = "grid-ended", "grid-standing"
LOOKED_AT = [
    f"/administration/offices/{STANDING}", f"/administration/offices/{ENDED}", f"/administration/offices/{STANDING}/close",
    f"/administration/offices/{ENDED}/close", "/administration/offices?closed=1", "/administration/offices?q=nothing",
    "/administration/offices?kind=grid_point", "/administration/competences?on=2019-01-01",
]  # fmt: skip


def furnish(database: Database, cast: Cast, now: datetime) -> None:
    """Do what a system manager does, once each."""
    acting = cast.administrator.acting

    def hang(session: Session) -> None:
        reference.network_changed(session)
        loose = (Office.kind != "county_hall", Office.parent_id.is_(None))
        session.execute(update(Office).where(*loose).values(parent_id=cast.offices["hall"]))

    database.write(hang)
    day = now.date().isoformat()
    point = {
        "kind": "grid_point", "place": "371621001", "parent": TOWN, "phone": "0543-5320000", "hours": "08:30-12:00", "valid_from": day,
    }  # fmt: skip
    long = {"name": "网格帮办代办点" * 12, "address": "LONGADDRESS" * 18}
    for code, values in ((ENDED, {"name": "旧网格点", "address": ""}), (STANDING, long)):
        database.write(offices.add_office, acting, {**point, "code": code, **values}, now, "补点")
    end = {"valid_to": day, "successor": STANDING, "reason": "并点"}
    database.write(closing.close_office, acting, ENDED, end, {}, now)
    days = {"closed_from": day, "closed_to": day, "why": "检修" * 50}
    database.write(presence.add_closure, acting, STANDING, days, now)
    department = {"department": "tax", "valid_from": day, "valid_to": ""}
    database.write(presence.add_department, acting, STANDING, department, ["tax"], now)
    power = {"office": STANDING, "matter": "company-opening", "power": "take-in", "basis": "LONGBASIS" * 20, "valid_from": day}
    database.write(competences.add_competence, acting, power, ["company-opening"], now)
    today = now.astimezone(OFFICE_ZONE).date()
    database.write(calendar_years.enter, acting, notice(today.year + 2), None, "0", today, now)


def notice(year: int) -> dict[str, str]:
    """The longest notice for a year, with the days that are supposed anyway: nothing moves."""
    days = as_typed(days_of_year(year, provisional_year(year)).off)
    return {"year": str(year), "name": (usual_name(year) * 9)[:200], "number": f"国办发明电〔{year - 1}〕1号", "holidays": days}


def managers(database: Database, cast: Cast, now: datetime) -> dict[str, Member]:
    """Who looks after positions and who reads what managers did, as commands enter them."""
    found = {}
    for role, name in (("security-administrator", "安全员"), ("auditor", "审计员")):
        account = database.write(staff.add_staff, role, name, password_hash(), role, "approval-bureau", HALL, now)
        held = Held(role, "approval-bureau", cast.offices[HALL], "county_hall")
        found[role] = Member(account.person_id, role, name, Acting(account.person_id, name, (held,)))
    return found


def staff_it(database: Database, cast: Cast, by: Member, now: datetime) -> list[str]:
    """Do what a security manager does, once each; returns the pages of it that no link of a first page leads to."""
    today = now.astimezone(OFFICE_ZONE).date()
    week = timedelta(days=7)

    def held(person: Member) -> int:
        with database.reading() as session:
            return session.scalars(select(Position.id).where(Position.person_id == person.person_id)).one()

    def made(name: str, sign_in_name: str) -> int:
        first = Wanted(0, "clerk", "approval-bureau", HALL, today)
        newcomer = staff.Newcomer(name, sign_in_name, "13800000099")
        return database.write(staff.make_account, by.acting, newcomer, first, password_hash(), "任命" * 50, now).person_id

    new, gone = made("长姓名" * 60, "n" * 60), made("离岗", "gone")
    database.write(staff.lock, by.acting, gone, "离职", now)
    comes = Wanted(cast.clerk.person_id, "officer", "tax", HALL, today + week, today + 2 * week, False)
    coming = database.write(positions.grant, by.acting, comes, "任命文件第1号", now)
    ended = held(cast.outsider)
    database.write(positions.end, by.acting, ended, today - timedelta(days=1), "调离", now)
    stood_for, days = held(cast.other_registrar), (today, today + week)
    database.write(stand_ins.name_stand_in, by.acting, stood_for, cast.registrar.person_id, *days, "年休假" * 60, now)
    people = (new, gone, cast.registrar.person_id, cast.other_registrar.person_id, by.person_id)
    served = (cast.offices[HALL], cast.offices["town-lizhuang"])
    return [
        "/administration/people?q=nothing", "/administration/people?role=registrar",
        *(f"/administration/people/{each}" for each in people),
        *(f"/administration/people/offices/{each}" for each in served),
        *(f"/administration/positions/{each}" for each in (stood_for, coming, ended)),
    ]  # fmt: skip
