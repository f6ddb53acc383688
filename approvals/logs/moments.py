"""Times as logs write them, read as microseconds since 1970 in UTC.

ISO 8601 is read as it is; what Chinese systems and spreadsheets write besides is read too; what could be two different
times (day and month in either order, a zone that several countries call so) is refused with a sentence that says how to
write it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY, MINUTE, SECOND, FINER = "day", "minute", "second", "finer"
"""How precise a written time is."""

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_SAMPLE = datetime(2019, 11, 30, 23, 58, 59, tzinfo=UTC)
_MOST_DAYS = 50_000
_VARIES = object()
"""Stands for the offset of a day on which the clocks are changed."""
_EARLIEST, _LATEST = -2_208_988_800_000_000, 7_258_118_400_000_000
"""1900 and 2200, UTC: what lies outside was filled in by a program for want of a time."""

_WRITTEN = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?"
    r"(?:[T\s]\s*|(?<=日))?"
    r"(?:(?P<before>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})分?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?秒?)?\s*(?P<after>AM|PM)?)?"
    r"\s*(?P<zone>Z|[+-]\d{1,2}(?::?\d{2})?|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|\[?[A-Za-z][A-Za-z0-9_+/-]*\]?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<fraction>\d{3})?)?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_EITHER_ORDER = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_PRECISIONS = (("%f", FINER), ("%S", SECOND), ("%T", SECOND), ("%c", SECOND), ("%X", SECOND), ("%M", MINUTE))
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_SECONDS = re.compile(r"(\d{9,10})(?:\.(\d{1,6})\d*)?")

_AS_WE_LIKE = "请写成 2019-03-05 14:30:00 这样。"
_BY_FORMAT = "用 --time-format 说明写法，例如 --time-format \"%d/%m/%Y %H:%M:%S\"。"


class BadMoment(ValueError):
    """Not a time that can be read. ``what`` says why, ``mend`` what to do."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


class Moment(NamedTuple):
    """Microseconds since 1970 in UTC; how precisely it was written; and what was assumed to read it.

    ``assumed`` is empty, or zone (it names none, so it is taken in the log's), gap (the zone's clocks skipped that hour) or
    twice (they showed it twice; the first is taken).
    """

    microseconds: int
    precision: str
    assumed: str


def zone_named(name: str) -> tzinfo | None:
    """The zone of a name of the IANA list or of an offset such as +08:00; None when there is none."""
    if name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign, hours, minutes = offset.groups()
        length = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if length >= timedelta(hours=24) or int(minutes or 0) > 59:
            return None
        return timezone(-length if sign == "-" else length)
    # Short names such as CST are in the list or on some machines, and mean another zone in each country.
    if "/" not in name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_form(form: str) -> bool:
    """Whether times can be read by a form of strptime, and come out as they went in but for what it leaves out."""
    try:
        return datetime.strptime(_SAMPLE.strftime(form), form).year == _SAMPLE.year
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _written_zone(name: str) -> tzinfo:
    zone = zone_named(name.strip("[]"))
    if zone is None:
        raise BadMoment(
            f"不认识时区“{name[:40]}”，或者它在不同地方含义不同",
            "请写成 +08:00 这样，或去掉时区并用 --zone 说明，例如 --zone Asia/Shanghai。",
        )
    return zone


