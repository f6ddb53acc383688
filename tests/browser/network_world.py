"""The network of the filled county as managers left it: a tree, points with the longest names, one closed, one closed for days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office
from approvals.operations import reference
from approvals.operations.administration import closing, competences, offices, presence
from tests.support.seed import TOWN, Cast

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
