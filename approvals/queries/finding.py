"""Finding names by what people type: Chinese characters, pinyin in full or in part, initials, English words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from approvals.pinyin import initials, syllables

EXACT, WITHIN, SOUND, SCATTERED = 4, 3, 2, 1
"""How well a name fits: it is what was typed, holds it, sounds like it, or has its characters in that order."""


def folded(text: str) -> str:
    """A text as it is compared: half-width, lower case, without blanks and signs."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


@dataclass(frozen=True, slots=True)
class Findable:
    """The names of one thing, with their readings worked out once."""

    names: tuple[str, ...]
    readings: tuple[Sequence[Sequence[str]], ...] = field(repr=False)

    @classmethod
    def of(cls, names: Iterable[str]) -> Findable:
        """Names that can be found; blank ones and repetitions are left out. The first call of a process loads the readings."""
        kept = tuple(dict.fromkeys(name for name in map(folded, names) if name))
        return cls(kept, tuple(tuple(map(tuple, syllables(name))) for name in kept))

    def fits(self, typed: str) -> int:
        """How well one of the names fits what was typed; 0 when none does."""
        wanted = folded(typed)
        if not wanted:
            return 0
        if wanted in self.names:
            return EXACT
        if any(wanted in name for name in self.names):
            return WITHIN
        if wanted.isascii():
            return SOUND if len(wanted) > 1 and any(_sounds(wanted, reading) for reading in self.readings) else 0
        return SCATTERED if len(wanted) > 1 and any(_scattered(wanted, name) for name in self.names) else 0

    def spelled(self) -> str:
        """Everything that a script may look in: the names, their pinyin and their initials, with blanks between."""
        in_full = ["".join(readings[0] for readings in reading) for reading in self.readings]
        return " ".join(dict.fromkeys([*self.names, *in_full, *map(initials, self.names)]))


def _sounds(wanted: str, reading: Sequence[Sequence[str]]) -> bool:
    """Whether the letters are the beginnings of syllables that stand side by side: ``gongzhang``, ``gzhang`` and ``gz``."""
    ends: set[int] = set()
    for readings in reading:
        # From each letter reached so far, and from the first as a name may be entered anywhere, one syllable further.
        reached = {0, *ends}
        ends = {
            start + length
            for start in reached
            for sound in readings
            for length in range(1, len(sound) + 1)
            if wanted.startswith(sound[:length], start)
        }
        if len(wanted) in ends:
            return True
    return False


def _scattered(wanted: str, name: str) -> bool:
    rest = iter(name)
    return all(character in rest for character in wanted)
