"""Anyone who has a paper in hand learns whether it is genuine, and nothing that is not on it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from approvals.operations import lookups
from approvals.views import verifying
from tests.core.test_verification import sql, tamper
from tests.documents.support import document_of
from tests.documents.test_reading import paper
from tests.support.driving import REGISTRATION, Chain
from tests.support.web import Visitor

REASON = "经调查，法定代表人身份系冒用"


@pytest.fixture
def licensed(chain: Chain) -> Chain:
    chain.act(REGISTRATION, "approve")
    return chain


@pytest.fixture
def stranger(application: Any, licensed: Chain) -> Visitor:
    return Visitor(application)


def licence_of(chain: Chain) -> Any:
    return document_of(chain.database, chain.root_id, "business-licence")


def paper_of(chain: Chain, visit: Any, document: Any) -> bytes:
    path = f"/cases/{chain.case().token}/documents/{document.id}/file"
    return bytes(visit(chain.cast.applicant).get(path).data)


def text(response: Any) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", " ", response.text))


def test_the_code_of_a_licence_in_force(licensed: Chain, stranger: Visitor) -> None:
    licence = licence_of(licensed)
    page = stranger.get(f"/verify/{licence.token}")
    said = text(page)
    assert "真实有效" in said and licence.number in said and licence.content["facts"]["credit_code"] in said
    assert "张*试" in said and "张测试" not in said and "示例路" not in said


def test_the_code_of_a_replaced_and_of_a_revoked_licence(licensed: Chain, stranger: Visitor) -> None:
    old = licence_of(licensed)
    licensed.act(REGISTRATION, "reissue_licence", form={"reason": "遗失"})
    new = licence_of(licensed)
    said = text(stranger.get(f"/verify/{old.token}"))
    assert "已换发" in said and new.number in said and "原因：遗失" in said
    licensed.act(REGISTRATION, "revoke_registration", licensed.cast.registrar_head, form={"reason": REASON})
    said = text(stranger.get(f"/verify/{new.token}"))
    assert "已撤销" in said and "请不要凭它办事" in said and REASON in said and "时间：今天" in said
    assert "已换发" in text(stranger.get(f"/verify/{old.token}"))


def test_a_code_that_leads_to_nothing(stranger: Visitor) -> None:
    for token in ("x", "A" * 200, "%F0%9F%8E%89"):
        page = stranger.get(f"/verify/{token}", status=404)
        assert "查无此件" in page.text and "按编号或者文件核验" in page.text


def test_a_harmed_record_is_no_proof(licensed: Chain, stranger: Visitor) -> None:
    licence = licence_of(licensed)
    tamper(licensed.database, sql("UPDATE documents SET content = '{' WHERE id = :id", id=licence.id))
    page = stranger.get(f"/verify/{licence.token}")
    assert "被改动" in page.text and "请联系县政务服务大厅核实" in page.text and "张" not in text(page).replace("张开", "")


def test_a_number_shows_less_than_the_code(licensed: Chain, stranger: Visitor) -> None:
    licence = licence_of(licensed)
    said = text(stranger.post("/verify", {"number": f" {licence.number.lower()} "}, status=200, page="/verify"))
    assert "真实有效" in said and licence.number in said and licence.content["company"] not in said
    licensed.act(REGISTRATION, "revoke_registration", licensed.cast.registrar_head, form={"reason": REASON})
    said = text(stranger.post("/verify", {"number": licence.number}, status=200, page="/verify"))
    assert "已撤销" in said and REASON not in said
    assert "查无此件" in stranger.post("/verify", {"number": "HM1-receipt-1"}, status=200, page="/verify").text
    assert "请填写文书编号" in stranger.post("/verify", {"number": " "}, status=422, page="/verify").text


def test_numbers_cannot_be_tried_in_a_row(licensed: Chain, stranger: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "LOOKUPS_OF_AN_ADDRESS", 2)
    for status in (200, 200, 429, 429):
        page = stranger.post("/verify", {"number": "HM1-receipt-1"}, status=status, page="/verify")
    assert "一小时后再试" in page.text and "HM1-receipt-1" in page.text
    stranger.get(f"/verify/{licence_of(licensed).token}")  # the code on the paper is never refused


def test_a_file_is_compared_with_what_was_issued(licensed: Chain, stranger: Visitor, visit: Any) -> None:
    licence = licence_of(licensed)
    data = paper_of(licensed, visit, licence)
    for path in ("/verify", f"/verify/{licence.token}"):
        page = stranger.post(path, {"file": (io.BytesIO(data), "执照.pdf")}, status=200, page="/verify")
        assert "真实有效" in page.text and licence.number in page.text
    changed = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
    page = stranger.post("/verify", {"file": (io.BytesIO(changed), "x.pdf")}, status=200, page="/verify")
    assert "被改动" in page.text and "从第5001个字节起不同" in page.text
    receipt = document_of(licensed.database, licensed.root_id, "receipt")
    page = stranger.post(f"/verify/{receipt.token}", {"file": (io.BytesIO(data), "x.pdf")}, status=200, page="/verify")
    assert "不是刚才扫描的那份文书" in page.text


def test_what_differs_is_named_and_not_told(licensed: Chain, stranger: Visitor, visit: Any) -> None:
    licence = licence_of(licensed)
    data = paper_of(licensed, visit, licence)
    tamper(licensed.database, sql("UPDATE documents SET content = replace(content, '张测试', '张侧试') WHERE id = :id", id=licence.id))
    said = text(stranger.post("/verify", {"file": (io.BytesIO(data), "x.pdf")}, status=200, page="/verify"))
    assert "“法定代表人”与发出时登记的不一致" in said and "张测试" not in said and "张侧试" not in said


@pytest.mark.parametrize("data", [b"", b"no pdf", b"\x00" * 999])
def test_a_strange_file(stranger: Visitor, data: bytes) -> None:
    page = stranger.post("/verify", {"file": (io.BytesIO(data), "x.pdf")}, status=None, page="/verify")
    assert (page.status_code, "请选一份" in page.text) == (422, True) if not data else "查无此件" in page.text


@pytest.mark.parametrize("number", ["\ud800", "x\0", "A" * 100_000])
def test_a_file_with_a_strange_number(stranger: Visitor, number: str) -> None:
    page = stranger.post("/verify", {"file": (io.BytesIO(paper({"number": number})), "x.pdf")}, status=200, page="/verify")
    assert "查无此件" in page.text


def test_a_file_that_is_too_large(stranger: Visitor) -> None:
    large = io.BytesIO(b"%PDF" + b"x" * verifying.LARGEST_FILE)
    assert "不超过 5 MB" in stranger.post("/verify", {"file": (large, "x.pdf")}, status=422, page="/verify").text
    huge = io.BytesIO(b"x" * (verifying.LARGEST_FILE * 2))
    stranger.post("/verify", {"file": (huge, "x.pdf")}, status=413, page="/verify")


def test_the_code_of_a_receipt_leads_on_to_the_progress(licensed: Chain, stranger: Visitor) -> None:
    receipt = document_of(licensed.database, licensed.root_id, "receipt")
    page = stranger.get(f"/verify/{receipt.token}")
    assert "真实有效" in page.text and f"/progress/{receipt.token}" in page.text
    stranger.get(f"/progress/{receipt.token}")
    assert "/progress/" not in stranger.get(f"/verify/{licence_of(licensed).token}").text.replace('href="/progress"', "")


def test_the_receipt_can_be_downloaded_from_its_page(licensed: Chain, visit: Any) -> None:
    receipt, token = document_of(licensed.database, licensed.root_id, "receipt"), licensed.case().token
    path = f"/cases/{token}/documents/{receipt.id}/file"
    assert path in visit(licensed.cast.applicant).get(f"/receipts/{token}").text
    assert visit(licensed.cast.clerk).get(path).mimetype == "application/pdf"
