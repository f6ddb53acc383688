"""A family whose figures are in the rollups and of which something is written afterwards: it is taken out and entered anew."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.models import Case, SettledCase
from approvals.operations import rollups
from approvals.queries.statistics.reconciling import differences
from approvals.queries.statistics.tables import cases
from tests.clock.strategies import at
from tests.statistics.asking import YEAR, everything
from tests.statistics.conftest import finish, named
from tests.support.driving import FORMS, REGISTRATION, ROOT, Chain, content_with
from tests.support.seed import HALL, seed
from tests.support.statements import counted

NOW = at("2026-11-24 10:00")


def count(database: Database, table: Any, *which: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def over(chain: Chain) -> None:
    """Let the matters that are left be done; the results go out electronically."""
    chain.settle_matters()
    assert chain.states()[ROOT] == "delivered"


def visits(database: Database) -> int:
    with database.reading() as session:
        return sum(line.visits for line in cases(session, NOW, None, YEAR, ()))


class TestReopened:
    """A matter that is started again after everything was over is taken out of the rollups, and enters them once more."""

    @pytest.fixture
    def chain(self, engine: Any) -> Chain:
        database = Database(engine=engine)
        chain = Chain(database, seed(database), named("青样"), now=at("2026-09-28 09:00"))
        chain.act(REGISTRATION, "approve")
        chain.act("company-seal", "fail")
        over(chain)
        return chain

    def test_figures_stay_those_counted_one_by_one(self, chain: Chain) -> None:
        database = chain.database
        catch_up(database, NOW)
        settled = everything(database, NOW)
        assert count(database, SettledCase) == count(database, Case)
        chain.now = at("2026-11-24 11:00")
        chain.act("company-seal", "restart")
        assert everything(database, NOW) == settled, "until the next run it stays counted as it was, and once"
        catch_up(database, at("2026-11-24 12:00"))
        assert count(database, SettledCase) == 0
        reopened = everything(database, NOW)
        assert reopened != settled
        chain.now = at("2026-11-25 10:00")
        chain.act("company-seal", "complete")
        done = everything(database, NOW)
        assert done != reopened
        catch_up(database, at("2026-11-25 12:00"))
        assert everything(database, NOW) == done
        assert count(database, SettledCase) == count(database, Case)
        database.write(rollups.start_again)
        assert everything(database, NOW) == done

    def test_results_that_are_handed_out_once_more_are_a_visit(self, engine: Any) -> None:
        """Nothing of it is a task: the event alone says that somebody came again."""
        database = Database(engine=engine)
        content = content_with(delivery={"way": "window", "office": HALL})
        chain = Chain(database, seed(database), content, now=at("2026-09-28 09:00"))
        chain.act(REGISTRATION, "approve")
        chain.act("company-seal", "fail")
        chain.settle_matters()
        chain.settle_matters()
        chain.act(ROOT, "hand_out")
        chain.act("company-seal", "restart")
        chain.act("company-seal", "complete")
        catch_up(database, NOW)
        assert count(database, SettledCase) == count(database, Case)
        before = visits(database)
        chain.now = NOW + timedelta(hours=1)
        chain.act(ROOT, "hand_out_again", form=FORMS["hand_out"])
        later = NOW + timedelta(hours=2)
        with database.reading() as session:
            assert list(differences(session, later)) == [], "until the next run it stays counted as it was"
        catch_up(database, later)
        assert visits(database) == before + 1
        with database.reading() as session:
            assert list(differences(session, later)) == []
        with counted(database) as sent:
            catch_up(database, later + timedelta(minutes=5))
        assert not [statement for statement in sent if "settled_cases" in statement and not statement.startswith("SELECT")]

    def test_results_that_nobody_fetches_are_no_work_of_every_page(self, engine: Any) -> None:
        """A case is counted when it closes; what waits on the shelf stays there for years."""
        database = Database(engine=engine)
        content = content_with(delivery={"way": "window", "office": HALL})
        chain = Chain(database, seed(database), content, now=at("2026-09-28 09:00"))
        chain.act(REGISTRATION, "approve")
        chain.settle_matters()
        chain.settle_matters()
        assert chain.states()[ROOT] == "delivering"
        live = everything(database, NOW)
        catch_up(database, NOW)
        assert count(database, SettledCase) == count(database, Case)
        assert everything(database, NOW) == live
        chain.now = at("2026-11-25 09:00")
        chain.act(ROOT, "hand_out")
        catch_up(database, at("2026-11-25 12:00"))
        assert count(database, SettledCase) == count(database, Case)
        fetched = everything(database, NOW)
        with database.reading() as session:
            assert list(differences(session, at("2026-11-25 13:00"))) == []
        database.write(rollups.start_again)
        assert everything(database, NOW) == fetched

    def test_the_shortest_and_longest_of_what_is_left_are_known_again(self, chain: Chain) -> None:
        database = chain.database
        finish(Chain(database, chain.cast, named("麦样"), now=at("2026-09-28 10:00")))
        catch_up(database, NOW)
        chain.now = at("2026-11-24 11:00")
        chain.act("company-seal", "restart")
        later = at("2026-11-25 12:00")
        catch_up(database, later)
        assert count(database, SettledCase) > 0
        with database.reading() as session:
            assert list(differences(session, later)) == []

    def test_one_that_was_over_again_between_two_runs(self, chain: Chain) -> None:
        database = chain.database
        catch_up(database, NOW)
        chain.now = at("2026-11-24 11:00")
        chain.act("company-seal", "restart")
        chain.act("company-seal", "complete")
        later = at("2026-11-25 10:00")
        catch_up(database, later)
        rolled = everything(database, later)
        database.write(rollups.start_again)
        assert everything(database, later) == rolled
