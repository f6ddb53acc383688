"""The chain as people drive it, through the public verbs: 35 actions from the one form to the hand-out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Draft, Signature, Task
from approvals.operations import confirming, filing, moving, signing
from tests.support.driving import BANK, FORMS, OFFICERS, REGISTRATION, ROOT, content_with
from tests.support.seed import HALL, NOW, Cast, Member, draft_of, seed

Call = Callable[[], Any]
_NUMERALS = "零一二三四五六七八九"
_SIDE_BY_SIDE = tuple(workflow for workflow in OFFICERS if workflow != BANK)

# Who does what to which case, in order: intake, a correction, an extension, six matters side by side and in turn, hand-out.
_SIGNING = ((REGISTRATION, "sign"),) * 3
STEPS: tuple[tuple[str, str], ...] = (
    (ROOT, "file"),
    *_SIGNING,
    (REGISTRATION, "claim"),
    (REGISTRATION, "return_for_correction"),
    (REGISTRATION, "resubmit"),
    *_SIGNING,
    (REGISTRATION, "claim"),
    (REGISTRATION, "request_extension"),
    (REGISTRATION, "grant_extension"),
    (REGISTRATION, "claim"),
    (REGISTRATION, "approve"),
    *((workflow, "claim") for workflow in _SIDE_BY_SIDE),
    *((workflow, "complete") for workflow in _SIDE_BY_SIDE),
    (BANK, "claim"),
    (BANK, "complete"),
    (ROOT, "claim"),
    (ROOT, "hand_out"),
)


def application(number: int) -> dict[str, Any]:
    """An application whose company has a name of its own; handed out at the window."""
    name = "速" + "".join(_NUMERALS[int(digit)] for digit in f"{number:04d}")
    return content_with(name={"trade_name": name}, delivery={"way": "window", "office": HALL})


class Driver:
    """Drives cases one after the other. What a page would have shown beforehand (the open task) is looked up outside the clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cast: Cast = seed(database)
        self.filed = 0

    def steps(self) -> Iterator[tuple[str, Call]]:
        """The actions of one more case: a name and the call that does it, to be timed; to be called before the next is asked for."""
        drafts, now, root_id = self.drafts(), NOW, 0
        for step, (workflow, action) in enumerate(STEPS):
            now += timedelta(minutes=1)
            if action == "file":
                yield action, self._filing(drafts[0], now)
                root_id = self._root_of(drafts[0])
                continue
            if action == "sign":
                signature_id, digest = self._unsigned(root_id)
                yield "confirm", partial(self.database.write, confirming.mark_confirmed, signature_id, now)
                yield action, partial(self.database.write, signing.answer, signature_id, signing.SIGN, digest, now)
                continue
            case_id, task_id = self._task(root_id, workflow)
            yield action, self._call(workflow, action, case_id, task_id, f"{root_id}-{step}", now, drafts[1], root_id)

    def drafts(self) -> list[int]:
        """Two drafts of one more application: the one that opens the case, and the one that answers the correction."""
        self.filed += 1
        content = application(self.filed)
        return [draft_of(self.database, self.cast.applicant, content, token=f"bench-{self.filed}-{kind}") for kind in "ab"]

    def known(self, before: Mapping[str, Any]) -> dict[str, str]:
        """Texts of the case that is recorded, which other cases have otherwise."""
        trade_name = application(self.filed)["name"]["trade_name"]
        first, second = sorted(before["drafts"])[-2:]
        return {
            str(first): "draft a",
            str(second): "draft b",
            before["drafts"][first]["content"]: "content",
            f"惠民县{trade_name}农产品销售有限公司": "company",
            trade_name: "trade name",
        }

    def before(self, name: str, slots: dict[str, Any]) -> None:
        """What people have typed by the time of an action, for the side by hand: the correction."""
        if name == "resubmit":
            self.answer(slots["draft b"], slots["root"])

    def _filing(self, draft_id: int, now: datetime) -> Call:
        return lambda: self.database.write(filing.file_draft, self.cast.applicant.acting, draft_id, now)

    def _unsigned(self, root_id: int) -> tuple[int, str]:
        """Who has to sign next, and what."""
        unsigned = select(Signature.id, Signature.digest).where(
            Signature.root_id == root_id, Signature.vote == "", Signature.superseded_at.is_(None)
        )
        with self.database.reading() as session:
            signature_id, digest = session.execute(unsigned.order_by(Signature.ordinal)).first() or (0, "")
        return signature_id, digest

    def _root_of(self, draft_id: int) -> int:
        with self.database.reading() as session:
            return session.scalars(select(Draft.filed_case_id).where(Draft.id == draft_id)).one() or 0

    def _task(self, root_id: int, workflow: str) -> tuple[int, int]:
        with self.database.reading() as session:
            found = select(Case.id, Task.id).join(Task, Task.case_id == Case.id)
            row = session.execute(found.where(Case.root_id == root_id, Case.workflow == workflow, Task.closed_at.is_(None))).one()
            return row[0], row[1]

    def _call(
        self, workflow: str, action: str, case_id: int, task_id: int, key: str, now: datetime, draft_id: int, root_id: int
    ) -> Call:
        write, acting = self.database.write, self._person(workflow, action).acting
        if action == "claim":
            return lambda: write(moving.claim, acting, case_id, task_id, now)
        if action == "resubmit":
            self.answer(draft_id, root_id)
            return lambda: write(filing.resubmit_draft, acting, draft_id, case_id, task_id, key, now)
        request = moving.Request(case_id, action, task_id, key, FORMS[action])
        return lambda: write(moving.act, acting, request, now)

    def answer(self, draft_id: int, root_id: int) -> None:
        """Make the second draft the correction of the case that the first one opened."""

        def point(session: Any) -> None:
            session.get_one(Draft, draft_id).case_id = root_id

        self.database.write(point)

    def _person(self, workflow: str, action: str) -> Member:
        if action == "resubmit":
            return self.cast.applicant
        if action == "grant_extension":
            return self.cast.registrar_head
        if workflow == REGISTRATION:
            return self.cast.registrar
        return self.cast.clerk if workflow == ROOT else self.cast.officers[OFFICERS[workflow]]
