"""A server in a thread and a browser, for tests that look at pages the way people do."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HOW_TO_GET_CHROMIUM = "no Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_required() -> bool:
    """Whether a skipped browser test is a failure (`REQUIRE_BROWSER=1`, as the continuous check sets it)."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def chromium_path() -> str | None:
    """The browser to start: `CHROMIUM`, else the system's; None when there is none."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if os.access(chosen, os.X_OK) else None
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


def application_settings(database_url: str) -> dict[str, Any]:
    """What the tests give to `create_app`. CSRF protection stays on: it is part of what is tested."""
    return {"TESTING": True, "SECRET_KEY": "tests-only-" + "0" * 32, "DATABASE_URL": database_url}


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serves a WSGI application on a free port in threads of this process; yields its address without a final slash."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="test-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()


@contextmanager
def open_page(browser: Any, width: int, height: int, touch: bool = False) -> Iterator[Any]:
    """A page in a fresh context; a script error or a breach of the content policy on it fails the test at its end."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=touch
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda message: faults.append(message.text) if policy_breach(message.text) else None)
    try:
        yield page
    finally:
        context.close()
    assert not faults, faults


def policy_breach(text: str) -> bool:
    """Whether a console line reports something that the Content-Security-Policy stopped."""
    return "Content Security Policy" in text
