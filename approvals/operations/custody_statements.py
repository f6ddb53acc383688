"""The statements of custody, built once: the whole ledger of a case in one, and the rows that an act adds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Select, String, bindparam, cast, insert, literal_column, null, select, type_coerce, union_all, update

from approvals.db import Prepared
from approvals.models import CustodyItem, CustodyMove, HandOver

items: Any = CustodyItem.__table__
moves: Any = CustodyMove.__table__
hand_overs: Any = HandOver.__table__

ITEM, MOVE, HAND_OVER = 1, 2, 3
"""What a row of ``ledger`` tells: its first column."""

_NUMBERS, _TEXTS = 8, 3


def _row(tag: int, table: Any, numbers: tuple[str, ...], texts: tuple[str, ...]) -> Select[Any]:
    """Rows of a table in the common layout: the tag, then numbers, then texts, the rest empty."""
    found: list[Any] = [type_coerce(table.c[name], BigInteger) for name in numbers]
    found += [cast(null(), BigInteger)] * (_NUMBERS - len(numbers))
    found += [type_coerce(table.c[name], String) for name in texts]
    found += [cast(null(), String)] * (_TEXTS - len(texts))
    labelled = [column.label(f"c{place}") for place, column in enumerate(found, start=1)]
    return select(literal_column(str(tag)).label("c0"), *labelled).where(table.c.root_id == bindparam("root_id"))


ledger = Prepared(
    lambda dialect: union_all(
        _row(ITEM, items, ("id", "quantity"), ("name", "kind", "remark")),
        _row(MOVE, moves, ("item_id", "number", "moved_at", "holder_office_id", "holder_id", "hand_over_id"), ("kind", "remark")),
        _row(
            HAND_OVER, hand_overs,
            ("id", "number", "sent_at", "from_office_id", "to_office_id", "due_at", "received_at", "discrepancies"),
            ("direction", "bag", "remark"),
        ),
    )
)  # fmt: skip


def _insert(table: Any) -> Prepared:
    columns = [column.name for column in table.columns]
    return Prepared(lambda dialect: insert(table).values({name: bindparam(name) for name in columns}))


insert_items = _insert(items)
insert_hand_overs = _insert(hand_overs)
insert_moves = _insert(moves)

receive_hand_over = Prepared(
    lambda dialect: (
        update(hand_overs)
        .where(hand_overs.c.id == bindparam("hand_over_id"))
        .values({name: bindparam(name) for name in ("received_by_id", "received_at", "discrepancies")})
    )
)
