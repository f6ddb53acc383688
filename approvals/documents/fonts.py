"""The fonts of the papers: Noto Sans and Serif SC, and which characters they can show."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

SANS, SERIF = "Noto Sans SC", "Noto Serif SC"


@cache
def folder() -> Path:
    """Where the fonts lie. Loaded at first use: few processes set papers."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.sans_path()).parent


@cache
def covered() -> frozenset[int]:
    """The code points that both fonts have a glyph for; PDF/A forbids a paper with one that has none."""
    import pylopdf_fonts_zh_cn

    sans, serif = (Path(path).read_bytes() for path in (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path()))
    return frozenset(_code_points(sans) & _code_points(serif))


def _code_points(font: bytes) -> set[int]:
    """The characters of an OpenType font by its table ``cmap``, format 12: groups of (first, last, glyph)."""
    tables = {
        font[12 + 16 * place : 16 + 16 * place]: struct.unpack_from(">I", font, 20 + 16 * place)[0]
        for place in range(struct.unpack_from(">H", font, 4)[0])
    }
    start = tables[b"cmap"]
    for place in range(struct.unpack_from(">H", font, start + 2)[0]):
        subtable = start + struct.unpack_from(">I", font, start + 4 + 8 * place + 4)[0]
        if struct.unpack_from(">H", font, subtable)[0] == 12:
            found: set[int] = set()
            for group in range(struct.unpack_from(">I", font, subtable + 12)[0]):
                first, last, glyph = struct.unpack_from(">III", font, subtable + 16 + 12 * group)
                found.update(range(first + (glyph == 0), last + 1))
            return found
    raise ValueError("the font has no table of all characters")


def showable(text: str, *, breaks: bool = True) -> str:
    """The text with what no font shows, or nobody sees, written out as [U+202E]; line breaks stay when ``breaks``.

    So a paper hides nothing: its own record has the characters themselves.
    """
    known = covered()
    return "".join(
        each
        if (each == "\n" and breaks) or (each.isprintable() and ord(each) in known)
        else " "
        if each in "\t\r\n"
        else f"[U+{ord(each):04X}]"
        for each in text.replace("\r\n", "\n").replace("\r", "\n")
    )
