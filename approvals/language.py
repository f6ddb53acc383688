"""Texts of the product in the person's language. Chinese is the source; the one import of Flask-Babel for texts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from typing import Any, cast

from babel.support import NullTranslations
from flask_babel import Babel, Domain, force_locale, get_locale, gettext, lazy_gettext, ngettext

from approvals.translations import english

_ = gettext
_l = lazy_gettext

__all__ = ["Languages", "_", "_l", "day_in_words", "in_chinese", "language", "ngettext", "say"]

_CHINESE = NullTranslations()


class Texts(Domain):
    """The texts of the interface: Chinese as it is marked, English from its file."""

    def get_translations(self) -> Any:
        return english() if language() == "en" else _CHINESE


class Languages(Babel):
    """Flask-Babel with our texts instead of compiled files."""

    @cached_property
    def domain_instance(self) -> Texts:
        return Texts()


def language() -> str:
    """``zh`` or ``en``: the language of the person who asks; Chinese outside a request."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def in_chinese() -> AbstractContextManager[None]:
    """A stretch in which every text is Chinese, whoever asks for it: what is printed and signed is."""
    return cast("AbstractContextManager[None]", force_locale("zh"))


def day_in_words(value: date, with_year: bool = True) -> str:
    """A day in the person's language: 2026年11月25日 or 25 November 2026; without its year on demand."""
    if language() == "en":
        return f"{value.day} {value:%B %Y}" if with_year else f"{value.day} {value:%B}"
    return (f"{value.year}年" if with_year else "") + f"{value.month}月{value.day}日"


def say(text: Mapping[str, str] | None) -> str:
    """A text of a definition in the person's language."""
    if not text:
        return ""
    return text.get(language()) or text["zh"]
