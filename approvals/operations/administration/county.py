"""The offices and places as they stand when something of them is to be changed, and as a file of new ones adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from approvals.models import Office, Place


@dataclass(frozen=True, slots=True)
class Node:
    """An office in the tree; ``parent`` and ``successor`` are codes, "" where there is none."""

    code: str
    name: str
    kind: str
    parent: str
    valid_from: date
    valid_to: date | None = None
    successor: str = ""

    def stands_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the national list."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None
    successor: str


@dataclass(slots=True)
class County:
    """All offices by their code and all units by theirs. Codes of offices are compared without regard to upper and lower case."""

    nodes: dict[str, Node] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session) -> Self:
        """Two statements."""
        parent, successor = aliased(Office), aliased(Office)
        offices = (
            select(
                Office.code, Office.name, Office.kind, parent.code, Office.valid_from, Office.valid_to, successor.code,
            )
            .outerjoin(parent, parent.id == Office.parent_id)
            .outerjoin(successor, successor.id == Office.successor_id)
        )  # fmt: skip
        units = select(Place.code, Place.name, Place.valid_from, Place.valid_to, Place.successor_code)
        county = cls(units={row[0]: Unit(*row[:4], row[4] or "") for row in session.execute(units)})
        county.add(
            Node(code, name, kind, above or "", since, until, after or "")
            for code, name, kind, above, since, until, after in session.execute(offices)
        )
        return county

    def add(self, nodes: Iterable[Node]) -> None:
        self.nodes.update({node.code.casefold(): node for node in nodes})

    def node(self, code: str) -> Node | None:
        return self.nodes.get(code.casefold())

    def below(self, code: str) -> list[Node]:
        """The offices directly below one."""
        return [node for node in self.nodes.values() if node.parent.casefold() == code.casefold()]

    def path_up(self, code: str) -> list[str]:
        """The codes above one, the nearest first; ends where the tree comes round."""
        found: list[str] = []
        current = self.node(code)
        while current is not None and current.parent and current.parent.casefold() not in found:
            found.append(current.parent.casefold())
            current = self.node(current.parent)
        return found

    def successors(self, code: str) -> list[str]:
        """The codes that follow one as its successors, folded; ends where they come round."""
        found: list[str] = []
        current = self.node(code)
        while current is not None and current.successor and current.successor.casefold() not in found:
            found.append(current.successor.casefold())
            current = self.node(current.successor)
        return found
