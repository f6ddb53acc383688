"""Texts that office software would take for formulas, in files that people open with it."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet works out; it takes the wide signs of Chinese keyboards for the narrow ones."""


def harmless(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