class Moments:
    """Reads the times of one log: those without a zone in ``zone``, all of them by ``form`` (as of strptime) where it is given."""

    def __init__(self, zone: tzinfo, form: str | None = None) -> None:
        self._zone = zone
        self._form = form
        self._offsets: dict[int, object] = {}

    def read(self, text: str) -> Moment:
        """The moment that a text names. Raises BadMoment."""
        moment = self._read(text)
        if not _EARLIEST <= moment[0] < _LATEST:
            raise BadMoment("年份不在 1900 至 2199 之间，多半是系统填的空值", "请填写真实的时间；没有的，这个事件无法计入统计。")
        return moment

    def _read(self, text: str) -> Moment:
        if self._form is not None:
            return self._by_form(text)
        # Digits alone are kept from fromisoformat: it would take the ninth of fourteen for a separator.
        if not text.isdigit():
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                pass
            else:
                return self._counted(moment, _iso_precision(text))
        return self._otherwise(text)

    def _counted(self, moment: datetime, precision: str) -> Moment:
        if moment.tzinfo is not None:
            return Moment((moment - _EPOCH_UTC) // _MICROSECOND, precision, "")
        day = moment.toordinal()
        offset = self._offsets.get(day)
        if offset is None:
            offset = self._offset_of(moment, day)
        if offset is not _VARIES:
            return Moment((moment - _EPOCH) // _MICROSECOND - offset, precision, "zone")  # type: ignore[operator]
        zoned = moment.replace(tzinfo=self._zone)
        late = zoned.replace(fold=1).utcoffset()
        assumed = "zone"
        if zoned.utcoffset() != late:
            assumed = "twice" if zoned.utcoffset() > late else "gap"  # type: ignore[operator]
        return Moment((zoned.astimezone(UTC) - _EPOCH_UTC) // _MICROSECOND, precision, assumed)

    def _offset_of(self, moment: datetime, day: int) -> object:
        """The zone's offset on a day in microseconds, kept: asking the zone for each of a million times costs a second."""
        begin = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=self._zone)
        found: set[timedelta | None] = set()
        for hours in (0, 24):
            try:
                found |= {(begin + timedelta(hours=hours)).replace(fold=fold).utcoffset() for fold in (0, 1)}
            except OverflowError:  # the last day there is
                continue
        (offset, *others) = found
        if len(self._offsets) >= _MOST_DAYS:
            self._offsets.clear()
        kept = _VARIES if others or offset is None else offset // _MICROSECOND
        self._offsets[day] = kept
        return kept

    def _by_form(self, text: str) -> Moment:
        assert self._form is not None
        try:
            moment = datetime.strptime(text, self._form)
        except ValueError:
            raise BadMoment(f"时间与 --time-format {self._form} 不符", "请改成这个写法，或换一个 --time-format。") from None
        return self._counted(moment, next((precision for code, precision in _PRECISIONS if code in str(self._form)), DAY))

    def _otherwise(self, text: str) -> Moment:
        """What is written in another way than ISO 8601."""
        if not text:
            raise BadMoment("没有时间", _AS_WE_LIKE)
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.isdigit():
            return self._of_digits(plain)
        seconds = _SECONDS.fullmatch(plain)
        if seconds:
            return Moment(int(seconds[1]) * 1_000_000 + int((seconds[2] or "").ljust(6, "0")), FINER, "")
        found = _WRITTEN.fullmatch(plain)
        if found is None:
            raise self._puzzling(plain)
        parts = {key: value or "" for key, value in found.groupdict().items()}
        if (parts["before"] or parts["after"]).isascii() and parts["hour"] and not _fits_half(parts):
            raise BadMoment("上下午与钟点不符", _AS_WE_LIKE)
        return self._assembled(parts)

    def _assembled(self, parts: dict[str, str]) -> Moment:
        hour, minute, second = (int(parts[each] or 0) for each in ("hour", "minute", "second"))
        half = (parts.get("before") or parts.get("after") or "").upper()
        if half in ("下午", "PM") and hour < 12:
            hour += 12
        elif half in ("上午", "AM") and hour == 12:
            hour = 0
        fraction = int((parts["fraction"] or "")[:6].ljust(6, "0"))
        if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second or fraction)):
            raise BadMoment("没有这样的钟点", _AS_WE_LIKE)
        try:
            moment = datetime(int(parts["year"]), int(parts["month"]), int(parts["day"]))
            # Midnight may be written as 24:00, and a leap second as 60: both are the instant after.
            moment += timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
        except (ValueError, OverflowError):
            raise BadMoment("没有这一天", _AS_WE_LIKE) from None
        if parts.get("zone"):
            moment = moment.replace(tzinfo=_written_zone(parts["zone"]))
        precision = FINER if parts["fraction"] else SECOND if parts["second"] else MINUTE if parts["minute"] else DAY
        return self._counted(moment, precision)

    def _of_digits(self, digits: str) -> Moment:
        """A time of digits alone: seconds, milliseconds or microseconds since 1970, or the parts of a date in a row."""
        if len(digits) in (8, 12, 14, 17):
            found = _DIGITS.fullmatch(digits)
            assert found is not None
            return self._assembled({key: value or "" for key, value in found.groupdict().items()})
        if len(digits) == 10 and digits[:2] in ("19", "20"):
            raise BadMoment("分不清是年月日时还是 1970 年以来的秒数", "请写成 2019-03-05 14:00 这样，或用 --time-format 说明写法。")
        scale = {9: 1_000_000, 10: 1_000_000, 13: 1_000, 16: 1}.get(len(digits))
        if scale is None:
            raise self._puzzling(digits)
        return Moment(int(digits) * scale, SECOND if scale == 1_000_000 else FINER, "")

    @staticmethod
    def _puzzling(text: str) -> BadMoment:
        if _EITHER_ORDER.match(text):
            return BadMoment("分不清哪个是日、哪个是月", f"请{_BY_FORMAT}")
        if _SERIAL.fullmatch(text):
            return BadMoment("像是表格软件的日期序号", "请在表格软件里把这一列设为日期时间格式，再另存为 CSV。")
        return BadMoment("不是能认出的时间", f"{_AS_WE_LIKE}其他写法{_BY_FORMAT}")


_EPOCH_UTC = _EPOCH.replace(tzinfo=UTC)


def _fits_half(parts: dict[str, str]) -> bool:
    """Whether an hour is one of the twelve, where AM or PM stands beside it."""
    return not (parts["before"] or parts["after"]) or 1 <= int(parts["hour"]) <= 12


def _iso_precision(text: str) -> str:
    length = len(text)
    if length == 19:
        return SECOND
    if length == 10:
        return DAY
    if "." in text or "," in text:
        return FINER
    clock = text[10:].split("+")[0].split("-")[0]
    return SECOND if clock.count(":") == 2 or (":" not in clock and len(text) >= 15) else MINUTE if ":" in clock else DAY
