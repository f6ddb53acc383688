"""Drives cases through the public verbs, for tests that need a case somewhere on its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Draft, Signature, Task
from approvals.operations import confirming, disclosing, filing, moving, signing
from approvals.queries.verification import Fault, verify_all
from tests.support.seed import NOW, Cast, Member, application, draft_of, seed

ROOT, REGISTRATION, SEAL, BANK = "company-opening", "company-registration", "company-seal", "bank-account"
OFFICERS = {
    SEAL: "public-security",
    "tax-registration": "tax",
    "social-insurance": "human-resources",
    "medical-insurance": "medical-insurance",
    "housing-fund": "housing-fund",
    BANK: "bank",
}
FORMS: Mapping[str, Mapping[str, Any]] = {
    "approve": {"opinion": "符合法定条件"},
    "return_for_correction": {"items": [{"page": "premises", "text": "请写明门牌号"}]},
    "request_extension": {"reason": "材料较多，需要核实"},
    "grant_extension": {"opinion": "同意"},
    "decline_extension": {"reason": "情形并不复杂"},
    "refuse": {"reason": "名称与已登记企业相同"},
    "withdraw": {"reason": ""},
    "fail": {"reason": "设备故障，请改日再办"},
    "complete": {"record_number": "备字第1号"},
    "hand_out": {"way": "window", "receiver": "张测试", "identity_checked": True},
    "override_identity": {"id_number": "371621198506120011", "reason": "与证件原件一致"},
}
_keys = count(1)


class Chain:
    """One company opening and the people who work on it. ``now`` moves on by a minute with each verb."""

    def __init__(self, database: Database, cast: Cast | None = None, content: Mapping[str, Any] | None = None, **values: Any) -> None:
        self.database = database
        self.cast = cast or seed(database)
        self.now: datetime = values.pop("now", NOW)
        member, signed = values.pop("member", self.cast.applicant), values.pop("signed", True)
        draft_id = draft_of(database, member, content or application(self.now.date()), token=f"draft-{next(_keys)}", **values)
        self.filed = database.write(filing.file_draft, member.acting, draft_id, self.now)
        self.root_id = self.filed.case_id
        if signed:
            self.sign()

    @classmethod
    def of(cls, database: Database, cast: Cast, root_id: int, now: datetime) -> Chain:
        """A chain that somebody has filed in another way."""
        chain = cls.__new__(cls)
        chain.database, chain.cast, chain.root_id, chain.now = database, cast, root_id, now
        return chain

    def case(self, workflow: str = ROOT) -> Case:
        with self.database.reading() as session:
            return session.scalars(select(Case).where(Case.root_id == self.root_id, Case.workflow == workflow)).one()

    def states(self) -> dict[str, str]:
        with self.database.reading() as session:
            rows = session.execute(select(Case.workflow, Case.state).where(Case.root_id == self.root_id))
            return {workflow: state for workflow, state in rows}

    def task(self, workflow: str) -> Task | None:
        """The open task of that workflow's case."""
        case_id = self.case(workflow).id
        with self.database.reading() as session:
            return session.scalars(select(Task).where(Task.case_id == case_id, Task.closed_at.is_(None))).one_or_none()

    def person_for(self, workflow: str) -> Member:
        """Somebody whose position the workflow's tasks are usually addressed to."""
        if workflow == REGISTRATION:
            return self.cast.registrar
        if workflow == ROOT:
            return self.cast.clerk
        return self.cast.officers[OFFICERS[workflow]]

    def request(self, workflow: str, action: str, **values: Any) -> moving.Request:
        task = values.pop("task", self.task(workflow))
        task_id = values.pop("task_id", task.id if task is not None else None)
        form = values.pop("form", FORMS.get(action, {}))
        key = values.pop("key", None) or f"key-{next(_keys)}"
        return moving.Request(self.case(workflow).id, action, task_id, key, form, **values)

    def act(self, workflow: str, action: str, member: Member | None = None, **values: Any) -> moving.Moved:
        self.now += timedelta(minutes=1)
        request = self.request(workflow, action, **values)
        return self.database.write(moving.act, (member or self.person_for(workflow)).acting, request, self.now)

    def claim(self, workflow: str, member: Member | None = None) -> None:
        self.now += timedelta(minutes=1)
        task = self.task(workflow)
        assert task is not None
        self.database.write(moving.claim, (member or self.person_for(workflow)).acting, task.case_id, task.id, self.now)

    def release(self, workflow: str, member: Member | None = None) -> None:
        self.now += timedelta(minutes=1)
        task = self.task(workflow)
        assert task is not None
        self.database.write(moving.release, (member or self.person_for(workflow)).acting, task.case_id, task.id, self.now)

    def disclose(self, workflow: str, member: Member | None = None, reason: str = "examine", remark: str = "") -> datetime:
        """Let somebody say why they need a case in full; returns until when they see it."""
        self.now += timedelta(minutes=1)
        acting, case_id = (member or self.person_for(workflow)).acting, self.case(workflow).id
        return self.database.write(disclosing.disclose, acting, case_id, self.now, reason, remark)

    def signatures(self) -> list[Signature]:
        """Who is asked to sign what was last filed, in the order of the application."""
        return signatures_of(self.database, self.root_id)

    def sign(self, *, leave: int = 0) -> None:
        """Let everybody sign who has not; ``leave`` of them, the last ones, do not."""
        sign_all(self.database, self.root_id, self.now, leave=leave)

    def resubmit(
        self, content: Mapping[str, Any], member: Member | None = None, key: str | None = None, *, signed: bool = True
    ) -> moving.Moved:
        """Answer a correction with new content, and let everybody sign it."""
        self.now += timedelta(minutes=1)
        member, now = member or self.cast.applicant, self.now

        def store(session: Any) -> int:
            draft = Draft(
                token=f"correction-{next(_keys)}", person_id=member.person_id, workflow=ROOT, version=2, case_id=self.root_id,
                content=dict(content), created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(draft)
            session.flush()
            return draft.id

        draft_id, case, task = self.database.write(store), self.case(REGISTRATION), self.task(REGISTRATION)
        task_id = task.id if task is not None else None
        moved = self.database.write(
            filing.resubmit_draft, member.acting, draft_id, case.id, task_id, key or f"key-{next(_keys)}", self.now
        )
        if signed:
            self.sign()
        return moved

    def settle_matters(self, *others: str) -> None:
        """Complete every matter that is open; ``others`` are left alone."""
        for workflow in OFFICERS:
            if workflow in self.states() and workflow not in others and self.states()[workflow] == "handling":
                self.act(workflow, "complete")

    def faults(self) -> list[Fault]:
        with self.database.session() as session:
            return list(verify_all(session))


def signatures_of(database: Database, root_id: int) -> list[Signature]:
    """Who is asked to sign what was last filed for a case, in the order of the application."""
    asked = select(Signature).where(Signature.root_id == root_id, Signature.superseded_at.is_(None))
    with database.reading() as session:
        return list(session.scalars(asked.order_by(Signature.ordinal)))


def answer(database: Database, asked: Signature, now: datetime, action: str = signing.SIGN, reason: str = "", digest: str = "") -> str:
    """Let one person answer who has shown who they are; returns the state of the case."""
    confirm_identity(database, asked, now)
    return database.write(signing.answer, asked.id, action, digest or asked.digest, now, reason)


def confirm_identity(database: Database, asked: Signature, now: datetime) -> None:
    """Let one person show who they are; whoever has answered has done so before."""
    if not asked.vote:
        database.write(confirming.mark_confirmed, asked.id, now)


def sign_all(database: Database, root_id: int, now: datetime, *, leave: int = 0) -> None:
    """Let everybody sign who has not; ``leave`` of them, the last ones, do not."""
    signatures = signatures_of(database, root_id)
    for each in signatures[: len(signatures) - leave]:
        answer(database, each, now)


def content_with(**pages: Mapping[str, Any]) -> dict[str, Any]:
    """The valid application with some fields of some pages changed."""
    content = application()
    for page, values in pages.items():
        content[page] = {**content[page], **values}
    return content
