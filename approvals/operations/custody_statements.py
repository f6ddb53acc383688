"""The statements that write what an act adds to a custody ledger, built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, update

from approvals.db import Prepared
from approvals.models import CustodyItem, CustodyMove, HandOver

hand_overs: Any = HandOver.__table__


def _insert(table: Any) -> Prepared:
    columns = [column.name for column in table.columns]
    return Prepared(lambda dialect: insert(table).values({name: bindparam(name) for name in columns}))


insert_items = _insert(CustodyItem.__table__)
insert_hand_overs = _insert(hand_overs)
insert_moves = _insert(CustodyMove.__table__)

receive_hand_over = Prepared(
    lambda dialect: (
        update(hand_overs)
        .where(hand_overs.c.id == bindparam("hand_over_id"))
        .values({name: bindparam(name) for name in ("received_by_id", "received_at", "discrepancies")})
    )
)
