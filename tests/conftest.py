"""Fixtures for all tests.

`engine` and `database_url` give each test a migrated database of its own, once on SQLite and once on PostgreSQL;
`module_engine` gives one to a whole module, for set-up that is dear. To run on one kind alone:
`@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)`.
`browser`, `page` (1280 px) and `phone_page` (360 px) are a real Chromium; `live_server` is the address of the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import web
from tests.support.commits import CommitRecorder
from tests.support.databases import Databases, PostgresqlDatabases, SqliteDatabases

BROWSER_FIXTURES = {"browser", "page", "phone_page"}
commits = CommitRecorder()

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    commits.listen()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        if names & {"module_engine", "module_database_url"}:
            # Tests that share a database stay on one worker, or its set-up is paid twice.
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{kind_of(item)}"))
        if config.getoption("loadgroup", False):
            name_group(item)


def name_group(item: pytest.Item) -> None:
    """Put the group of a test at the end of its identifier, by which workers are chosen.

    pytest-xdist 3.8 does so itself, in an attribute that pytest 9.2 no longer has: there its groups were without effect.
    """
    group = item.get_closest_marker("xdist_group")
    if group is not None and not hasattr(item, "_nodeid"):
        item._id = type(item._id).parse(f"{item.nodeid}@{group.args[0]}")  # type: ignore[attr-defined]


def kind_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("databases", "")) if callspec else ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.skipped and web.browser_required() and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_BROWSER is set and this browser test was skipped: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def one_commit_site() -> Iterator[None]:
    """Fails any test in which the product committed elsewhere than in its one place."""
    commits.taken()
    yield
    offenders = commits.taken()
    assert not offenders, f"commits outside approvals/db/transaction.py, in {sorted(set(offenders))}"


def migrate(url: str) -> None:
    from approvals.db import create_engine
    from approvals.migrations_runner import upgrade

    engine = create_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"), migrate)


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlDatabases]:
    databases = PostgresqlDatabases(tmp_path_factory.mktemp("server"), migrate)
    yield databases
    databases.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """A maker of databases of one kind; the parameter through which a test runs on both."""
    made: Databases = request.getfixturevalue(f"{request.param}_databases")
    return made


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a migrated database of this test's own, without any data."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The URL of a database without tables, for tests of the migrations."""
    url = databases.create(migrated=False)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def module_database_url(databases: Databases) -> Iterator[str]:
    """The URL of a migrated database that the tests of one module share."""
    url = databases.create()
    yield url
    databases.drop(url)


def engine_for(url: str) -> Iterator[Any]:
    from approvals.db import create_engine

    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Any]:
    """An engine on a migrated database of this test's own."""
    yield from engine_for(database_url)


@pytest.fixture(scope="module")
def module_engine(module_database_url: str) -> Iterator[Any]:
    """An engine on a migrated database that the tests of one module share."""
    yield from engine_for(module_database_url)


@pytest.fixture
def application(database_url: str) -> Any:
    """The web application on a database of this test's own, without any data."""
    from approvals.app import create_app

    return create_app(web.application_settings(database_url))


@pytest.fixture
def live_server(application: Any) -> Iterator[str]:
    """The address of `application`, served in threads of this process."""
    with web.serving(application) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, one per worker."""
    path = web.chromium_path()
    if path is None:
        pytest.skip(web.HOW_TO_GET_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=web.CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page as on a desk: 1280 by 900 pixels."""
    with web.open_page(browser, 1280, 900) as opened:
        yield opened


@pytest.fixture
def phone_page(browser: Any) -> Iterator[Any]:
    """A page as on a small telephone: 360 by 740 pixels."""
    with web.open_page(browser, 360, 740, touch=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[1]
