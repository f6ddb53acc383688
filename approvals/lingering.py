"""A request that is refused unread: the page still arrives.

A server that closes a connection on somebody who is still sending resets it, and their browser shows an error of its own in
place of the page. So what they go on sending is thrown away for a little while after the answer: enough for a browser to read
it and stop, and too little to keep a thread busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

TOO_LARGE = "413"
MOST_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 5.0
_PIECE = 64 * 1024

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def lingering(application: Wsgi) -> Wsgi:
    """The WSGI application, with time for its refusals to be read."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said: list[str] = []

        def start(status: str, *rest: Any) -> Any:
            said.append(status)
            return start_response(status, *rest)

        body = application(environ, start)
        return _then_listen(body, environ) if said and said[0].startswith(TOO_LARGE) else body

    return answer


def _then_listen(body: Iterable[bytes], environ: dict[str, Any]) -> Iterator[bytes]:
    try:
        yield from body
        left, until = MOST_BYTES, time.monotonic() + MOST_SECONDS
        source = environ["wsgi.input"]
        while left > 0 and time.monotonic() < until:
            piece = source.read(min(_PIECE, left))
            if not piece:
                return
            left -= len(piece)
    except OSError:
        return  # they have gone
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
