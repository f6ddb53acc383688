"""What a script that sends in place is told: where to go on, once, and everything else as the page that it is."""

from __future__ import annotations

from datetime import timedelta

from tests.support.filing import County, began

IN_PLACE = {"X-Kept": "1", "Origin": "http://localhost"}


def test_a_redirection_is_told_and_what_it_has_to_say_is_kept(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    answer = visitor.post(f"/applications/{token}/name", {"trade_name": "禾样"}, status=204, headers=IN_PLACE)
    assert answer.headers["X-Next"] == f"/applications/{token}/name" and "Location" not in answer.headers
    assert answer.data == b""
    assert "这一页还有" in visitor.get(answer.headers["X-Next"]).text


def test_what_changes_nothing_leaves_the_session_as_it_is(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    visitor.get("/applications")
    assert "Set-Cookie" not in visitor.get("/names/check.json?trade_name=禾样").headers
    assert "Set-Cookie" not in visitor.get("/applications").headers
    county.now += timedelta(minutes=2)
    assert "Set-Cookie" in visitor.get("/applications").headers, "who goes on working stays signed in"


def test_a_refusal_is_the_page_itself(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    answer = visitor.post(f"/applications/{token}/submit", {"revision": "0"}, status=422, headers=IN_PLACE)
    assert "X-Next" not in answer.headers and "改好后才能提交" in answer.text


def test_without_the_header_nothing_changes(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    answer = visitor.post("/applications/start", status=303)
    assert "X-Next" not in answer.headers


def test_nothing_is_kept_for_visitors_and_no_page_names_a_password(county: County) -> None:
    assert "keep-typed.js" not in county.application.test_client().get("/sign-in").text
    assert "keep-typed.js" in county.visitor(county.cast.applicant).get("/applications").text
