"""The system manager's pages: the network's offices, what each is competent for, and lists of points taken in from a file."""

from . import calendar, calendar_withdrawal, closing, competences, importing, offices, presence, targets, warnings
from .part import blueprint

__all__ = [
    "blueprint",
    "calendar",
    "calendar_withdrawal",
    "closing",
    "competences",
    "importing",
    "offices",
    "presence",
    "targets",
    "warnings",
]
