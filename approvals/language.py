"""Texts of the product in the person's language. Chinese is the source; the one import of Flask-Babel for texts."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import get_locale, gettext, lazy_gettext

_ = gettext
_l = lazy_gettext

__all__ = ["_", "_l", "language", "say"]


def language() -> str:
    """``zh`` or ``en``: the language of the person who asks; Chinese outside a request."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def say(text: Mapping[str, str] | None) -> str:
    """A text of a definition in the person's language."""
    if not text:
        return ""
    return text.get(language()) or text["zh"]
