"""What was issued to somebody's enterprises, and the file of each document, for whoever may read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.core.test_verification import sql, tamper
from tests.documents.support import document_of
from tests.support.driving import REGISTRATION, SEAL, Chain

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_the_wallet_before_there_is_anything(chain: Chain, visit: Any) -> None:
    page = visit(chain.cast.applicant).get("/wallet")
    assert "还没有证照" in page.text and "/applications" in page.text


def test_the_wallet_shows_what_is_in_force_and_what_is_not(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(REGISTRATION, "reissue_licence", form={"reason": "损毁"})
    page = visit(chain.cast.applicant).get("/wallet").text
    assert page.count("<svg") == 1 and page.count("有效") >= 2 and "已换发" in page and "损毁" in page
    chain.act(REGISTRATION, "revoke_registration", chain.cast.registrar_head, form={"reason": "虚假材料"})
    page = visit(chain.cast.applicant).get("/wallet").text
    assert "的登记已于今天撤销" in page.replace("11月23日", "今天") and page.count("已撤销") == 2 and "<svg" not in page
    assert "还没有证照" in visit(chain.cast.other_applicant).get("/wallet").text


def test_a_document_and_its_file_for_those_who_may_read_it(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    licence, cast = document_of(chain.database, chain.root_id, "business-licence"), chain.cast
    path = f"/cases/{chain.case().token}/documents/{licence.id}"
    page = visit(cast.applicant).get(path).text
    assert "下载PDF" in page and f"/verify/{licence.token}" in page and "<svg" in page
    first = visit(cast.applicant).get(f"{path}/file")
    assert first.mimetype == "application/pdf" and first.data.startswith(b"%PDF-1.7")
    assert visit(cast.registrar).get(f"{path}/file").data == visit(cast.supervisor).get(f"{path}/file").data == first.data
    named = quote(f"营业执照_{licence.content['company']}_{licence.number}", safe="")
    assert first.headers["Content-Disposition"] == f"attachment; filename=\"{licence.number}.pdf\"; filename*=UTF-8''{named}.pdf"
    for member in (cast.other_applicant, cast.outsider):
        visit(member).get(f"{path}/file", status=404)
    visit(cast.applicant).get(f"/cases/{chain.case().token}/documents/1/file", status=404)


def test_a_name_that_no_file_could_have(chain: Chain, visit: Any) -> None:
    receipt = document_of(chain.database, chain.root_id, "receipt")
    body = '{"case":"x","company":"a/../\\"\\r\\nX: y<>","facts":{},"issued_on":"x","kind":"receipt","number":"n"}'
    number = 'HM"1\r\nX: y-文/receipt-1'
    tamper(
        chain.database,
        sql("UPDATE documents SET content = :body, number = :number WHERE id = :id", body=body, number=number, id=receipt.id),
    )
    response = visit(chain.cast.applicant).get(f"/cases/{chain.case().token}/documents/{receipt.id}/file")
    named = response.headers["Content-Disposition"]
    assert 'filename="HM1Xy-receipt-1.pdf"' in named and "_aXy_" in named and "X" not in response.headers.keys()


def test_a_notice_says_the_reason_by_its_own_name(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "refuse")
    notice = document_of(chain.database, chain.root_id, "refusal-notice")
    page = visit(chain.cast.applicant).get(f"/cases/{chain.case().token}/documents/{notice.id}").text
    assert "理由和依据" in page and "撤回原因" not in page


def test_an_officer_reads_the_paper_of_their_own_department(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    record = document_of(chain.database, chain.root_id, "seal-record")
    path = f"/cases/{chain.case(SEAL).token}/documents/{record.id}/file"
    assert visit(chain.cast.officers["public-security"]).get(path).mimetype == "application/pdf"
    visit(chain.cast.officers["tax"]).get(path, status=404)


def test_the_page_of_a_case_says_that_its_registration_was_revoked(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    path = f"/cases/{chain.case().token}"
    assert "登记已被撤销" not in visit(chain.cast.applicant).get(path).text
    chain.act(REGISTRATION, "revoke_registration", chain.cast.registrar_head, form={"reason": "虚假材料"})
    page = visit(chain.cast.applicant).get(path).text
    assert "登记已被撤销" in page and page.count("已撤销") >= 2 and "虚假材料" in page


def test_what_is_out_of_force_is_not_offered_for_revocation_again(chain: Chain, visit: Any) -> None:
    chain.act(REGISTRATION, "approve")
    path = f"/cases/{chain.case(REGISTRATION).token}"
    assert "reissue_licence" in visit(chain.cast.registrar).get(path).text
    assert "revoke_registration" in visit(chain.cast.registrar_head).get(path).text
    chain.act(REGISTRATION, "revoke_registration", chain.cast.registrar_head, form={"reason": "虚假材料"})
    assert "reissue_licence" not in visit(chain.cast.registrar).get(path).text
    assert "revoke_registration" not in visit(chain.cast.registrar_head).get(path).text
