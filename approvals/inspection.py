"""Looks into files that people send before anything is kept of them: what they really are, and whether they can do harm.

A photo is written anew, turned upright and without the data that cameras add (place, device, time): what is kept shows what
the photo shows and nothing else. A PDF is kept byte for byte, and refused when it could do anything beyond showing pages.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SUFFIXES: Mapping[str, str] = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
MOST_PIXELS = 50_000_000
"""Pixels of one picture: more than any phone takes, and 150 MB when unpacked."""
MOST_PAGES = 200
MOST_OBJECTS = 50_000
LONGEST_NAME = 100
QUALITY = 92
PREVIEW_SIDE = 480

_HARMFUL = {
    "/JavaScript": "scripts", "/JS": "scripts", "/EmbeddedFiles": "attached", "/EF": "attached", "/EmbeddedFile": "attached",
    "/Launch": "scripts", "/RichMedia": "scripts", "/XFA": "scripts",
    "/SubmitForm": "scripts", "/ImportData": "scripts", "/GoToR": "scripts", "/GoToE": "scripts", "/Movie": "scripts",
    "/Sound": "scripts", "/Rendition": "scripts",
}  # fmt: skip

_LONGEST_ACTIONS = 20

Words = dict[str, str]


class Unfit(ValueError):
    """A file that is not taken. ``reason`` is a kebab-case code, ``message`` a sentence in both languages that says what to do."""

    def __init__(self, reason: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.reason = reason
        self.message: Words = {"zh": zh, "en": en}


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that can be kept. ``digest`` is the SHA-256 of ``content``, ``sent_digest`` that of what was sent."""

    name: str
    media_type: str
    content: bytes
    digest: str
    sent_digest: str


def inspect(data: bytes, name: str, most_bytes: int) -> Inspected:
    """What a file is, cleaned. Raises Unfit for what is empty, too large, of another type, broken, or could do harm."""
    if not data:
        raise Unfit(
            "empty",
            "这个文件是空的，可能没有传完。请重新选一次，再上传。",
            "This file is empty; perhaps it was cut off. Choose it again.",
        )
    if len(data) > most_bytes:
        raise too_large(most_bytes)
    media_type = _type_of(data, name)
    content = data
    if media_type == PDF:
        _check_pdf(data)
    else:
        content = _clean_picture(data, media_type)
    return Inspected(
        clean_name(name, media_type), media_type, content, hashlib.sha256(content).hexdigest(), hashlib.sha256(data).hexdigest()
    )


