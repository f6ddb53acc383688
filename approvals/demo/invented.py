"""Invented names and numbers. They follow every published rule and belong to nobody."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from stdnum.cn import ric

from workflows.rules import new_credit_code
from workflows.rules.name_words import place_names

IDENTITY_CARD = "identity-card"

_SURNAMES = "张李王刘陈杨赵孙周吴郑冯褚卫蒋沈韩朱秦许何吕施孔曹严魏陶姜谢邹苏潘葛范彭鲁马"
GIVEN = ("演示", "样例", "示范", "测试", "模拟", "虚构", "样本", "范例", "试用", "假设")

PERSON_NAMES = tuple(surname + given for given in GIVEN for surname in _SURNAMES)
"""Names that nobody bears: a surname and a word for "example"."""

_WORDS = (
    "青禾", "云杉", "白鹭", "晨露", "星河", "麦浪", "秋实", "春晓", "远帆", "松涛",
    "梧桐", "银杏", "丹枫", "碧波", "金穗", "蓝湾", "晴川", "沐风", "听雨", "望岳",
    "锦程", "朝晖", "落霞", "溪谷", "竹影", "兰亭", "紫藤", "翠微", "百川", "千帆",
    "知秋", "若水", "博远", "致和", "嘉木", "怀谷", "明湖", "清泉", "长风", "新叶",
)  # fmt: skip
_ENDINGS = "润泽源丰达盛茂恒瑞祥安宁佳美优创联合信诚"

_COUNTY_CODES = ("371621", "372321")
"""The county's codes on identity cards: today's, and the one of people born before 2000."""

_FIRM_SERIALS = 500_000_000
"""Credit codes of invented shareholding firms begin here, far from those that the county's counter draws."""


def trade_names(source: random.Random) -> Iterator[str]:
    """Trade names of three characters, none twice, none a place."""
    names = [word + ending for word in _WORDS for ending in _ENDINGS if word + ending not in place_names()]
    source.shuffle(names)
    yield from names


def identity_number(birth: date) -> str:
    """An identity number with a right check digit that no card carries: order codes begin at 001, this one has 000."""
    county = _COUNTY_CODES[0] if birth.year >= 2000 else _COUNTY_CODES[1]
    body = f"{county}{birth:%Y%m%d}000"
    return body + ric.calc_check_digit(body + "0")  # the library leaves out the last character


def random_identity_number(source: random.Random) -> str:
    """The number of somebody between twenty and sixty-five."""
    birth = date.fromordinal(source.randrange(date(1961, 1, 1).toordinal(), date(2005, 1, 1).toordinal()))
    return identity_number(birth)


def misprinted(number: str) -> str:
    """The same number with a check digit that does not fit, as a few real cards have it."""
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def firm_number(source: random.Random) -> str:
    """The credit code of an invented shareholding firm."""
    return new_credit_code(_FIRM_SERIALS + source.randrange(1_000_000))


def phone(source: random.Random) -> str:
    """A mobile number of the range that this product uses for invented people."""
    return f"1380000{source.randrange(10_000):04d}"
