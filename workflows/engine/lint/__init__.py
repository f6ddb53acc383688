"""The linter: a definition is checked fully before any case may follow it.

``lint`` reads a folder of definitions and returns its problems, each with its place in a file, what to do about it, and
the rule that found it. The rules are short functions, in one module per subject: ``shape`` (keys and types), ``names``,
``graph``, ``people``, ``linked`` and ``waiting`` (cases side by side), ``delegated``, ``times``, ``clocks`` (acceptance and
suspensions), ``forms`` (with pages and notices), ``materials``, ``messages`` and ``versions``. Guards of a special law count only
once the module that registers them is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import effects as _effects  # noqa: F401  declares the effects
from .. import guards as _guards  # noqa: F401  registers the general guards
from .. import joins as _joins  # noqa: F401  registers the triggers
from ..catalogue import definition_files
from ..definition import OUTCOMES, STAGES, Definition
from ..fingerprints import FILE, read_fingerprints
from ..loader import Document, Problem, build, read
from . import clocks, delegated, forms, graph, linked, materials, messages, names, people, shape, times, versions, waiting
from .subject import Rule, Subject
from .versions import CHANGED, REMOVED, UNPUBLISHED, version_name

__all__ = ["CHANGED", "REMOVED", "RULES", "UNPUBLISHED", "Problem", "lint", "lint_documents", "version_name"]

RULES: tuple[Rule, ...] = (
    *names.RULES,
    *graph.RULES,
    *people.RULES,
    *linked.RULES,
    *delegated.RULES,
    *waiting.RULES,
    *times.RULES,
    *clocks.RULES,
    *forms.RULES,
    *materials.RULES,
)
"""The rules on the meaning of a definition; those on its keys and types come before, in ``shape``."""

NEW_RULES: tuple[Rule, ...] = (messages.short_messages, clocks.announced)
"""Rules for what is not published yet: what is cannot be changed any more. A long message is then cut where it is sent."""

VOCABULARY = "vocabulary.yaml"


def lint(root: Path) -> list[Problem]:
    """Every problem of the definitions below ``root``, in the order of files and lines; empty when all may run."""
    if not (root / VOCABULARY).is_file():
        return [Problem(VOCABULARY, 1, 1, f"there is no {VOCABULARY} in this folder: every definition needs it", "vocabulary")]
    vocabulary = read(root / VOCABULARY, root)
    documents = [read(path, root) for path in definition_files(root)]
    try:
        fingerprints = read_fingerprints(root)
    except ValueError as error:
        return [Problem(FILE, 1, 1, f"this file cannot be read: {error}", "fingerprints")]
    return lint_documents(documents, vocabulary, fingerprints)


def lint_documents(documents: Sequence[Document], vocabulary: Document, fingerprints: Mapping[str, str]) -> list[Problem]:
    """The problems of definitions that have been read, against the fingerprints of what was published."""
    problems = list(_vocabulary(vocabulary))
    if problems:
        return problems
    sound: list[tuple[Document, Definition]] = []
    for document in documents:
        found = [*document.problems, *_shape(document, shape.DEFINITION), *versions.file_name(document)]
        problems += found
        if not any(problem.rule in shape.BREAKING for problem in found):
            sound.append((document, build(document, vocabulary.data["roles"])))
    newest: dict[str, Definition] = {}
    for _, definition in sorted(sound, key=lambda pair: pair[1].version):
        newest[definition.key] = definition
    keys = frozenset(version_name(document).partition("/")[0] for document in documents)
    # One file that cannot be built makes the others look wrong in places, so their meaning waits until it can be.
    for document, definition in sound if len(sound) == len(documents) else ():
        others = {**newest, definition.key: definition}
        subject = Subject(document, definition, vocabulary.data, others, keys)
        problems += _meaning(subject)
        if version_name(document) not in fingerprints:
            problems += [problem for rule in NEW_RULES for problem in rule(subject)]
    problems += versions.contiguous(documents)
    worked_out = {version_name(document): definition.fingerprint for document, definition in sound}
    problems += versions.published(documents, worked_out, fingerprints)
    return sorted(set(problems), key=lambda problem: (problem.file, problem.line, problem.column, problem.message))


def _shape(document: Document, form: shape.Shape) -> Iterator[Problem]:
    if not document.problems or document.data:
        for rule, message, path in form(document.data, ()):
            yield document.problem(rule, message, *path)


def _meaning(subject: Subject) -> Iterator[Problem]:
    for rule in RULES:
        yield from rule(subject)


def _vocabulary(document: Document) -> Iterator[Problem]:
    """The shared words, in both languages, with every stage and outcome that the engine knows."""
    yield from document.problems
    yield from _shape(document, shape.VOCABULARY)
    data: Any = document.data if isinstance(document.data, dict) else {}
    for kind, known in (("stages", STAGES), ("outcomes", OUTCOMES)):
        for word in known:
            if word not in (data.get(kind) or {}):
                yield document.problem("vocabulary", f"{kind} lacks the words for {word!r}: add them", kind)
    for word in data.get("sources") or ():
        if word not in (data.get("reasons") or {}):
            message = f"reasons lacks the words for {word!r}: say why nothing is asked, or why it is"
            yield document.problem("vocabulary", message, "reasons")
