"""The commands for documents, as whoever administers the product runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from approvals.cli import main
from approvals.db import Database
from tests.documents.support import document_of
from tests.support.driving import REGISTRATION, Chain


@pytest.fixture
def filed(sqlite_databases: object, monkeypatch: pytest.MonkeyPatch) -> Chain:
    url = sqlite_databases.create()  # type: ignore[attr-defined]
    monkeypatch.setenv("APPROVALS_DATABASE_URL", url)
    chain = Chain(Database(url))
    chain.act(REGISTRATION, "approve")
    return chain


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["documents", *arguments])


def test_render_and_verify_a_licence_through_its_life(filed: Chain, tmp_path: Path) -> None:
    licence, file = document_of(filed.database, filed.root_id, "business-licence"), tmp_path / "licence.pdf"
    assert run("render", licence.number, "-o", str(file)).exit_code == 0
    found = run("verify", str(file))
    assert (found.exit_code, found.output) == (0, f"真实有效（genuine）{licence.number}\n")
    data, changed = file.read_bytes(), tmp_path / "changed.pdf"
    changed.write_bytes(data[:-1] + b"x")
    found = run("verify", str(changed))
    assert found.exit_code == 1 and f"从第{len(data)}个字节起不同" in found.output
    filed.act(REGISTRATION, "reissue_licence", form={"reason": "遗失"})
    found = run("verify", str(file))
    successor = document_of(filed.database, filed.root_id, "business-licence")
    assert found.exit_code == 3 and f"换发后的文书：{successor.number}" in found.output and "原因：遗失" in found.output
    run("render", str(successor.id), "-o", str(file))
    filed.act(REGISTRATION, "revoke_registration", filed.cast.registrar_head, form={"reason": "虚假材料"})
    found = run("verify", "--json", str(file))
    told = json.loads(found.output)
    assert found.exit_code == 4 and (told["status"], told["number"]) == ("revoked", successor.number)
    assert told["status_reason"] == "虚假材料"


def test_a_changed_record_is_said_in_words_with_both_values(filed: Chain, tmp_path: Path) -> None:
    from tests.core.test_verification import sql, tamper

    licence, file = document_of(filed.database, filed.root_id, "business-licence"), tmp_path / "licence.pdf"
    run("render", licence.number, "-o", str(file))
    tamper(filed.database, sql("UPDATE documents SET content = replace(content, '张测试', '张侧试') WHERE id = :id", id=licence.id))
    found = run("verify", str(file))
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        f"被改动（altered）{licence.number}", "- 法定代表人不一致：", "    文件上：张测试", "    记录里：张侧试",
    ]  # fmt: skip
    told = json.loads(run("verify", "--json", str(file)).output)
    assert told["differences"] == [
        {
            "label": {"zh": "法定代表人", "en": "Legal representative"}, "in_file": "张测试", "in_record": "张侧试",
            "in_history": None,
        }
    ]  # fmt: skip


def test_a_strange_file_and_a_wrong_number(filed: Chain, tmp_path: Path) -> None:
    strange = tmp_path / "strange.pdf"
    strange.write_bytes(b"%PDF-1.7 nothing")
    found = run("verify", str(strange))
    assert found.exit_code == 5 and "查无此件" in found.output
    for number in ("HM1", "9" * 40, "²"):
        found = run("render", number, "-o", str(tmp_path / "x.pdf"))
        assert found.exit_code == 1 and "请核对编号" in found.output
