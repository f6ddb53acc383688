"""What the history of a case says of the documents that it issued: with which content, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Told:
    """One document as its history tells it. Times are microseconds; ``position`` is that of the last event that spoke of it,
    ``replaced_by`` the number of the document that stands in its place, ``token`` the digest of its token, "" in older events."""

    kind: str
    number: str
    digest: str
    issued_at: int
    issued_in: int
    position: int
    status: str = "genuine"
    status_at: int | None = None
    status_reason: str = ""
    replaced_by: str = ""
    token: str = ""


def told_documents(events: Iterable[Any], payloads: Mapping[int, Mapping[str, Any] | None]) -> dict[str, Told]:
    """Every document that an event issued, by its number, with the status that later events gave it."""
    told: dict[str, Told] = {}
    for event in events:
        payload = payloads.get(event.position) or {}
        for kind, number, digest in payload.get("documents", []):
            told[number] = Told(kind, number, digest, event.happened_at, event.position, event.position)
        for number, token in payload.get("document_tokens", []):
            if (document := told.get(number)) is not None:
                document.token = token
        for number, status, reason, successor in payload.get("statuses", []):
            if (document := told.get(number)) is not None:
                document.status, document.status_at, document.status_reason = status, event.happened_at, reason
                document.replaced_by, document.position = successor, event.position
    return told
