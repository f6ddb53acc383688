"""The delegated chain as people drive it: from the point to the filing of the matter, and from its end back to the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from approvals.db import Database
from approvals.models import Case, Draft, Signature, Task
from approvals.operations import confirming, custody, delegation, moving, signing
from approvals.operations.delegation import Wish
from approvals.queries.custody import read_ledger
from tests.rules.applications import PLACE
from tests.support.delegating import MATTER, PRINCIPAL, ROOT, Carriers, carriers
from tests.support.driving import REGISTRATION
from tests.support.seed import NOW, Member, seed
from workflows.network.custody import HELD, IN_TRANSIT

from .chain import application as whole_application

Call = Callable[[], Any]

# The delegated case itself, then the matter with its three signatures, then the way back.
STEPS: tuple[tuple[str, str], ...] = (
    (ROOT, "take_in"),
    (ROOT, "sign"),
    (ROOT, "take_papers"),
    (ROOT, "pass_up"),
    (ROOT, "receive_at_town"),
    (ROOT, "pass_on"),
    (ROOT, "receive_at_centre"),
    (ROOT, "file"),
    *((REGISTRATION, "sign"),) * 3,
    (REGISTRATION, "approve"),
    (ROOT, "enter_results"),
    (ROOT, "send_down"),
    (ROOT, "receive_back_at_town"),
    (ROOT, "relay"),
    (ROOT, "receive_at_point"),
    (ROOT, "deliver"),
    (ROOT, "sign"),
)
_AT = {
    "pass_up": "agent", "receive_at_town": "town", "pass_on": "town", "receive_at_centre": "centre", "file": "centre",
    "send_down": "centre", "receive_back_at_town": "town", "relay": "town", "receive_at_point": "agent", "deliver": "agent",
}  # fmt: skip
"""Whose turn each action is."""


def application(number: int) -> dict[str, Any]:
    """An application that opens the registration alone: what is measured is the carrying around it."""
    content = whole_application(number)
    content["matters"] = {**content["matters"], "chosen": []}
    return content


class Driver:
    """Drives delegated cases one after the other; what a page would have shown beforehand is looked up outside the clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cast = seed(database)
        self.people: Carriers = carriers(database, self.cast)
        self.filed = 0

    def steps(self) -> Iterator[tuple[str, Call]]:
        """The actions of one more case: a name and the call that does it."""
        self.filed += 1
        now, root_id = NOW, 0
        wish = Wish(MATTER, PLACE, {"relation": "self"}, f"bench-{self.filed}")
        for step, (workflow, action) in enumerate(STEPS):
            now += timedelta(minutes=1)
            write = self.database.write
            if action == "take_in":
                opened: list[Any] = []

                yield action, partial(self._take_in, opened, wish, now)
                root_id = opened[0].case_id
                continue
            if action == "sign":
                signature_id, digest = self._unsigned(root_id)
                yield "confirm", partial(write, confirming.mark_confirmed, signature_id, now)
                yield action, partial(write, signing.answer, signature_id, signing.SIGN, digest, now)
                continue
            if action == "pass_up":
                self.prepare(root_id)
            if action in ("take_papers", "enter_results"):
                is_result = action == "enter_results"
                verb, who = (custody.enter_results, self.people.centre) if is_result else (custody.take_in, self.people.agent)
                listed = [custody.Listed("营业执照正本", "result")] if is_result else [custody.Listed("身份证原件")]
                yield action, partial(write, verb, who.acting, root_id, listed, f"bench-{root_id}-{step}", now)
                continue
            yield action, self._call(workflow, action, root_id, f"{root_id}-{step}", now)

    def _take_in(self, opened: list[Any], wish: Wish, now: Any) -> None:
        agent, point_id = self.people.agent.acting, self.people.point_id
        opened.append(self.database.write(delegation.take_in, agent, point_id, PRINCIPAL, wish, now))

    def prepare(self, root_id: int) -> int:
        """The application that the agent has filled in before the case is sent up; returns its draft."""
        token = self.database.write(delegation.prepare, self.people.agent.acting, self._root_token(root_id), NOW)

        def fill(session: Any) -> int:
            draft = session.scalars(select(Draft).where(Draft.token == token)).one()
            draft.content = application(self.filed)
            session.flush()
            return int(draft.id)

        return self.database.write(fill)

    def drafts(self) -> list[int]:
        """None is made beforehand: the agent fills the application in on the way."""
        self.filed += 1
        return []

    def before(self, name: str, slots: dict[str, Any]) -> None:
        """What people have typed by the time of an action, for the side by hand: the application."""
        if name == "pass_up":
            slots["draft a"] = self.prepare(slots["root"])

    def known(self, before: Mapping[str, Any]) -> dict[str, str]:
        """Texts of the case that is recorded, which other cases have otherwise."""
        content = application(self.filed)
        trade_name = content["name"]["trade_name"]
        texts = {f"惠民县{trade_name}农产品销售有限公司": "company", trade_name: "trade name"}
        if before["drafts"] and (draft := before["drafts"][max(before["drafts"])])["filed_case_id"] is None:
            texts |= {str(draft["id"]): "draft a", draft["content"]: "content"}
        return texts

    def _root_token(self, root_id: int) -> str:
        with self.database.reading() as session:
            return session.scalars(select(Case.token).where(Case.id == root_id)).one()

    def _unsigned(self, root_id: int) -> tuple[int, str]:
        unsigned = select(Signature.id, Signature.digest).where(
            Signature.root_id == root_id, Signature.vote == "", Signature.superseded_at.is_(None)
        )
        with self.database.reading() as session:
            signature_id, digest = session.execute(unsigned.order_by(Signature.ordinal)).first() or (0, "")
        return signature_id, digest

    def _call(self, workflow: str, action: str, root_id: int, key: str, now: Any) -> Call:
        with self.database.reading() as session:
            found = select(Case.id, Task.id).join(Task, Task.case_id == Case.id)
            case_id, task_id = session.execute(
                found.where(Case.root_id == root_id, Case.workflow == workflow, Task.closed_at.is_(None))
            ).one()
            ledger = read_ledger(session.connection(), root_id)
        who: Member = self.cast.registrar if workflow == REGISTRATION else getattr(self.people, _AT[action])
        typed = {"approve": {"opinion": "符合法定条件"}, "deliver": {"way": "door", "receiver": PRINCIPAL.name}}
        form: dict[str, Any] = typed.get(action, {})
        if action in ("pass_up", "pass_on", "send_down", "relay"):
            form = {"bag": "FD000001", "items": [str(item.id) for item in ledger.with_status(HELD)]}
        elif action.startswith("receive"):
            form = {"outcomes": {str(item.id): {"outcome": "confirmed", "remark": ""} for item in ledger.with_status(IN_TRANSIT)}}
        return partial(self.database.write, moving.act, who.acting, moving.Request(case_id, action, task_id, key, form), now)
