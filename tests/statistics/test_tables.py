"""What pages ask of the tables, held against a county small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.models import Case, Office, Task
from approvals.operations import rollups
from approvals.queries.statistics.filters import Filter, month_after, months_between
from approvals.queries.statistics.lines import StepLine
from approvals.queries.statistics.tables import cases, edges, steps
from tests.clock.strategies import at
from tests.statistics.asking import AUTUMN, YEAR

NOW = at("2026-11-24 10:00")
ROOT, REGISTRATION = "company-opening", "company-registration"


@pytest.fixture(autouse=True, params=["live", "rolled up"])
def counted_so(county: Database, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test twice: all counted one by one, and all rolled up."""
    county.write(rollups.start_again)
    if request.param == "rolled up":
        catch_up(county, NOW)
    yield


def by_month(database: Database, filter: Filter, workflow: str = ROOT) -> dict[str, tuple[int, ...]]:
    with database.reading() as session:
        lines = cases(session, NOW, None, replace(filter, workflow=workflow), ("month",))
    return {f"{line.keys['month']:%Y-%m}": (line.carried_over, line.received, line.closed, line.open) for line in lines}


def test_each_month_takes_over_what_the_one_before_left_open(county: Database) -> None:
    """Filed: one in September, one in October, three in November; the last two are open."""
    months = by_month(county, YEAR)
    assert [months[month][1] for month in ("2026-09", "2026-10", "2026-11")] == [1, 1, 3]
    assert months["2026-11"][3] == 2
    for (_, _, _, left), (taken, *_) in zip(list(months.values()), list(months.values())[1:], strict=False):
        assert taken == left
    for taken, received, closed, left in months.values():
        assert taken + received - closed == left


def test_a_later_first_month_changes_no_month(county: Database) -> None:
    whole, part = by_month(county, YEAR), by_month(county, AUTUMN)
    assert part == {month: figures for month, figures in whole.items() if month >= "2026-10"}
    assert max(whole) == "2026-11", "a month to come has no figures"


def test_months_together_take_over_what_the_first_did(county: Database) -> None:
    months = by_month(county, AUTUMN)
    with county.reading() as session:
        (line,) = cases(session, NOW, None, replace(AUTUMN, workflow=ROOT), ())
    assert line.carried_over == months["2026-10"][0] and line.open == months["2026-11"][3]
    assert line.received == sum(figures[1] for figures in months.values())


def test_how_cases_ended_and_whether_they_kept_their_promise(county: Database) -> None:
    with county.reading() as session:
        (line,) = cases(session, NOW, None, replace(YEAR, workflow=REGISTRATION), ())
        stored = session.execute(select(Case.outcome, Case.closed_at, Case.promised_due_at).where(Case.workflow == REGISTRATION)).all()
    ended = [row for row in stored if row.closed_at is not None]
    assert (line.closed, line.done, line.refused) == (len(ended), 3, 1)
    assert line.late == sum(row.closed_at > row.promised_due_at for row in ended) > 0
    assert line.early + line.on_time + line.late == len(ended)
    assert line.once_done == line.closed - 1, "one was corrected twice"
    assert line.working.count == line.wall.count == line.closed
    assert line.seconds.applicant > 0
    assert line.with_promised == len(ended) and line.with_statutory == len(ended)
    assert 0 < line.counted_under_promised < line.seconds.department + line.seconds.waiting, "a correction begins the clock anew"


def test_edges_lead_from_state_to_state_and_to_linked_cases(county: Database) -> None:
    with county.reading() as session:
        whole, matter = (edges(session, NOW, None, replace(YEAR, workflow=workflow)) for workflow in (ROOT, REGISTRATION))
    found = {(line.from_state, line.to_state, line.linked): line for line in whole}
    own = {(line.from_state, line.to_state): line.count for line in matter}
    assert found["registering", "processing", False].count == 3
    assert found["registering", "not_registered", False].count == 1
    assert found["registering", REGISTRATION, True].count == 4
    assert own["reviewing", "correcting"] == own["correcting", "signing"] == 2
    assert own["reviewing", "registered"] == 3 and own["reviewing", "refused"] == 1


