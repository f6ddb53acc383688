"""What falls due on the next working days: what is open by its due day, what usually comes in, and each office's own reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from re import findall
from typing import Any

from sqlalchemy import select, update

from approvals.db import Database
from approvals.models import Task
from approvals.queries.statistics.coming import coming_load
from approvals.queries.statistics.filters import Filter
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.figures import table_of, town_supervisor
from tests.support.seed import HALL, OTHER_TOWN, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock import OFFICE_ZONE

Visit = Callable[[Member], Visitor]
NOVEMBER = Filter(first_month=date(2026, 11, 1), last_month=date(2026, 11, 1))
TITLE = "未来十个工作日到期量"


def due_days(database: Database) -> dict[str, int]:
    """Day of the county → how many open steps are due on it."""
    found: dict[str, int] = {}
    with database.reading() as session:
        for due in session.scalars(select(Task.due_at).where(Task.closed_at.is_(None), Task.due_at.is_not(None))):
            day = f"{due.astimezone(OFFICE_ZONE):%Y-%m-%d}"
            found[day] = found.get(day, 0) + 1
    return found


def test_open_steps_stand_on_the_day_that_they_are_due(visit: Visit, chain: Chain, database: Database) -> None:
    chain.act(REGISTRATION, "approve")
    head, *rows = table_of(visit(chain.cast.supervisor).get("/statistics/forecast").text, TITLE)
    assert head[:2] == ["工作日", "已经在办、这天到期"] and len(rows) == 10
    assert rows[0][0] == "2026-11-23 周一" and rows[5][0] == "2026-11-30 周一"
    expected = due_days(database)
    assert sum(expected.values()) > 1
    assert {row[0].split()[0]: int(row[1]) for row in rows if row[1] != "0"} == expected


def test_what_is_late_is_said_and_stands_on_no_day(visit: Visit, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.now += timedelta(days=30)
    page = visit(chain.cast.supervisor).get("/statistics/forecast").text
    assert "没有办完的：0 步" not in page and all(row[1] == "0" for row in table_of(page, TITLE)[1:])


def test_what_came_in_on_mondays_is_expected_on_the_next_one(chain: Chain, database: Database) -> None:
    with database.reading() as session:
        few = coming_load(session, chain.now, None, NOVEMBER)
    weeks_ago = chain.now - timedelta(weeks=2)
    case_id = chain.case(REGISTRATION).id

    def earlier(session: Any) -> None:
        session.execute(update(Task).where(Task.case_id == case_id).values(opened_at=weeks_ago))

    database.write(earlier)
    with database.reading() as session:
        more = coming_load(session, chain.now, None, NOVEMBER)
    assert sum(day.expected for day in few.days) == 0, "what came in today says nothing yet about such days"
    monday = next(day for day in more.days if day.day == date(2026, 11, 30))
    assert 0 < monday.expected < 1 and monday.low <= monday.total <= monday.high
    assert sum(day.expected for day in more.days if day.day.weekday() > 1) == 0
    old = chain.now - timedelta(weeks=9)
    database.write(lambda session: session.execute(update(Task).where(Task.case_id == case_id).values(opened_at=old)))
    with database.reading() as session:
        assert sum(day.expected for day in coming_load(session, chain.now, None, NOVEMBER).days) == 0


def test_conditions_narrow_what_is_counted(visit: Visit, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    visitor = visit(chain.cast.supervisor)

    def known(query: str) -> int:
        return sum(int(row[1]) for row in table_of(visitor.get(f"/statistics/forecast?{query}").text, TITLE)[1:])

    assert known("workflow=company-seal") == known("department=public-security") == 1 < known("")
    assert known("channel=window") == 0


def test_the_files_say_what_the_page_says(visit: Visit, chain: Chain) -> None:
    visitor = visit(chain.cast.supervisor)
    page = visitor.get("/statistics/forecast").text
    address = unescape(findall(r'href="(/statistics/forecast\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[:11] == table_of(page, TITLE)
    assert visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_a_supervisor_of_a_town_sees_the_load_of_the_town_alone(application: Any, database: Database, chain: Chain) -> None:
    other = Visitor(application, town_supervisor(database, chain.cast.offices[OTHER_TOWN]))
    for query in ("", f"?office={HALL}"):
        assert all(row[1] == "0" for row in table_of(other.get(f"/statistics/forecast{query}").text, TITLE)[1:])
    for member in (chain.cast.registrar, chain.cast.applicant, chain.cast.administrator):
        for path in ("/statistics/forecast", "/statistics/forecast.csv"):
            Visitor(application, member.person_id).get(path, status=403)


def test_it_costs_four_statements_however_many_steps(chain: Chain, database: Database) -> None:
    costs = []
    for name in ("青样", "麦样"):
        with database.reading() as session:
            coming_load(session, chain.now, None, NOVEMBER)
            with counted(database) as sent:
                coming_load(session, chain.now, None, NOVEMBER)
        costs.append(len(sent))
        Chain(database, chain.cast, content_with(name={"trade_name": name}), now=chain.now)
    assert costs == [4, 4]
