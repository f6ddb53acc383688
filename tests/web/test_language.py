"""The language of the pages and the size of their type: chosen by a visitor, kept with the person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.web import Visitor
from tests.web.people import NEWCOMER, PASSWORD, enter, persons


def test_the_language_is_kept_with_the_person(application: Any) -> None:
    number = enter(application, "张测试")
    visitor = Visitor(application, number)
    answer = visitor.post("/language", {"language": "en", "next": "/guides"})
    assert answer.headers["Location"] == "/guides"
    assert '<html lang="en">' in Visitor(application, number).get("/guides").text
    visitor.post("/language", {"language": "fr", "next": "https://example.cn"})
    assert [person.language for person in persons(application)] == ["en"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_visitor_chooses_a_language_too(application: Any) -> None:
    visitor = Visitor(application)
    assert '<html lang="zh-CN">' in visitor.get("/").text
    visitor.post("/language", {"language": "en", "next": "/"})
    assert '<html lang="en">' in visitor.get("/").text


def test_the_language_chosen_before_signing_in_stays(application: Any) -> None:
    Visitor(application).post("/sign-up", NEWCOMER)
    again = Visitor(application)
    again.post("/language", {"language": "en"})
    again.post("/sign-in", {"sign_in_name": NEWCOMER["phone"], "password": PASSWORD})
    assert '<html lang="en"' in again.get("/account").text
    assert [person.language for person in persons(application)] == ["en"]


def is_large(visitor: Visitor, path: str = "/") -> bool:
    page = visitor.get(path).text
    assert ('class="large-type"' in page) == ("large-type.css" in page)
    return 'class="large-type"' in page


def test_large_type_is_kept_with_the_person(application: Any) -> None:
    number = enter(application, "张测试")
    visitor = Visitor(application, number)
    assert not is_large(visitor)
    assert visitor.post("/appearance", {"large_type": "yes", "next": "/guides"}).headers["Location"] == "/guides"
    assert is_large(Visitor(application, number), "/account")
    visitor.post("/appearance", {"large_type": "huge", "next": "//example.cn"})
    assert is_large(visitor)
    visitor.post("/appearance", {"large_type": "no"})
    assert not is_large(Visitor(application, number))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_large_type_chosen_before_signing_in_stays(application: Any) -> None:
    Visitor(application).post("/sign-up", NEWCOMER)
    again = Visitor(application)
    again.post("/appearance", {"large_type": "yes"})
    assert is_large(again, "/guides")
    again.post("/sign-in", {"sign_in_name": NEWCOMER["phone"], "password": PASSWORD})
    assert is_large(again, "/account")
    assert [person.large_type for person in persons(application)] == [True]