def test_people_are_shown_their_own_figures_alone(county: Database) -> None:
    with county.reading() as session:
        holder, own = session.execute(
            select(Task.holder_id, Task.id).where(Task.closed_at.is_not(None), Task.holder_id.is_not(None), Task.state == "reviewing")
        ).all()[0]
        (line,) = steps(session, NOW, None, replace(YEAR, person_id=holder), ("person",))
        held = session.scalars(select(Task.id).where(Task.closed_at.is_not(None), Task.holder_id == holder)).all()
        assert own in held and line.count == len(held) and line.keys == {"person": holder}
        with pytest.raises(ValueError, match="own figures"):
            steps(session, NOW, None, YEAR, ("person",))
        with pytest.raises(ValueError, match="ask for steps"):
            cases(session, NOW, None, replace(YEAR, person_id=holder), ())


@pytest.mark.parametrize(
    ("filter", "by"),
    [
        ({"workflow": REGISTRATION}, ("state",)), ({"department": "tax"}, ("state", "month")), ({"channel": "online"}, ("office",)),
        ({"whose": "department"}, ("workflow", "whose")), ({"channel": "window"}, ()),
    ],
)  # fmt: skip
def test_a_filter_keeps_what_it_names(county: Database, filter: dict[str, Any], by: tuple[str, ...]) -> None:
    """The same figures as the lines that a wider question gives for that key."""
    ((name, value),) = filter.items()
    with county.reading() as session:
        part = steps(session, NOW, None, replace(YEAR, **filter), by)
        wider = [line for line in steps(session, NOW, None, YEAR, (*by, name)) if line.keys[name] == value]
    assert sum(line.count for line in part) == sum(line.count for line in wider)
    assert sum(line.working.total for line in part) == sum(line.working.total for line in wider)
    assert bool(part) == (value != "window")


def test_an_office_stands_with_everything_below_it(county: Database) -> None:
    with county.reading() as session:
        hall = session.scalars(select(Office.id).where(Office.kind == "county_hall")).one()
        bank = session.scalars(select(Task.office_id).where(Task.workflow == "bank-account", Task.office_id.is_not(None))).first()
        offices = {line.keys["office"]: line.count for line in steps(session, NOW, None, YEAR, ("office",))}
        (line,) = steps(session, NOW, None, replace(YEAR, office_id=hall), ())
        assert line.count >= offices[hall]
        assert bank in offices and steps(session, NOW, frozenset({bank}), YEAR, ("office",))[0].count == offices[bank]
        assert steps(session, NOW, frozenset(), replace(YEAR, office_id=hall), ()) == []


@pytest.mark.parametrize("by", [("colour",), ("state", "day")])
def test_unknown_keys_are_refused(county: Database, by: tuple[str, ...]) -> None:
    with county.reading() as session, pytest.raises(ValueError, match="cannot be grouped"):
        steps(session, NOW, None, YEAR, by)


def test_months_are_counted_over_the_end_of_a_year() -> None:
    assert month_after(date(2026, 11, 1), -11) == date(2025, 12, 1) and month_after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_after(date(2026, 1, 1), -1) == date(2025, 12, 1)


def test_months_are_named_by_their_first_day() -> None:
    with pytest.raises(ValueError, match="first day"):
        Filter(first_month=date(2026, 1, 2), last_month=date(2026, 2, 1))
    with pytest.raises(ValueError, match="before the first"):
        Filter(first_month=date(2026, 2, 1), last_month=date(2026, 1, 1))
    assert len(list(months_between(date(2025, 11, 1), date(2026, 2, 1)))) == 4


def test_lines_of_steps_add_up(county: Database) -> None:
    with county.reading() as session:
        parts, (whole,) = steps(session, NOW, None, YEAR, ("month", "office")), steps(session, NOW, None, YEAR, ())
    merged = StepLine({})
    for part in parts:
        merged.merge(part)
    assert len(parts) > 2 and merged == whole