def too_large(most_bytes: int) -> Unfit:
    """The sentence for a file that is too large."""
    most = max(1, most_bytes // (1024 * 1024))
    return Unfit(
        "too-large",
        f"一个文件最多{most}MB。照片请用手机拍得小一些或者压缩，多页的请分成几个文件。",
        f"A file may have {most} MB at most. Take a smaller photo, or split it into several files.",
    )


def _type_of(data: bytes, name: str) -> str:
    import filetype

    kind = filetype.guess(data[:8192])
    found = kind.mime if kind is not None else ""
    if found in SUFFIXES:
        return str(found)
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if found in ("image/heic", "image/heif"):
        raise Unfit(
            "wrong-type",
            "这是苹果手机的 HEIC 照片，登记机关打不开。请在手机相机设置里选“兼容性最佳”，或者直接用这里的“拍照”。",
            "This is a HEIC photo, which cannot be opened here. Set the camera to the most compatible format, or take the photo here.",
        )
    if suffix in ("pdf", "jpg", "jpeg", "png"):
        raise Unfit(
            "lies",
            f"这个文件的名字是 .{suffix}，里面却不是。请用能打开它的程序另存为 PDF、JPG 或者 PNG，再上传。",
            f"This file is called .{suffix} but is something else. Save it as PDF, JPG or PNG and upload that.",
        )
    raise Unfit(
        "wrong-type",
        "只收 PDF、JPG 和 PNG 文件。Word、表格请另存为 PDF，或者打印出来拍照。",
        "Only PDF, JPG and PNG files are taken. Save a document as PDF, or take a photo of it.",
    )


def _broken() -> Unfit:
    return Unfit(
        "broken",
        "这个文件打不开，可能没有传完或者已经损坏。请重新拍照或者另存一份再上传。",
        "This file cannot be opened: it is broken or was cut off. Make it anew and upload that.",
    )


def _clean_picture(data: bytes, media_type: str) -> bytes:
    from PIL import Image, ImageOps

    too_many = Unfit(
        "too-many-pixels",
        "这张图片太大，展开后打不开。请用手机重新拍一张，或者把图片缩小再上传。",
        "This picture is too large to open. Take a new photo, or make it smaller.",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["JPEG" if media_type == JPEG else "PNG"]) as picture:
                # The size stands in the head of the file: nothing is unpacked before it is known.
                if picture.width * picture.height > MOST_PIXELS:
                    raise too_many
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                written = io.BytesIO()
                if media_type == JPEG:
                    upright.convert("RGB").save(written, "JPEG", quality=QUALITY)
                else:
                    _bare(upright).save(written, "PNG")
                return written.getvalue()
    except Unfit:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise too_many from error
    except Exception as error:  # whatever a broken picture makes of the decoder
        raise _broken() from error


def _bare(picture: Any) -> Any:
    """The picture without what a PNG may carry beside it: texts, colour profiles, EXIF."""
    plain = picture if picture.mode in ("1", "L", "RGB", "RGBA") else picture.convert("RGBA" if "A" in picture.mode else "RGB")
    plain.info.clear()
    return plain


def _check_pdf(data: bytes) -> None:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        harmful = "" if locked else _harmful_in(reader)
    except Exception as error:  # whatever a broken PDF makes of the reader
        raise _broken() from error
    if locked:
        raise Unfit(
            "encrypted",
            "这个 PDF 加了密码，登记机关打不开。请去掉密码，另存一份再上传。",
            "This PDF is locked. Save it without a password and upload that.",
        )
    if not pages:
        raise _broken()
    if pages > MOST_PAGES or harmful == "complex":
        raise Unfit(
            "too-many-pages",
            f"这个 PDF 太长或者太复杂（最多{MOST_PAGES}页）。请只上传需要的那几页。",
            f"This PDF is too long or too complex ({MOST_PAGES} pages at most). Upload the pages that are needed.",
        )
    if harmful == "scripts":
        raise Unfit(
            "scripts",
            "这个 PDF 里有程序（脚本、表单动作或者媒体），为了安全不收。请用“打印”另存为 PDF，再上传。",
            "This PDF holds scripts or media, which are not taken. Print it to a new PDF and upload that.",
        )
    if harmful == "attached":
        raise Unfit(
            "attached",
            "这个 PDF 里夹带了别的文件，为了安全不收。请用“打印”另存为 PDF，再上传。",
            "Other files are attached to this PDF, which is not taken. Print it to a new PDF and upload that.",
        )


def _harmful_in(reader: Any) -> str:
    """What in a PDF could do more than show pages: every object that can be reached is looked at, pictures are not unpacked."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked_at = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            key = (value.idnum, value.generation)
            if key in seen:
                continue
            seen.add(key)
            value = value.get_object()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            return "complex"
        if isinstance(value, DictionaryObject):
            names = [str(name) for name in value]
            names += [str(value.raw_get(name)) for name in ("/S", "/Type", "/Subtype") if name in value]
            for name in names:
                if name in _HARMFUL:
                    return _HARMFUL[name]
            if any(_opens_address(value.raw_get(name)) for name in ("/OpenAction", "/AA") if name in value):
                return "scripts"
            waiting.extend(value.raw_get(name) for name in value)
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))
    return ""


def _opens_address(action: Any, depth: int = 0) -> bool:
    """Whether what a PDF does by itself, without a click, leads to an address; the actions may follow one another."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    if isinstance(action, IndirectObject):
        action = action.get_object()
    if depth > _LONGEST_ACTIONS:
        return True
    if isinstance(action, ArrayObject):
        return any(_opens_address(each, depth + 1) for each in list.__iter__(action) if _is_action(each))
    if not isinstance(action, DictionaryObject):
        return False
    if action.get("/S") == "/URI":
        return True
    # Of "/AA" every value is an action, under the name of what sets it off; of an action only "/Next" is another one.
    names = ["/Next"] if "/S" in action else list(action)
    return any(_opens_address(action.raw_get(name), depth + 1) for name in names if name in action)


def _is_action(value: Any) -> bool:
    """Whether an item of a list may be an action: a destination, which also stands in "/OpenAction", begins with its page."""
    from pypdf.generic import DictionaryObject, IndirectObject

    found = value.get_object() if isinstance(value, IndirectObject) else value
    return isinstance(found, DictionaryObject) and found.get("/Type") not in ("/Page", "/Pages")


def clean_name(name: str, media_type: str) -> str:
    """A name to show and to save under: without folders, invisible or control characters, with the suffix of what it is."""
    base = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    base = "".join(character for character in base if character.isprintable() and character not in '<>:"|?*;%')
    stem = base.rpartition(".")[0] if "." in base else base
    stem = " ".join(stem.split()).strip(". ")[:LONGEST_NAME]
    return (stem or "file") + SUFFIXES[media_type]


def preview(content: bytes) -> bytes:
    """A small JPEG of a kept picture."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (PREVIEW_SIDE * 2, PREVIEW_SIDE * 2))
        picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        written = io.BytesIO()
        background = Image.new("RGB", picture.size, "white")
        if picture.mode in ("RGBA", "LA", "PA"):
            background.paste(picture, mask=picture.getchannel("A"))
        else:
            background.paste(picture.convert("RGB"))
        background.save(written, "JPEG", quality=80)
        return written.getvalue()
