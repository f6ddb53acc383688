"""What a file really is, and what is refused: each with a sentence in both languages."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from approvals.inspection import JPEG, PDF, PNG, Unfit, clean_name, inspect, preview
from tests.files.samples import SECRET_PLACE, acting_pdf, bomb, pdf, picture

MOST = 1024 * 1024
PROGRAM = b"MZ" + bytes(200)
PAGE = b"<!doctype html><script>alert(1)</script>" + b" " * 200


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.pdf", "empty"),
        (b"%PDF-1.7\n" + bytes(MOST), "a.pdf", "too-large"),
        (PROGRAM, "passport.pdf", "lies"),
        (PAGE, "passport.jpg", "lies"),
        (PAGE, "page.html", "wrong-type"),
        (PROGRAM, "program", "wrong-type"),
        (b"\0\0\0\x18ftypheic" + bytes(200), "IMG_1.jpg", "wrong-type"),
        (b"PK\x03\x04" + bytes(200), "list.docx", "wrong-type"),
        (b"GIF89a" + bytes(200), "moving.gif", "wrong-type"),
        (picture()[:300], "cut.jpg", "broken"),
        (picture("PNG")[:60], "cut.png", "broken"),
        (b"%PDF-1.7\nnothing of the kind", "cut.pdf", "broken"),
        (bomb(), "small.png", "too-many-pixels"),
        (bomb(8_000), "small.png", "too-many-pixels"),
        (pdf(password="secret"), "locked.pdf", "encrypted"),
        (pdf(script="app.alert('hello')"), "active.pdf", "scripts"),
        (pdf(attached=PROGRAM), "carrier.pdf", "attached"),
        (pdf(pages=201), "book.pdf", "too-many-pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_says_why(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unfit) as refused:
        inspect(data, name, MOST)
    assert refused.value.reason == reason
    assert set(refused.value.message) == {"zh", "en"} and all(len(text) > 20 for text in refused.value.message.values())


@pytest.mark.parametrize("kind", ["/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound", "/Rendition"])
@pytest.mark.parametrize("place", ["/OpenAction", "/AA", "/A"])
def test_a_pdf_that_acts_is_refused(kind: str, place: str) -> None:
    with pytest.raises(Unfit) as refused:
        inspect(acting_pdf(kind, place), "active.pdf", MOST)
    assert refused.value.reason == "scripts"


def test_a_pdf_may_hold_a_link_but_not_follow_it_by_itself() -> None:
    for place in ("/OpenAction", "/AA"):
        with pytest.raises(Unfit):
            inspect(acting_pdf("/URI", place), "active.pdf", MOST)
    assert inspect(acting_pdf("/URI", "/A"), "linked.pdf", MOST).media_type == PDF
    assert inspect(acting_pdf("/GoTo"), "opened.pdf", MOST).media_type == PDF


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG)])
def test_a_photo_is_kept_upright_and_without_what_the_camera_adds(kind: str, media_type: str) -> None:
    sent = picture(kind)
    assert SECRET_PLACE in sent
    found = inspect(sent, "照片.JPG", MOST)
    assert found.media_type == media_type
    assert SECRET_PLACE not in found.content
    with Image.open(io.BytesIO(found.content)) as kept:
        assert kept.size == (120, 80), "it lay on its side"
        assert not kept.getexif()
    assert found.digest == hashlib.sha256(found.content).hexdigest()
    assert found.sent_digest == hashlib.sha256(sent).hexdigest() != found.digest


def test_a_pdf_is_kept_byte_for_byte() -> None:
    sent = pdf(pages=3)
    found = inspect(sent, "护照.pdf", MOST)
    assert (found.content, found.media_type, found.name) == (sent, PDF, "护照.pdf")
    assert found.digest == found.sent_digest


def test_a_picture_called_pdf_is_kept_as_what_it_is() -> None:
    found = inspect(picture(), "护照.pdf", MOST)
    assert (found.media_type, found.name) == (JPEG, "护照.jpg")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\护照 1.PDF", "护照 1.pdf"),
        ('a"; filename=evil.exe', "a filename=evil.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
        ("", "file.pdf"),
        ("....", "file.pdf"),
        ("长" * 300 + ".pdf", "长" * 100 + ".pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name, PDF) == clean


def test_a_preview_is_small() -> None:
    large = inspect(picture(size=(2000, 3000)), "a.jpg", 10 * MOST)
    with Image.open(io.BytesIO(preview(large.content))) as small:
        assert max(small.size) <= 480
