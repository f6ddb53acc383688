"""Helpers for tests on definitions: read, change, lint."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import workflows.county  # noqa: F401  registers the guards of the registration law
from workflows.engine.catalogue import DEFINITIONS, definition_files
from workflows.engine.definition import Definition
from workflows.engine.lint import lint_documents, version_name
from workflows.engine.loader import Document, Problem, build, fingerprint, read, read_text

LINE = re.compile(r"[\w./-]+:\d+:\d+: \S.* \[[a-z]+(-[a-z]+)*\]")
"""``file:line:col: message [rule]``"""

VERSION_RULES = frozenset({"changed-version", "unpublished", "removed-version"})


@cache
def vocabulary() -> Document:
    return read(DEFINITIONS / "vocabulary.yaml", DEFINITIONS)


@cache
def shipped() -> Mapping[str, Document]:
    """The shipped documents by ``KEY/N``."""
    documents = (read(path, DEFINITIONS) for path in definition_files(DEFINITIONS))
    return {version_name(document): document for document in documents}


@cache
def shipped_fingerprints() -> Mapping[str, str]:
    return {name: fingerprint(document.data) for name, document in shipped().items()}


def as_text(data: Any) -> str:
    """A definition as a file of many lines: JSON is YAML, and quick to write without indentation."""
    return json.dumps(data, ensure_ascii=False, separators=(",\n", ": "))


def lint_with(changed: Mapping[str, Any]) -> list[Problem]:
    """The problems of the shipped definitions with some of them changed, everything having been published as it is."""
    fresh = {name: read_text(as_text(data), f"{name}.yaml") for name, data in changed.items()}
    published = {**shipped_fingerprints(), **{name: fingerprint(document.data) for name, document in fresh.items()}}
    return lint_documents(tuple({**shipped(), **fresh}.values()), vocabulary(), published)


def definition_of(data: Mapping[str, Any]) -> Definition:
    """A definition made of plain data, unchecked."""
    return build(read_text(as_text(data), "test/1.yaml"), vocabulary().data["roles"])
