"""What stands in the documents that an action issues."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from approvals.models import Document
from tests.support.driving import REGISTRATION, Chain
from workflows.rules import LICENCE_LABELS, REGISTRAR


def facts(chain: Chain, kind: str) -> dict[str, Any]:
    with chain.database.reading() as session:
        content = session.scalars(select(Document).where(Document.root_id == chain.root_id, Document.kind == kind)).one().content
        return dict(content["facts"])


def test_licence_and_registration_notice_say_the_nine_facts(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    for kind in ("business-licence", "registration-notice"):
        said = facts(chain, kind)
        assert set(said) == set(LICENCE_LABELS) and all(said.values())
        assert said["registrar"] == REGISTRAR and said["established_on"] == "2026-11-23"
        assert said["address"] == "山东省滨州市惠民县孙武街道古城社区示例路1号2单元301室"
        assert said["legal_representative"] == "张测试" and said["capital"] == "人民币 1,000,000.00 元"
    assert chain.faults() == []


def test_no_document_repeats_what_colleagues_wrote_for_each_other(chain: Chain) -> None:
    remark = "只给同事看的一句话"
    chain.act(REGISTRATION, "request_extension")
    chain.act(REGISTRATION, "grant_extension", chain.cast.registrar_head, form={"opinion": remark})
    chain.act(REGISTRATION, "approve", form={"opinion": remark})
    with chain.database.reading() as session:
        contents = list(session.scalars(select(Document).where(Document.root_id == chain.root_id)))
        assert len(contents) == 4
        assert not [each.kind for each in contents if remark in str(each.content)]


def test_a_document_says_what_is_meant_for_its_recipient(chain: Chain) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    assert facts(chain, "correction-notice") == {"items": [{"page": "premises", "text": "请写明门牌号"}]}
