"""Drives a food business permit through the public verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, ClockSuspension, Document, Draft, Person, Position, Task
from approvals.operations import filing, moving
from approvals.operations.acting import Acting, Held
from approvals.queries.verification import verify_case
from tests.rules.applications import PLACE
from tests.support.seed import HALL, NOW, SINCE, Cast
from workflows.rules import new_credit_code

ZONE = ZoneInfo("Asia/Shanghai")
WORKFLOW = "food-permit"
GROUND = "行政许可法第三十四条第三款、第四十五条"
_keys = count(1)


def at(day: str, clock: str = "09:00") -> datetime:
    """A moment in the county's time."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def application(**pages: Mapping[str, Any]) -> dict[str, Any]:
    """A complete application of a small restaurant."""
    content: dict[str, Any] = {
        "business": {
            "name": "惠民县样例小吃店", "credit_code": new_credit_code(7), "representative": "张测试", "phone": "13800000001",
            "kind": "catering",
        },
        "premises": {"place": PLACE, "address": "示例路8号", "area": 60},
        "food": {"items": ["hot", "cold"], "staff_number": 3, "safety_manager": "张测试", "rules_kept": True},
        "delivery": {"way": "window", "recipient": "张测试", "phone": "13800000001", "office": HALL},
        "declaration": {"truthful": True, "signature": "张测试"},
    }  # fmt: skip
    for page, values in pages.items():
        content[page] = {**content[page], **values}
    return content


def permit_officer(database: Database, cast: Cast) -> Acting:
    """An officer of the approval bureau at the hall, who is none of the fixed cast."""

    def enter(session: Session) -> int:
        person = Person(sign_in_name=f"permits-{next(_keys)}", name="宋许可", phone="13900000001", created_at=NOW)
        session.add(person)
        session.flush()
        office = cast.offices[HALL]
        session.add(Position(person_id=person.id, role="officer", department="approval-bureau", office_id=office, valid_from=SINCE))
        return person.id

    held = Held("officer", "approval-bureau", cast.offices[HALL], "county_hall")
    return Acting(database.write(enter), "宋许可", (held,))


class Permit:
    """One application for a permit and the people who work on it."""

    def __init__(self, database: Database, cast: Cast, filed_at: datetime, **pages: Mapping[str, Any]) -> None:
        self.database, self.cast = database, cast
        self.officer = permit_officer(database, cast)
        content = application(**pages)

        def draft(session: Session) -> int:
            made = Draft(
                token=f"permit-{next(_keys)}", person_id=cast.applicant.person_id, workflow=WORKFLOW, version=1, content=content,
                created_at=filed_at, changed_at=filed_at,
            )  # fmt: skip
            session.add(made)
            session.flush()
            return made.id

        self.filed = database.write(filing.file_draft, cast.applicant.acting, database.write(draft), filed_at)
        self.case_id = self.filed.case_id

    @property
    def case(self) -> Case:
        with self.database.reading() as session:
            return session.get_one(Case, self.case_id)

    @property
    def due(self) -> tuple[str, str]:
        """The promised and the statutory last day, "" where none runs."""
        case = self.case
        promised, statutory = (
            each.astimezone(ZONE).date().isoformat() if each is not None else ""
            for each in (case.promised_due_at, case.statutory_due_at)
        )
        return promised, statutory

    @property
    def ledger(self) -> list[ClockSuspension]:
        with self.database.reading() as session:
            found = select(ClockSuspension).where(ClockSuspension.case_id == self.case_id).order_by(ClockSuspension.number)
            return list(session.scalars(found))

    def papers(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Document.kind).where(Document.case_id == self.case_id).order_by(Document.id)))

    def task(self) -> Task | None:
        with self.database.reading() as session:
            return session.scalars(select(Task).where(Task.case_id == self.case_id, Task.closed_at.is_(None))).one_or_none()

    def request(self, action: str, form: Mapping[str, Any] | None = None, **values: Any) -> moving.Request:
        task = self.task()
        return moving.Request(self.case_id, action, task.id if task else None, f"key-{next(_keys)}", form or {}, **values)

    def act(self, action: str, now: datetime, form: Mapping[str, Any] | None = None, who: Acting | None = None, **values: Any) -> str:
        """Do one action and return the state it leads to."""
        return self.database.write(moving.act, who or self.officer, self.request(action, form, **values), now).state

    def accepted(self, day: str) -> Permit:
        self.act("accept", at(day))
        return self

    def inspected_from(self, day: str, now: datetime) -> str:
        form = {"starts_on": day, "expected_days": 3, "ground": GROUND, "inspectors": "宋许可、唐许可", "content": "看后厨"}
        return self.act("order_inspection", now, form)

    def inspected_to(self, day: str, now: datetime) -> str:
        return self.act("finish_inspection", now, {"ended_on": day, "result": "fit", "found": "符合要求"})

    def extend(self, now: datetime) -> str:
        self.act("request_extension", now, {"reason": "情况复杂"})
        return self.act("grant_extension", now, {"reason": "需要专家论证"}, self.cast.registrar_head.acting)

    def faults(self) -> list[str]:
        with self.database.reading() as session:
            return [fault.message["zh"] for fault in verify_case(session, self.case_id)]
