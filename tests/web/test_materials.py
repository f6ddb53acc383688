"""The materials of an application on its pages: what is asked, what is not and why, and files sent, refused, removed, filed."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from approvals.gateway import Gateways
from approvals.jobs.schedules import Work, schedule_named
from approvals.models import Case, Event, EventPayload, Signature, Task, Upload
from approvals.operations import confirming, disclosing, moving, signing
from approvals.operations import uploads as uploads_of_drafts
from approvals.operations.uploads import matters_of
from tests.files.samples import bomb, pdf, picture
from tests.rules.applications import shareholder
from tests.support.driving import REGISTRATION, Chain
from tests.support.filing import County, began, county_on, submitted, typed
from tests.support.seed import application
from tests.support.web import Visitor, serving
from workflows.engine.materials import materials_of


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    made = county_on(database_url)
    yield made
    made.database.engine.dispose()
    made.served.engine.dispose()


def with_passport() -> dict[str, Any]:
    content = application()
    content["people"]["people"][1] |= {"id_kind": "passport", "id_number": "E12345678"}
    content["capital"]["shareholders"][1] = shareholder("李样例", "E12345678", "400000.00", id_kind="passport")
    return content


def passport_of(county: County, token: str) -> dict[str, str]:
    draft = county.draft(token)
    needed = [
        (matter, each)
        for matter in matters_of(draft.workflow, draft.version, draft.content)
        for each in materials_of(matter, draft.content)
        if each.material.source == "upload"
    ]
    assert len(needed) == 1, "a shareholder who is also a supervisor is asked once"
    matter, each = needed[0]
    return {"workflow": matter.key, "material": each.material.key, "subject": each.subject}


def begun(county: County, content: dict[str, Any]) -> tuple[Visitor, str]:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    typed(visitor, token, content)
    return visitor, token


def send(visitor: Visitor, token: str, where: dict[str, str], data: bytes, name: str, status: int | None = 303) -> Any:
    file = FileStorage(io.BytesIO(data), filename=name)
    return visitor.post(f"/applications/{token}/materials", {**where, "file": file}, status=status, content_type="multipart/form-data")


def test_an_application_of_people_of_the_county_asks_for_nothing(county: County) -> None:
    visitor, token = begun(county, application())
    page = visitor.get(f"/applications/{token}/materials").text
    assert "要上传" not in page and 'type="file"' not in page
    assert "公安机关共享" in page and "市场主体登记管理条例第十六条" in page
    assert "都不用您提供" in visitor.get(f"/applications/{token}").text
    assert "材料都不用您提供" in visitor.get(f"/applications/{token}/check").text


def test_a_file_is_kept_shown_removed_taken_back_and_filed(county: County) -> None:
    visitor, token = begun(county, with_passport())
    page = visitor.get(f"/applications/{token}/materials").text
    assert "经公证或者认证的身份证明" in page and "李样例" in page and "实施细则第十六条" in page
    assert "capture" in page, "a phone offers its camera"
    where = passport_of(county, token)
    sent = picture()
    send(visitor, token, where, sent, "护照.jpg")
    send(visitor, token, where, sent, "护照.jpg")
    (upload,) = county.rows(Upload)
    address = f"/applications/{token}/materials/{upload.token}"
    picture_sent = visitor.client.get(address)
    assert picture_sent.data == upload.content and picture_sent.mimetype == "image/jpeg"
    assert "sandbox" in picture_sent.headers["Content-Security-Policy"]
    assert picture_sent.headers["X-Content-Type-Options"] == "nosniff"
    assert picture_sent.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    assert visitor.client.get(address + "?small").status_code == 200
    county.visitor(county.cast.other_applicant).get(address, status=404)
    visitor.post(f"{address}/remove", status=303)
    assert "恢复" in visitor.get(f"/applications/{token}/materials").text
    visitor.post(f"{address}/restore", status=303)
    send(visitor, token, where, pdf(), "公证书.pdf")
    send(visitor, token, where, pdf(pages=3), "传错了.pdf")
    wrong = next(each for each in county.rows(Upload) if each.name == "传错了.pdf")
    visitor.post(f"/applications/{token}/materials/{wrong.token}/remove", status=303)
    case = submitted(visitor, token).location.rsplit("/", 1)[1]
    uploads = county.rows(Upload)
    assert len(uploads) == 2, "what was removed is gone"
    assert all(each.draft_id is None and each.root_id is not None for each in uploads)
    with county.database.reading() as session:
        payloads = [json.loads(body) for body in session.scalars(select(EventPayload.body)) if body]
    filed = next(payload["uploads"] for payload in payloads if "uploads" in payload)
    assert sorted(each[-1] for each in filed) == sorted(each.digest for each in uploads), "the history knows what was handed in"
    mine = visitor.get(f"/cases/{case}").text
    assert "护照.jpg" in mine and f"/files/{upload.token}" in mine
    assert visitor.client.get(f"/cases/{case}/files/{upload.token}").data == upload.content
    # A PDF is saved, not opened within the product.
    document = next(each for each in uploads if each.media_type == "application/pdf")
    answer = visitor.client.get(f"/cases/{case}/files/{document.token}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    # Whoever may not read numbers in full knows that the file is there, and cannot open it.
    clerk = county.visitor(county.cast.clerk)
    assert "护照.jpg" in clerk.get(f"/cases/{case}").text
    clerk.get(f"/cases/{case}/files/{upload.token}", status=404)
    county.visitor(county.cast.other_applicant).get(f"/cases/{case}/files/{upload.token}", status=404)


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "空.pdf", "是空的"),
        (b"MZ" + bytes(300), "护照.pdf", "里面却不是"),
        (picture()[:200], "断.jpg", "打不开"),
        (bomb(), "炸弹.png", "太大，展开后打不开"),
        (pdf(script="app.alert(1)"), "脚本.pdf", "为了安全不收"),
        (pdf(attached=b"MZ"), "夹带.pdf", "夹带了别的文件"),
        (pdf(password="x"), "加密.pdf", "加了密码"),
        (b"PK\x03\x04" + bytes(300), "清单.docx", "只收 PDF、JPG 和 PNG"),
    ],
    ids=["empty", "lies", "broken", "bomb", "scripts", "attached", "locked", "document"],
)
def test_each_bad_file_gets_its_sentence(county: County, data: bytes, name: str, sentence: str) -> None:
    visitor, token = begun(county, with_passport())
    before = county.draft(token).content
    page = send(visitor, token, passport_of(county, token), data, name, status=422).text
    assert sentence in page
    assert county.rows(Upload) == [] and county.draft(token).content == before


def test_too_many_files_and_files_nobody_asked_for(county: County) -> None:
    visitor, token = begun(county, with_passport())
    where = passport_of(county, token)
    for number in range(5):
        send(visitor, token, where, pdf(pages=number + 1), f"{number}.pdf")
    assert "最多传5个文件" in send(visitor, token, where, pdf(pages=9), "9.pdf", status=422).text
    assert "不需要这个文件" in send(visitor, token, {**where, "material": "articles"}, pdf(), "x.pdf", status=422).text
    assert "还没有选文件" in visitor.post(f"/applications/{token}/materials", where, status=422).text


def test_a_changed_answer_leaves_the_file_aside_and_a_moved_row_keeps_it(county: County) -> None:
    content = with_passport()
    visitor, token = begun(county, content)
    send(visitor, token, passport_of(county, token), pdf(), "护照.pdf")
    content["capital"]["shareholders"].reverse()
    typed(visitor, token, {"capital": content["capital"]})
    assert "别的文件" not in visitor.get(f"/applications/{token}/materials").text
    typed(visitor, token, application())
    page = visitor.get(f"/applications/{token}/materials").text
    assert "别的文件" in page and "护照.pdf" in page


def test_other_pages_still_take_no_files(county: County) -> None:
    visitor, token = begun(county, application())
    file = FileStorage(io.BytesIO(pdf()), filename="x.pdf")
    answer = visitor.post(f"/applications/{token}/name", {"file": file}, status=400, content_type="multipart/form-data")
    assert "这里不收文件" in answer.text


def test_two_gigabytes_are_refused_by_their_announced_length(county: County) -> None:
    visitor, token = begun(county, with_passport())
    cookies = "; ".join(f"{each.key}={each.value}" for each in visitor.client._cookies.values())
    with serving(county.application) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            head = (
                f"POST /applications/{token}/materials HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n"
                f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 * 1024**3}\r\n\r\n"
            )
            line.sendall(head.encode())
            answer = b""
            while b"</html>" not in answer:
                piece = line.recv(65536)
                assert piece, answer[-200:]
                answer += piece
            # Whoever goes on sending is not reset while the page is being read.
            line.sendall(bytes(1024 * 1024))
    assert answer.startswith(b"HTTP/1.1 413") or answer.startswith(b"HTTP/1.0 413")
    assert "一次最多提交10 MB" in answer.decode()
    assert county.rows(Upload) == []


def test_discarding_a_draft_discards_its_files(county: County) -> None:
    visitor, token = begun(county, with_passport())
    send(visitor, token, passport_of(county, token), pdf(), "护照.pdf")
    visitor.post(f"/applications/{token}/discard", status=303)
    assert county.rows(Upload) == []


def test_a_correction_adds_files_and_leaves_those_that_were_filed(county: County) -> None:
    chain = Chain(county.database, county.cast, with_passport())
    chain.act(REGISTRATION, "return_for_correction")
    county.now = chain.now
    visitor = county.visitor(county.cast.applicant)
    token = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location.rsplit("/", 1)[1]
    assert "还有1个文件要上传" in visitor.get(f"/applications/{token}/materials").text
    send(visitor, token, passport_of(county, token), picture(), "护照.jpg")
    changed = {**with_passport()["premises"], "address": "示例路1号2单元302室"}
    typed(visitor, token, {"premises": changed})
    submitted(visitor, token)
    (upload,) = county.rows(Upload)
    assert (upload.draft_id, upload.root_id) == (None, chain.root_id)
    with county.database.reading() as session:
        resubmitted = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id).where(Event.action == "resubmit")
        payload = json.loads(session.scalars(resubmitted).one() or "")
    assert [each[-1] for each in payload["uploads"]] == [upload.digest]
    assert chain.faults() == []
    # A second correction shows it as filed: it stays.
    chain.sign()
    chain.act(REGISTRATION, "return_for_correction")
    county.now = chain.now
    again = visitor.post(f"/corrections/{chain.case(REGISTRATION).token}", status=303).location.rsplit("/", 1)[1]
    page = visitor.get(f"/applications/{again}/materials").text
    assert "已随申报提交" in page and "/remove" not in page
    visitor.post(f"/applications/{again}/materials/{upload.token}/remove", status=404)
    assert visitor.client.get(f"/applications/{again}/materials/{upload.token}").data == upload.content


def test_a_file_is_taken_back_only_where_a_new_one_would_be_taken(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, token = begun(county, with_passport())
    for number in range(5):
        send(visitor, token, passport_of(county, token), picture(size=(80, 120 + number)), f"{number}.jpg")
    first = county.rows(Upload)[0]
    address = f"/applications/{token}/materials/{first.token}"
    visitor.post(f"{address}/remove", status=303)
    send(visitor, token, passport_of(county, token), picture(size=(80, 200)), "again.jpg")
    visitor.post(f"{address}/restore", status=303)
    assert "这一项最多传5个文件" in visitor.get(f"/applications/{token}/materials").text
    assert sum(each.removed_at is None for each in county.rows(Upload)) == 5
    total = sum(each.size for each in county.rows(Upload))
    monkeypatch.setattr(uploads_of_drafts, "MOST_BYTES", total)
    visitor.post(f"/applications/{token}/materials/{county.rows(Upload)[1].token}/remove", status=303)
    refused = send(visitor, token, passport_of(county, token), picture(size=(80, 210)), "more.jpg", status=422)
    assert "删掉的文件一天内还算在内" in refused.text
    monkeypatch.setattr(uploads_of_drafts, "MOST_BYTES", 2 * total)
    monkeypatch.setattr(uploads_of_drafts, "MOST_BYTES_OF_ONE_PERSON", total)
    refused = send(visitor, token, passport_of(county, token), picture(size=(80, 210)), "more.jpg", status=422)
    assert "各份草稿里的文件" in refused.text


def test_removed_and_orphaned_files_are_purged(county: County) -> None:
    visitor, token = begun(county, with_passport())
    for number in range(3):
        send(visitor, token, passport_of(county, token), picture(size=(80, 120 + number)), f"{number}.jpg")
    removed, orphaned, kept = county.rows(Upload)
    visitor.post(f"/applications/{token}/materials/{removed.token}/remove", status=303)

    def lose_draft(session: Session) -> None:
        session.get_one(Upload, orphaned.id).draft_id = 1

    county.database.write(lose_draft)
    assert county.database.write(uploads_of_drafts.purge, county.now) == 1
    schedule = schedule_named("removed-files")
    assert schedule is not None
    later = county.now + uploads_of_drafts.KEPT_AFTER_REMOVAL + timedelta(minutes=1)
    assert schedule.run(Work(county.database, Gateways("https://example.org"), "worker", lambda: later)) == 1
    assert [each.id for each in county.rows(Upload)] == [kept.id]


def test_whoever_says_why_opens_the_file(county: County) -> None:
    visitor, token = begun(county, with_passport())
    send(visitor, token, passport_of(county, token), picture(), "护照.jpg")
    submitted(visitor, token)
    (upload,) = county.rows(Upload)
    registration = next(case for case in county.rows(Case) if case.workflow == REGISTRATION)

    def sign_all(session: Session) -> None:
        for each in session.scalars(select(Signature).order_by(Signature.ordinal)).all():
            confirming.mark_confirmed(session, each.id, county.now)
            signing.answer(session, each.id, signing.SIGN, each.digest, county.now)

    county.database.write(sign_all)
    registrar = county.visitor(county.cast.registrar)
    address = f"/cases/{registration.token}/files/{upload.token}"
    assert "护照.jpg" in registrar.get(f"/cases/{registration.token}").text
    registrar.get(address, status=404)
    task = next(task for task in county.rows(Task) if task.case_id == registration.id and task.closed_at is None)
    county.database.write(moving.claim, county.cast.registrar.acting, registration.id, task.id, county.now)
    registrar.get(address, status=404)
    county.database.write(disclosing.disclose, county.cast.registrar.acting, registration.id, county.now, "compare-papers")
    assert address in registrar.get(f"/cases/{registration.token}").text
    assert registrar.client.get(address).data == upload.content
