"""A server in a thread and a browser, for tests that look at pages the way people do."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from tests.support.pages import faults_of, token_in

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


class Visitor:
    """Somebody at a browser without scripts: fetches pages, sends their forms with the token, and looks at each page's HTML."""

    def __init__(self, application: Any, person_id: int | None = None, session_version: int = 0) -> None:
        self.application = application
        self.client = application.test_client()
        if person_id is not None:
            self.sign_in(person_id, session_version)

    def sign_in(self, person_id: int, session_version: int = 0) -> None:
        """Give this visitor the session of a person, without a password."""
        clock = self.application.config["NOW"]
        moment = clock() if clock is not None else datetime.now(UTC)
        with self.client.session_transaction() as cookie:
            cookie.permanent = True
            cookie.update(person=person_id, version=session_version, seen=int(moment.timestamp()))

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        """A page, checked for its status and for faults of its HTML."""
        return self._checked(self.client.get(path, **options), path, status)

    def post(self, path: str, data: Any = None, status: int | None = 302, page: str = "/", **options: Any) -> Any:
        """Send a form with a token taken from ``page``; ``status`` None accepts any answer."""
        token = token_in(self.client.get(page).text)
        sent = list(data.items(multi=True)) if hasattr(data, "getlist") else list((data or {}).items())
        pairs = [(name, item) for name, value in sent for item in (value if isinstance(value, list) else [value])]
        values = MultiDict([*pairs, ("csrf_token", token)])
        options.setdefault("headers", {"Origin": "http://localhost"})
        return self._checked(self.client.post(path, data=values, **options), path, status)

    def _checked(self, response: Any, path: str, status: int | None) -> Any:
        assert status is None or response.status_code == status, f"{path} answers {response.status_code}"
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303) and not is_fragment(response.text):
            faults = faults_of(response.text)
            assert not faults, f"{path}: " + "; ".join(faults)
        return response


def is_fragment(html: str) -> bool:
    """Whether a response is a part of a page, as scripts fetch them."""
    return not html.lstrip().lower().startswith("<!doctype")
