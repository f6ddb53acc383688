"""The rollups: whatever is in them and whatever is still live, every figure is the same as when all is counted one by one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from approvals.calendar import county_calendar, supposing
from approvals.db import Database
from approvals.jobs.rollups import begin_again, catch_up
from approvals.models import Case, RollupState, SettledCase, StepRollup, Task
from approvals.operations import rollups
from approvals.queries.statistics import facts
from approvals.queries.statistics.rolled import rolled_until
from approvals.queries.statistics.tables import cases, steps
from tests.clock.strategies import at
from tests.statistics.asking import YEAR, everything
from tests.statistics.conftest import finish, named
from tests.support.databases import Databases
from tests.support.driving import Chain
from tests.support.seed import seed
from tests.support.statements import counted
from workflows.clock import WorkingCalendar, Year
from workflows.statistics.histograms import Histogram

NOW = at("2026-11-24 10:00")


@pytest.fixture(autouse=True)
def nothing_rolled(county: Database) -> Iterator[None]:
    """Each test begins without rollups."""
    county.write(rollups.start_again)
    yield


def until(database: Database) -> datetime | None:
    with database.reading() as session:
        return rolled_until(session)


def count(database: Database, table: Any, *which: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


@pytest.mark.parametrize("most", [1, 7, 2_000])
def test_rolled_up_figures_are_those_counted_one_by_one(county: Database, most: int) -> None:
    live = everything(county, NOW)
    assert live[0][0].count > 30
    entered = catch_up(county, NOW, most)
    assert entered == count(county, Task, Task.closed_at.is_not(None))
    assert count(county, SettledCase) > 5
    assert everything(county, NOW) == live


@pytest.mark.parametrize("moment", ["2026-10-01 09:00", "2026-10-20 09:00", "2026-11-04 10:00"])
def test_what_ended_since_is_counted_live(county: Database, moment: str) -> None:
    """However far the rollups reach, together with the rest they say the same."""
    live = everything(county, NOW)
    assert 0 < catch_up(county, at(moment)) < count(county, Task, Task.closed_at.is_not(None))
    assert until(county) == at(moment) - rollups.LAG
    assert everything(county, NOW) == live


def test_offices_of_a_jurisdiction_are_counted_alike(county: Database) -> None:
    with county.reading() as session:
        office_id = session.scalars(select(Task.office_id).where(Task.office_id.is_not(None))).first()
    assert office_id is not None

    def asked() -> list[Any]:
        reaches = (frozenset({office_id}), None), (None, office_id), (frozenset(), None)
        return [everything(county, NOW, *reach) for reach in reaches]

    live = asked()
    assert live[0][0][0].count > 0 and live[2][0] == []
    catch_up(county, NOW)
    assert asked() == live


def test_a_page_costs_the_same_statements_whatever_is_rolled_up(county: Database) -> None:
    everything(county, NOW)
    with counted(county) as before:
        everything(county, NOW)
    catch_up(county, NOW)
    with counted(county) as after:
        everything(county, NOW)
    assert len(after) == len(before)


def test_catching_up_again_does_nothing(county: Database) -> None:
    catch_up(county, NOW)
    before = everything(county, NOW)
    with counted(county) as sent:
        assert catch_up(county, NOW) == 0
    assert not [statement for statement in sent if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert everything(county, NOW) == before


def test_beginning_again_gives_the_same_rows(county: Database) -> None:
    catch_up(county, NOW, 3)
    with county.reading() as session:
        before = {cell(row): (row.count, row.working_buckets, row.wall_total) for row in session.scalars(select(StepRollup))}
    begin_again(county, NOW)
    with county.reading() as session:
        after = {cell(row): (row.count, row.working_buckets, row.wall_total) for row in session.scalars(select(StepRollup))}
    assert after == before


def cell(row: StepRollup) -> str:
    """What a row counts, whichever filling counted it."""
    return row.key.removeprefix(f"{row.generation}|")


def test_pages_read_what_was_filled_before_until_all_is_counted_anew(county: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting everything live meanwhile would cost minutes where much has been done."""
    catch_up(county, NOW)
    served = everything(county, NOW)
    monkeypatch.setattr(rollups, "RULES", rollups.RULES + 1)
    seen = 0
    while True:
        with county.reading() as session:
            batch = rollups.next_batch(session, NOW, 10)
        if batch is None or batch.what == rollups.SERVE:
            break
        assert county.write(rollups.enter, batch)
        seen += 1
        assert until(county) == NOW - rollups.LAG, "nothing is counted live that was not before"
        assert everything(county, NOW) == served
    assert seen > 3 and batch is not None
    assert not county.write(rollups.enter, replace(batch, generation=7))
    assert county.write(rollups.enter, batch) and not county.write(rollups.enter, batch)
    assert everything(county, NOW) == served
    assert count(county, SettledCase) == 2 * count(county, SettledCase, SettledCase.generation == batch.generation)
    assert catch_up(county, NOW) == 0
    assert count(county, SettledCase, SettledCase.generation != batch.generation) == 0
    assert count(county, StepRollup, StepRollup.generation != batch.generation) == 0
    assert everything(county, NOW) == served


