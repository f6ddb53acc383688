"""How templates say moments, days, money and lengths of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from approvals.models import Office
from approvals.views import filters
from approvals.views.request import session
from tests.web.people import enter
from workflows.county import county_catalogue


@pytest.fixture(scope="session")
def databases(sqlite_databases: Any) -> Any:
    """Nothing here is stored."""
    return sqlite_databases


@pytest.fixture(autouse=True)
def request_on_a_friday(application: Any) -> Iterator[None]:
    """A request at 9 in the morning of Friday, 20 November 2026, in the county."""
    application.config["NOW"] = lambda: datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    with application.test_request_context():
        yield


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "今天 17:30"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "明天 00:00"),
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 11, 25, 1, 0, tzinfo=UTC), "11月25日 09:00"),
        (datetime(2026, 12, 31, 16, 5, tzinfo=UTC), "2027年1月1日 00:05"),
        (None, "—"),
    ],
)
def test_moments_are_said_in_the_countys_time(value: datetime | None, said: str) -> None:
    assert filters.moment(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 3, 5), "3月5日"),
        ("2027-03-05", "2027年3月5日"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "11月21日"),
        ("31.12.", "31.12."),
        ("", "—"),
        (None, "—"),
    ],
)
def test_days_name_the_year_when_it_is_another(value: Any, said: str) -> None:
    assert filters.day(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1000000.00", "1,000,000.00 元"),
        (Decimal("0.5"), "0.50 元"),
        ("一百万", "一百万"),
        ("NaN", "NaN"),
        ("1e999999", "1e999999"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_money_is_said_with_separators_and_never_fails(value: Any, said: str) -> None:
    assert filters.money(value) == said


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"half_days": 1}, "半个工作日"),
        ({"half_days": 3}, "1.5 个工作日"),
        ({"half_days": 20}, "10 个工作日"),
        ({"working_hours": 1.5}, "1.5 个工作小时"),
        ({"working_days": 3}, "3 个工作日"),
        ({"days": 15}, "15 日（含休息日）"),
        ({"months": 2}, "2 个月"),
        (None, ""),
    ],
)
def test_lengths_of_time_are_said_in_words(budget: Any, said: str) -> None:
    assert filters.length(budget) == said


def test_words_come_from_the_vocabulary_and_unknown_ones_stay() -> None:
    assert filters.vocabulary("roles", "registrar") == "登记员"
    assert filters.vocabulary("roles", "nobody") == "nobody"
    assert filters.vocabulary("nothing", "registrar") == "registrar"


def test_every_budget_of_a_definition_has_words() -> None:
    for definition in county_catalogue():
        budgets = [limit.budget for limit in (definition.promised, definition.statutory) if limit is not None]
        budgets += [state.time for state in definition.states.values() if state.time]
        for budget in budgets:
            assert "_" not in filters.length(budget), (definition.key, dict(budget))


def test_an_office_entered_later_is_found(application: Any) -> None:
    assert filters.office_name(1) == ""
    enter(application, "窗口员样例", ("clerk", "approval-bureau"))
    session().rollback()
    number = session().scalar(select(Office.id))
    assert filters.office_name(number) == "县政务服务大厅"
    assert filters.office_name(None) == ""
