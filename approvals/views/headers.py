"""Headers of every response: what the browser may load, and what it may keep."""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

# Bootstrap draws arrows and ticks of its fields as data: images; nothing else comes from anywhere but here.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: over HTTPS the check of the token asks for the referrer of our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KEPT_BY_BROWSER = frozenset({"static", "assets.packaged", "assets.icon_styles"})


def protect(application: Flask) -> None:
    """Set the headers on each response, error pages included."""
    application.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Everything but stylesheets and scripts may be personal, so the browser keeps none of it."""
    for name, value in FIXED.items():
        # What somebody handed in is sent under a stricter policy of its own.
        response.headers.setdefault(name, value)
    if request.endpoint not in KEPT_BY_BROWSER or response.status_code != 200:
        response.headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
