"""The yearly notice as it is typed, pasted or read from a file: what is understood, and the sentences for what cannot be right."""

from __future__ import annotations

from datetime import date

import pytest

from approvals.calendar import delivered_calendar
from workflows.clock import WorkingCalendar, Year, provisional_year
from workflows.clock.notice import HOLIDAYS, WORKDAYS, Days, days_of_year, judge, ranges, read_csv, read_number, read_text, year_of

NOTICE_2026 = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""
TODAY = date(2026, 11, 23)
OFF = "1月1日\n2月5日至12日\n4月5日\n5月1日至5日\n6月9日\n9月15日\n10月1日至7日"
WORKED = "2月20日、2月21日\n5月8日\n9月26日"


def typed(off: str = OFF, worked: str = WORKED, number: int = 2027) -> Days:
    days = Days()
    read_text(number, off, HOLIDAYS, days)
    read_text(number, worked, WORKDAYS, days)
    return days


def sentences(days: Days, number: int = 2027, today: date = TODAY) -> list[str]:
    return [fault.zh for fault in days.faults or judge(number, days, delivered_calendar(), today)]


def judged(days: Days, today: date, calendar: WorkingCalendar) -> list[str]:
    return [fault.zh for fault in judge(2027, days, calendar, today)]


def days_in_force(days: Days) -> WorkingCalendar:
    years = {**delivered_calendar().years, 2027: Year(year_of(2027, days), official=True, notice="国办发明电〔2026〕7号")}
    return WorkingCalendar(years)


def whole_file(number: int = 2027, flags: bytes | None = None) -> list[str]:
    flags = provisional_year(number).working if flags is None else flags
    first = date(number, 1, 1).toordinal()
    return ["date,working", *(f"{date.fromordinal(first + offset)},{flag}" for offset, flag in enumerate(flags))]


def test_the_pasted_notice_of_a_known_year_gives_that_year() -> None:
    days = typed(NOTICE_2026, "", 2026)
    assert sentences(days, 2026) == []
    assert year_of(2026, days) == delivered_calendar().years[2026].working


def test_the_notice_of_another_year_does_not_fit() -> None:
    assert "2027-01-01 是周五，不是周四" in sentences(typed(NOTICE_2026, ""))[0]


def test_what_is_typed_in_several_ways_is_understood() -> None:
    days = typed("2027-01-01\n02-05 至 02-12\n4.5\n5/1-5/5\n6月9日\n2027年9月15日\n10月1日～7日", "2027/2/20；2月21日\n5.8\n9-26")
    assert sentences(days) == []
    assert year_of(2027, days) == year_of(2027, typed())


