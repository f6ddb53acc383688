"""A point closes while its case is somewhere on its way: everything goes on at the office that took over, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office, Position
from approvals.operations import custody
from approvals.operations.acting import Acting, Held, with_inherited
from approvals.operations.reference import network, network_changed
from approvals.queries.people import signed_in
from tests.custody.carrying import CARD, SEAL, Carried
from tests.support.seed import Cast, Member
from workflows.clock import OFFICE_ZONE
from workflows.network.custody import GIVEN

STEPS = (
    "mandating", "collecting", "moving_to_town", "checking", "moving_to_centre", "handling", "packing", "returning_to_town", "relaying",
    "returning_to_point", "delivering", "confirming",
)  # fmt: skip


class Closing(Carried):
    """A case whose people act with the positions that they hold on the day, as behind the pages."""

    def member(self, member: Member) -> Member:
        with self.database.reading() as session:
            today = self.now.astimezone(OFFICE_ZONE).date()
            found = signed_in(session, member.person_id, today)
            assert found is not None
            held = with_inherited((Held(*each) for each in found.positions), network(session.connection()), today)
        return Member(member.person_id, member.sign_in_name, member.name, Acting(member.person_id, member.name, held))

    def carry(self, action: str, member: Member, form: Any = None) -> Any:
        return super().carry(action, self.member(member), form)

    def do(self, verb: Any, member: Member, *arguments: Any, key: str | None = None) -> Any:
        return super().do(verb, self.member(member), *arguments, key=key)

    def close_point(self) -> None:
        """The point ended yesterday; another took over with its people, as a dated update does it."""

        def close(session: Session) -> None:
            today = self.now.astimezone(OFFICE_ZONE).date()
            old = session.get_one(Office, self.people.point_id)
            new = Office(
                code="point-new", name="新古城联村便民服务点", kind=old.kind, place_code=old.place_code, parent_id=old.parent_id,
                valid_from=today,
            )  # fmt: skip
            session.add(new)
            session.flush()
            old.valid_to, old.successor_id = today - timedelta(days=1), new.id
            for position in session.query(Position).filter_by(office_id=old.id).all():
                position.valid_to = old.valid_to
                session.add(Position(
                    person_id=position.person_id, role=position.role, department=position.department, office_id=new.id, valid_from=today
                ))  # fmt: skip
            network_changed(session)

        self.database.write(close)

    def successor(self) -> dict[str, Any]:
        """The form of a bag to the point, which names who took over."""
        with self.database.reading() as session:
            found = session.query(Office).filter_by(code="point-new").one_or_none()
        return {"to": found.id} if found is not None else {}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("closes_in", ["collecting", "moving_to_town", "handling", "relaying", "returning_to_point"])
def test_a_point_that_closes_mid_way(database: Database, cast: Cast, closes_in: str) -> None:
    case = Closing(database, cast)
    people = case.people
    held: list[int] = []

    def take_in(*listed: Any) -> None:
        held.extend(case.take(*listed))

    way: dict[str, Callable[[], Any]] = {
        "mandating": case.answer,
        "collecting": lambda: (take_in(CARD, SEAL), case.prepare(member=case.member(people.agent)), case.send(*held)),
        "moving_to_town": lambda: case.sign_for("receive_at_town", people.town),
        "checking": lambda: case.send(*held, action="pass_on", member=people.town),
        "moving_to_centre": lambda: (case.sign_for("receive_at_centre", people.centre), case.carry("file", people.centre)),
        "handling": case.through,
        "packing": lambda: case.send(*held, action="send_down", member=people.centre),
        "returning_to_town": lambda: case.sign_for("receive_back_at_town", people.town),
        "relaying": lambda: case.send(*held, action="relay", member=people.town, **case.successor()),
        "returning_to_point": lambda: case.sign_for("receive_at_point", people.agent),
        "delivering": lambda: case.carry("deliver", people.agent, {"way": "door", "receiver": "钱委托"}),
        "confirming": case.answer,
    }
    for state in STEPS:
        assert case.state == state
        if state == closes_in:
            case.close_point()
        way[state]()
        assert case.faults() == [], state
        if held:
            assert all(case.ledger().standing(item).status for item in held)
    assert case.state == "completed"
    assert {case.ledger().standing(item).status for item in held} == {GIVEN}


def test_papers_of_a_closed_point_are_given_back_where_it_went(database: Database, cast: Cast) -> None:
    case = Closing(database, cast)
    case.answer()
    (card,) = case.take(CARD)
    case.close_point()
    assert case.do(custody.give_back, case.people.agent, [card], "钱委托") == 1
    assert case.ledger().standing(card).status == GIVEN and case.faults() == []