def test_what_ended_in_the_last_minutes_stays_live(county: Database) -> None:
    """An action says when it happened before it is committed: nothing so young is passed by."""
    with county.reading() as session:
        last = session.scalars(select(func.max(Task.closed_at))).one()
    live = everything(county, NOW)
    catch_up(county, last + rollups.LAG)
    assert count(county, Task, Task.closed_at >= until(county)) > 0
    assert everything(county, NOW) == live


def test_of_two_workers_with_the_same_batch_one_enters_it(county: Database) -> None:
    live = everything(county, NOW)
    with county.reading() as session:
        first = rollups.next_batch(session, NOW, 10)
        second = rollups.next_batch(session, NOW, 20)
    assert first is not None and second is not None
    assert county.write(rollups.enter, first)
    assert not county.write(rollups.enter, second)
    assert not county.write(rollups.enter, first)
    with county.reading() as session:
        third, fourth = rollups.next_batch(session, NOW, 10), rollups.next_batch(session, NOW, 30)
    assert third is not None and fourth is not None and third.since == first.until
    assert county.write(rollups.enter, fourth)
    assert not county.write(rollups.enter, third)
    catch_up(county, NOW)
    assert everything(county, NOW) == live


def test_any_number_of_workers_roll_up_each_step_once(county: Database) -> None:
    live = everything(county, NOW)
    with ThreadPoolExecutor(4) as workers:
        entered = sum(workers.map(lambda _: catch_up(county, NOW, 5), range(4)))
    assert entered == count(county, Task, Task.closed_at.is_not(None))
    assert everything(county, NOW) == live


def test_steps_that_ended_at_one_instant_are_never_parted(county: Database) -> None:
    with county.reading() as session:
        ended = select(Task.closed_at, func.count()).where(Task.closed_at.is_not(None)).group_by(Task.closed_at)
        instant, together = session.execute(ended.order_by(func.count().desc())).all()[0]
    assert together > 1
    since: datetime | None = None
    while True:
        with county.reading() as session:
            batch = rollups.next_batch(session, NOW, 1)
        if batch is None:
            break
        county.write(rollups.enter, batch)
        if (batch.since or datetime(1970, 1, 1, tzinfo=UTC)) <= instant < batch.until:
            assert len(batch.steps) >= together
            since = instant
    assert since == instant


def test_a_day_that_became_a_holiday_begins_the_rollups_anew(county: Database) -> None:
    catch_up(county, NOW)
    years = dict(county_calendar().years)
    working = bytearray(years[2026].working)
    working[datetime(2026, 10, 13).timetuple().tm_yday - 1] = 0
    changed = WorkingCalendar(years | {2026: Year(bytes(working), official=True, notice="示例通知")})
    with supposing(changed):
        assert catch_up(county, NOW) == count(county, Task, Task.closed_at.is_not(None))
        rolled = everything(county, NOW)
        county.write(rollups.start_again)
        assert everything(county, NOW) == rolled


