"""Smaller answers for slow telephones: stylesheets, scripts and pages are sent gzip-compressed to browsers that take that.

Who can watch the lines and make a browser ask again and again finds out a secret of a compressed page, such as its token,
once something of their choosing stands on the same page (BREACH). So a page is compressed only when nothing of its request
can stand on it: it was fetched, not sent; it was found; its address carries no question. Lists that were searched or paged
and forms that came back with faults go out as they are, two to five times as long. What others filed stands on staff's pages
too, but cannot be changed between two guesses.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

from flask import Flask, request
from werkzeug.wrappers import Response

from .headers import KEPT_BY_BROWSER

PAGES = "text/html"
FILES = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SHORTEST = 1024
"""Bytes below which a packet is saved by nothing."""


def add(application: Flask) -> None:
    """Compress what may be compressed, after everything else has looked at the response."""
    application.after_request(compress)


def compress(response: Response) -> Response:
    """The response, shorter where it may be; it says that it depends on what the browser takes."""
    kept = request.endpoint in KEPT_BY_BROWSER and response.mimetype in FILES
    if not kept and response.mimetype != PAGES:
        return response
    response.vary.add("Accept-Encoding")
    if request.method != "GET" or response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    if not kept and (request.query_string or response.is_streamed):
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < SHORTEST:
        return response
    pack: Callable[[bytes], bytes] = _pack_once if kept else _pack
    response.set_data(pack(plain))
    response.headers["Content-Encoding"] = "gzip"
    tag, _weak = response.get_etag()
    if tag is not None:
        # The same file in another coding: a weak tag still answers "not modified", a strong one would be a lie.
        response.set_etag(tag, weak=True)
    return response


def _pack(plain: bytes) -> bytes:
    return gzip.compress(plain, 6, mtime=0)


@lru_cache(maxsize=64)
def _pack_once(plain: bytes) -> bytes:
    """Files are few and stay the same for the life of the process: packed as small as it goes, once."""
    return gzip.compress(plain, 9, mtime=0)
