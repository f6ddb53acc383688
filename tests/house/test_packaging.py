"""The lock file carries everything that pyproject.toml asks for, with hashes and without addresses; make helps."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Locked = dict[str, tuple[str, int]]


def read_lock(text: str) -> Locked:
    """Name → version and number of hashes."""
    locked: Locked = {}
    for entry in re.sub(r"\\\n", " ", text).splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", entry)
        if match:
            hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}", entry)
            locked[canonicalize_name(match[1])] = (match[2], len(hashes))
    return locked


def lock_faults(text: str, requirements: list[str]) -> list[str]:
    """What the lock lacks for these requirements, and what it must not say."""
    locked = read_lock(text)
    faults = [f"{name} has no hash" for name, (_, hashes) in locked.items() if not hashes]
    for line in text.splitlines():
        if "://" in line or line.lstrip().startswith(("-i", "-f", "--index", "--find", "--extra", "-e")):
            faults.append(f"address in the lock: {line}")
    for written in requirements:
        requirement = Requirement(written)
        name = canonicalize_name(requirement.name)
        if name not in locked:
            faults.append(f"{name} is not locked")
        elif not requirement.specifier.contains(locked[name][0], prereleases=True):
            faults.append(f"{name} is locked at {locked[name][0]}, asked for {requirement.specifier}")
    return faults


def direct_requirements(repository: Path) -> list[str]:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    return [
        *project["project"]["dependencies"],
        *(requirement for extra in extras for requirement in extra),
        *project["build-system"]["requires"],
    ]


GOOD = "flask==3.1.3 \\\n    --hash=sha256:" + "0" * 64 + "\n"


@pytest.mark.parametrize(
    ("text", "requirements", "fault"),
    [
        (GOOD, ["flask>=3.1,<3.2"], None),
        (GOOD, ["flask>=3.2"], "flask is locked at 3.1.3"),
        (GOOD, ["flask", "gunicorn"], "gunicorn is not locked"),
        ("flask==3.1.3\n", ["flask"], "flask has no hash"),
        ("--index-url https://registry.invalid\n" + GOOD, ["flask"], "address in the lock"),
    ],
)
def test_the_check_of_the_lock_finds_faults(text: str, requirements: list[str], fault: str | None) -> None:
    faults = lock_faults(text, requirements)
    assert (faults == []) if fault is None else any(found.startswith(fault) for found in faults)


def test_the_lock_fits_the_project(repository: Path) -> None:
    text = (repository / "requirements.lock").read_text(encoding="utf-8")
    requirements = direct_requirements(repository)
    assert len(requirements) > 25
    assert lock_faults(text, requirements) == []
    assert "psycopg-binary" in read_lock(text), "the extra of psycopg is locked too"


def targets(makefile: str) -> dict[str, str]:
    """Target of a Makefile → its help text, empty when it has none. Paths and variables are no targets for people."""
    found = re.findall(r"^([a-z][a-z-]*):(?!=)([^\n]*)", makefile, re.MULTILINE)
    return {name: rest.partition("## ")[2].strip() for name, rest in found}


def test_targets_without_help_are_seen() -> None:
    assert targets("run: x ## start\nquiet: y\nvalue := 1\n") == {"run": "start", "quiet": ""}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_names_every_target(repository: Path) -> None:
    expected = targets((repository / "Makefile").read_text(encoding="utf-8"))
    assert {"run", "test", "bench", "lint", "clean", "help"} <= set(expected)
    assert [name for name, text in expected.items() if not text] == []
    shown = subprocess.run(["make", "help"], cwd=repository, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\S+)", shown, re.MULTILINE)) == set(expected)
