"""The demo has reservations to look at: one that ends within days, one of a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from approvals.demo.people import load_people
from approvals.demo.reservations import reserve_names
from approvals.models import CompanyName
from approvals.queries.names import reservations_of
from tests.demo.support import empty
from tests.support.seed import password_hash


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("day", ["2026-11-23", "2026-04-30", "2027-03-01", "2028-02-29"])
def test_people_of_the_demo_have_reserved_names(database_url: str, day: str) -> None:
    now = datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC)
    database = empty(database_url)
    county = database.write(load_people, password_hash(), now)
    database.write(reserve_names, county, now)
    with database.reading() as session:
        ends = sorted(date.fromisoformat(until or "") for until in session.scalars(select(CompanyName.until)))
        mine = reservations_of(session, county.applicant.person_id)
    assert len(ends) == 4 and len(mine) == 2
    assert now.date() <= ends[0] <= now.date() + timedelta(days=14) < ends[1]
    assert ends[-1] > now.date() + timedelta(days=300)
    database.dispose()
