"""What `make run` starts: the demo on a fresh database, the web, the worker; and how all of it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.demo.people import PASSWORD
from approvals.models import Case

LONGEST_START = 120.0
"""Seconds; the demo loads in ten on an idle machine, and the tests share theirs."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, repository: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """A running `approvals serve` in a process group of its own: the process, its address and the file of what it says."""
    port = free_port()
    output = folder / f"said-{port}.txt"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("APPROVALS_")},
        "APPROVALS_DATABASE_URL": f"sqlite:///{folder / 'served.sqlite'}",
        "PORT": str(port),
        "PYTHONPATH": str(repository),
        "PYTHONIOENCODING": "utf-8",
    }
    with output.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "approvals.cli", "serve"],
            cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address) or process.poll() is not None, LONGEST_START)
        assert process.poll() is None, output.read_text(encoding="utf-8")
        yield process, address, output
    finally:
        if not gone(process):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def until(holds: object, seconds: float) -> None:
    """Wait until something holds; give up after so many seconds, and leave the judgement to the caller."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not holds():  # type: ignore[operator]
        time.sleep(0.1)


def gone(process: subprocess.Popen[bytes]) -> bool:
    """Whether neither the process nor anything that it started is left."""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def sign_in(address: str, name: str) -> str:
    """The page that a person sees after signing in."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{address}/sign-in", timeout=30) as answer:
        page = answer.read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    typed = {"csrf_token": token[1], "sign_in_name": name, "password": PASSWORD, "next": ""}
    with browser.open(f"{address}/sign-in", urllib.parse.urlencode(typed).encode(), timeout=30) as answer:
        assert "/sign-in" not in answer.url
    with browser.open(f"{address}/account", timeout=30) as answer:
        return str(answer.read().decode())


def cases(folder: Path) -> list[str]:
    database = Database(f"sqlite:///{folder / 'served.sqlite'}")
    try:
        with database.reading() as session:
            return list(session.scalars(select(Case.number).order_by(Case.number)))
    finally:
        database.engine.dispose()


@pytest.mark.real_commits
def test_a_fresh_start_serves_the_demo_and_a_second_one_keeps_it(tmp_path: Path, repository: Path) -> None:
    with serving(tmp_path, repository) as (process, address, output):
        said = output.read_text(encoding="utf-8")
        assert address in said
        assert PASSWORD in said
        assert "registrar-head" in said
        assert "张演示" in sign_in(address, "applicant")
        os.kill(process.pid, signal.SIGINT)
        until(lambda: gone(process), 20)
        assert gone(process), "Ctrl-C leaves processes behind"
        assert process.returncode == 0
    loaded = cases(tmp_path)
    assert len(loaded) > 1000

    with serving(tmp_path, repository) as (process, address, output):
        assert "正在载入" not in output.read_text(encoding="utf-8")
        assert cases(tmp_path) == loaded
        # Even a kill that nobody can catch takes the web processes and the worker along.
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: gone(process), 20)
        assert gone(process), "the web processes or the worker outlive the web"


def test_the_worker_ends_with_its_lifeline(tmp_path: Path, repository: Path) -> None:
    reading, writing = os.pipe()
    database = Database(f"sqlite:///{tmp_path / 'worker.sqlite'}")
    environment = {**os.environ, "APPROVALS_DATABASE_URL": str(database.engine.url), "PYTHONPATH": str(repository)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "approvals.cli", "worker", "run", "--lifeline", str(reading)],
        cwd=repository, env=environment, pass_fds=(reading,), stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        os.close(reading)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(timeout=4)
        os.close(writing)
        _, said = worker.communicate(timeout=60)
        assert worker.returncode == 0
        assert said == b""
    finally:
        worker.kill()
        worker.wait()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    database.engine.dispose()