@pytest.mark.parametrize(
    ("off", "worked", "sentence"),
    [
        ("", "", "请填放假的日期"),
        (f"{OFF}\n2月30日", WORKED, "没有“2月30日”这一天"),
        (f"{OFF}\n12月3日至1日", WORKED, "最后一天早于第一天"),
        (f"{OFF}\n7月1日至9月1日", WORKED, "超过一个月"),
        (f"{OFF}\n10月3日", WORKED, "2027-10-03 写了两次"),
        (f"{OFF}\n2月20日", WORKED, "2027-02-20 既写了放假又写了上班"),
        (OFF, f"{WORKED}\n3月3日", "2027-03-03 是周三，本来就上班"),
        (OFF, f"{WORKED}\n2月6日", "2027-02-06 既写了放假又写了上班"),
        (OFF.replace("10月1日至7日", "10月1日、10月4日至7日"), f"{WORKED}\n10月2日", "2027-10-02 是法定节假日，不能安排上班"),
        (OFF.replace("4月5日\n", ""), WORKED, "法定节假日 2027-04-05 没有列为放假"),
        (f"{OFF}\n2028年1月4日", WORKED, "2028-01-04 属于 2028 年"),
        (OFF.replace("2月5日至12日", "2月5日至12日，共7天"), WORKED, "是 8 天，不是 7 天"),
        (OFF, "\n".join(f"{month}月{day}日" for month in (7, 8, 11) for day in range(1, 31) if date(2027, month, day).weekday() > 4),
         "历年最多 12 天"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_a_sentence(off: str, worked: str, sentence: str) -> None:
    assert any(sentence in each for each in sentences(typed(off, worked)))


@pytest.mark.parametrize(
    "text",
    ["1月1号至3号", "1月1日―3日", "1月1日─3日", "1/1..1/3", "1月1日〜3日", "1月1日、2日、3号", "1月1号、2号、1月3日",
     "1、元旦：1月1日至3日放假3天", "(1)元旦：1月1日至3日(共3天)", "国办发明电〔2026〕7号\n2027年元旦：1月1日至3日，放假3天。"],
)  # fmt: skip
def test_other_ways_to_write_the_same_days(text: str) -> None:
    days = typed(text, "")
    assert days.faults == [] and days.off == [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5月1日至5", "“5”没有读懂"),
        ("2月5-11", "“11”没有读懂"),
        ("2月5-11", "后面的“至”没有接上日期"),
        ("1月1日、2、3日", "“、2、”没有读懂"),
        ("1月1日至\n3日", "后面的“至”没有接上日期"),
        ("1月1日起放假3天", "是 1 天，不是 3 天"),
        ("1月1日(共3天)", "是 1 天，不是 3 天"),
        ("1月1日(2日补休)", "“(2日补休)”没有读懂"),
        ("2026年：1月1日", "“2026年”没有读懂"),
        ("13", "“13”没有读懂"),
    ],
)
def test_what_is_not_understood_is_said_and_never_left_out(text: str, sentence: str) -> None:
    faults = typed(text, "").faults
    assert any(sentence in each.zh for each in faults), faults
    assert all(each.field == HOLIDAYS and each.en for each in faults)


def test_a_day_of_the_next_year_that_is_off_anyway_may_stand_in_the_notice() -> None:
    assert sentences(typed(f"{OFF}\n2027年12月31日至2028年1月2日")) == []


def test_a_past_rest_day_never_becomes_a_workday() -> None:
    entered = days_in_force(typed(worked=WORKED.replace("2月20日、2月21日", "")))
    assert judged(typed(), date(2027, 2, 20), entered) == []
    found = judged(typed(), date(2027, 2, 22), entered)
    assert len(found) == 1 and "2027-02-20、2027-02-21" in found[0] and "已经过去" in found[0]


def test_a_past_working_day_never_becomes_a_day_off() -> None:
    entered = days_in_force(typed())
    later = typed(f"{OFF}\n3月1日至3日")
    assert judged(later, date(2027, 3, 1), entered) == []
    (found,) = judged(later, date(2027, 3, 3), entered)
    assert "2027-03-01、2027-03-02 已经过去，那时是工作日" in found


def test_a_file_of_the_whole_year_gives_that_year() -> None:
    expected, days = year_of(2027, typed()), Days()
    read_csv(2027, "\n".join(whole_file(2027, expected)), days)
    assert sentences(days) == [] and year_of(2027, days) == expected


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: lines[:-1], "2027 年有 365 天，文件里只有 364 天，缺 2027-12-31"),
        (lambda lines: [line for line in lines if not line.startswith("2027-02-1")], "缺 2027-02-10、"),
        (lambda lines: [*lines, lines[5]], "第 367 行：2027-01-05 在第 6 行已经写过"),
        (lambda lines: [*lines, "2028-01-01,0"], "2028-01-01 不在 2027 年"),
        (lambda lines: [*lines[:3], "2027-01-03,2", *lines[4:]], "第 4 行：2027-01-03 后面应写 1"),
        (lambda lines: [*lines[:3], "3. Januar,0", *lines[4:]], "第 4 行：“3. Januar”不是日期"),
        (lambda lines: [*lines[:3], "2027-02-30,0", *lines[4:]], "不是日期"),
        (lambda lines: [line.replace(",0", ",1") for line in lines], "法定节假日"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_by_line(change, sentence: str) -> None:  # type: ignore[no-untyped-def]
    days = Days()
    read_csv(2027, "\n".join(change(whole_file())), days)
    assert any(sentence in each for each in sentences(days)), sentences(days)


def test_a_day_whose_line_is_wrong_is_not_missing_as_well() -> None:
    days, lines = Days(), whole_file()
    read_csv(2027, "\n".join([*lines[:3], "2027-01-03,休?", *lines[4:]]), days)
    assert [fault.zh for fault in days.faults] == ["第 4 行：2027-01-03 后面应写 1（工作日）或 0（休息日）。"]
    days = Days()
    read_csv(2027, "\n".join([*lines[:-1], "2028-01-01,0"]), days)
    assert days.faults[-1].zh == "2027 年有 365 天，文件里只有 364 天，缺 2027-12-31。周末也要写。"


def test_a_leap_year_has_a_day_more() -> None:
    days = Days()
    read_csv(2028, "\n".join(line for line in whole_file(2028) if "02-29" not in line), days)
    assert "2028 年有 366 天，文件里只有 365 天，缺 2028-02-29" in days.faults[0].zh


@pytest.mark.parametrize("text", ["国办发明电〔2026〕7号", "国办发明电[2026] 07号", "国办发明电（2026）7号", "国办发明电【2026】第7号"])
def test_a_number_is_written_officially(text: str) -> None:
    assert read_number(text) == "国办发明电〔2026〕7号"


@pytest.mark.parametrize("text", ["7号", "国办发明电", "", "国办发明电〔26〕7号"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_days_and_ranges_go_back_and_forth() -> None:
    days = days_of_year(2026, delivered_calendar().years[2026])
    assert year_of(2026, days) == delivered_calendar().years[2026].working
    assert ranges([date(2026, 1, 3), date(2026, 1, 1), date(2026, 1, 2)]) == [(date(2026, 1, 1), date(2026, 1, 3))]
