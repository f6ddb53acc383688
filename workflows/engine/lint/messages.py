"""Notices as short messages: long texts are sent, and paid for, in several parts, and cut where they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..loader import Problem
from .subject import Subject

SENDER_LENGTH = 9
"""Characters of the sender's name in brackets, with which every message begins."""

TYPICAL_LENGTHS = {"number": 17, "company": 20, "reason": 20, "state": 6, "link": 60}
"""Characters that stand in place of a placeholder, as most cases have them."""

ONE_PART, TWO_PARTS, THREE_PARTS = 70, 134, 201
"""Characters that a message of one, two and three parts holds in the encoding that Chinese needs."""


def short_messages(subject: Subject) -> Iterator[Problem]:
    """What leaves by SMS fits in one part; in two with a reason or a link. English takes a part more: its words are longer."""
    for name, notice in subject.definition.notices.items():
        key = "sms" if notice.sms is not None else "text"
        for language, sentence in (notice.sms or notice.text).items():
            is_long = "{reason}" in sentence or "{link}" in sentence
            most = (TWO_PARTS if is_long else ONE_PART) if language == "zh" else (THREE_PARTS if is_long else TWO_PARTS)
            length = typical_length(sentence)
            if length > most:
                message = f"about {length} characters as a short message, {most} at most: give it a shorter 'sms' beside its text"
                yield subject.problem("sms-too-long", message, "notices", name, key, language)


def typical_length(sentence: str, lengths: Mapping[str, int] = TYPICAL_LENGTHS) -> int:
    """Characters of a message with everything filled in, and the sender's name before it."""
    filled = sentence
    for name, count in lengths.items():
        filled = filled.replace("{" + name + "}", "x" * count)
    return SENDER_LENGTH + len(filled)
