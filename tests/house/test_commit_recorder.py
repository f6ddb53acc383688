"""The commit listener sees each way to commit, and tells the one allowed place from others."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from tests.support import commits

WAYS = {
    "session.begin": "with Session(engine) as session, session.begin():\n    session.execute(text('select 1'))\n",
    "session.commit": "with Session(engine) as session:\n    session.execute(text('select 1'))\n    session.commit()\n",
    "engine.begin": "with engine.begin() as connection:\n    connection.execute(text('select 1'))\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_commit_is_traced_to_its_module(way: str, tmp_path: Path) -> None:
    from sqlalchemy import text

    module = tmp_path / "approvals" / "operations" / "planted.py"
    engine = create_engine("sqlite://", poolclass=StaticPool)
    seen: list[str | None] = []
    event.listen(engine, "commit", lambda connection: seen.append(traced(tmp_path)))
    exec(compile(WAYS[way], str(module), "exec"), {"engine": engine, "Session": Session, "text": text})
    engine.dispose()
    assert seen == ["approvals/operations/planted.py"]


def traced(root: Path) -> str | None:
    import sys

    return commits.committing_module(sys._getframe(), root)


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("approvals/operations/cases.py", False),
        ("approvals/views/desk.py", False),
        ("approvals/db/transaction.py", True),
        ("approvals/migrations_runner.py", True),
        ("tests/test_anything.py", True),
        (None, True),
    ],
)
def test_one_module_may_commit(module: str | None, allowed: bool) -> None:
    assert commits.may_commit(module) is allowed


def test_an_offender_is_recorded_once_and_then_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = commits.CommitRecorder()
    monkeypatch.setattr(commits, "committing_module", lambda frame: "approvals/views/desk.py")
    recorder(None)
    assert recorder.taken() == ["approvals/views/desk.py"]
    assert recorder.taken() == []
