"""All published definitions of a folder: ``KEY/N.yaml``, with the vocabulary they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .definition import Definition, Text
from .fingerprints import read_fingerprints
from .loader import build, fingerprint, read

DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"


class DefinitionChanged(ValueError):
    """A published version is no longer what was published; its cases cannot go on until it is restored."""


class Catalogue:
    """Definitions by key and version and by fingerprint. Loading one costs tens of milliseconds: keep the object.

    With a file of fingerprints only published versions are in force; raises DefinitionChanged when one of them has changed.
    """

    def __init__(self, root: Path = DEFINITIONS) -> None:
        self.root = root
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.vocabulary: Mapping[str, Any] = yaml.load((root / "vocabulary.yaml").read_text(encoding="utf-8"), Loader=loader)
        self._versions: dict[str, dict[int, Definition]] = {}
        self._by_fingerprint: dict[str, Definition] = {}
        published = read_fingerprints(root)
        for path in definition_files(root):
            version = f"{path.parent.name}/{path.stem}"
            if published and version not in published:
                continue  # a draft, perhaps with faults: what was published stays in force
            document = read(path, root)
            if published and fingerprint(document.data) != published[version]:
                raise DefinitionChanged(f"{version} has changed since it was published: restore it and add a new version")
            definition = build(document, self.vocabulary["roles"])
            self._versions.setdefault(definition.key, {})[definition.version] = definition
            self._by_fingerprint[definition.fingerprint] = definition

    def keys(self) -> tuple[str, ...]:
        return tuple(self._versions)

    def latest(self, key: str) -> Definition:
        """The version that new cases begin with. Raises KeyError for an unknown key."""
        versions = self._versions[key]
        return versions[max(versions)]

    def version(self, key: str, number: int) -> Definition:
        """The version a case is pinned to. Raises KeyError when it is not there."""
        return self._versions[key][number]

    def by_fingerprint(self, value: str) -> Definition:
        """The version with that fingerprint. Raises KeyError when its content has changed or it is gone."""
        return self._by_fingerprint[value]

    def text(self, kind: str, key: str) -> Text:
        """The words for a role, department, stage, outcome, source, payer or document."""
        text: Text = self.vocabulary[kind][key]
        return text

    def __iter__(self) -> Iterator[Definition]:
        for versions in self._versions.values():
            yield from versions.values()


def definition_files(root: Path) -> tuple[Path, ...]:
    """Every definition file below ``root``, by key and then by number of the version."""
    return tuple(sorted(root.glob("*/*.yaml"), key=lambda path: (path.parent.name, int(path.stem) if path.stem.isdigit() else 0)))
