"""Names that look or sound alike, found among all names of the register in a few milliseconds.

Each process keeps the trade names in memory, as characters and as syllables, and asks the database before each search for
what has been written since. Nothing is decided by what is kept here: whoever shows a name reads its present state anew.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import CompanyName
from approvals.pinyin import syllables
from workflows.rules import comparable
from workflows.rules.name_words import distinctive_part

MOST_INDEXED = 300_000
"""So many names are kept, the newest; a county has a tenth of that. Costs about 0.5 KB each."""

LONGEST_SEARCHED = 20
"""Characters of a trade name that are searched for: more than any has that was registered."""

LEAST_SCORE = 45.0
_MOST_TEXTS, _MOST_OWNERS = 150, 1_500
_FORMS_KEPT, _FORMS_ASKED = 3, 6
_LATE_COMMITS = 20_000 << 22
"""Twenty seconds, in identifiers: so much later than it was made may a row become visible, and is asked for again so long."""

OTHER_READING, OTHER_PART = "/", " "
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


def written_sound(comparable_trade: str) -> str:
    """How a trade name is read, as it is stored: ``le/yue/yao he``. As much of it as the column holds."""
    words = [OTHER_READING.join(readings) for readings in syllables(comparable_trade[:LONGEST_SEARCHED])]
    return OTHER_PART.join(words)[:600]


@lru_cache(maxsize=2048)
def near(syllable: str) -> str:
    """A syllable as the ear confuses it: z for zh, l for n, an for ang."""
    for initial, other in _INITIALS:
        if syllable.startswith(initial):
            syllable = other + syllable[len(initial) :]
            break
    for final, other in _FINALS:
        if syllable.endswith(final):
            return syllable[: -len(final)] + other
    return syllable


def readings_of(sound: str, most: int) -> list[tuple[str, ...]]:
    """A few ways to read a name: the usual one first, then each with one other reading of one character."""
    words = [word.split(OTHER_READING) for word in sound.split(OTHER_PART) if word]
    usual = tuple(readings[0] for readings in words)
    found = {tuple(near(each) for each in usual): usual}
    for place, readings in enumerate(words):
        for other in readings[1:]:
            if len(found) >= most:
                return list(found.values())
            read = (*usual[:place], other, *usual[place + 1 :])
            found.setdefault(tuple(near(each) for each in read), read)
    return list(found.values())


@cache
def _rapidfuzz() -> tuple[Any, Any]:
    """The library that compares texts, loaded at the first search."""
    from rapidfuzz import fuzz, process

    return fuzz.ratio, process.extract


class _Texts:
    """Short texts with who bears them, found by the characters they share with another text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._owners: list[array[int]] = []
        self._holding: dict[int, dict[str, array[int]]] = {}

    def add(self, text: str, owner: int) -> None:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
            self._owners.append(array("I"))
            holding = self._holding.setdefault(len(text), {})
            for character in set(text):
                holding.setdefault(character, array("I")).append(number)
        self._owners[number].append(owner)

    def like(self, wanted: str) -> Iterator[tuple[float, array[int]]]:
        """The most similar texts: their scores of 100 and their owners, best first."""
        ratio, extract = _rapidfuzz()
        candidates = self._candidates(wanted)
        texts = [self._texts[number] for number in candidates]
        for _, score, place in extract(wanted, texts, scorer=ratio, limit=_MOST_TEXTS, score_cutoff=LEAST_SCORE):
            yield score, self._owners[candidates[place]]


    def _candidates(self, wanted: str) -> list[int]:
        """The texts that share enough characters with this one to reach the least score, and few that do not."""
        characters = set(wanted)
        repeated = len(wanted) - len(characters)
        found: list[int] = []
        for length, holding in self._holding.items():
            needed = LEAST_SCORE / 200 * (len(wanted) + length) - repeated
            once: set[int] = set()
            twice: set[int] = set()
            for character in characters:
                numbers = holding.get(character)
                if numbers:
                    if needed > 1:
                        twice.update(once.intersection(numbers))
                    once.update(numbers)
            found.extend(twice if needed > 1 else once)
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that may be similar: its row, and what the index takes its score to be."""

    name_id: int
    score: float


class NameIndex:
    """The names of one database. Safe for threads: one searches or reads at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._ids = array("q")
        self._industries: list[str] = []
        self._written, self._heard = _Texts(), _Texts()
        self._letters: dict[str, str] = {}
        self._recent: set[int] = set()
        self._newest = self._settled = 0

    def __len__(self) -> int:
        return len(self._ids)

    def similar(self, session: Session, trade_name: str, industry: str, most: int) -> list[Candidate]:
        """Names like this one, best first; reads what is new before. Both texts are comparable."""
        with self._lock:
            self._read_new(session)
            return self._search(trade_name[:LONGEST_SEARCHED], industry, most)

    # ---- reading -------------------------------------------------------------------------------------------------------

    def _read_new(self, session: Session) -> None:
        if len(self._ids) > MOST_INDEXED + MOST_INDEXED // 10:
            self._forget()
        columns = (CompanyName.id, CompanyName.comparable_trade, CompanyName.industry, CompanyName.sound)
        begun = new_id()
        if not self._newest:
            newest = select(*columns).order_by(CompanyName.id.desc()).limit(MOST_INDEXED)
            self._add(session.execute(newest.execution_options(yield_per=5_000)))
            if len(self._ids) >= MOST_INDEXED:  # what is older was left out and stays out
                self._settled = min(self._ids) - 1
        else:
            unknown = set(session.scalars(select(CompanyName.id).where(CompanyName.id > self._settled))) - self._recent
            if unknown:
                rows = session.execute(select(*columns).where(CompanyName.id >= min(unknown)))
                self._add(row for row in rows if row[0] in unknown)
        self._settled = max(self._settled, min(self._newest, begun - _LATE_COMMITS))
        self._recent = {name_id for name_id in self._recent if name_id > self._settled}

    def _add(self, rows: Iterable[Sequence[object]]) -> None:
        shared: dict[str, str] = {}
        for name_id, trade_name, industry, sound in rows:
            assert isinstance(name_id, int)
            # A row without its sound was written before names were compared as they are now.
            trade_name = str(trade_name) if sound else comparable(str(trade_name))
            owner = len(self._ids)
            self._ids.append(name_id)
            industry = comparable(str(industry))
            self._industries.append(shared.setdefault(industry, industry))
            for form in _forms(trade_name[:LONGEST_SEARCHED]):
                self._written.add(form, owner)
            for read in readings_of(str(sound) or written_sound(trade_name), _FORMS_KEPT):
                self._heard.add("".join(self._letter(near(each)) for each in read), owner)
            self._newest = max(self._newest, name_id)
            self._recent.add(name_id)

    def _letter(self, syllable: str) -> str:
        """One character for one syllable, so that texts of syllables are compared like words."""
        letter = self._letters.get(syllable)
        if letter is None:
            letter = self._letters[syllable] = chr(0xF0000 + len(self._letters) % 0xFFFD)
        return letter

    # ---- searching -----------------------------------------------------------------------------------------------------

    def _search(self, trade_name: str, industry: str, most: int) -> list[Candidate]:
        written: dict[int, float] = {}
        for form in _forms(trade_name):
            _keep_best(written, self._written.like(form))
        heard: dict[int, float] = {}
        for read in readings_of(written_sound(trade_name), _FORMS_ASKED):
            # A syllable that no name has is like none of them.
            _keep_best(heard, self._heard.like("".join(self._letters.get(near(each), "\ufffd") for each in read)))
        shares: dict[str, float] = {}
        found = []
        for owner in written.keys() | heard.keys():
            other = self._industries[owner]
            if other not in shares:
                shares[other] = share_of_industry(industry, other)
            found.append(Candidate(self._ids[owner], joined(written.get(owner, 0.0), heard.get(owner, 0.0)) * shares[other]))
        found.sort(key=lambda candidate: (-candidate.score, candidate.name_id))
        return found[:most]


