"""Law and article as English readers cite them: 公司法 第四十七条 is Company Law art. 47."""

import re
from collections.abc import Mapping
from types import MappingProxyType

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "市场主体登记管理条例实施细则": "Detailed Rules on Registration of Market Entities",
        "市场主体登记管理条例": "Regulation on Registration of Market Entities",
        "企业名称登记管理规定": "Provisions on Registration of Enterprise Names",
        "受益所有人信息管理办法": "Measures on Beneficial Owner Information",
        "住房公积金管理条例": "Regulation on the Housing Fund",
        "个人信息保护法": "Personal Information Protection Law",
        "居民身份证法": "Law on Resident Identity Cards",
        "增值税法": "Value Added Tax Law",
        "公司法": "Company Law",
        "食品安全法": "Food Safety Law",
        "行政许可法": "Administrative Permission Law",
        "全国组织机构代码编制规则": "Rules for Organisation Codes",
        "法人和其他组织统一社会信用代码编码规则": "Coding Rules for Unified Social Credit Codes",
        "企业开办一件事": "Company opening in one go",
        "结果送达": "delivery of results",
        "联办次序": "order of linked matters",
        "条例": "Regulation on Registration of Market Entities",
    }
)
"""Laws, standards and practices that the rules rest on. A name that holds another one stands before it."""

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100}
_ARTICLE = re.compile(r"第([一二三四五六七八九十百零]+)条(?:第([一二三四五六七八九十]+)项)?")
_ARTICLES = re.compile(rf"\s*{_ARTICLE.pattern}(?:、{_ARTICLE.pattern})*")
_MARKS = MappingProxyType({"；": "; ", "、": ", ", "（": " (", "）": ")", "《": "", "》": ""})


def number_of(words: str) -> int:
    """A number of an article below a thousand: 十六 is 16, 一百七十八 is 178, 二百零五 is 205."""
    total = digit = 0
    for character in words:
        if character in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[character], 0
        else:
            digit = _DIGITS[character]
    return total + digit


def cited_in_english(source: str) -> str:
    """A citation in English. What is not known here stays as it is: the law's own name is better than none."""
    text = _ARTICLES.sub(_in_english, source)
    for name, english in LAWS.items():
        text = text.replace(name, english)
    for mark, english in _MARKS.items():
        text = text.replace(mark, english)
    return " ".join(text.split())


def _in_english(articles: re.Match[str]) -> str:
    numbers = [
        str(number_of(article)) + (f"({number_of(item)})" if item else "") for article, item in _ARTICLE.findall(articles[0])
    ]
    return (" art. " if len(numbers) == 1 else " arts. ") + ", ".join(numbers)
