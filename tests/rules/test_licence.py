"""The nine facts of the licence: 实施细则 第二十三条."""

from datetime import date
from typing import Any

from tests.rules.changes import Change, changed, put
from workflows.county import county_catalogue
from workflows.rules import LICENCE_LABELS, licence_facts
from workflows.rules.registration import COMPANY_TYPE_TEXTS

CODE = "91371621MA0000000X"
ARTICLE = ("名称", "法定代表人", "类型", "注册资本", "住所", "经营范围", "登记机关", "成立日期", "统一社会信用代码")


def facts(*changes: Change) -> dict[str, str]:
    return licence_facts(
        changed(*changes),
        place="惠民县孙武街道古城社区",
        items={"S0003": "餐饮服务"},
        registrar="示例登记局",
        established_on=date(2026, 11, 23),
        credit_code=CODE,
    )


def test_the_nine_facts_of_the_article() -> None:
    assert tuple(label["zh"] for label in LICENCE_LABELS.values()) == ARTICLE
    assert all(label["en"] for label in LICENCE_LABELS.values())
    assert facts() == {
        "name": "惠民县禾样农产品销售有限公司",
        "legal_representative": "张测试",
        "company_type": "有限责任公司（自然人投资或控股）",
        "capital": "人民币 1,000,000.00 元",
        "address": "山东省滨州市惠民县孙武街道古城社区示例路1号2单元301室",
        "scope": "一般项目：初级农产品销售",
        "registrar": "示例登记局",
        "established_on": "2026-11-23",
        "credit_code": CODE,
    }


def test_an_address_written_in_full_is_not_said_twice() -> None:
    whole = "山东省滨州市惠民县孙武街道古城社区示例路1号"
    assert facts(put("premises.address", whole))["address"] == whole


def test_licensed_items_stand_apart_and_take_the_official_wording_where_none_was_written() -> None:
    items: list[dict[str, Any]] = [
        {"item": "S0003", "text": "", "licensed": True},
        {"item": "S0001", "text": "初级农产品销售", "licensed": False},
        {"item": "S0002", "text": "软件开发", "licensed": False},
    ]
    assert facts(put("premises.items", items))["scope"] == (
        "一般项目：初级农产品销售；软件开发。许可项目：餐饮服务（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    )


def test_every_type_that_can_be_applied_for_has_its_text() -> None:
    page = county_catalogue().latest("company-opening").page("name")
    (field,) = (each for each in page.fields if each.name == "company_type")
    assert {value for value, _ in field.options} == set(COMPANY_TYPE_TEXTS)
