"""Finding the guide of a matter by its name, by what people call it, and by the sound of either."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from workflows.county import county_catalogue
from workflows.engine.definition import Definition

from .finding import Findable
from .guides import guides

WORDS = Path(__file__).resolve().parents[1] / "data" / "matter_words.json"


def find_guides(typed: str) -> list[Definition]:
    """The workflows that fit what was typed, the best first; all of them when nothing was."""
    if not typed.strip():
        return guides()
    found = [(definition, findable(definition.key).fits(typed)) for definition in guides()]
    return [definition for definition, fit in sorted(found, key=lambda pair: -pair[1]) if fit]


@cache
def findable(key: str) -> Findable:
    """The names of a workflow: its title, what one gets, its department, and what people call it."""
    catalogue = county_catalogue()
    definition = catalogue.latest(key)
    texts = [definition.title, catalogue.text("departments", definition.department)]
    if definition.output is not None:
        texts.append(definition.output)
    return Findable.of([*(text[language] for text in texts for language in text), *_words().get(key, [])])


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = json.loads(WORDS.read_text(encoding="utf-8"))["words"]
    return words
