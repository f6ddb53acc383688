"""How an applicant gets the results: the seals, the papers at the office or in the post, and documents to look at and print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Document
from tests.support.driving import BANK, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, Member
from tests.support.seed import application as seed_application
from tests.support.web import Visitor


@pytest.fixture
def visit(application: Any) -> Callable[[Member], Visitor]:
    return lambda member: Visitor(application, member.person_id)


def follow(application: Any, driven: Chain) -> Chain:
    """The product's clock follows the chain's."""
    application.config["NOW"] = lambda: driven.now
    return driven


def path(chain: Chain, workflow: str = "company-opening", action: str = "") -> str:
    return f"/cases/{chain.case(workflow).token}" + (f"/actions/{action}" if action else "")


def test_whoever_had_the_seals_made_says_how_the_applicant_gets_them(application: Any, database: Database, visit: Any) -> None:
    chain = follow(application, Chain(database))
    chain.act(REGISTRATION, "approve")
    chain.claim(SEAL)
    chain.claim("tax-registration")
    officer = visit(chain.cast.officers["public-security"])
    task = chain.task(SEAL)
    assert task is not None
    page = officer.get(path(chain, SEAL, "complete")).text
    assert 'value="post" checked' in page and "惠民县示例路1号" not in officer.get(path(chain, SEAL)).text
    chain.disclose(SEAL, reason="hand-over")
    assert "惠民县示例路1号" in officer.get(path(chain, SEAL)).text
    taxes = visit(chain.cast.officers["tax"]).get(path(chain, "tax-registration", "complete")).text
    assert 'value="small" checked' in taxes
    sent = {"task": str(task.id), "key": "sealed", "record_number": "1", "seal_shop": "样例刻章社"}
    refused = officer.post(path(chain, SEAL, "complete"), sent, status=422)
    assert "印章怎么交给申请人" in refused.text
    assert chain.states()[SEAL] == "handling"
    officer.post(path(chain, SEAL, "complete"), {**sent, "handed_over": "post"})
    assert chain.states()[SEAL] == "done"


def settled(application: Any, database: Database, **delivery: Any) -> Chain:
    """A chain whose results wait to be handed out."""
    driven = follow(application, Chain(database, content=content_with(delivery=delivery)))
    driven.act(REGISTRATION, "approve")
    driven.settle_matters()
    driven.settle_matters()
    assert driven.states()[ROOT] == "delivering"
    return driven


def test_the_applicant_reads_where_and_with_what_to_collect(application: Any, database: Database, visit: Any) -> None:
    chain = settled(application, database, way="window", office=HALL)
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert "请来领取结果" in page and "请带身份证到" in page and "最晚领取" in page
    assert "您不用操作" not in page
    assert "请来领取结果" not in visit(chain.cast.clerk).get(path(chain)).text
    assert "等您拿结果" in visit(chain.cast.applicant).get("/applications").text
    chain.act(ROOT, "hand_out")
    assert "请来领取结果" not in visit(chain.cast.applicant).get(path(chain)).text
    assert "等您拿结果" not in visit(chain.cast.applicant).get("/applications").text


def test_the_applicant_reads_where_the_post_goes(application: Any, database: Database, visit: Any) -> None:
    chain = settled(application, database, way="post", address="惠民县示例路8号")
    page = visit(chain.cast.applicant).get(path(chain)).text
    assert "等待寄出" in page and "惠民县示例路8号" in page and "请来领取结果" not in page


def documents(database: Database, chain: Chain) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(select(Document.kind, Document.id).where(Document.root_id == chain.root_id))
        return {kind: number for kind, number in rows}


def test_each_document_opens_as_a_page_to_print(application: Any, database: Database, visit: Any) -> None:
    chain = follow(application, Chain(database))
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(seed_application(chain.now.date()))
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    chain.act(BANK, "complete", form={"reservation_number": "1", "contact_phone": "13800005678"})
    applicant = visit(chain.cast.applicant)
    page = applicant.get(path(chain)).text
    for kind, number in documents(database, chain).items():
        address = f"{path(chain)}/documents/{number}"
        assert f'href="{address}"' in page, kind
        assert "data-print" in applicant.get(address).text
        visit(chain.cast.other_applicant).get(address, status=404)
    known = documents(database, chain)
    licence = applicant.get(f"{path(chain)}/documents/{known['business-licence']}").text
    assert "营业执照" in licence and "张测试" in licence and "统一社会信用代码" in licence
    notice = applicant.get(f"{path(chain)}/documents/{known['correction-notice']}").text
    assert "请写明门牌号" in notice
    bank = applicant.get(f"{path(chain)}/documents/{known['bank-account-record']}").text
    assert "13800005678" in bank
    visit(chain.cast.officers["tax"]).get(f"{path(chain, 'tax-registration')}/documents/{known['correction-notice']}", status=404)
    visit(chain.cast.officers["tax"]).get(f"{path(chain, 'tax-registration')}/documents/{known['business-licence']}")


def test_time_that_does_not_run_has_no_promise_in_the_list(application: Any, database: Database, visit: Any) -> None:
    chain = follow(application, Chain(database))
    assert "补正期间不计时" not in visit(chain.cast.applicant).get("/applications").text
    chain.act(REGISTRATION, "return_for_correction")
    assert "补正期间不计时" in visit(chain.cast.applicant).get("/applications").text


def test_what_was_withdrawn_is_applied_for_again_without_typing_it_again(application: Any, database: Database, visit: Any) -> None:
    chain = follow(application, Chain(database))
    applicant, other = visit(chain.cast.applicant), visit(chain.cast.other_applicant)
    again = f"/again/{chain.case().token}"
    assert "照原内容再申请" not in applicant.get(path(chain)).text
    applicant.post(again, status=409)
    assert "整个企业开办申请就结束了" in applicant.get(path(chain, REGISTRATION, "withdraw")).text
    chain.act(REGISTRATION, "withdraw", chain.cast.applicant)
    page = applicant.get(path(chain)).text
    assert "照原内容再申请" in page and "已撤回，不再计时" in page and "按时办结" not in page
    other.post(again, status=404)
    opened = applicant.post(again, status=303).headers["Location"]
    tasks = applicant.get(opened).text
    assert tasks.count("已完成") == 6 + 1 and "未开始" in tasks
    assert "示例路1号2单元301室" in applicant.get(f"{opened}/premises").text
