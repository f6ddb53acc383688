"""Times as logs write them: read as they are meant, or refused with a sentence where they could be two times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.logs.moments import DAY, FINER, MINUTE, SECOND, BadMoment, Moments, is_form, zone_named

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> int:
    at = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=SHANGHAI)
    return (at - EPOCH) // timedelta(microseconds=1)


READ = [
    ("2019-03-05T14:30:15+08:00", instant(2019, 3, 5, 14, 30, 15), SECOND, ""),
    ("2019-03-05T06:30:15Z", instant(2019, 3, 5, 14, 30, 15), SECOND, ""),
    ("2019-03-05 14:30:15 +0800", instant(2019, 3, 5, 14, 30, 15), SECOND, ""),
    ("2019-03-05 14:30:15 GMT+8", instant(2019, 3, 5, 14, 30, 15), SECOND, ""),
    ("2019-03-05 15:30 Asia/Tokyo", instant(2019, 3, 5, 14, 30), MINUTE, ""),
    ("2019-03-05 15:30[Asia/Tokyo]", instant(2019, 3, 5, 14, 30), MINUTE, ""),
    ("2019-03-05T14:30+08:00", instant(2019, 3, 5, 14, 30), MINUTE, ""),
    ("2019-03-05 14:30:15.25", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, "zone"),
    ("2019-03-05 14:30:15,25", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, "zone"),
    ("2019-03-05 14:30:15.123456789", instant(2019, 3, 5, 14, 30, 15, 123_456), FINER, "zone"),
    ("2019-03-05 14:30", instant(2019, 3, 5, 14, 30), MINUTE, "zone"),
    ("2019-03-05", instant(2019, 3, 5), DAY, "zone"),
    ("20190305", instant(2019, 3, 5), DAY, "zone"),
    ("20190305T143015", instant(2019, 3, 5, 14, 30, 15), SECOND, "zone"),
    ("20190305143015", instant(2019, 3, 5, 14, 30, 15), SECOND, "zone"),
    ("201903051430", instant(2019, 3, 5, 14, 30), MINUTE, "zone"),
    ("20190305143015250", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, "zone"),
    ("2019/3/5 9:03", instant(2019, 3, 5, 9, 3), MINUTE, "zone"),
    ("2019.3.5 9:03:07", instant(2019, 3, 5, 9, 3, 7), SECOND, "zone"),
    ("2019年3月5日", instant(2019, 3, 5), DAY, "zone"),
    ("2019年3月5日9时3分7秒", instant(2019, 3, 5, 9, 3, 7), SECOND, "zone"),
    ("2019年3月5日 下午3:04", instant(2019, 3, 5, 15, 4), MINUTE, "zone"),
    ("2019-3-5 上午 12:04", instant(2019, 3, 5, 0, 4), MINUTE, "zone"),
    ("2019-03-05 3:04:05 PM", instant(2019, 3, 5, 15, 4, 5), SECOND, "zone"),
    ("２０１９－０３－０５　１４：３０", instant(2019, 3, 5, 14, 30), MINUTE, "zone"),
    ("2019-03-05 24:00", instant(2019, 3, 6), MINUTE, "zone"),
    ("2016-12-31T23:59:60Z", instant(2017, 1, 1, 8), SECOND, ""),
    ("1551767415", instant(2019, 3, 5, 14, 30, 15), SECOND, ""),
    ("1551767415.25", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, ""),
    ("1551767415250", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, ""),
    ("1551767415250000", instant(2019, 3, 5, 14, 30, 15, 250_000), FINER, ""),
]


@pytest.mark.parametrize(("text", "microseconds", "precision", "assumed"), READ)
def test_a_time_is_read(text: str, microseconds: int, precision: str, assumed: str) -> None:
    assert Moments(SHANGHAI).read(text) == (microseconds, precision, assumed)


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("", "没有时间", "2019-03-05 14:30:00"),
        ("昨天", "不是能认出的时间", "--time-format"),
        ("05/03/2019 14:30", "分不清哪个是日", "--time-format"),
        ("3-5-2019", "分不清哪个是日", "--time-format"),
        ("2019030514", "分不清是年月日时", "--time-format"),
        ("43529.604", "表格软件", "另存为"),
        ("43529", "表格软件", "另存为"),
        ("2019-03-05 14:30 CST", "不认识时区“CST”", "--zone"),
        ("2019-03-05 14:30 Mars/Base", "不认识时区", "+08:00"),
        ("2019-03-05 14:30 +25:00", "不认识时区", "+08:00"),
        ("2019-02-30", "没有这一天", "2019-03-05"),
        ("2019-13-01 10:00:00", "没有这一天", "2019-03-05"),
        ("2019-03-05 25:00", "没有这样的钟点", "2019-03-05"),
        ("2019/3/5 24:01", "没有这样的钟点", "2019-03-05"),
        ("2019-03-05 15:04:05 PM", "上下午", "2019-03-05"),
        ("9999-12-31 23:59:59", "年份不在", "真实的时间"),
        ("0001-01-01", "年份不在", "真实的时间"),
        ("123456789012345678901234567890", "不是能认出的时间", "2019-03-05"),
        ("2019-03-05 14:30:00; DROP TABLE", "不是能认出的时间", "2019-03-05"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(text: str, what: str, mend: str) -> None:
    with pytest.raises(BadMoment) as refused:
        Moments(SHANGHAI).read(text)
    assert what in refused.value.what and mend in refused.value.mend


def test_hours_that_a_zone_skips_or_repeats_are_said() -> None:
    moments = Moments(BERLIN)
    assert moments.read("2019-03-31 02:30:00")[2] == "gap"
    twice = moments.read("2019-10-27 02:30:00")
    assert twice[2] == "twice" and twice[0] == (datetime(2019, 10, 27, 0, 30, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    assert moments.read("2019-10-27 03:30:00")[2] == "zone"


@given(st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 30)), st.sampled_from([SHANGHAI, BERLIN]))
def test_a_local_time_agrees_with_the_zone(at: datetime, zone: ZoneInfo) -> None:
    expected = (at.replace(tzinfo=zone).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
    moments = Moments(zone)
    assert moments.read(at.isoformat(sep=" "))[0] == expected
    # Asked again, the offset comes from what was kept.
    assert moments.read(at.isoformat())[0] == expected


@given(st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_a_written_zone_wins(at: datetime, minutes: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert Moments(SHANGHAI).read(aware.isoformat())[0] == (aware - EPOCH) // timedelta(microseconds=1)


def test_a_form_decides() -> None:
    moments = Moments(SHANGHAI, "%d/%m/%Y %H:%M")
    assert moments.read("05/03/2019 14:30") == (instant(2019, 3, 5, 14, 30), MINUTE, "zone")
    with pytest.raises(BadMoment) as refused:
        moments.read("2019-03-05 14:30")
    assert "%d/%m/%Y" in refused.value.what
    assert is_form("%d/%m/%Y %H:%M") and is_form("%Y%m%d%z")
    assert not is_form("dd/mm/yyyy") and not is_form("%Q") and not is_form("%H:%M")


def test_zones_are_known_by_names_that_mean_one_thing() -> None:
    assert zone_named("Asia/Shanghai") == SHANGHAI and zone_named("UTC") is UTC
    assert zone_named("+08:00") == timezone(timedelta(hours=8)) == zone_named("GMT+8")
    assert [zone_named(name) for name in ("CST", "EST", "", "../etc/passwd", "Asia/Nowhere", "+99:00", "+08:75")] == [None] * 7
