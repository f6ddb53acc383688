"""How a verb says no. Each carries a sentence for the person; nothing is stored when one is raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Refusal(Exception):
    """The verb cannot be done. ``reason`` is a code for programs and tests; ``message`` what the person reads."""

    def __init__(self, reason: str, message: Mapping[str, str], **details: object) -> None:
        super().__init__(message["zh"])
        self.reason = reason
        self.message = message
        self.details = details


class Outdated(Refusal):
    """The page that asked shows something that has changed since; the message says what and by whom."""


class Overrun(Outdated):
    """A time had run out before somebody asked, and what follows from that has not been written yet.

    ``first`` is the verb that writes it; whoever asked is answered when that is done, in a transaction of its own, since a
    refusal leaves nothing behind.
    """

    def __init__(self, reason: str, message: Mapping[str, str], first: Callable[..., Any]) -> None:
        super().__init__(reason, message)
        self.first = first


class NotFound(Exception):
    """There is no such case for this person: unknown and foreign ones are the same to the outside.

    ``why`` is for those few who may know that there is one, and why it is not theirs to read.
    """

    def __init__(self, why: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.why = why
