"""What tests of the administered calendar share: a filed company opening at the end of the year, and a notice for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.db import Database
from tests.support.driving import Chain

NOW = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
TYPED: Mapping[str, str] = {
    "year": "2027",
    "name": "国务院办公厅关于2027年部分节假日安排的通知",
    "number": "国办发明电[2026] 9号",
    "holidays": "1月1日至4日\n2月5日至11日\n4月5日\n5月1日至5日\n6月9日\n9月15日\n10月1日至7日",
    "workdays": "1月9日\n2月20日\n5月8日\n9月26日、10月9日",
}
"""2027-01-04 becomes a day off, 2027-01-09 a workday."""


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    return found


@pytest.fixture
def chain(application: Any, database: Database) -> Chain:
    driven = Chain(database, now=NOW)
    application.config["NOW"] = lambda: driven.now
    return driven
