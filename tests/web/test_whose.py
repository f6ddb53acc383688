"""Staff see on the page of a case whose every hour of it was."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from approvals.db import Database
from approvals.queries.cases import family_of
from approvals.queries.statistics.facts import case_facts
from approvals.queries.statistics.family_attribution import whose_time
from tests.support.driving import REGISTRATION, ROOT, Chain
from tests.support.seed import application
from tests.support.statements import counted
from tests.web.test_cases import path
from workflows.clock import format_length


def returned(chain: Chain) -> None:
    """A day at the registrar, two with the applicant, and back."""
    chain.now += timedelta(days=1)
    chain.act(REGISTRATION, "return_for_correction")
    chain.now += timedelta(days=2)
    chain.resubmit(application(chain.now.date()))
    chain.now += timedelta(hours=1)


def times(chain: Chain, database: Database, workflow: str = ROOT) -> list[tuple[str, int, int]]:
    """Workflow, the department's and the applicant's seconds of the case and of what it opened."""
    with database.reading() as session:
        family = family_of(session, chain.case(workflow).token)
        assert family is not None
        found = whose_time(session, family, family.subject, chain.now)
    return [(each.member.definition.key, each.seconds.department, each.seconds.applicant) for each in found]


def test_a_correction_is_the_applicants_time_of_the_matter_and_of_the_whole(chain: Chain, database: Database) -> None:
    returned(chain)
    (root, department, applicant), (registration, *same) = times(chain, database)
    assert (root, registration) == (ROOT, REGISTRATION)
    assert same == [department, applicant]
    assert applicant == 2 * 7 * 3600 + 60  # the minute in which it was sent in again
    assert 8 * 3600 <= department < 8 * 3600 + 300


def test_the_page_of_the_statistics_and_of_the_case_say_the_same(chain: Chain, database: Database) -> None:
    returned(chain)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    with database.reading() as session:
        family = family_of(session, chain.case().token)
        assert family is not None
        shown = {each.member.case.id: each.seconds for each in whose_time(session, family, family.subject, chain.now)}
        assert shown == {fact.case_id: fact.seconds for fact in case_facts(session, [chain.root_id], chain.now)}


def test_of_a_matter_only_its_own_time_is_shown(chain: Chain, database: Database) -> None:
    assert [workflow for workflow, *_ in times(chain, database, REGISTRATION)] == [REGISTRATION]


def test_staff_read_it_and_the_applicant_does_not(chain: Chain, visit: Any, database: Database) -> None:
    returned(chain)
    page = visit(chain.cast.registrar).get(path(chain)).text
    table = page[page.index('class="table stacked-table whose-table"') :]
    table = table[: table.index("</table>")]
    seconds = times(chain, database)[0]
    for part in seconds[1:]:
        assert format_length(part, "zh", 7 * 3600) in table
    assert path(chain, REGISTRATION) in table
    widths = [int(width) for width in re.findall(r'<rect class="whose-\w+" x="\d+" y="0" width="(\d+)"', page)]
    assert sum(widths) == 1000
    assert "whose-table" not in visit(chain.cast.applicant).get(path(chain)).text


def test_it_costs_the_same_however_long_the_history(chain: Chain, visit: Any, database: Database) -> None:
    staff = visit(chain.cast.registrar)
    staff.get(path(chain))
    address = path(chain)
    with counted(database) as young:
        staff.get(address)
    returned(chain)
    returned(chain)
    staff = visit(chain.cast.registrar)  # the first session has run out
    staff.get(address)
    with counted(database) as old:
        staff.get(address)
    assert len(young) == len(old)
