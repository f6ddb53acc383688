"""What the county sets itself: on a page, in the record, and on the trends of the statistics."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import AdministrationChange, Case, WorkflowTarget
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.targets import set_target
from approvals.operations.errors import NotFound, Refusal
from approvals.views.statistics import held
from approvals.views.statistics.part import hours, said
from tests.support.driving import REGISTRATION, Chain
from tests.support.figures import MOST_STATEMENTS, table_of
from tests.support.seed import NOW, Cast
from tests.support.statements import counted
from tests.support.web import Visitor

SET = {"on_time": "95", "p90_days": "3", "reason": "年初定"}
PAGE = f"/administration/targets/{REGISTRATION}"


def stored(database: Database) -> list[tuple[str, int | None, int | None]]:
    with database.reading() as session:
        return [(row.workflow, row.on_time, row.p90_days) for row in session.scalars(select(WorkflowTarget))]


@pytest.fixture
def manager(application: Any, chain: Chain) -> Visitor:
    return Visitor(application, chain.cast.administrator.person_id)


@pytest.fixture
def cast(chain: Chain) -> Cast:
    return chain.cast


def test_a_change_is_recorded_and_none_is_no_row(database: Database, cast: Cast) -> None:
    acting = cast.administrator.acting
    assert database.write(set_target, acting, REGISTRATION, SET, NOW)
    assert stored(database) == [(REGISTRATION, 95, 3)]
    assert not database.write(set_target, acting, REGISTRATION, {"on_time": " ９５％ ", "p90_days": "3"}, NOW)
    assert database.write(set_target, acting, REGISTRATION, {"on_time": "", "p90_days": "3"}, NOW)
    assert stored(database) == [(REGISTRATION, None, 3)]
    assert database.write(set_target, acting, REGISTRATION, {}, NOW) and stored(database) == []
    with database.reading() as session:
        first = session.scalars(select(AdministrationChange).order_by(AdministrationChange.id)).first()
    assert first is not None and (first.subject, first.title, first.reason) == ("target", "企业设立登记", "年初定")
    assert first.after == {"target_on_time": "95%", "target_p90": "3"}


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ({"on_time": "0"}, "on_time"), ({"on_time": "101"}, "on_time"), ({"on_time": "九十"}, "on_time"),
        ({"p90_days": "0"}, "p90_days"), ({"p90_days": "1000"}, "p90_days"), ({"p90_days": "1.5"}, "p90_days"),
        ({"p90_days": "-3"}, "p90_days"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused_at_its_field(database: Database, cast: Cast, typed: dict[str, str], column: str) -> None:
    with pytest.raises(Faulty) as refused:
        database.write(set_target, cast.administrator.acting, REGISTRATION, {**SET, **typed}, NOW)
    assert [each.column for each in refused.value.faults] == [column] and stored(database) == []


def test_nobody_else_sets_them(database: Database, cast: Cast, manager: Visitor) -> None:
    for member in (cast.supervisor, cast.registrar_head, cast.applicant):
        with pytest.raises(Refusal):
            database.write(set_target, member.acting, REGISTRATION, SET, NOW)
        Visitor(manager.application, member.person_id).get(PAGE, status=403)
    with pytest.raises(NotFound):
        database.write(set_target, cast.administrator.acting, "unknown", SET, NOW)
    manager.get("/administration/targets/unknown", status=404)


def test_they_are_set_on_a_page_and_stand_on_the_trends(manager: Visitor, chain: Chain, database: Database) -> None:
    assert "/administration/targets" in manager.get("/administration").text
    wrong = manager.post(PAGE, {**SET, "on_time": "120"}, status=422).text
    assert "1 到 100 的整数" in wrong and 'value="120"' in wrong and stored(database) == []
    assert manager.post(PAGE, SET, status=303).location == "/administration/targets"
    page = manager.get("/administration/targets").text
    assert "已保存" in page and "95%" in page
    assert 'value="95"' in manager.get(PAGE).text
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    supervisor = Visitor(manager.application, chain.cast.supervisor.person_id)
    trend = supervisor.get(f"/statistics/trends?workflow={REGISTRATION}").text
    assert f"目标由县里定：按时办结率不低于 95%（{chain.cast.administrator.name} 2" in trend
    assert table_of(trend, "按月趋势：按时办结率")[1][5] == "95"
    length = supervisor.get(f"/statistics/trends?workflow={REGISTRATION}&measure=length").text
    assert "90 分位数不超过 3 个工作日" in length
    assert table_of(length, "按月趋势：净工作时间")[1][6] == said(hours(3 * county_calendar().hours.seconds_per_day))
    typed = supervisor.get(f"/statistics/trends?workflow={REGISTRATION}&target=80").text
    assert "目标是您填的" in typed and table_of(typed, "按月趋势：按时办结率")[1][5] == "80"
    assert table_of(supervisor.get("/statistics/trends").text, "按月趋势：按时办结率")[1][5] == "100", "of no workflow: every promise"


def tile_of(page: str, title: str) -> list[str]:
    """What a tile says of its target, in words and by the class of its sign; nothing without one."""
    part = page[page.index(f"<dt>{title}</dt>") :]
    part = part[: part.index("</dd>")]
    return re.findall(r'tile-target">([^<]*) <strong class="target-(\w+)">([^<]*)</strong>', part)


@pytest.fixture
def many(chain: Chain, database: Database, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """An opening whose registration is over, with so few of them enough to judge."""
    monkeypatch.setattr(held, "FEWEST_RANKED", 1)
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    return chain


def test_a_tile_says_what_its_target_is_and_whether_it_is_met(manager: Visitor, many: Chain, database: Database) -> None:
    supervisor = Visitor(manager.application, many.cast.supervisor.person_id)
    address = f"/statistics?workflow={REGISTRATION}"
    assert "tile-target" not in supervisor.get(address).text and "tile-target" not in supervisor.get("/statistics").text
    database.write(set_target, many.cast.administrator.acting, REGISTRATION, SET, NOW)
    page = supervisor.get(address).text
    assert tile_of(page, "按时办结率") == [("目标：不低于 95%", "met", "达到")]
    assert tile_of(page, "净工作时间（中位数）") == [("目标：90 分位数不超过 3 个工作日", "met", "达到")]
    assert tile_of(page, "一次办结率") == []
    whole = supervisor.get("/statistics").text
    assert tile_of(whole, "按时办结率") == [("定了目标的事项：1 个", "met", "能评的 1 个都达到")]
    assert "tile-target" not in supervisor.get("/statistics?workflow=company-seal").text


def test_a_target_that_is_missed_says_so(manager: Visitor, many: Chain, database: Database) -> None:
    case = many.case(REGISTRATION)
    database.write(lambda session: session.execute(update(Case).where(Case.id == case.id).values(promised_due_at=case.opened_at)))
    acting = many.cast.administrator.acting
    database.write(set_target, acting, REGISTRATION, {"on_time": "95"}, NOW)
    database.write(set_target, acting, "company-seal", {"on_time": "90", "p90_days": "1"}, NOW)
    supervisor = Visitor(manager.application, many.cast.supervisor.person_id)
    page = supervisor.get(f"/statistics?workflow={REGISTRATION}").text
    assert tile_of(page, "按时办结率") == [("目标：不低于 95%", "missed", "没有达到")]
    assert tile_of(page, "净工作时间（中位数）") == []
    whole = supervisor.get("/statistics").text
    assert tile_of(whole, "按时办结率") == [("定了目标的事项：2 个", "missed", "能评的 1 个里 0 个达到")]
    assert tile_of(whole, "净工作时间（中位数）") == [("定了目标的事项：1 个", "unsaid", "件数太少，不评")]


def test_too_few_cases_neither_meet_nor_miss_a_target(manager: Visitor, chain: Chain, database: Database) -> None:
    chain.act(REGISTRATION, "approve")
    database.write(set_target, chain.cast.administrator.acting, REGISTRATION, SET, NOW)
    page = Visitor(manager.application, chain.cast.supervisor.person_id).get(f"/statistics?workflow={REGISTRATION}").text
    assert tile_of(page, "按时办结率") == [("目标：不低于 95%", "unsaid", "件数太少，不评")]


def test_targets_cost_one_statement_however_many(manager: Visitor, chain: Chain, database: Database) -> None:
    supervisor, costs = Visitor(manager.application, chain.cast.supervisor.person_id), []
    for workflow in (None, REGISTRATION, "company-seal"):
        if workflow is not None:
            database.write(set_target, chain.cast.administrator.acting, workflow, SET, NOW)
        supervisor.get("/statistics")
        with counted(database) as sent:
            supervisor.get("/statistics")
        costs.append(len(sent))
    assert len(set(costs)) == 1 and costs[0] <= MOST_STATEMENTS, costs
