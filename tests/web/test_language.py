"""The language of the pages: chosen by a visitor, kept with the person."""

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
