"""The articles of association that an application makes: the eight points of 公司法 第四十六条, from what was filed."""

from __future__ import annotations

from tests.rules.applications import FIRM, shareholder, valid_application
from workflows.rules.articles import articles

ITEMS = {"S0001": "初级农产品销售"}


def told(content: dict[str, object] | None = None) -> dict[str, str]:
    found = articles(content or valid_application(), place="惠民县孙武街道古城社区", items=ITEMS)
    return {clause.title["zh"]: clause.text["zh"] + "".join(row["zh"] for row in clause.rows) for clause in found}


def test_the_eight_points_of_the_law() -> None:
    clauses = told()
    assert len(clauses) == 8
    assert "惠民县禾样农产品销售有限公司" in clauses["公司名称和住所"] and "示例路1号2单元301室" in clauses["公司名称和住所"]
    assert "初级农产品销售" in clauses["经营范围"]
    assert clauses["注册资本"] == "人民币1,000,000.00元。"
    assert clauses["股东的姓名或者名称"] == "张测试、李样例。"
    contributions = clauses["股东的出资额、出资方式和出资日期"]
    assert "张测试：认缴600,000.00元，以货币出资，最迟2030年11月22日缴足。" in contributions
    organs = clauses["公司的机构及其产生办法、职权、议事规则"]
    assert "不设董事会，设一名董事，由张测试担任" in organs and "任期3年" in organs and "首任监事为李样例" in organs
    assert "首任为张测试" in clauses["法定代表人的产生、变更办法"]


def test_a_board_no_supervisors_and_a_firm_among_the_shareholders() -> None:
    content = valid_application()
    content["people"]["people"][1]["positions"] = ["director"]
    content["people"]["supervision"] = "consent"
    content["capital"]["shareholders"][1] = shareholder("示例投资有限公司", FIRM, "400000.00", kind="enterprise")
    clauses = told(content)
    organs = clauses["公司的机构及其产生办法、职权、议事规则"]
    assert "设董事会，董事为张测试、李样例" in organs and "不设监事" in organs and "首任监事" not in organs
    assert "示例投资有限公司：认缴400,000.00元" in clauses["股东的出资额、出资方式和出资日期"]


def test_both_languages_and_no_content_at_all() -> None:
    for content in (valid_application(), {}):
        for clause in articles(content, place="", items={}):
            for text in (clause.title, *clause.rows):
                assert text["zh"] and text["en"]
