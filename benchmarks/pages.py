"""The pages of supervisors as they are asked for: through the web application, with what it costs to sign in and to draw."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median
from typing import Any
from urllib.parse import urlencode

from approvals.app import create_app
from approvals.db import Database
from tests.support.seed import NOW, Cast
from tests.support.statements import counted
from tests.support.web import Visitor, application_settings

ROUNDS, BEFORE = 7, 2
HEADERS = {"Accept-Encoding": "gzip"}
PAGES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "overview": ("/statistics", {}),
    "heat_map": ("/statistics/steps", {}),
    "heat_map_late": ("/statistics/steps", {"measure": "late"}),
    "chain": ("/statistics/chain", {"workflow": "company-opening"}),
    "trends": ("/statistics/trends", {}),
    "comparison_steps": ("/statistics/comparison", {}),
    "comparison_length": ("/statistics/comparison", {"measure": "length", "workflow": "company-opening"}),
    "figures_by_workflow": ("/statistics/figures", {"shown": "all"}),
    "figures_by_office": ("/statistics/figures", {"by": "office", "shown": "all"}),
    "figures_by_month": ("/statistics/figures", {"by": "month", "shown": "all"}),
    "figures_of_steps": ("/statistics/figures", {"of": "steps", "shown": "all"}),
    "figures_whose": ("/statistics/figures", {"by": "office", "shown": "whose"}),
    "forecast": ("/statistics/forecast", {}),
    "backlog": ("/statistics/backlog", {}),
    "rework": ("/statistics/rework", {}),
    "claims": ("/statistics/claims", {}),
    "claims_every": ("/statistics/claims", {"every": "1"}),
    "claims_by_office": ("/statistics/claims", {"by": "office", "claim": "one-step"}),
    "cases_behind": ("/statistics/cases", {"workflow": "tax-registration", "state": "handling"}),
    "cases_behind_late": ("/statistics/cases", {"workflow": "tax-registration", "state": "handling", "timing": "late"}),
    "closed": ("/statistics/closed", {"workflow": "company-opening"}),
    "open": ("/statistics/open", {}),
    "supervision": ("/supervision", {}),
}
"""Name → path and conditions; all of the whole county and of the last twelve months, as a page is asked for at first."""


class Supervisor:
    """Somebody who supervises the county, at a browser."""

    def __init__(self, database: Database, cast: Cast) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        self._application = create_app({**application_settings(url), "NOW": lambda: NOW})
        self._database: Database = self._application.extensions["database"]
        self._visitor = Visitor(self._application, cast.supervisor.person_id)

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.dispose()

    def looks_at(self, name: str) -> dict[str, Any]:
        """Statements and milliseconds of a page, by the clock and of this process's own work.

        The fewest, and the work, say what it costs where others use the machine too; on SQLite the work is all there is.
        What a process reads once is read before.
        """
        path, conditions = PAGES[name]
        address, times, cpus, statements = f"{path}?{urlencode(conditions)}", [], [], []
        for _ in range(BEFORE):
            self._get(address)
        for _ in range(ROUNDS):
            with counted(self._database) as seen:
                begun, worked = time.perf_counter(), time.process_time()
                self._get(address)
                times.append(1000 * (time.perf_counter() - begun))
                cpus.append(1000 * (time.process_time() - worked))
            statements.append(len(seen))  # now and then with those by which a process learns what others have changed
        return {
            "statements": min(statements), "ms_min": round(min(times), 1), "ms_median": round(median(times), 1),
            "cpu_ms_median": round(median(cpus), 1),
        }  # fmt: skip

    def _get(self, address: str) -> None:
        answer = self._visitor.client.get(address, headers=HEADERS)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
