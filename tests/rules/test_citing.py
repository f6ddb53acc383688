"""Law and article in English."""

from __future__ import annotations

import re

import pytest

from workflows.rules import RULES
from workflows.rules.citing import cited_in_english, number_of

CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")


@pytest.mark.parametrize(
    ("words", "number"),
    [("五", 5), ("十", 10), ("十六", 16), ("二十", 20), ("九十九", 99), ("一百", 100), ("一百七十八", 178), ("二百零五", 205)],
)
def test_numbers_of_articles(words: str, number: int) -> None:
    assert number_of(words) == number


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("公司法 第四十七条", "Company Law art. 47"),
        ("公司法 第三十三条、第四十七条", "Company Law arts. 33, 47"),
        ("市场主体登记管理条例实施细则 第十六条", "Detailed Rules on Registration of Market Entities art. 16"),
        ("企业名称登记管理规定 第十一条第三项", "Provisions on Registration of Enterprise Names art. 11(3)"),
        ("居民身份证法 第三条（GB 11643）", "Law on Resident Identity Cards art. 3 (GB 11643)"),
        ("公司法 第一百七十八条；条例 第十二条", "Company Law art. 178; Regulation on Registration of Market Entities art. 12"),
        ("《某某办法》第二条", "某某办法 art. 2"),
    ],
)
def test_citations(source: str, english: str) -> None:
    assert cited_in_english(source) == english


def test_every_rule_is_cited_without_chinese() -> None:
    cited = {rule.source: cited_in_english(rule.source) for rule in RULES.values()}
    assert cited and not {source: english for source, english in cited.items() if CHINESE.search(english)}
