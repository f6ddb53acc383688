"""Versions: a file is where its key and number say, no number is left out, and what was published stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from ..fingerprints import FILE
from ..loader import Document, Problem, fingerprint

CHANGED = "changed-version"
UNPUBLISHED = "unpublished"
REMOVED = "removed-version"


def version_name(document: Document) -> str:
    """``KEY/N`` by the name of the file."""
    return PurePosixPath(document.file).with_suffix("").as_posix()


def file_name(document: Document) -> Iterator[Problem]:
    """The folder is the key and the file the number of the version."""
    folder, _, number = version_name(document).partition("/")
    data: Any = document.data if isinstance(document.data, dict) else {}
    if "workflow" in data and data["workflow"] != folder:
        message = f"the workflow is {data['workflow']!r}, but the folder is {folder!r}: they must be the same"
        yield document.problem("file-name", message, "workflow")
    if "version" in data and str(data["version"]) != number:
        message = f"the version is {data['version']!r}, but the file is {number + '.yaml'!r}: they must be the same"
        yield document.problem("file-name", message, "version")


def contiguous(documents: Sequence[Document]) -> Iterator[Problem]:
    """Versions are numbered from 1 without a gap."""
    by_key: dict[str, dict[int, Document]] = {}
    for document in documents:
        folder, _, number = version_name(document).partition("/")
        if number.isdigit():
            by_key.setdefault(folder, {})[int(number)] = document
    for key, versions in by_key.items():
        for version in sorted(versions):
            if version != 1 and version - 1 not in versions:
                message = f"{key} has a version {version} but no version {version - 1}: number them from 1 without a gap"
                yield versions[version].problem("version-gap", message, "version")


def published(documents: Sequence[Document], sound: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Problem]:
    """Cases are pinned to the version they began with: what was published is never changed or removed. ``sound`` holds
    the fingerprints that were already worked out."""
    present = {version_name(document): document for document in documents}
    for name, document in present.items():
        if name not in known:
            message = f"{name} is not published: run 'approvals workflows publish' when it is ready"
            yield document.problem(UNPUBLISHED, message, "version")
        elif known[name] != (sound.get(name) or fingerprint(document.data)):
            key, _, number = name.partition("/")
            message = f"{name} was changed after it was published: undo that, and write a version {_next(number)} of {key}"
            yield document.problem(CHANGED, message, "version")
    for name in sorted(set(known) - set(present)):
        yield Problem(FILE, 1, 1, f"{name} was published but its file is gone: put it back", REMOVED)


def _next(number: str) -> str:
    return str(int(number) + 1) if number.isdigit() else "with a number"
