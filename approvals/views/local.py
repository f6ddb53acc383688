"""Addresses that lead nowhere but into the product."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(address: str | None, otherwise: str = "/") -> str:
    """The address when it is a path of this product, else ``otherwise``.

    Browsers read a backslash as a slash and drop tabs and line breaks, so ``/\\\\host`` and ``/\\t/host`` lead away too.
    """
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    if "\\" in address or any(ord(character) < 32 for character in address):
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else address
