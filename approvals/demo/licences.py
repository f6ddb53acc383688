"""What becomes of two of the demo's licences later: one is reissued, one registration is revoked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import Case, Event
from approvals.operations import moving

from .people import County

HOUR = 3600
LATER = (
    ("reissue_licence", "registrar", 40, "法定代表人来电说明营业执照正本被雨水浸坏，申请换发。"),
    ("revoke_registration", "registrar-head", 24, "经调查，住所不存在，以虚假材料取得登记（《市场主体登记管理条例》第四十条）。"),
)
"""The action, who does it, working hours before the end of the demo, and the reason."""


def follow_licences(database: Database, county: County, end: datetime) -> None:
    """Reissue one licence and revoke another registration, both of companies that have long been delivered."""
    calendar = county_calendar()
    with database.reading() as session:
        events = select(Event.case_id).where(Event.happened_at > calendar.instant(calendar.position(end) - 90 * HOUR * 1_000_000))
        quiet = select(Case.id, Case.deciding_office_id).where(
            Case.workflow == "company-registration", Case.state == "registered", Case.id.not_in(events),
            Case.applicant_id != county.applicant.person_id,
        )  # fmt: skip
        cases = [(case_id, office) for case_id, office in session.execute(quiet.order_by(Case.id.desc()).limit(len(LATER)))]
    for (case_id, office), (action, role, hours, reason) in zip(cases, LATER, strict=False):
        now = calendar.instant(calendar.position(end) - hours * HOUR * 1_000_000)
        who = county.workers(role, "approval-bureau", office)[0]
        request = moving.Request(case_id, action, None, f"demo-{action}", {"reason": reason})
        database.write(moving.act, who, request, now)
