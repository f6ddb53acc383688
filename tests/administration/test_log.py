"""The record of administration: what stands in a line, and how lines are found; on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import AdministrationChange
from approvals.operations.administration.log import record
from approvals.queries.administration import PAGE, Filters, changes
from tests.support.seed import NOW, Cast


def write(database: Database, cast: Cast, number: int, **values: object) -> bool:
    line = {
        "subject": "office", "subject_id": number, "title": f"服务点{number}", "before": {"phone": "1", "name": "同名"},
        "after": {"phone": "2", "name": "同名"}, "reason": "核对100%",
    } | values  # fmt: skip
    return database.write(record, cast.administrator.acting, NOW + timedelta(days=number), **line)


def test_a_line_holds_what_differs_and_none_is_written_for_nothing(database: Database, cast: Cast) -> None:
    assert write(database, cast, 1, after={"phone": "2", "name": "同名", "valid_to": date(2026, 12, 31)})
    assert not write(database, cast, 2, after={"phone": "1", "name": "同名"})
    with database.reading() as session:
        (line,) = changes(session)[0]
    assert (line.before, line.after) == ({"phone": "1"}, {"phone": "2", "valid_to": "2026-12-31"})
    assert (line.person_name, line.person_id) == ("韩管理", cast.administrator.person_id)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), [5, 4, 3, 2, 1]),
        (Filters(subject="closure"), [5]),
        (Filters(subject_id=3), [3]),
        (Filters(person="韩"), [5, 4, 3, 2, 1]),
        (Filters(person="没有这个人"), []),
        (Filters(words="服务点2"), [2]),
        (Filters(words="100%"), [5, 4, 3, 2, 1]),
        (Filters(words="1_0%"), []),
        (Filters(since=date(2026, 11, 26)), [5, 4, 3]),
        (Filters(until=date(2026, 11, 25)), [2, 1]),
        (Filters(since=date(2026, 11, 26), until=date(2026, 11, 26)), [3]),
    ],
)
def test_lines_are_found_the_newest_first(database: Database, cast: Cast, filters: Filters, found: list[int]) -> None:
    for number in range(1, 6):
        write(database, cast, number, subject="closure" if number == 5 else "office")
    with database.reading() as session:
        rows, count = changes(session, filters)
    assert ([row.subject_id for row in rows], count) == (found, len(found))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_lines_come_in_pages(database: Database, cast: Cast) -> None:
    for number in range(1, PAGE + 3):
        write(database, cast, number)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AdministrationChange)) == PAGE + 2
        first, count = changes(session)
        second, _count = changes(session, page=2)
        assert changes(session, page=-5)[0] == first
    assert (len(first), len(second), count) == (PAGE, 2, PAGE + 2)
    assert changes(session, page=99)[0] == []
