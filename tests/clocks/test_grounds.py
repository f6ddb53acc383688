"""The form that lets the clock stand still begins with today, and offers the grounds that its department used lately."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from approvals.db import Database
from approvals.queries import grounds
from tests.support.seed import Cast
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.county import county_catalogue

from .permits import GROUND, Permit, at

OTHER = "食品经营许可和备案管理办法第十九条“现场核查”<一>"
NOW = at("2026-03-05")


@pytest.fixture
def now(application: Any) -> Callable[[datetime], None]:
    found = {"now": NOW}
    application.config["NOW"] = lambda: found["now"]
    return lambda moment: found.update(now=moment)


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


def accepted(database: Database, cast: Cast) -> Permit:
    return Permit(database, cast, at("2026-03-02")).accepted("2026-03-03")


def inspected(database: Database, cast: Cast, ground: str, when: datetime = NOW) -> Permit:
    permit = accepted(database, cast)
    form = {"starts_on": f"{when:%Y-%m-%d}", "expected_days": 3, "ground": ground, "inspectors": "宋许可、唐许可", "content": "看后厨"}
    permit.act("order_inspection", when, form)
    return permit


def asked(application: Any, permit: Permit, action: str = "order_inspection") -> str:
    officer = Visitor(application, permit.officer.person_id)
    officer.get(f"/cases/{permit.case.token}")
    task = permit.task()
    assert task is not None
    if task.holder_id is None:
        officer.post(f"/tasks/{task.id}/claim", {}, status=None)
    return officer.get(f"/cases/{permit.case.token}/actions/{action}").text


def offered(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'<option value="([^"]*)"></option>', page)]


def lately(database: Database, department: str = "approval-bureau", kind: str = "site_inspection", when: datetime = NOW) -> list[str]:
    with database.reading() as session:
        return list(grounds.lately_used(session, kind, department, when))


def test_the_form_begins_with_today_and_offers_what_was_used_last(application: Any, database: Database, cast: Cast, now: Any) -> None:
    inspected(database, cast, GROUND)
    inspected(database, cast, OTHER)
    inspected(database, cast, OTHER)
    page = asked(application, accepted(database, cast))
    assert re.search(r'<input[^>]* name="starts_on" value="2026-03-05"', page)
    assert re.search(r'<input[^>]* name="ground" value=""[^>]* list="(.*?)-suggestions"', page, re.S)
    assert 'id="ground-suggestions"' in page and offered(page) == [OTHER, GROUND]


def test_what_was_typed_comes_back_with_the_same_offers(application: Any, database: Database, cast: Cast, now: Any) -> None:
    inspected(database, cast, GROUND)
    permit = accepted(database, cast)
    asked(application, permit)
    officer, task = Visitor(application, permit.officer.person_id), permit.task()
    path = f"/cases/{permit.case.token}/actions/order_inspection"
    sent = {"task": str(task and task.id), "key": "k", "starts_on": "2026-03-04", "ground": OTHER}
    page = officer.post(path, sent, status=422, page=path).text
    assert 'name="starts_on" value="2026-03-04"' in page and offered(page) == [GROUND]


def test_the_day_on_which_it_ended_is_not_supposed(application: Any, database: Database, cast: Cast, now: Any) -> None:
    page = asked(application, inspected(database, cast, GROUND), "finish_inspection")
    assert re.search(r'<input[^>]* name="ended_on" value=""', page) and "<datalist" not in page


def test_one_statement_and_only_where_a_ground_is_asked(application: Any, database: Database, cast: Cast, now: Any) -> None:
    permit = accepted(database, cast)
    asked(application, permit)
    officer = Visitor(application, permit.officer.person_id)

    def statements(action: str) -> list[str]:
        officer.get(f"/cases/{permit.case.token}/actions/{action}")
        with counted(database) as sent:
            officer.get(f"/cases/{permit.case.token}/actions/{action}")
        return [each for each in sent if "ground" in each and "LIMIT" in each]

    assert len(statements("order_inspection")) == 1 and statements("propose_without_inspection") == []


def test_no_more_than_five_of_the_last_ninety_days(database: Database, cast: Cast) -> None:
    for number in range(7):
        inspected(database, cast, f"第{number}条")
    assert lately(database) == ["第6条", "第5条", "第4条", "第3条", "第2条"]
    assert len(lately(database, when=NOW + timedelta(days=90))) == 5 and lately(database, when=NOW + timedelta(days=91)) == []


def test_only_those_of_the_department_and_the_kind(database: Database, cast: Cast) -> None:
    inspected(database, cast, GROUND)
    assert lately(database) == [GROUND]
    assert lately(database, kind="hearing") == [] and lately(database, "tax-bureau") == [] and lately(database, "no-such") == []


def test_however_many_there_are_only_the_newest_are_read(database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        inspected(database, cast, f"第{number}条")
    monkeypatch.setattr(grounds, "_MOST_READ", 2)
    assert lately(database) == ["第2条", "第1条"]


def test_every_suspending_action_names_a_day_and_a_line_of_text() -> None:
    from approvals.views.suspending import _suspension

    found = [
        {field.name: field.kind for field in definition.forms[action.form or ""].fields}[effect.parameters[part]]
        for key in county_catalogue().keys()
        for definition in [county_catalogue().latest(key)]
        for action in definition.actions.values()
        if (effect := _suspension(action)) is not None
        for part in ("from", "ground")
    ]
    assert found and set(found[::2]) == {"date"} and set(found[1::2]) == {"text"}