def _forms(trade_name: str) -> tuple[str, ...]:
    part = distinctive_part(trade_name)
    return (trade_name,) if part == trade_name else (trade_name, part)


def _keep_best(best: dict[int, float], found: Iterable[tuple[float, array[int]]]) -> None:
    for score, owners in found:
        for owner in owners:
            if best.get(owner, 0.0) < score:
                best[owner] = score
        if len(best) > _MOST_OWNERS:
            return


def joined(written: float, heard: float) -> float:
    """One score of 100 from how alike two names are written and heard. What only sounds alike counts for nine tenths."""
    return 0.92 * max(written, 0.9 * heard) + 0.08 * min(written, heard)


def share_of_industry(one: str, other: str) -> float:
    """What is left of a score between two industries: up to a quarter goes, as law keeps such names apart (第十七条)."""
    if not one or not other or one == other:
        return 1.0
    return float(0.75 + 0.0025 * _rapidfuzz()[0](one, other))


def alike_in_writing(one: str, other: str) -> float:
    """How alike two comparable trade names are written, of 100; the same characters in another order are very alike."""
    ratio, _ = _rapidfuzz()
    score = max(ratio(a, b) * (1.0 if (a, b) == (one, other) else 0.95) for a in _forms(one) for b in _forms(other))
    return max(score, 0.85 * ratio("".join(sorted(one)), "".join(sorted(other))))


def alike_in_sound(one: str, other: str) -> float:
    """How alike two names sound, of 100, over their readings; sounds that are only near count for three quarters."""
    ratio, _ = _rapidfuzz()
    best = 0.0
    others = [(read, [near(each) for each in read]) for read in readings_of(other, _FORMS_KEPT)]
    for read in readings_of(one, _FORMS_ASKED):
        nearly = [near(each) for each in read]
        for other_read, other_nearly in others:
            score = ratio(nearly, other_nearly)
            if score > best:
                best = max(best, 0.75 * score + 0.25 * ratio(read, other_read))
    return best


_indexes: WeakKeyDictionary[object, NameIndex] = WeakKeyDictionary()
_making = threading.Lock()


def index_of(session: Session) -> NameIndex:
    """This process's index of the session's database."""
    engine = session.get_bind().engine
    with _making:
        found = _indexes.get(engine)
        if found is None:
            found = _indexes[engine] = NameIndex()
        return found
