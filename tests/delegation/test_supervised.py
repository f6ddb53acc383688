"""What supervisors see of delegated cases in the lists of what is late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from approvals.jobs.warnings import warn_due
from tests.support.delegating import Delegated
from tests.support.web import Visitor


def test_a_late_case_that_has_no_company_yet_says_whose_it_is(application: Any, carried: Delegated) -> None:
    carried.answer()
    carried.now += timedelta(days=30)
    warn_due(carried.database, carried.now)
    supervisor = Visitor(application, carried.cast.supervisor.person_id)
    for page in ("/supervision", "/supervision/warnings"):
        assert "钱*托的委托" in supervisor.get(page).text, page
