"""Fingerprints of published versions: what keeps a definition from changing under the cases that follow it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = "fingerprints.json"


def read_fingerprints(root: Path) -> dict[str, str]:
    """Fingerprints by ``KEY/N``; empty when nothing has been published. Raises ValueError when the file is damaged."""
    path = root / FILE
    if not path.exists():
        return {}
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError(f"{FILE} must be a mapping from KEY/N to a fingerprint")
    return data


def write_fingerprints(root: Path, fingerprints: Mapping[str, str]) -> None:
    """Write the file, one version a line, sorted, so that a diff shows exactly what was published."""
    text = json.dumps(dict(sorted(fingerprints.items())), indent=2) + "\n"
    (root / FILE).write_text(text, encoding="utf-8")


class Changed(Exception):
    """A published version would be changed. ``versions`` names which."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        super().__init__(", ".join(versions))
        self.versions = versions


def publish(root: Path, current: Mapping[str, str]) -> tuple[str, ...]:
    """Add the fingerprints of versions that have none, and name them. ``current`` are those of the files as they are.

    Raises Changed, and writes nothing, when a version that was published has changed or is gone.
    """
    known = read_fingerprints(root)
    changed = tuple(sorted(version for version, value in known.items() if current.get(version) != value))
    if changed:
        raise Changed(changed)
    added = tuple(sorted(set(current) - set(known)))
    if added:
        write_fingerprints(root, {**known, **current})
    return added
