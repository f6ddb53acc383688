"""What the county sets itself: on a page, in the record, and on the trends of the statistics."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import AdministrationChange, WorkflowTarget
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.targets import set_target
from approvals.operations.errors import NotFound, Refusal
from approvals.views.statistics.part import hours, said
from tests.support.driving import REGISTRATION, Chain
from tests.support.figures import table_of
from tests.support.seed import NOW, Cast
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
    assert "目标由县里定：按时办结率不低于 95%（" in trend and table_of(trend, "按月趋势：按时办结率")[1][5] == "95"
    length = supervisor.get(f"/statistics/trends?workflow={REGISTRATION}&measure=length").text
    assert "90 分位数不超过 3 个工作日" in length
    assert table_of(length, "按月趋势：净工作时间")[1][6] == said(hours(3 * county_calendar().hours.seconds_per_day))
    typed = supervisor.get(f"/statistics/trends?workflow={REGISTRATION}&target=80").text
    assert "目标是您填的" in typed and table_of(typed, "按月趋势：按时办结率")[1][5] == "80"
    assert table_of(supervisor.get("/statistics/trends").text, "按月趋势：按时办结率")[1][5] == "100", "of no workflow: every promise"
