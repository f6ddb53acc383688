"""Files of every kind that somebody may send, made here: no file of anybody lies in the tests."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

SECRET_PLACE = b"PLACE-WHERE-IT-WAS-TAKEN"


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 120)) -> bytes:
    """A photo with the data that a phone adds: which way is up, and a text that stands for the place."""
    image = Image.new("RGB", size, (200, 220, 240))
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010E] = SECRET_PLACE.decode()
    written = io.BytesIO()
    image.save(written, kind, exif=exif)
    return written.getvalue()


def pdf(pages: int = 1, script: str = "", attached: bytes = b"", password: str = "") -> bytes:
    """A PDF of blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)})
        writer.root_object[NameObject("/OpenAction")] = action
    if attached:
        writer.add_attachment("other.exe", attached)
    if password:
        writer.encrypt(password)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def acting_pdf(kind: str, place: str = "/OpenAction") -> bytes:
    """A PDF that does something by itself when it is opened, or of which an annotation does."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    if place == "/OpenAction":
        writer.root_object[NameObject(place)] = action
    elif place == "/AA":
        page[NameObject(place)] = DictionaryObject({NameObject("/O"): action})
    else:
        annotation = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
        page[NameObject("/Annots")] = ArrayObject([annotation])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it is nine hundred million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + side // 8) * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