def test_other_rules_of_counting_begin_the_rollups_anew(county: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    catch_up(county, NOW)
    monkeypatch.setattr(rollups, "RULES", rollups.RULES + 1)
    assert catch_up(county, NOW) == count(county, Task, Task.closed_at.is_not(None))
    assert catch_up(county, NOW) == 0


def test_a_year_to_come_changes_nothing(county: Database) -> None:
    catch_up(county, NOW)
    years = dict(county_calendar().years)
    with supposing(WorkingCalendar(years | {2027: Year(bytes(365), official=True, notice="示例通知")})):
        assert catch_up(county, NOW) == 0


def test_a_line_is_what_the_calendar_says_of_its_tasks(county: Database) -> None:
    catch_up(county, NOW)
    with county.reading() as session:
        (line,) = steps(session, NOW, None, YEAR, ())
        (seal,) = [each for each in steps(session, NOW, None, YEAR, ("workflow",)) if each.keys["workflow"] == "company-seal"]
        of_seals = select(Task.opened_at, Task.closed_at).where(Task.workflow == "company-seal", Task.closed_at.is_not(None))
        stays = session.execute(of_seals).all()
    taken = sorted(county_calendar().working_seconds(*stay) for stay in stays)
    assert taken[-1] > 0
    assert (seal.working.minimum, seal.working.maximum, seal.working.total) == (taken[0], taken[-1], sum(taken))
    assert line.seconds.total == line.working.total  # nothing was suspended


def test_nobody_asks_whose_the_time_of_open_cases_was_where_they_are_only_counted(
    county: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is most of the work of a page, and there may be a thousand of them."""
    catch_up(county, NOW)
    asked: list[Any] = []
    real = facts._attributed
    monkeypatch.setattr(facts, "_attributed", lambda *values: asked.append(values[1]) or real(*values))
    with county.reading() as session:
        assert sum(line.open for line in cases(session, NOW, None, YEAR, ("workflow",))) > 3
    assert asked and not [case.id for case in asked if case.closed_at is None]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_who_still_writes_holds_the_watermark_back(engine: Any, databases: Databases) -> None:
    """A transaction that began before the lag and commits after the run: what it closes is not passed by."""
    database = Database(engine=engine)
    chain = Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00"))
    now = datetime.now(UTC)
    with engine.connect() as slow, slow.begin():
        slow.execute(update(Case).where(Case.id == chain.root_id).values(extension_days=Case.extension_days))
        slow.execute(text("SELECT pg_sleep(1.1)"))
        catch_up(database, now)
        reached = until(database)
        assert reached is not None and reached <= now - rollups.LAG - timedelta(seconds=1)
    catch_up(database, now)
    assert until(database) == now - rollups.LAG


def test_a_demo_that_was_loaded_beside_a_worker_is_rolled_up_whole(engine: Any) -> None:
    from approvals.demo.loading import _finish

    database = Database(engine=engine)
    chain = Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00"))
    catch_up(database, NOW)
    finish(chain)
    database.write(_finish)
    assert count(database, RollupState) == 0
    live = everything(database, NOW)
    catch_up(database, NOW)
    assert everything(database, NOW) == live


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_few_live_steps_are_found_by_when_they_ended(county: Database) -> None:
    """However many steps there are, the live ones are found by the index; walking the table would cost more each year."""
    catch_up(county, NOW)
    with county.reading() as session:
        with counted(county) as sent:
            steps(session, NOW, None, YEAR, ("state",))
        (live,) = [statement for statement in sent if "LEFT OUTER JOIN events" in statement]
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {live}", (0,) * live.count("?"))]
    assert any("tasks USING INDEX ix_tasks_closed_at" in line for line in plan), plan


@pytest.mark.parametrize("times", [(), ("working",), ("wall",)])
def test_durations_that_nobody_asked_for_are_neither_read_nor_told(county: Database, times: tuple[str, ...]) -> None:
    """Their buckets are most of what a page reads."""
    for _ in range(2):
        with county.reading() as session:
            for find, by in ((steps, ("state",)), (cases, ("workflow",))):
                whole = find(session, NOW, None, YEAR, by)
                with counted(county) as sent:
                    part = find(session, NOW, None, YEAR, by, times=times)
                (read,) = [each for each in sent if "_rollups.month >=" in each]
                assert [name for name in ("working", "wall") if f"{name}_buckets" in read] == list(times)
                for line, full in zip(part, whole, strict=True):
                    assert (line.keys, line.seconds) == (full.keys, full.seconds)
                    for name in ("working", "wall"):
                        assert getattr(line, name) == (getattr(full, name) if name in times else Histogram())
        catch_up(county, NOW)
