"""Reads a paper's own record out of a PDF that somebody holds, however damaged it may be. The one import of pypdf."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .rendering import RECORD_NAME

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{5,39}-[a-z]+(?:-[a-z]+)*-\d+")
_MOST_NUMBERS, _LONGEST_NUMBER, _LONGEST_TITLE = 10, 120, 4000
_KEYWORDS = re.compile(rb"<pdf:Keywords>([^<]{1,400})</pdf:Keywords>")
_LONGEST_RECORD = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """What a file says of itself. ``text`` is its record as it lies in the file, "" when that cannot be read any more;
    ``content`` the same as data. ``numbers`` are the document numbers that it gives, ten at most: its own stands in the file
    three times, so that one is left when another was harmed."""

    numbers: tuple[str, ...]
    text: str = ""
    content: Mapping[str, Any] | None = None


def own_record(data: bytes) -> OwnRecord | None:
    """The record that a file carries; None for a file that is no document of this product at all."""
    text, titles = "", []
    try:
        text, titles = _by_library(data)
    except Exception:  # the library raises nearly everything on damaged files; the file is judged by what is left of it
        text, titles = "", []
    titles += [found[1].decode("utf-8", "replace") for found in islice(_KEYWORDS.finditer(data), _MOST_NUMBERS)]
    numbers = list(islice((found[0] for title in titles for found in _NUMBER.finditer(title[:_LONGEST_TITLE])), _MOST_NUMBERS))
    try:
        content = json.loads(text) if text else None
    except (ValueError, RecursionError):
        content = None
    number = content.get("number") if isinstance(content, dict) else None
    if isinstance(number, str) and len(number) <= _LONGEST_NUMBER and _NUMBER.fullmatch(number):
        numbers.insert(0, number)
    else:
        content = None
    return OwnRecord(tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS], text, content) if numbers else None


def _by_library(data: bytes) -> tuple[str, list[str]]:
    from pypdf import PdfReader

    quiet = logging.getLogger("pypdf")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        titles = [str(value)[:_LONGEST_TITLE] for value in islice((reader.metadata or {}).values(), _MOST_NUMBERS)]
        attached = reader.attachments.get(RECORD_NAME) or [b""]
    finally:
        quiet.setLevel(level)
    body = attached[0][:_LONGEST_RECORD]
    return body.decode("utf-8", "replace"), titles
