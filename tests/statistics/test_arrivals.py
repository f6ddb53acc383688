"""How many steps came in on the last days is the same before and after the rollups hold it, and costs the same."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.jobs.rollups import begin_again, catch_up
from approvals.models import StepArrival
from approvals.queries.statistics.coming import coming_load
from approvals.queries.statistics.filters import Filter
from tests.clock.strategies import at
from tests.statistics.conftest import finish, named
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import HALL, TOWN, seed
from workflows.statistics.forecasts import Forecast

NOW = at("2026-11-24 10:00")
NOVEMBER = {"first_month": date(2026, 11, 1), "last_month": date(2026, 11, 1)}


@pytest.fixture
def worked(engine: Any) -> Chain:
    """An opening of three weeks ago that is over, one of last week that is not, and one too old to be counted."""
    database = Database(engine=engine)
    old = Chain(database, seed(database), named("青样"), now=at("2026-08-03 09:00"))
    finish(old)
    finish(Chain(database, old.cast, named("麦样"), now=at("2026-11-02 09:00")))
    last = Chain(database, old.cast, named("禾样"), now=at("2026-11-17 09:00"))
    last.act(REGISTRATION, "approve")
    return last


def forecasts(chain: Chain) -> list[Forecast]:
    asked: list[dict[str, Any]] = [
        {}, {"workflow": "company-seal"}, {"department": "tax"}, {"channel": "online"}, {"channel": "point"},
        {"office_id": chain.cast.offices[HALL]}, {"office_id": chain.cast.offices[TOWN]},
    ]  # fmt: skip
    with chain.database.reading() as session:
        return [coming_load(session, NOW, None, Filter(**NOVEMBER, **each)) for each in asked]


def test_the_rollups_tell_what_the_steps_tell(worked: Chain) -> None:
    live = forecasts(worked)
    assert live[0] != live[1] and live[4] != live[3] and live[5] != live[6]
    catch_up(worked.database, at("2026-11-09 09:00"))
    assert forecasts(worked) == live, "some of it is in the rollups"
    catch_up(worked.database, NOW)
    assert forecasts(worked) == live, "all of it is"
    begin_again(worked.database, NOW)
    assert forecasts(worked) == live, "and once only"


def test_days_that_nobody_asks_for_are_forgotten(worked: Chain) -> None:
    catch_up(worked.database, at("2026-08-10 09:00"))
    assert days(worked.database)[0] < date(2026, 8, 10)
    catch_up(worked.database, NOW)
    assert days(worked.database)[0] >= NOW.date() - timedelta(weeks=8)


def days(database: Database) -> tuple[date, date]:
    with database.reading() as session:
        first, last = session.execute(select(func.min(StepArrival.day), func.max(StepArrival.day))).one()
    return first, last
