"""Forms that a script sends in place are told where to go on, since a script that followed a redirection would read what the
next page has to say once.
"""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

SENT_IN_PLACE = "X-Kept"
GO_ON = "X-Next"


def add(application: Flask) -> None:
    """Answer such sends with the address instead of a redirection; registered before what compresses."""
    application.after_request(say_where)


def say_where(response: Response) -> Response:
    """A redirection becomes an empty answer with the address in ``X-Next``; everything else stays the page that it is."""
    if request.headers.get(SENT_IN_PLACE) and response.status_code in (301, 302, 303):
        response.headers[GO_ON] = response.headers.pop("Location")
        response.status_code = 204
        response.set_data(b"")
    return response
