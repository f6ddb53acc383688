"""The inbox: whose tasks it shows, in which order and colour, and what claiming, releasing and finding do."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from approvals.db import Database, new_id
from approvals.models import Case, Task
from approvals.queries import inbox
from tests.support.driving import REGISTRATION, Chain, content_with, sign_all
from tests.support.seed import BANK, NOW, TOWN, Cast, file_case, seed
from tests.support.statements import counted
from tests.support.web import Visitor

ROWS = re.compile(r'<tr class="inbox-row.*?</tr>', re.DOTALL)
STATEMENTS_OF_A_PAGE = 5


def rows_of(page: Any) -> list[str]:
    return ROWS.findall(page.text)


def multiply(database: Database, case_id: int, due: list[datetime]) -> None:
    """Copies of a case with an open task each, due at these moments."""

    def copy(session: Any) -> None:
        case = session.execute(select(Case.__table__).where(Case.id == case_id)).mappings().one()
        is_open = (Task.case_id == case_id, Task.closed_at.is_(None))
        task = session.execute(select(Task.__table__).where(*is_open)).mappings().one()
        for number, moment in enumerate(due):
            copied = {"id": new_id(), "number": f"HM-COPY-{number:05d}", "token": f"copy-{number}"}
            session.execute(insert(Case.__table__).values({**case, **copied}))
            opened = {"id": new_id(), "case_id": copied["id"], "due_at": moment, "holder_id": None}
            session.execute(insert(Task.__table__).values({**task, **opened}))

    database.write(copy)


def test_a_task_stands_in_the_inbox_of_its_position_alone(chain: Chain, visit: Any) -> None:
    page = visit(chain.cast.registrar).get("/desk")
    (row,) = rows_of(page)
    case = chain.case(REGISTRATION)
    assert case.number in row and case.company in row and f"/cases/{case.token}" in row
    assert "登记审查" in row and "期限内" in row and "工作时间" in row and "无人接办" in row
    assert "张*请" in row and "张申请" not in row
    for other in (chain.cast.officers["tax"], chain.cast.outsider, chain.cast.bank_officer, chain.cast.town_clerk):
        page = visit(other).get("/desk")
        assert not rows_of(page) and "现在没有待办" in page.text


def test_the_inbox_is_closed_to_applicants_and_supervisors(chain: Chain, visit: Any) -> None:
    visit(chain.cast.applicant).get("/desk", status=403)
    visit(chain.cast.supervisor).get("/desk", status=403)


def test_a_page_costs_few_statements_however_many_rows_it_shows(chain: Chain, visit: Any, database: Database) -> None:
    visitor = visit(chain.cast.registrar)
    visitor.get("/desk")  # the names of offices are kept from now on
    with counted(database) as few:
        assert len(rows_of(visitor.get("/desk"))) == 1
    multiply(database, chain.case(REGISTRATION).id, [chain.now + timedelta(hours=1)] * 30)
    with counted(database) as many:
        assert len(rows_of(visitor.get("/desk"))) == inbox.PAGE_SIZE
    assert len(many) == len(few) <= STATEMENTS_OF_A_PAGE


def test_pages_hold_every_task_once_oldest_due_first(chain: Chain, visit: Any, database: Database) -> None:
    due = [chain.now + timedelta(minutes=7 * (number * 17 % 45)) for number in range(44)]
    multiply(database, chain.case(REGISTRATION).id, due)
    visitor, seen = visit(chain.cast.registrar), []
    for number in (1, 2, 3):
        page = visitor.get(f"/desk?page={number}")
        seen += [re.search(r'datetime="([^"]+)"', row).group(1) for row in rows_of(page)]  # type: ignore[union-attr]
        assert ('rel="next"' in page.text) == (number < 3)
    assert len(seen) == 45
    assert seen == sorted(seen)
    assert "回到第一页" in visitor.get("/desk?page=4").text


def test_the_filters_part_the_tasks_by_the_colour_that_their_rows_show(chain: Chain, visit: Any, database: Database) -> None:
    # One and a half working hours are allowed: a quarter of them is 22 and a half minutes.
    moments = {"late": -90, "near": 22, "in-time": 24}
    multiply(database, chain.case(REGISTRATION).id, [chain.now + timedelta(minutes=each) for each in moments.values()])
    visitor = visit(chain.cast.registrar)
    colours = {"late": "inbox-red", "near": "inbox-amber", "in-time": "inbox-green"}
    words = {"late": "已超期", "near": "将到期", "in-time": "期限内"}
    found = 0
    for name, colour in colours.items():
        rows = rows_of(visitor.get(f"/desk?due={name}"))
        assert rows and all(colour in row and words[name] in row for row in rows)
        found += len(rows)
    assert found == len(rows_of(visitor.get("/desk"))) == 4


def test_the_counts_agree_with_the_filters(chain: Chain, visit: Any, database: Database) -> None:
    chain.claim(REGISTRATION)
    multiply(database, chain.case(REGISTRATION).id, [chain.now - timedelta(hours=3)] * 3 + [chain.now + timedelta(minutes=5)])
    held = chain.cast.registrar.acting
    with database.reading() as session:
        counts = inbox.counts_of(session, held.person_id, held.positions, chain.now)
    assert (counts.every, counts.late, counts.near, counts.mine) == (5, 3, 1, 1)
    page = visit(chain.cast.registrar).get("/desk")
    assert [int(number) for number in re.findall(r"<strong>(\d+)</strong>", page.text)] == [5, 3, 1, 1]


def test_claiming_and_releasing_change_the_holder_and_say_so(chain: Chain, visit: Any) -> None:
    first, second = visit(chain.cast.registrar), visit(chain.cast.other_registrar)
    task = chain.task(REGISTRATION)
    assert task is not None
    answer = first.post(f"/tasks/{task.id}/claim", {"next": "/desk?holder=free"})
    assert answer.location == "/desk?holder=free"
    page = first.get("/desk")
    assert "已接办" in page.text and chain.task(REGISTRATION).holder_id == chain.cast.registrar.person_id  # type: ignore[union-attr]
    assert rows_of(first.get("/desk?holder=mine")) and not rows_of(first.get("/desk?holder=free"))
    second.post(f"/tasks/{task.id}/claim")
    assert "正由孙登记办理" in second.get("/desk").text
    first.post(f"/tasks/{task.id}/release")
    assert chain.task(REGISTRATION).holder_id is None  # type: ignore[union-attr]


def test_claiming_leads_nowhere_outside_the_product(chain: Chain, visit: Any) -> None:
    task = chain.task(REGISTRATION)
    assert task is not None
    answer = visit(chain.cast.registrar).post(f"/tasks/{task.id}/claim", {"next": "https://example.org/"})
    assert answer.location == "/desk"


def test_a_foreign_task_and_an_unknown_one_answer_alike(chain: Chain, visit: Any) -> None:
    task = chain.task(REGISTRATION)
    assert task is not None
    officer = visit(chain.cast.officers["tax"])
    foreign = officer.post(f"/tasks/{task.id}/claim", status=404)
    unknown = officer.post("/tasks/1/claim", status=404)
    # Tokens carry the second they were made in.
    with_token = re.compile(r'name="csrf_token" value="[^"]*"')
    assert with_token.sub("", foreign.text).replace(str(task.id), "1") == with_token.sub("", unknown.text)
    assert chain.task(REGISTRATION).holder_id is None  # type: ignore[union-attr]


def test_finishing_an_action_leads_back_to_the_inbox_with_what_was_done(chain: Chain, visit: Any) -> None:
    visitor = visit(chain.cast.registrar)
    case, task = chain.case(REGISTRATION), chain.task(REGISTRATION)
    assert task is not None
    sent = {"task": str(task.id), "key": "once", "opinion": ""}
    answer = visitor.post(f"/cases/{case.token}/actions/approve", sent)
    assert answer.location == "/desk"
    page = visitor.get("/desk")
    assert f"{case.number}：已完成“准予登记”，现在是“已登记”。" in page.text
    assert not rows_of(page)


@pytest.mark.parametrize("words", ["number", "part of the number", "part of the name"])
def test_a_case_is_found_by_number_and_name(chain: Chain, visit: Any, words: str) -> None:
    case = chain.case(REGISTRATION)
    asked = {"number": case.number, "part of the number": case.number[:12].lower(), "part of the name": case.company[3:7]}[words]
    rows = rows_of(visit(chain.cast.registrar).get("/desk/search", query_string={"q": asked}))
    assert any(case.number in row for row in rows)


def test_a_search_finds_only_cases_of_ones_department_and_office(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    asked = {"query_string": {"q": chain.case().number}}
    tax = rows_of(visit(chain.cast.officers["tax"]).get("/desk/search", **asked))
    assert len(tax) == 1 and chain.case("tax-registration").number in tax[0]
    bank = rows_of(visit(chain.cast.bank_officer).get("/desk/search", **asked))
    assert len(bank) == 1 and chain.case("bank-account").number in bank[0]
    for other in (chain.cast.other_bank_officer, chain.cast.outsider, chain.cast.applicant):
        assert not rows_of(visit(other).get("/desk/search", **asked))
    assert len(rows_of(visit(chain.cast.supervisor).get("/desk/search", **asked))) == 8


def test_signs_that_a_search_gives_meaning_to_are_taken_as_typed(chain: Chain, visit: Any) -> None:
    visitor = visit(chain.cast.registrar)
    for words in ("%", "_", "'; --", "\\"):
        assert not rows_of(visitor.get("/desk/search", query_string={"q": words}))


def test_a_clerk_hands_out_at_the_office_the_applicant_chose(application: Any, database: Database) -> None:
    cast: Cast = seed(database)
    driven = Chain(database, cast, content_with(delivery={"way": "point", "office": TOWN}, matters={"chosen": [], "bank": BANK}))
    application.config["NOW"] = lambda: driven.now
    driven.act(REGISTRATION, "approve")
    assert driven.case().state == "delivering"
    (row,) = rows_of(Visitor(application, cast.town_clerk.person_id).get("/desk"))
    assert driven.case().number in row and "待领取" in row
    assert not rows_of(Visitor(application, cast.clerk.person_id).get("/desk"))


def test_a_walk_in_stands_in_the_inbox_without_a_name(application: Any, database: Database) -> None:
    cast = seed(database)
    filed = file_case(database, cast.clerk, office_id=cast.offices["hall"])
    application.config["NOW"] = None
    assert not rows_of(Visitor(application, cast.registrar.person_id).get("/desk")), "not before everybody has signed"
    sign_all(database, filed.case_id, NOW)
    (row,) = rows_of(Visitor(application, cast.registrar.person_id).get("/desk"))
    assert filed.number in row and "窗口代收" in row
