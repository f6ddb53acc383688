"""What tests of the window and of kept typing share: a seeded county, served, and a browser signed in there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.filing import County, county_on
from tests.support.seed import PASSWORD, Member
from tests.support.web import serving


@pytest.fixture
def county(sqlite_databases: Any) -> Iterator[County]:
    url = sqlite_databases.create()
    yield county_on(url)
    sqlite_databases.drop(url)


@pytest.fixture
def address(county: County) -> Iterator[str]:
    with serving(county.application) as served:
        yield served


@pytest.fixture
def sign_in(address: str) -> Callable[[Any, Member], None]:
    """Sign a member of the cast in on a page of a browser."""

    def sign(page: Any, member: Member) -> None:
        page.goto(f"{address}/sign-in")
        page.fill("#sign_in_name", member.sign_in_name)
        page.fill("#password", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return sign
