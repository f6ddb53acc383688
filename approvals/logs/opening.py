"""Opening a log file: what it is, in which encoding it is written, and whether it is the one that was begun."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .records import Unreadable

CSV, XES = "csv", "xes"
_AT_ONCE, _BUFFERED = 1 << 20, 1 << 17
_DECLARED = re.compile(rb"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)")
_GZIP = b"\x1f\x8b"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UNPACKING = (EOFError, gzip.BadGzipFile, zlib.error)
"""What a damaged gzip raises."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as text, and how many of its bytes on the disk have been read so far. Undecodable bytes are U+FFFD."""

    text: io.TextIOWrapper
    position: Callable[[], int]


def fingerprint(path: Path, first: int | None = None) -> tuple[str, int, bool]:
    """SHA-256 and number of the bytes of a file, or of its ``first`` ones, and whether they end with a line.

    Raises Unreadable for what is no file: a pipe cannot be read again from where it stopped.
    """
    if not path.is_file():
        raise Unreadable("不是普通文件，无法从中断的地方继续。请先存成文件。")
    digest, size, last = hashlib.sha256(), 0, b""
    with path.open("rb") as opened:
        while chunk := opened.read(_AT_ONCE if first is None else min(_AT_ONCE, first - size)):
            digest.update(chunk)
            size += len(chunk)
            last = chunk[-1:]
    return digest.hexdigest(), size, last in (b"\n", b"\r", b"")


def is_packed(path: Path) -> bool:
    """Whether it is gzip, by its content."""
    with path.open("rb") as opened:
        return opened.read(2) == _GZIP


def kind_of(path: Path) -> str:
    """csv or xes, by its content: XML begins with a tag."""
    with _bytes_of(path) as opened:
        head = _read(opened, 4096)
    text = head.decode("utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig", "replace")
    return XES if text.lstrip().startswith("<") else CSV


def encoding_of(path: Path) -> str:
    """UTF-8 when the whole file is, else what XML declares, else GB18030, which older systems write; by its mark where it has one.

    A file that is wholly none of them is read as UTF-8 or GB18030, in whichever fewer pieces are damaged.
    """
    with _bytes_of(path) as opened:
        head = _read(opened, 200)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    declared = _DECLARED.match(head)
    for name in ("utf-8", declared[1].decode() if declared else "", "gb18030"):
        if is_encoding(name) and _fits(path, name):
            return codecs.lookup(name).name
    return min(("utf-8", "gb18030"), key=lambda name: _damaged(path, name))


def open_text(path: Path, size: int, encoding: str) -> Opened:
    """The first ``size`` bytes of a file as text, unpacked where it is packed. The caller closes ``text``."""
    packed = is_packed(path)
    raw = _Beginning(path, size)
    unpacked: Any = gzip.GzipFile(fileobj=io.BufferedReader(raw)) if packed else raw
    return Opened(_Closing(io.BufferedReader(unpacked, _BUFFERED), raw, encoding), raw.tell)


class _Beginning(io.FileIO):
    """A file up to the size at which its fingerprint was taken: what is written behind meanwhile is for the next import."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(path)
        self._left = size

    def readinto(self, buffer: Any) -> int | None:
        read = super().readinto(memoryview(buffer)[: self._left])
        self._left -= read or 0
        return read


class _Closing(io.TextIOWrapper):
    """Closes the file on the disk too: gzip leaves open what it was handed. Line ends are kept as they are."""

    def __init__(self, buffered: Any, raw: io.FileIO, encoding: str) -> None:
        super().__init__(buffered, encoding=encoding, errors="replace", newline="")
        self._raw = raw

    def close(self) -> None:
        super().close()
        self._raw.close()


def is_encoding(name: str) -> bool:
    """Whether text can be read in an encoding of that name."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def unpacking_failed(error: Exception) -> Unreadable:
    return Unreadable(f"压缩文件不完整或已损坏（{error}）。请重新取得这个文件。")


def _bytes_of(path: Path) -> IO[bytes]:
    return gzip.open(path) if is_packed(path) else path.open("rb")  # type: ignore[return-value]


def _read(opened: IO[bytes], size: int) -> bytes:
    try:
        return opened.read(size)
    except (*UNPACKING, OSError) as error:
        raise unpacking_failed(error) from None


def _fits(path: Path, encoding: str) -> bool:
    decode = codecs.getincrementaldecoder(encoding)().decode
    with _bytes_of(path) as opened:
        try:
            while chunk := _unpacked(opened):
                decode(chunk)
            decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def _damaged(path: Path, encoding: str) -> int:
    """How many pieces of the file, about a line each, hold bytes that are nothing in an encoding."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    damaged = 0
    with _bytes_of(path) as opened:
        while chunk := _unpacked(opened):
            damaged += decode(chunk).count("\ufffd")
    return damaged


def _unpacked(opened: IO[bytes]) -> bytes:
    try:
        return opened.read(_AT_ONCE)
    except UNPACKING:
        # What can be unpacked decides; reading the records meets the damage again and says so.
        return b""
