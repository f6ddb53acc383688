"""How two ways of writing one name differ, in words: for whoever is told that a name that looks new is taken."""

import unicodedata

from workflows.rules.reading import comparable, invisible_in
from workflows.rules.traditional import traditional_in

TRADITIONAL, WIDE, INVISIBLE, BLANK, CASE, VARIANT = "traditional", "wide", "invisible", "blank", "case", "variant"

_WORDS = {
    TRADITIONAL: ("繁体字或异体字", "traditional or variant characters"),
    WIDE: ("全角或半角", "full-width or half-width characters"),
    INVISIBLE: ("看不见的字符", "invisible characters"),
    BLANK: ("空格", "blanks"),
    CASE: ("大小写", "upper and lower case"),
    VARIANT: ("兼容字形", "compatibility forms of a character"),
}


def differences(one: str, other: str) -> tuple[str, ...]:
    """In what two texts that are compared as one name differ; nothing when they are written alike or are two names."""
    if one == other or comparable(one) != comparable(other):
        return ()
    found = [kind for kind in (TRADITIONAL, WIDE, INVISIBLE, BLANK, CASE) if _has(kind, one) != _has(kind, other)]
    return tuple(found) or (VARIANT,)


def _has(kind: str, text: str) -> frozenset[str]:
    if kind == TRADITIONAL:
        return frozenset(character for character, _ in traditional_in(text))
    if kind == WIDE:
        return frozenset(character for character in text if unicodedata.east_asian_width(character) in "FH" and not character.isspace())
    if kind == INVISIBLE:
        return frozenset(character for character in text if _unseen(character))
    if kind == BLANK:
        return frozenset(character for character in text.strip() if character.isspace())
    return frozenset(character for character in text if character != character.casefold())


def _unseen(character: str) -> bool:
    return invisible_in(character) or (not character.isprintable() and not character.isspace())


def same_name_sentence(typed: str, registered: str) -> tuple[str, str]:
    """In Chinese and English why a name that is written otherwise is the same one; empty for names written alike."""
    kinds = differences(typed, registered)
    if not kinds:
        return "", ""
    zh, en = "、".join(_WORDS[kind][0] for kind in kinds), ", ".join(_WORDS[kind][1] for kind in kinds)
    return f"两个名称只有写法不同（{zh}），算同一个名称。", f" The two only differ in writing ({en}) and count as one name."
