"""Claim codes tried at once are worth no more than codes tried one after the other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from approvals.db import Database
from approvals.operations import claiming
from tests.support import seed

AT_ONCE = 8


def test_codes_tried_at_once_are_counted_one_by_one(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(database_url)
    cast = seed.seed(database)
    number = seed.file_case(database, cast.clerk, office_id=cast.offices[seed.HALL]).number
    looked_at: list[str] = []
    together = threading.Barrier(AT_ONCE)
    real = claiming._adopt

    def watched(session: Any, acting: Any, case_id: int, code: str, now: Any) -> bool:
        looked_at.append(code)
        return real(session, acting, case_id, code, now)

    def attempt(place: int) -> claiming.Adoption:
        together.wait()
        return database.write(claiming.adopt, cast.applicant.acting, number, f"WRONG{place}", seed.NOW)

    monkeypatch.setattr(claiming, "_adopt", watched)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(attempt, range(AT_ONCE)))
    assert len(looked_at) == claiming.TRIES_OF_A_PERSON
    assert sorted(answer.tries_left for answer in answers) == [0, 0, 0, 0, 1, 2, 3, 4]
    database.dispose()

