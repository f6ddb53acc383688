"""What is sent compressed, and what is not; and the icons that pages use."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from approvals.views import icons
from tests.support.web import Visitor
from tests.web.people import enter

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """What is sent does not depend on the kind of database."""
    return sqlite_databases


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/assets/bootstrap/bootstrap.min.css", "/assets/icons.css"])
def test_pages_and_stylesheets_are_compressed_and_the_same(application: Any, path: str) -> None:
    client = application.test_client()
    plain, packed = client.get(path), client.get(path, headers=TAKES_GZIP)
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    unpacked = gzip.decompress(packed.data)
    assert unpacked == plain.data or (path == "/" and b"<h1>" in unpacked)


def test_a_page_with_something_of_the_request_on_it_is_not_compressed(application: Any) -> None:
    """Its length would tell how much of a guess stands in its token."""
    visitor = Visitor(application, enter(application, "赵窗口", ("clerk", "approval-bureau")))
    searched = visitor.get("/desk/search?q=csrf_token", headers=TAKES_GZIP)
    assert "csrf_token" in searched.text and "Content-Encoding" not in searched.headers
    refused = visitor.post("/sign-up", {"name": "x"}, status=422, headers={**TAKES_GZIP, "Origin": "http://localhost"})
    assert "Content-Encoding" not in refused.headers
    assert "Content-Encoding" not in visitor.get("/no-such-page", status=404, headers=TAKES_GZIP).headers
    assert visitor.client.get("/desk", headers=TAKES_GZIP).headers["Content-Encoding"] == "gzip"


def test_who_takes_no_gzip_gets_none(application: Any) -> None:
    for taken in ("identity", "gzip;q=0", ""):
        assert "Content-Encoding" not in application.test_client().get("/", headers={"Accept-Encoding": taken}).headers


@pytest.mark.parametrize("path", ["/static/site.css", "/assets/bootstrap/bootstrap.min.css", "/assets/icons.css"])
def test_a_kept_stylesheet_is_asked_for_once(application: Any, path: str) -> None:
    client = application.test_client()
    tag = client.get(path, headers=TAKES_GZIP).headers["ETag"]
    again = client.get(path, headers={**TAKES_GZIP, "If-None-Match": tag})
    assert again.status_code == 304 and not again.data


def used_icons(repository: Path) -> set[str]:
    """The names of icons in templates: after ``bi-``, and in the tables from which a name is chosen."""
    named = set()
    for path in (repository / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"\bbi-([a-z0-9-]+)", text))
        for table in re.findall(r"bi-\{\{(.*?)\}\}|set \w*icons\w* = (\{.*?\})", text):
            named |= {word for word in re.findall(r"[\"']([a-z0-9-]+)[\"']", "".join(table)) if word in icons.ICONS or "-" in word}
    return named


def test_every_icon_of_a_page_is_drawn_and_no_other(repository: Path) -> None:
    assert used_icons(repository) == set(icons.ICONS)


def test_an_icon_that_the_sprite_lacks_is_said() -> None:
    with pytest.raises(LookupError, match="arrow-right"):
        icons.stylesheet("<svg></svg>")
