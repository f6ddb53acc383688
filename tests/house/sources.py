"""What the house rules look at: the modules of the product and the files that git keeps."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


def modules(package: str, migrations: bool = False) -> Iterator[tuple[str, str]]:
    """Path (relative, with slashes) and source of each module of a top-level package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        relative = path.relative_to(ROOT).as_posix()
        if migrations or not relative.startswith("approvals/migrations/"):
            yield relative, path.read_text(encoding="utf-8")


def kept_files() -> list[str]:
    """All files that git tracks or would add; without git, all files but those that tools leave behind."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if not NOT_OURS & set(path.relative_to(ROOT).parts)
        ]
    return sorted(name for name in names if (ROOT / name).is_file())


def kept_texts() -> Iterator[tuple[str, str]]:
    """Path and text of each kept file that is text."""
    for name in kept_files():
        content = (ROOT / name).read_bytes()
        if b"\0" in content[:8192]:
            continue
        try:
            yield name, content.decode("utf-8")
        except UnicodeDecodeError:
            continue
