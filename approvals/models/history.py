"""How a case's history is hashed. This format cannot change: an outsider recomputes it with a standard library alone.

``hash`` = SHA-256 of the canonical JSON of ``[format, case id, position, previous hash, time in microseconds, actor id,
actor name, on behalf of, role, action, from, to, definition fingerprint, payload digest]``, in UTF-8, as lower-case hex.
The first event's previous hash is 64 zeros. ``payload digest`` = SHA-256 of salt + canonical JSON of the payload; the salt
keeps a guessable payload (a name, a yes) from being found again by trying after it was purged.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from approvals.db import canonical_json

FORMAT = 1
BEGINNING = "0" * 64


def new_salt() -> str:
    """Sixteen random bytes in hex."""
    return secrets.token_hex(16)


def digest(salt: str, body: str) -> str:
    """The digest of a payload, submission or document: ``body`` is canonical JSON."""
    return hashlib.sha256((salt + body).encode("utf-8", "surrogatepass")).hexdigest()


def event_hash(
    case_id: int,
    position: int,
    previous_hash: str,
    happened_at: int,
    actor_id: int | None,
    actor_name: str,
    on_behalf_of: int | None,
    role: str,
    action: str,
    from_state: str,
    to_state: str,
    definition: str,
    payload_digest: str,
) -> str:
    """The hash of one event; times are microseconds since 1970 in UTC."""
    facts: list[Any] = [
        FORMAT, case_id, position, previous_hash, happened_at, actor_id, actor_name, on_behalf_of, role, action, from_state,
        to_state, definition, payload_digest,
    ]  # fmt: skip
    return hashlib.sha256(canonical_json(facts).encode("utf-8", "surrogatepass")).hexdigest()


def delivery_digest(number: str, at: int) -> str:
    """What is signed by whoever confirms that the result of a delegated case arrived; ``at`` is when they were asked."""
    return digest("", canonical_json({"case": number, "asked_at": at}))
