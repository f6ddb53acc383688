"""Rows of custody that were changed behind the history's back are found, each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import CustodyItem, CustodyMove, HandOver
from approvals.queries.verification import verify_case
from tests.custody.carrying import CARD, SEAL, Carried

Plant = Callable[[Session, Carried], Any]


@pytest.fixture
def received(carried: Carried) -> Carried:
    """An identity card that the town has, a seal that was missing from the bag and was found."""
    card, seal = carried.take(CARD, SEAL)
    carried.send(card, seal)
    carried.sign_for("receive_at_town", carried.people.town, 公章=("missing", "袋里没有"))
    assert carried.faults() == []
    return carried


def _copy_of_an_item(session: Session, carried: Carried) -> None:
    row = {column.name: getattr(session.scalars(select(CustodyItem)).first(), column.name) for column in CustodyItem.__table__.columns}
    session.execute(insert(CustodyItem).values({**row, "id": new_id(), "name": "房产证原件"}))


def _move(session: Session, carried: Carried, **values: Any) -> None:
    last = session.scalars(select(CustodyMove).where(CustodyMove.kind == "confirmed")).one()
    row = {column.name: getattr(last, column.name) for column in CustodyMove.__table__.columns}
    session.execute(insert(CustodyMove).values({**row, "id": new_id(), "number": 4, **values}))


def _hand_over(session: Session, carried: Carried) -> None:
    row = {column.name: getattr(session.scalars(select(HandOver)).one(), column.name) for column in HandOver.__table__.columns}
    session.execute(insert(HandOver).values({**row, "id": new_id(), "number": 9}))


def set_to(model: Any, where: Any, **values: Any) -> Plant:
    """Set columns of a table; a value may depend on the case."""

    def change(session: Session, carried: Carried) -> None:
        wanted = {name: value(carried) if callable(value) else value for name, value in values.items()}
        statement = update(model).values(wanted)
        session.execute(statement if where is None else statement.where(where))

    return change


CONFIRMED = CustodyMove.kind == "confirmed"
PLANTS: dict[str, tuple[Plant, str]] = {
    "an item renamed": (set_to(CustodyItem, CustodyItem.name == "公章", name="合同章"), "经手材料“公章”（name）"),
    "an original made a copy": (set_to(CustodyItem, CustodyItem.name == "公章", kind="copy"), "（kind）"),
    "another quantity": (set_to(CustodyItem, CustodyItem.name == "公章", quantity=3), "（quantity）"),
    "an item added": (_copy_of_an_item, "经手材料“房产证原件”没有办理记录"),
    "a move removed": (lambda s, c: s.execute(delete(CustodyMove).where(CustodyMove.kind == "missing")), "缺失"),
    "a move added": (lambda s, c: _move(s, c, kind="returned", holder_office_id=None, hand_over_id=None), "没有办理记录"),
    "another holder": (set_to(CustodyMove, CONFIRMED, holder_office_id=lambda c: c.people.point_id), "（holder_office_id）"),
    "another signer": (set_to(CustodyMove, CONFIRMED, holder_id=lambda c: c.people.agent.person_id), "（holder_id）"),
    "another outcome": (set_to(CustodyMove, CustodyMove.kind == "missing", kind="confirmed"), "（kind）"),
    "another remark": (set_to(CustodyMove, CustodyMove.kind == "missing", remark=""), "（remark）"),
    "another time": (set_to(CustodyMove, CustodyMove.kind == "missing", moved_at=lambda c: c.now), "（moved_at）"),
    "another bag": (set_to(HandOver, None, bag="B-999"), "交接单 1（bag）"),
    "another receiver": (set_to(HandOver, None, received_by_id=lambda c: c.people.agent.person_id), "（received_by_id）"),
    "not received": (set_to(HandOver, None, received_at=None), "（received_at）"),
    "fewer discrepancies": (set_to(HandOver, None, discrepancies=0), "（discrepancies）"),
    "another due time": (set_to(HandOver, None, due_at=lambda c: c.now), "（due_at）"),
    "another office": (set_to(HandOver, None, to_office_id=lambda c: c.people.point_id), "（to_office_id）"),
    "a hand-over added": (_hand_over, "交接单 9没有办理记录"),
    "alarmed too early": (set_to(HandOver, None, alarmed_at=lambda c: c.now), "没到时间就报了警"),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_every_planted_difference_is_found(received: Carried, plant: str) -> None:
    change, said = PLANTS[plant]
    if plant == "another time":
        received.now = received.now.replace(second=7)
    received.database.write(lambda session: change(session, received))
    with received.database.session() as session:
        found = [fault.message["zh"] for fault in verify_case(session, received.root_id)]
    assert any(said in sentence for sentence in found), found
    assert all(fault.number == received.filed.number for fault in received.faults())


def test_rows_of_a_case_that_is_none_are_found(received: Carried) -> None:
    registration = received.database.write(lambda session: _under_another(session, received))
    assert f"#{registration}" in {fault.number for fault in received.faults()}


def _under_another(session: Session, received: Carried) -> int:
    """Give the moves to an identifier that no root case has: nothing forbids it, as the column is no reference."""
    session.execute(update(CustodyMove).values(root_id=received.root_id + 1))
    return received.root_id + 1


def test_a_case_without_any_papers_has_no_faults(carried: Carried) -> None:
    assert carried.faults() == []
