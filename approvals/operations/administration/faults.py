"""What is wrong with what a manager typed: the column, and a sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from approvals.operations.errors import Refusal

from .kinds import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """``column`` is the field that the sentence belongs to; "" for none of them."""

    column: str
    message: Text


class Faulty(Refusal):
    """Nothing was stored: each fault stands with its field. The message is that of the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("faulty", faults[0].message)
        self.faults = tuple(faults)


def refuse(faults: Sequence[Fault]) -> None:
    """Raise Faulty when there is a fault."""
    if faults:
        raise Faulty(faults)


def fault(column: str, zh: str, en: str) -> Fault:
    """A fault with its sentence in both languages."""
    return Fault(column, {"zh": zh, "en": en})
