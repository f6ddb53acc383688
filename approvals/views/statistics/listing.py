"""The page of one table: its conditions, the table, the ways to further pages, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import render_template, url_for

from .asking import Asked
from .pages import choices, pages
from .sheets import Sheet

Way = tuple[str, str]
"""An address and what its link says."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands on such a page beside its conditions.

    ``kept`` are values of the address that the form carries along, ``about`` a sentence on what is counted, ``other`` the way to
    another view of the same. ``following`` and ``first`` are addresses of further pages, ``most`` how many lines a file holds where
    it holds more than the page; ``nothing`` is said where there are none. ``has_texts`` says that the table is one of words.
    """

    endpoint: str
    sheet: Sheet
    lead: str
    back: Way
    nothing: str
    file: Callable[[str], str]
    kept: Mapping[str, object] = field(default_factory=dict)
    about: str = ""
    other: Way | None = None
    following: str | None = None
    first: str | None = None
    most: int | None = None
    has_texts: bool = False


def listing_page(wanted: Asked, listing: Listing) -> str:
    """The page."""
    return render_template(
        "statistics/sheet.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, listing.endpoint), listing=listing, sheet=listing.sheet,
        action=url_for(listing.endpoint),
    )  # fmt: skip
