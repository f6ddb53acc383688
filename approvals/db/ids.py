"""Identifiers made by the process itself, so that all rows of an action are known before the first is written."""

from __future__ import annotations

import secrets
import threading
import time

_BEGIN_MILLISECONDS = 1_577_836_800_000  # 2020-01-01 UTC
_lock = threading.Lock()
_last = 0
_PROCESS = secrets.randbelow(1 << 10)


def new_id() -> int:
    """A 63-bit number that grows with time: 41 bits of milliseconds, 10 of the process, 12 counting within the millisecond.

    Two processes can meet once in a thousand when they share a millisecond and a count; the primary key then refuses one
    of them and the whole verb is repeated with new numbers.
    """
    global _last
    with _lock:
        tick = (time.time_ns() // 1_000_000 - _BEGIN_MILLISECONDS) << 12
        _last = max(tick, _last + 1)
        return (_last >> 12) << 22 | _PROCESS << 12 | (_last & 0xFFF)
