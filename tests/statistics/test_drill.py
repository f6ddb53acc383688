"""Behind every figure stands the list of exactly what it counts, page by page, and the exact durations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.models import Case, Office, Task
from approvals.operations.rollups import start_again
from approvals.queries.statistics import drill, standing
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.openings import SIX, Opening, Tally, claims_met, claims_met_by, openings, tallies
from approvals.queries.statistics.tables import cases, steps
from tests.clock.strategies import at
from tests.support.driving import REGISTRATION, ROOT
from tests.support.seed import BANK, HALL
from tests.support.statements import counted
from workflows.clock.hours import MICROSECONDS

NOW = at("2026-11-23 09:00")
ALL = Filter(first_month=date(2026, 9, 1), last_month=date(2026, 11, 1))


def office(database: Database, code: str) -> int:
    with database.reading() as session:
        return session.scalars(select(Office.id).where(Office.code == code)).one()


def every(read: Callable[[Key | None], drill.Page[Any]]) -> list[Any]:
    """All pages one after the other."""
    rows, page = [], read(None)
    rows += page.rows
    while page.following is not None:
        page = read(Key.parse(str(page.following)))
        rows += page.rows
    return rows


def narrowed(keys: dict[str, Any]) -> tuple[Filter, str | None]:
    """The filter and the state of one cell."""
    names = {"office": "office_id"}
    wanted = {names.get(key, key): value for key, value in keys.items() if key not in ("state", "month")}
    months = {"first_month": keys["month"], "last_month": keys["month"]} if "month" in keys else {}
    return replace(ALL, **wanted, **months), keys.get("state")


@pytest.mark.parametrize(
    "by", [("workflow", "state", "office"), ("department", "month"), ("whose",), ("channel", "workflow", "month"), ()]
)
def test_the_list_behind_a_cell_is_what_the_cell_counts(county: Database, by: tuple[str, ...]) -> None:
    with county.reading() as session:
        lines = steps(session, NOW, None, ALL, by)
        assert sum(line.count for line in lines) > 20
        for line in lines:
            wanted, state = narrowed(line.keys)
            rows = every(
                lambda after, wanted=wanted, state=state: drill.steps_behind(  # type: ignore[misc]
                    session, None, wanted, state=state, after=after, size=7
                )
            )
            assert len(rows) == len({row.fact.task_id for row in rows}) == line.count
            assert sum(row.fact.timing == "late" for row in rows) == line.late
            assert [row.closed_at for row in rows] == sorted((row.closed_at for row in rows), reverse=True)
            exact = drill.exact_steps(session, None, wanted, state=state)
            assert exact.working is not None and exact.wall is not None
            assert (exact.count, exact.seconds) == (line.count, line.seconds)
            assert (exact.working.min, exact.working.max) == (line.working.minimum, line.working.maximum)
            assert exact.working.mean == pytest.approx(line.working.mean)
            for found, share in ((exact.wall.median, 0.5), (exact.wall.p90, 0.9), (exact.wall.p95, 0.95)):
                assert line.wall.quantile(share) == pytest.approx(found, rel=0.01)


@pytest.mark.parametrize("by", [("workflow", "office"), ("department", "month"), ("channel",), ()])
def test_the_cases_behind_a_cell_are_what_the_cell_counts(county: Database, by: tuple[str, ...]) -> None:
    with county.reading() as session:
        lines = cases(session, NOW, None, ALL, by)
        assert sum(line.closed for line in lines) > 10
        for line in lines:
            wanted, _ = narrowed(line.keys)
            rows = every(lambda after, wanted=wanted: drill.cases_behind(session, NOW, None, wanted, after=after, size=3))  # type: ignore[misc]
            assert len(rows) == len({row.case.id for row in rows}) == line.closed
            for late, count in ((True, line.late), (False, line.early + line.on_time)):
                assert len(drill.cases_behind(session, NOW, None, wanted, late=late).rows) == count
            for outcome in ("done", "refused", "withdrawn", "failed"):
                assert len(drill.cases_behind(session, NOW, None, wanted, outcome=outcome).rows) == getattr(line, outcome)
            exact = drill.exact_cases(session, NOW, None, wanted)
            assert (exact.count, exact.seconds) == (line.closed, line.seconds)
            if line.closed:
                assert exact.working is not None
                assert (exact.working.min, exact.working.max) == (line.working.minimum, line.working.maximum)


def test_only_what_was_late_or_only_what_was_not(county: Database) -> None:
    with county.reading() as session:
        late = drill.steps_behind(session, None, ALL, late=True).rows
        kept = drill.steps_behind(session, None, ALL, late=False).rows
        assert late and kept
        assert {row.fact.timing for row in late} == {"late"}
        assert {row.fact.timing for row in kept} == {"early", "on_time"}


def test_a_supervisor_of_the_bank_sees_the_steps_of_the_bank(county: Database) -> None:
    bank = office(county, BANK)
    with county.reading() as session:
        rows = drill.steps_behind(session, frozenset({bank}), ALL).rows
        assert {row.fact.office_id for row in rows} == {bank}
        hall = replace(ALL, office_id=office(county, HALL))
        assert drill.steps_behind(session, frozenset({bank}), hall).rows == ()
        assert drill.exact_steps(session, frozenset({bank}), hall).count == 0
        assert drill.cases_behind(session, NOW, frozenset({bank}), hall).rows == ()
        assert drill.steps_behind(session, frozenset(), ALL).rows == ()


def test_one_persons_steps(county: Database) -> None:
    with county.reading() as session:
        held = session.scalars(select(Task.holder_id).where(Task.role == "registrar", Task.closed_at.is_not(None))).first()
        rows = drill.steps_behind(session, None, replace(ALL, person_id=held)).rows
        assert held is not None and rows and {row.fact.person_id for row in rows} == {held}
        with pytest.raises(ValueError, match="not one person's"):
            drill.cases_behind(session, NOW, None, replace(ALL, person_id=held))


def test_the_last_page_costs_what_the_first_does(county: Database) -> None:
    with county.reading() as session:
        drill.steps_behind(session, None, ALL)
        with counted(county) as first:
            page = drill.steps_behind(session, None, ALL, size=5)
        with counted(county) as second:
            drill.steps_behind(session, None, ALL, after=page.following, size=50)
        with counted(county) as cases_first:
            listed = drill.cases_behind(session, NOW, None, ALL, size=2)
        with counted(county) as cases_second:
            drill.cases_behind(session, NOW, None, ALL, after=listed.following, size=50)
    assert len(first) == len(second) <= 3
    assert len(cases_first) == len(cases_second)


def test_above_the_limit_only_the_number_is_known(county: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill, "MOST_EXACT", 4)
    with county.reading() as session:
        assert drill.exact_steps(session, None, ALL) == drill.Exact(4)
        assert drill.exact_cases(session, NOW, None, ALL) == drill.Exact(4)


@given(st.integers(0, 4_000_000_000_000_000), st.integers(0, 2**63 - 1))
def test_a_key_survives_its_way_through_an_address(microseconds: int, identifier: int) -> None:
    key = Key(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds), identifier)
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "-", "1-", "-1", "a-1", "1-b", "1", "1--1", "١-١", "9" * 39 + "-1", "99999999999999999999-1"])
def test_what_is_no_key_begins_at_the_first_page(text: str) -> None:
    assert Key.parse(text) is None


def test_open_cases_by_age_agree_with_a_recount(county: Database) -> None:
    calendar = county_calendar()
    with county.reading() as session:
        lines = {line.workflow: line.counts for line in standing.backlog(session, NOW, None, ALL)}
        found: dict[str, list[int]] = {}
        for case in session.scalars(select(Case).where(Case.closed_at.is_(None))):
            days = calendar.position(NOW) - calendar.position(case.opened_at)
            day = calendar.hours.seconds_per_day * MICROSECONDS
            band = next((each for each, most in enumerate(standing.BANDS) if days <= most * day), len(standing.BANDS))
            found.setdefault(case.workflow, [0] * (len(standing.BANDS) + 1))[band] += 1
        assert lines == {workflow: tuple(counts) for workflow, counts in found.items()}
        assert lines[ROOT][0] == 1 and sum(lines[ROOT]) == 2
        for workflow, counts in lines.items():
            for band, count in enumerate(counts):
                behind = standing.open_behind(session, NOW, None, replace(ALL, workflow=workflow), band=band)
                assert len(behind.rows) == count


def test_open_cases_come_oldest_first_and_once(county: Database) -> None:
    with county.reading() as session:
        rows = every(lambda after: standing.open_behind(session, NOW, None, ALL, after=after, size=2))
        assert [row.case.opened_at for row in rows] == sorted(row.case.opened_at for row in rows)
        assert len({row.case.id for row in rows}) == len(rows) == sum(line.total for line in standing.backlog(session, NOW, None, ALL))
        assert all(row.case.closed_at is None for row in rows)


def test_a_step_that_was_entered_three_times_was_entered_again_twice(county: Database) -> None:
    with county.reading() as session:
        found = {(line.keys["workflow"], line.keys["state"]): line.again for line in standing.rework(session, NOW, None, ALL)}
        assert found == {(REGISTRATION, "signing"): 2, (REGISTRATION, "reviewing"): 2, (REGISTRATION, "correcting"): 1}
        assert standing.rework(session, NOW, frozenset(), ALL) == []
        september = replace(ALL, last_month=date(2026, 9, 1))
        assert standing.rework(session, NOW, None, september) == []


def test_the_steps_that_were_entered_again(county: Database) -> None:
    with county.reading() as session:
        for line in standing.rework(session, NOW, None, ALL):
            wanted, state = narrowed(line.keys)
            rows = every(lambda after, wanted=wanted, state=state: drill.steps_behind(  # type: ignore[misc]
                session, None, wanted, state=state, again=True, after=after, size=1
            ))
            assert len(rows) == line.again
            assert all(row.fact.again for row in rows)


def test_openings_that_break_a_claim_are_found_directly_and_counted(county: Database) -> None:
    """However many keep them all: none of these is looked at, and no page of the list is empty before the last."""
    with county.reading() as session:
        live = {each.case.number: [claim.state for claim in each.claims.each] for each in every_opening(session, broken=True)}
        assert len(every_opening(session)) > len(live) > 0
        assert claims_met(session, None, ALL).count == 0, "none was settled"
    catch_up(county, NOW)
    try:
        with county.reading() as session:
            with counted(county) as sent:
                found = openings(session, None, ALL, NOW.date(), broken=True)
            assert {each.case.number: [claim.state for claim in each.claims.each] for each in found.rows} == live
            assert len(sent) == 3, "nothing is worked out of histories"
            met = claims_met(session, None, ALL)
            states = [each.claims.state for each in every_opening(session)]
            assert met.count == sum(state != "open" for state in states) > 0
            assert met.value == states.count("holds") / met.count
            by_month = claims_met_by(session, None, ALL, "month")
            assert sum(judged for _met, judged in by_month.values()) == met.count and len(by_month) > 1
            for at, claim in enumerate(SIX):
                told = [each.claims.each[at].state for each in every_opening(session)]
                alone = every(lambda after, key=claim.key: openings(  # type: ignore[misc]
                    session, None, ALL, NOW.date(), claim=key, after=after, size=1
                ))
                assert {each.claims.each[at].state for each in alone} <= {"broken"}
                (whole,) = tallies(session, None, ALL).values()
                assert whole.broken[at] == len(alone) == told.count("broken")
                assert whole.decided[at] == len(told) - told.count("open")
            months = tallies(session, None, ALL, "month")
            assert {month: (each.met, each.judged) for month, each in months.items() if each.judged} == by_month
            assert sum(months.values(), Tally()) == whole and whole.judged == met.count
            nowhere = frozenset({office(county, BANK)})
            assert claims_met(session, nowhere, ALL).count == 0 and openings(session, nowhere, ALL, NOW.date(), broken=True).rows == ()
    finally:
        county.write(start_again)


def every_opening(session: Session, broken: bool = False) -> list[Opening]:
    return every(lambda after: openings(session, None, ALL, NOW.date(), broken=broken, after=after, size=2))


def test_closed_openings_with_the_claims_that_their_pages_show(county: Database) -> None:
    with county.reading() as session:
        found = every(lambda after: openings(session, None, ALL, NOW.date(), after=after, size=2))
        closed = session.scalars(select(Case.number).where(Case.workflow == ROOT, Case.closed_at.is_not(None)))
        assert {each.case.number for each in found} == set(closed)
        by_company = {each.case.company: {claim.key: claim.state for claim in each.claims.each} for each in found}
        corrected = next(claims for company, claims in by_company.items() if "麦样" in company)
        assert corrected["one-step"] == "broken"
        straight = next(claims for company, claims in by_company.items() if "青样" in company)
        assert straight["one-step"] == "holds"
        assert openings(session, frozenset({office(county, BANK)}), ALL, NOW.date()).rows == ()
        assert openings(session, None, replace(ALL, workflow=REGISTRATION), NOW.date()).rows == ()
