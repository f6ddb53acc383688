"""The file of a document is made once, whoever asks first and however many do."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from approvals.models import DocumentFile
from approvals.operations import document_files
from approvals.operations.errors import NotFound
from approvals.queries import issued
from tests.documents.support import ADDRESS, document_of, file_of
from tests.support.driving import BANK, REGISTRATION, SEAL, Chain


def test_a_file_is_made_once_and_kept(chain: Chain) -> None:
    receipt = document_of(chain.database, chain.root_id, "receipt")
    first = file_of(chain.database, receipt, chain.now)
    assert file_of(chain.database, receipt, chain.now, demo=True) == first
    with chain.database.reading() as session:
        (kept,) = session.scalars(select(DocumentFile))
        assert (kept.document_id, kept.content, kept.digest) == (receipt.id, first, hashlib.sha256(first).hexdigest())
    with pytest.raises(NotFound):
        document_files.made_file(chain.database, 1, public_url=ADDRESS, demo=False, now=chain.now)


@pytest.mark.real_commits
def test_two_first_downloads_at_once_give_the_same_bytes(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt, together, render = (
        document_of(chain.database, chain.root_id, "receipt"),
        threading.Barrier(4, timeout=30),
        document_files.render,
    )

    def in_step(*args: Any, **options: Any) -> bytes:
        together.wait()
        # Each would keep other bytes, were it the only one.
        return render(*args, **options) + threading.current_thread().name.encode()

    monkeypatch.setattr(document_files, "render", in_step)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: file_of(chain.database, receipt, chain.now), range(4)))
    assert len(set(made)) == 1
    with chain.database.reading() as session:
        assert [each.content for each in session.scalars(select(DocumentFile))] == [made[0]]


def test_a_paper_names_who_issued_it(chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    chain.act(BANK, "complete", form={"reservation_number": "1", "appointment": "2026-12-01", "contact_phone": "13800000000"})
    issuers = {"bank-account-record": "示例银行惠民支行", "business-licence": "惠民县行政审批服务局"}
    with chain.database.reading() as session:
        for kind, issuer in issuers.items():
            sheet = issued.sheet_for(session, document_of(chain.database, chain.root_id, kind).id)
            assert sheet is not None and sheet.issuer == issuer


def test_a_number_is_found_however_it_is_typed(chain: Chain) -> None:
    receipt = document_of(chain.database, chain.root_id, "receipt")
    with chain.database.reading() as session:
        for typed in (receipt.number, receipt.number.lower(), f" {receipt.number.upper()} ", receipt.number.replace("-", " - ")):
            assert issued.id_of_number(session, typed) == receipt.id
        assert issued.id_of_number(session, "") is None
