"""QR codes, drawn as SVG: for pages, prints and papers alike."""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import Any

_QUIET_ZONE = 4
"""Light modules around the code; scanners fail on paper with less."""


def qr_svg(address: str, title: str = "", *, scale: int = 4) -> str:
    """An SVG element whose code leads to ``address``.

    ``title`` is what a screen reader says of it; without one the picture is hidden from it, as the address beside it says the
    same. ``scale`` is the width of a module in pixels. The error correction of level M survives a crease or a stamp on 15 % of
    the code. Nothing in it is a style or a script, so a strict content policy lets it show.
    """
    drawn = BytesIO()
    _code(address).save(drawn, kind="svg", scale=scale, border=_QUIET_ZONE, light="#fff", xmldecl=False, nl=False)
    label = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return drawn.getvalue().decode("utf-8").replace("<svg ", f"<svg {label} ", 1)


def qr_file(address: str) -> bytes:
    """The same as a file of its own, for a paper that embeds pictures."""
    drawn = BytesIO()
    _code(address).save(drawn, kind="svg", scale=4, border=_QUIET_ZONE, light="#fff")
    return drawn.getvalue()


def _code(address: str) -> Any:
    # Wanted by few requests; the others need not load it.
    import segno

    return segno.make_qr(address, error="m", boost_error=False)
