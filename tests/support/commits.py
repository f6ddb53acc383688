"""Who commits: a listener on every SQLAlchemy engine that notes the module of the product behind each commit.

Unlike a look at the source it also sees `with session.begin():` and whatever else ends in a commit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COMMIT_SITE = "approvals/db/transaction.py"
# Migrations commit their own tables; no verb runs there.
MIGRATIONS = "approvals/migrations"
# The library of background work keeps tables of its own, in transactions of its own.
JOBS_LIBRARY = "dbos"


def committing_module(frame: FrameType | None, root: Path = ROOT) -> str | None:
    """The innermost file of this repository on the stack, relative to `root`; None when there is none."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.parent.name == JOBS_LIBRARY:
            return None
        if path.is_relative_to(root) and not path.is_relative_to(root / ".venv"):
            relative = path.relative_to(root).as_posix()
            if relative != "tests/support/commits.py":
                return relative
        frame = frame.f_back
    return None


def may_commit(module: str | None) -> bool:
    """Whether a commit begun in this file is allowed: in the product one file may, tests and benchmarks always may."""
    if module is None or not module.startswith(("approvals/", "workflows/")):
        return True
    return module == COMMIT_SITE or module.startswith(MIGRATIONS)


class CommitRecorder:
    """Notes each commit that began outside the one place for it."""

    def __init__(self) -> None:
        self.offenders: list[str] = []

    def __call__(self, connection: Any) -> None:
        module = committing_module(sys._getframe())
        if not may_commit(module):
            self.offenders.append(str(module))

    def listen(self) -> None:
        """Attaches to all engines, made and to be made."""
        from sqlalchemy import Engine, event

        event.listen(Engine, "commit", self)

    def taken(self) -> list[str]:
        """The offenders since the last call."""
        offenders, self.offenders = self.offenders, []
        return offenders
