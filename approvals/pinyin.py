"""How Chinese is read: syllables without tones, and their first letters.

The tables take 30 MB and half a second to load, so they are loaded at the first call and by processes that ask for it.
"""

from __future__ import annotations

from functools import lru_cache


def syllables(text: str) -> list[list[str]]:
    """All readings of each character, in lower case without tones, the likeliest in this text first.

    Letters and digits outside of Chinese stand for themselves, one run at a time, and so does a character that nobody can
    read; other signs are left out. ``重庆`` gives ``[["chong", "zhong", "tong"], ["qing"]]``. ü is written v.
    """
    return [list(readings) for readings in _syllables(text)]


def initials(text: str) -> str:
    """The first letter of the likeliest reading of each character: ``公章刻制`` gives ``gzkz``."""
    return "".join(readings[0] if readings[0].isdigit() else readings[0][0] for readings in _syllables(text) if readings[0])


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[tuple[str, ...], ...]:
    from pypinyin import Style, lazy_pinyin, pinyin

    found: list[tuple[str, ...]] = []
    for run, is_chinese in _runs(text):
        if not is_chinese:
            found.append((run.lower(),))
            continue
        likeliest = lazy_pinyin(run, style=Style.NORMAL, errors=list)
        for character, first in zip(run, likeliest, strict=True):
            # Asked alone, as within a known word only the reading of that word is given.
            (others,) = pinyin(character, style=Style.NORMAL, heteronym=True, errors=list)
            found.append(tuple(dict.fromkeys((first, *others))))
    return tuple(found)


def _runs(text: str) -> list[tuple[str, bool]]:
    """Neighbouring Chinese characters, and neighbouring letters and digits of other scripts."""
    runs: list[tuple[str, bool]] = []
    joined = False
    for character in text:
        is_chinese = "\u3400" <= character <= "\u9fff" or character == "\u3007"
        if not is_chinese and not character.isalnum():
            joined = False
            continue
        if joined and runs[-1][1] == is_chinese:
            runs[-1] = (runs[-1][0] + character, is_chinese)
        else:
            runs.append((character, is_chinese))
        joined = True
    return runs
