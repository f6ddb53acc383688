"""A paper is held against what was issued: one byte, one character, one status."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from approvals.models import Document
from approvals.queries.authenticity import ALTERED, GENUINE, REPLACED, REVOKED, UNKNOWN, Verdict, examine_document, examine_file
from tests.core.test_verification import sql, tamper
from tests.documents.support import document_of, file_of
from tests.support.driving import REGISTRATION, SEAL, Chain
from workflows.rules import LICENCE_LABELS


@pytest.fixture
def licensed(chain: Chain) -> Chain:
    chain.act(REGISTRATION, "approve")
    return chain


@pytest.fixture
def licence(licensed: Chain) -> Document:
    return document_of(licensed.database, licensed.root_id, "business-licence")


@pytest.fixture
def paper(licensed: Chain, licence: Document) -> bytes:
    return file_of(licensed.database, licence, licensed.now)


@pytest.fixture
def judge(licensed: Chain) -> Callable[[bytes], Verdict]:
    def examine(data: bytes) -> Verdict:
        with licensed.database.reading() as session:
            return examine_file(session, data)

    return examine


def test_what_was_issued_is_genuine(paper: bytes, licence: Document, judge: Any) -> None:
    assert judge(paper) == Verdict(GENUINE, licence.number, licence.id)


@pytest.mark.parametrize("part", range(12))
def test_one_changed_byte_is_found_wherever_it_is(paper: bytes, licence: Document, judge: Any, part: int) -> None:
    at = (len(paper) - 1) * part // 11
    changed = paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :]
    found = judge(changed)
    assert (found.status, found.document_id) == (ALTERED, licence.id)
    assert f"从第{at + 1}个字节起不同" in found.faults[0]["zh"]


@pytest.mark.parametrize("change", ["cut", "longer", "mark in metadata", "mark in record"])
def test_a_damaged_file_is_altered_and_still_known(paper: bytes, licence: Document, judge: Any, change: str) -> None:
    keywords, record = paper.index(b"<pdf:Keywords>") + 20, paper.index(b"/EmbeddedFile")
    changed = {
        "cut": paper[: len(paper) - 200],
        "longer": paper + b"%",
        "mark in metadata": paper[:keywords] + b"X" + paper[keywords + 1 :],
        "mark in record": paper[: record - 60] + b"XXXX" + paper[record - 56 :],
    }[change]
    found = judge(changed)
    assert (found.status, found.number) == (ALTERED, licence.number)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x00" * 5000, "只是文字".encode(), b"%PDF-1.7\n" + b"<<" * 4000])
def test_what_is_no_document_is_unknown(judge: Any, data: bytes) -> None:
    assert judge(data).status == UNKNOWN


def test_every_fact_of_the_record_is_named_when_one_character_of_it_changed(
    licensed: Chain, licence: Document, paper: bytes, judge: Any
) -> None:
    content = licence.content
    for name, value in content["facts"].items():
        changed = {**content, "facts": {**content["facts"], name: ("某" if value[0] != "某" else "另") + value[1:]}}
        _write(licensed, licence, changed)
        (difference,) = judge(paper).differences
        assert difference.label == LICENCE_LABELS[name]
        assert (difference.in_file, difference.in_record) == (value, changed["facts"][name])
    for name in ("kind", "number", "case", "company", "issued_on"):
        _write(licensed, licence, {**content, name: content[name][:-1] + "〇"})
        labels = {each.label["en"]: each for each in judge(paper).differences}
        assert any(each.in_file == content[name] and each.in_record == content[name][:-1] + "〇" for each in labels.values())
    _write(licensed, licence, content)
    assert judge(paper).status == GENUINE


def _write(chain: Chain, document: Document, content: Any) -> None:
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    tamper(chain.database, sql("UPDATE documents SET content = :body WHERE id = :id", body=body, id=document.id))


def test_a_fact_of_a_form_is_named_as_the_form_asks_it(licensed: Chain, judge: Any) -> None:
    licensed.act(SEAL, "complete", form={"record_number": "备字第1号", "seal_shop": "示例印章店", "handed_over": "post"})
    record = document_of(licensed.database, licensed.root_id, "seal-record")
    paper = file_of(licensed.database, record, licensed.now)
    _write(licensed, record, {**record.content, "facts": {**record.content["facts"], "seal_shop": "示例印草店"}})
    (difference,) = judge(paper).differences
    assert difference.label == {"zh": "刻制单位", "en": "Seal shop"} and difference.in_record == "示例印草店"


@pytest.mark.parametrize(
    ("statement", "label"),
    [
        ("UPDATE documents SET digest = 'g' || substr(digest, 2) WHERE id = :id", "登记内容的校验值"),
        ("UPDATE documents SET number = number || '9' WHERE id = :id", "文书编号"),
        ("UPDATE documents SET kind = 'receipt' WHERE id = :id", "文书种类"),
        ("UPDATE documents SET issued_at = issued_at + 1 WHERE id = :id", "发出时间"),
        ("UPDATE documents SET status = 'revoked' WHERE id = :id", "状态"),
        ("UPDATE documents SET content = content || ' ' WHERE id = :id", "登记内容"),
        ("UPDATE documents SET content = replace(content, '\",', '\"') WHERE id = :id", "登记内容"),
    ],
)
def test_a_changed_column_is_named(licensed: Chain, licence: Document, paper: bytes, judge: Any, statement: str, label: str) -> None:
    tamper(licensed.database, sql(statement, id=licence.id))
    found = judge(paper)
    assert found.status == ALTERED and label in {each.label["zh"] for each in found.differences}


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE document_files SET digest = 'g' || substr(digest, 2)", "校验值被改动"),
        ("UPDATE document_files SET content = :other", "文件副本被改动"),
        ("DELETE FROM document_files", "没有发出过这样一份文件"),
        ("DELETE FROM documents WHERE kind = 'business-licence'", "记录不见了"),
        ("UPDATE events SET actor_name = '别人' WHERE action = 'approve'", "办理记录被改动"),
    ],
)
def test_what_else_was_changed_is_said(licensed: Chain, paper: bytes, judge: Any, statement: str, sentence: str) -> None:
    values = {"other": paper[:-1]} if ":other" in statement else {}
    tamper(licensed.database, sql(statement, **values))
    found = judge(paper)
    assert found.status == ALTERED and any(sentence in fault["zh"] for fault in found.faults), found


def test_record_and_digest_changed_together_are_caught_by_the_history(licensed: Chain, licence: Document, judge: Any) -> None:
    from approvals.db import canonical_json
    from approvals.models.history import digest

    body = canonical_json({**licence.content, "company": "惠民县假名有限公司"})
    change = "UPDATE documents SET content = :body, digest = :digest WHERE id = :id"
    tamper(licensed.database, sql(change, body=body, digest=digest("", body), id=licence.id))
    forged = file_of(licensed.database, document_of(licensed.database, licensed.root_id, "business-licence"), licensed.now)
    found = judge(forged)
    assert found.status == ALTERED
    assert all(each.in_history is not None for each in found.differences) and found.differences


def test_a_replaced_and_a_revoked_licence(licensed: Chain, licence: Document, paper: bytes, judge: Any) -> None:
    licensed.act(REGISTRATION, "reissue_licence", form={"reason": "遗失"})
    second = document_of(licensed.database, licensed.root_id, "business-licence")
    new_paper = file_of(licensed.database, second, licensed.now)
    assert judge(paper) == Verdict(REPLACED, licence.number, licence.id)
    assert judge(new_paper) == Verdict(GENUINE, second.number, second.id)
    licensed.act(REGISTRATION, "revoke_registration", licensed.cast.registrar_head, form={"reason": "虚假材料"})
    assert judge(new_paper) == Verdict(REVOKED, second.number, second.id)
    with licensed.database.reading() as session:
        assert examine_document(session, second.id).status == REVOKED
    tamper(licensed.database, sql("UPDATE documents SET status = 'genuine' WHERE id = :id", id=second.id))
    assert {each.label["zh"]: each.in_history for each in judge(new_paper).differences} == {"状态": "revoked"}


def test_a_record_is_judged_without_a_file(licensed: Chain, licence: Document) -> None:
    with licensed.database.reading() as session:
        assert examine_document(session, licence.id) == Verdict(GENUINE, licence.number, licence.id)
    tamper(licensed.database, sql("UPDATE documents SET content = replace(content, '张', '章') WHERE id = :id", id=licence.id))
    with licensed.database.reading() as session:
        assert examine_document(session, licence.id).status == ALTERED


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_bytes_that_are_no_text_in_the_record(licensed: Chain, licence: Document, paper: bytes, judge: Any) -> None:
    with licensed.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM documents")).scalar()
    byte = "CAST(x'ff' || substr(CAST(content AS BLOB), 2) AS TEXT)"
    tamper(licensed.database, sql(f"UPDATE documents SET content = {byte} WHERE id = :id", id=licence.id))
    assert judge(paper).status == ALTERED


def test_a_changed_copy_is_found_by_the_verification_of_all_cases(licensed: Chain, paper: bytes) -> None:
    assert licensed.faults() == []
    tamper(licensed.database, sql("UPDATE document_files SET digest = 'g' || substr(digest, 2)"))
    assert [fault.message["zh"].endswith("保存的文件被改动") for fault in licensed.faults()] == [True]
