"""Headers, cookies, the files of other packages, and the starts that are refused."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import click
import pytest

from approvals import settings
from approvals.app import create_app
from approvals.cli.context import demo_mode
from approvals.db import Database
from approvals.models import Person
from approvals.views import assets
from tests.support.web import Visitor
from tests.web.people import NOW, enter

SECRET = "a secret of this test alone, long enough"


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """None of these pages asks the database for more than a person: one kind is enough."""
    return sqlite_databases


def test_every_answer_forbids_foreign_content(application: Any) -> None:
    client = application.test_client()
    for path in ("/", "/sign-in", "/no-such-page", "/static/site.css", "/assets/bootstrap/bootstrap.min.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_and_stylesheets_are(application: Any) -> None:
    visitor = Visitor(application, enter(application, "张测试"))
    for path in ("/", "/account", "/notices"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store"
    assert visitor.get("/static/no-such-file.css", status=404).headers["Cache-Control"] == "no-store"
    page = visitor.get("/").text
    address = page.split('href="/static/site.css')[1].split('"')[0]
    kept = visitor.client.get(f"/static/site.css{address}").headers["Cache-Control"]
    assert "max-age" in kept and "no-store" not in kept


def test_only_listed_files_of_packages_are_given(application: Any) -> None:
    client = application.test_client()
    for package, name in assets.FILES:
        assert client.get(f"/assets/{package}/{name}").status_code == 200
    for path in ("bootstrap/bootstrap.min.css.map", "bootstrap/../../__init__.py", "flask/__init__.py"):
        assert client.get(f"/assets/{path}").status_code == 404


def test_the_library_of_charts_is_there_as_a_module_that_draws(application: Any) -> None:
    assert assets.charts_are_there()
    answer = application.test_client().get("/assets/echarts/echarts.esm.min.js")
    assert answer.mimetype == "text/javascript" and "max-age" in answer.headers["Cache-Control"]
    assert re.search(r"export\{.*\binit\b", answer.text), "the script imports it by that name"
    assert 0.3 < len(answer.data) / 2**20 < 2


def test_pages_work_in_a_production_start_and_cookies_are_secure(database_url: str) -> None:
    application = create_app({"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "DEMO": False})
    answer = application.test_client().get("/sign-in", base_url="https://localhost")
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_the_demo_works_without_https(database_url: str) -> None:
    application = create_app({"DATABASE_URL": database_url, "DEMO": True})
    answer = application.test_client().get("/sign-in")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("secret", [settings.DEFAULT_SECRET, "too short", ""])
def test_a_production_start_refuses_a_guessable_secret(database_url: str, secret: str) -> None:
    with pytest.raises(settings.Unsafe, match="APPROVALS_SECRET_KEY"):
        create_app({"SECRET_KEY": secret, "DATABASE_URL": database_url, "DEMO": False})


def test_a_production_start_refuses_the_people_of_the_demo(database_url: str) -> None:
    def enter_demo(session: Any) -> None:
        session.add(Person(name="演示", demo=True, created_at=NOW))

    database = Database(database_url)
    database.write(enter_demo)
    with pytest.raises(settings.Unsafe, match="演示账号"):
        create_app({"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "DEMO": False})
    create_app({"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "DEMO": True})
    database.engine.dispose()


def test_a_start_on_an_empty_file_is_left_to_the_migrations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/folder/new.sqlite"
    create_app({"SECRET_KEY": SECRET, "DATABASE_URL": url, "DEMO": False})
    assert (tmp_path / "folder").is_dir()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVALS_SECRET_KEY", SECRET)
    monkeypatch.setenv("APPROVALS_DATABASE_URL", "postgresql://somewhere/db")
    monkeypatch.setenv("APPROVALS_DEMO", "1")
    read = settings.read()
    assert (read["SECRET_KEY"], read["DATABASE_URL"], read["DEMO"]) == (SECRET, "postgresql://somewhere/db", True)
    assert not read["SESSION_COOKIE_SECURE"]
    monkeypatch.setenv("APPROVALS_DEMO", "0")
    assert settings.read()["SESSION_COOKIE_SECURE"]


def test_demo_sign_ins_stand_on_the_page_in_demo_mode_alone(database_url: str) -> None:
    from approvals.demo.people import PASSWORD, STAFF

    known = next(post for post in STAFF if post.sign_in_name)

    def enter_demo(session: Any) -> None:
        session.add(Person(name=known.name, sign_in_name=known.sign_in_name, demo=True, created_at=NOW))

    database = Database(database_url)
    database.write(enter_demo)
    shown = create_app({"DATABASE_URL": database_url, "DEMO": True}).test_client().get("/sign-in").text
    hidden = create_app({"DATABASE_URL": database_url, "TESTING": True}).test_client().get("/sign-in").text
    assert PASSWORD in shown and known.title in shown
    assert PASSWORD not in hidden and known.title not in hidden
    database.engine.dispose()


@pytest.mark.parametrize("word", ["0", "false", "No", "off", "", " FALSE "])
def test_a_word_for_no_is_production_for_web_and_commands(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("APPROVALS_DEMO", word)
    assert settings.read()["DEMO"] is False
    assert demo_mode() is False


@pytest.mark.parametrize("word", ["1", "true", "Yes", "on"])
def test_a_word_for_yes_is_the_demo_for_web_and_commands(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("APPROVALS_DEMO", word)
    assert settings.read()["DEMO"] is True
    assert demo_mode() is True


def test_a_word_that_is_neither_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVALS_DEMO", "production")
    with pytest.raises(settings.Unsafe, match="production"):
        settings.read()
    with pytest.raises(click.ClickException, match="production"):
        demo_mode()


def test_the_way_back_after_signing_in_fits_into_an_address(application: Any) -> None:
    """Where somebody not signed in wanted to go stands, encoded twice, in the address of the sign-in page."""
    searched = application.test_client().get("/desk/search", query_string={"q": "𫍯" * 210})
    longest = runpy.run_path(str(settings.ROOT / "gunicorn.conf.py"))["limit_request_line"]
    assert 4094 < len(f"GET {searched.headers['Location']} HTTP/1.1") < longest


@pytest.mark.parametrize("template", ["desk/index", "desk/search", "supervision/index"])
def test_no_search_box_takes_more_than_is_searched_for(application: Any, template: str) -> None:
    source, _name, _fresh = application.jinja_env.loader.get_source(application.jinja_env, f"{template}.html")
    assert "search_box(" in source and "<input" not in source
    with application.test_request_context():
        box = application.jinja_env.get_template("components/search_box.html").module.search_box("<b>")
    assert 'maxlength="100"' in box and "&lt;b&gt;" in box
