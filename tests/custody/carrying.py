"""A delegated case with papers: taken in, put into bags, signed for, given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from approvals.operations import custody, moving
from approvals.operations.custody import Listed
from approvals.queries.custody import read_ledger
from tests.support.delegating import Delegated
from tests.support.seed import Member
from workflows.network.custody import Ledger

CARD, SEAL, PROOF = Listed("身份证原件"), Listed("公章"), Listed("房产证明复印件", "copy", 2, "房东提供")
_keys = count(1)


class Carried(Delegated):
    """One delegated case; each verb takes place a minute after the one before."""

    def ledger(self) -> Ledger:
        with self.database.reading() as session:
            return read_ledger(session.connection(), self.root_id)

    def do(self, verb: Any, member: Member, *arguments: Any, key: str | None = None) -> Any:
        """A verb of custody on this case."""
        self.now += timedelta(minutes=1)
        return self.database.write(verb, member.acting, self.root_id, *arguments, key or f"custody-{next(_keys)}", self.now)

    def take(self, *listed: Listed, member: Member | None = None, key: str | None = None) -> list[int]:
        found: list[int] = self.do(custody.take_in, member or self.people.agent, listed or (CARD, SEAL), key=key)
        return found

    def send(
        self, *items: int, action: str = "pass_up", member: Member | None = None, bag: str = "B-001", **form: Any
    ) -> moving.Moved:
        return self.carry(action, member or self.people.agent, {"bag": bag, "remark": "", "items": list(items), **form})

    def sign_for(self, action: str, member: Member, **outcomes: tuple[str, str]) -> moving.Moved:
        """Sign for the bag: everything is there but what ``outcomes`` says, by the name of the item."""
        ledger = self.ledger()
        hand_over = ledger.open_hand_over
        said: dict[str, Mapping[str, str]] = {}
        for item in ledger.sent_in(hand_over.id) if hand_over is not None else ():
            outcome, remark = outcomes.get(item.name, ("confirmed", ""))
            said[str(item.id)] = {"outcome": outcome, "remark": remark}
        return self.carry(action, member, {"outcomes": said})

    def to_town(self, *listed: Listed) -> list[int]:
        """Papers taken in at the point and received in the town."""
        items = self.take(*listed)
        self.send(*items)
        self.sign_for("receive_at_town", self.people.town)
        return items
