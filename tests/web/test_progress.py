"""Progress for whoever has the receipt, or the number and the end of the telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from approvals.db import Database
from approvals.models import Case, Document, Rating
from approvals.operations import progress
from tests.core.test_ratings import WALK_IN, closed
from tests.support.driving import Chain
from tests.support.seed import Member
from tests.support.statements import counted
from tests.support.web import Visitor

WRONG = "办件号和手机号后四位对不上"


def receipt_of(chain: Chain) -> str:
    with chain.database.reading() as session:
        found = select(Document.token).where(Document.root_id == chain.root_id, Document.kind == "receipt")
        return str(session.scalars(found).one())


def ask(visitor: Visitor, number: str, end: str, status: int) -> Any:
    return visitor.post("/progress", {"number": number, "phone_end": end}, status=status, page="/progress")


def test_number_and_digits_lead_to_the_page_of_the_receipt(application: Any, chain: Chain) -> None:
    visitor = Visitor(application)
    visitor.get("/progress")
    response = ask(visitor, f" {chain.filed.number.lower()} ", "０００1", 303)
    assert response.location == f"/progress/{receipt_of(chain)}"
    page = visitor.get(response.location).text
    assert chain.filed.number in page and "您要做什么" in page and "每一步的时间和地点" in page
    assert "县政务服务大厅" in page or "惠民县政务服务中心" in page


def test_the_page_names_nobody_and_not_the_address_of_the_case(application: Any, chain: Chain) -> None:
    chain.act("company-registration", "approve")
    page = Visitor(application).get(f"/progress/{receipt_of(chain)}").text
    main = page[page.index("<main") : page.index("</main>")]
    staff = [member.name for member in (chain.cast.registrar, chain.cast.applicant, chain.cast.clerk)]
    assert not [name for name in staff if name in main]
    assert chain.filed.token not in main
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dX]", main)


def test_a_wrong_pair_reads_the_same_as_an_unknown_number(application: Any, chain: Chain) -> None:
    visitor = Visitor(application)
    wrong = ask(visitor, chain.filed.number, "9999", 422).text
    unknown = ask(visitor, "HM202611230099990", "0001", 422).text
    assert WRONG in wrong and WRONG in unknown
    assert fault_of(wrong) == fault_of(unknown)
    assert ask(visitor, chain.filed.number, "", 422) and ask(visitor, "", "0001", 422)
    assert "请填写" in ask(visitor, "", "", 422).text


def fault_of(page: str) -> str:
    found = re.search(r'class="error-summary".*?</section>', page, re.S)
    assert found
    return found[0]


def test_after_ten_wrong_tries_a_case_answers_nobody_for_the_day(application: Any, chain: Chain) -> None:
    for number in range(progress.TRIES_AT_A_CASE):
        ask(Visitor(application), chain.filed.number, f"90{number:02d}", 422)
    assert WRONG in ask(Visitor(application), chain.filed.number, "0001", 422).text
    Visitor(application).get(f"/progress/{receipt_of(chain)}")


def test_an_address_that_tries_too_often_waits(application: Any, chain: Chain) -> None:
    visitor = Visitor(application)
    for number in range(progress.TRIES_OF_A_VISITOR):
        ask(visitor, f"HM2025010100{number:05d}", "0001", 422)
    assert "一小时后" in ask(visitor, chain.filed.number, "0001", 429).text


def test_right_pairs_use_nothing_up(application: Any, chain: Chain) -> None:
    visitor = Visitor(application)
    for _ in range(progress.TRIES_OF_A_VISITOR + 1):
        ask(visitor, chain.filed.number, "0001", 303)


@pytest.mark.parametrize("token", ["unknown", "x" * 400, "%E2%80%8B"])
def test_an_unknown_receipt_is_not_found(application: Any, chain: Chain, token: str) -> None:
    Visitor(application).get(f"/progress/{token}", status=404)
    Visitor(application).get(f"/progress/{token}/rating", status=404)
    Visitor(application).get(f"/progress/{chain.filed.token}", status=404)


def test_a_revoked_receipt_leads_nowhere(application: Any, database: Database, chain: Chain) -> None:
    token = receipt_of(chain)
    database.write(lambda session: session.execute(update(Document).where(Document.token == token).values(status="revoked")))
    Visitor(application).get(f"/progress/{token}", status=404)
    ask(Visitor(application), chain.filed.number, "0001", 422)


def test_what_to_do_follows_the_case(application: Any, chain: Chain) -> None:
    address = f"/progress/{receipt_of(chain)}"
    assert "您现在不用操作" in Visitor(application).get(address).text
    chain.act("company-registration", "return_for_correction")
    assert "需要您补正" in Visitor(application).get(address).text


def test_statements_of_the_page(application: Any, database: Database, chain: Chain) -> None:
    address = f"/progress/{receipt_of(chain)}"
    Visitor(application).get(address)
    with counted(database) as sent:
        Visitor(application).get(address)
    assert len(sent) == 3, sent


def test_a_walk_in_rates_after_the_check_of_the_telephone_and_staff_do_not(
    application: Any, database: Database, visit: Callable[[Member], Visitor], chain: Chain
) -> None:
    cast = chain.cast
    walked = closed(database, cast=cast, number=1, member=cast.clerk, office_id=cast.offices["hall"], walk_in=WALK_IN)
    chain.now = walked.now
    address = f"/progress/{receipt_of(walked)}/rating"
    stranger = Visitor(application)
    assert stranger.get(address, status=302).location.startswith("/progress?number=HM")
    stranger.post(address, {"score": "1", "reasons": "slow"}, status=303)
    clerk = visit(cast.clerk)
    ask(clerk, walked.filed.number, "1234", 303)
    assert "只有办这件事的申请人本人可以评价" in clerk.post(address, {"score": "5"}, status=403).text
    ask(stranger, walked.filed.number, "1234", 303)
    stranger.get(address)
    kept = stranger.post(address, {"score": "1", "text": ""}, status=422).text
    assert "请选一个不满意的原因" in kept and 'value="1" checked' in kept
    stranger.post(address, {"score": "1", "reasons": ["slow", "attitude"], "text": "等了很久"}, status=303, page=address)
    assert "等了很久" in stranger.get(address).text
    with database.reading() as session:
        (rating,) = session.scalars(select(Rating))
        assert (rating.channel, rating.person_id, rating.reasons) == ("qr", None, ["attitude", "slow"])
        assert session.scalar(select(Case.id).where(Case.workflow == "rating-follow-up")) == rating.follow_up_id
    assert walked.faults() == []




def test_while_people_sign_or_change_it_says_so_and_promises_nothing(application: Any, database: Database) -> None:
    chain = Chain(database, signed=False)
    application.config["NOW"] = lambda: chain.now
    address = f"/progress/{receipt_of(chain)}"
    page = Visitor(application).get(address).text
    assert "等待所有人签署" in page and "承诺最晚" not in page
    chain.act("company-registration", "change", chain.cast.applicant)
    page = Visitor(application).get(address).text
    assert "修改中" in page and "您正在修改申请" in page and "补正" not in page


def test_a_step_online_names_the_department_and_no_hall(application: Any, chain: Chain) -> None:
    chain.act("company-registration", "approve")
    chain.settle_matters()
    page = Visitor(application).get(f"/progress/{receipt_of(chain)}").text
    steps = page[page.index('id="steps"') :]
    assert "网上办理（行政审批服务局）" in steps and "电子送达" in steps and "惠民县政务服务中心" not in steps
