"""Everything a person can call or set, and every library, stands in both editions of the README."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from approvals.cli import main

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")


def commands(group: click.Group, above: str = "approvals") -> Iterator[str]:
    """The names of all commands of a group, from the top."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}"


def settings() -> set[str]:
    """Names read from the environment anywhere in the product and its tests."""
    sources = [ROOT / "gunicorn.conf.py", *ROOT.glob("approvals/**/*.py"), *ROOT.glob("tests/support/*.py")]
    found = (re.findall(r"environ(?:\.get\(|\[)[\"']([A-Z_]+)", source.read_text(encoding="utf-8")) for source in sources)
    return {name for names in found for name in names}


def libraries() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"], *project["optional-dependencies"]["build"]]
    return [re.split(r"[\[<>=]", each)[0] for each in wanted]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_everything(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(list(commands(main))) > 8 and len(settings()) > 5
    missing = [each for each in (*commands(main), *sorted(settings())) if each not in text]
    # What only carries types for the checker belongs to the checker.
    missing += [each for each in libraries() if each.lower() not in text.lower() and not each.startswith("types-")]
    assert missing == []
