"""What the people of the demo write: corrections and reasons, and what the departments enter when they complete a matter."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from approvals.calendar import county_calendar


@dataclass(frozen=True, slots=True)
class Correction:
    """Something that the rules cannot see and a registrar does: how it looks when filed, what is asked, how it is mended."""

    page: str
    text: str
    spoil: Callable[[dict[str, Any]], None]
    mend: Callable[[dict[str, Any], random.Random], None]


def _short_address(content: dict[str, Any]) -> None:
    content["premises"]["address"] = content["premises"]["address"].split("号")[0] + "号"


def _whole_address(content: dict[str, Any], source: random.Random) -> None:
    content["premises"]["address"] += f"{source.randrange(1, 20)}号楼{source.randrange(101, 620)}室"


def _vague_industry(content: dict[str, Any]) -> None:
    content["name"].update(industry="综合", multi_industry=False)


def _fitting_industry(content: dict[str, Any], source: random.Random) -> None:
    content["name"]["industry"] = "商贸"


def _wrong_postcode(content: dict[str, Any]) -> None:
    content["premises"]["postcode"] = "251701"


def _right_postcode(content: dict[str, Any], source: random.Random) -> None:
    content["premises"]["postcode"] = "251700"


def _same_mail(content: dict[str, Any]) -> None:
    for row in content["people"]["people"]:
        row["email"] = "office@example.org"


def _own_mail(content: dict[str, Any], source: random.Random) -> None:
    for row in content["people"]["people"]:
        row["email"] = f"{row['phone']}@example.org"


def _early_payment(content: dict[str, Any]) -> None:
    content["capital"]["shareholders"][0]["method"] = "goods"


def _money_payment(content: dict[str, Any], source: random.Random) -> None:
    content["capital"]["shareholders"][0]["method"] = "money"


CORRECTIONS = (
    Correction("premises", "住所只写到门牌号，请补充楼栋和房间号，与房屋实际编号一致。", _short_address, _whole_address),
    Correction("name", "名称中的“综合”不能反映主营业务，请按主营项目改写行业，例如“商贸”。", _vague_industry, _fitting_industry),
    Correction("premises", "邮政编码与住所不符，请核对后填写。", _wrong_postcode, _right_postcode),
    Correction("people", "几个人填了同一个电子邮箱，登记联络员的邮箱须本人可用，请分别填写。", _same_mail, _own_mail),
    Correction("capital", "第一位股东选择实物出资，但经电话核实为货币出资，请改正出资方式。", _early_payment, _money_payment),
)

REFUSALS = (
    "住所经现场核实为已公告征收的房屋，不能作为公司住所使用，与住所承诺不符（《市场主体登记管理条例》第十七条、第十一条）。",
    "经核对，签署章程的股东与实名确认的股东不一致，两次联系均未能说明，申请材料不真实（《市场主体登记管理条例》第十七条）。",
    "申请的名称与同行业已登记企业名称容易混淆，可能使公众误解，申请人不同意更换（《企业名称登记管理规定》第十一条）。",
)
EXTENSIONS = (
    "股东之一为多层持股的企业，受益所有人需要逐层核实，三个工作日内难以完成。",
    "住所位于新划分的社区，门牌需与民政部门核对，情形较复杂。",
)
DECLINED = ("所述情形可以通过数据共享当场核实，不属于情形复杂，请继续办理。",)
OBJECTIONS = ("我的认缴出资额写错了，说好的是五万元，请改正后再发给我签。", "我没有同意担任监事，请换人。")
WITHDRAWALS = ("股东之间还没有商量好出资比例，先不办了。", "准备换一个住所，之后重新申报。", "")
OPINIONS = ("", "", "符合登记条件。", "材料齐全，符合法定形式，准予登记。")
OVERRIDE = "已与申请人的身份证原件核对，证件上的号码就是这样，校验位不符系早年发证所致。"

FAILURES: Mapping[str, tuple[str, ...]] = {
    "company-seal": (
        "法定代表人的姓名含有刻章系统暂不支持的生僻字，已联系刻制单位补字，三日后请在办件页面重新办理。",
        "刻制单位设备故障，今天无法刻制，请在办件页面重新办理，我们会另派一家。",
    ),
    "tax-registration": ("财务负责人的实名信息未通过比对，请本人更新实名信息后重新办理。",),
    "social-insurance": ("经办系统提示法定代表人名下另有单位欠费，请先处理后重新办理。",),
    "medical-insurance": ("医保平台当日停机维护，未能登记，恢复后请重新办理。",),
    "housing-fund": ("缴存比例与职工代表意见不一致，请商定后重新办理。",),
    "bank-account": ("预留账号已满，请重新办理，我们会换一个服务点预留。",),
}


def completion(workflow: str, day: date, application: Mapping[str, Any], source: random.Random) -> dict[str, Any]:
    """What a department enters when it completes its matter on that day, as the matter's form asks."""
    serial = f"{day:%Y%m%d}{source.randrange(1, 9999):04d}"
    month_after = _working((day.replace(day=1) + timedelta(days=45)).replace(day=15))
    matters = application["matters"]
    forms: dict[str, dict[str, Any]] = {
        "company-seal": {
            "record_number": f"示例刻备{serial}",
            "seal_shop": source.choice(("示例刻章店甲", "示例刻章店乙")),
            "handed_over": {"electronic": "post", "post": "post"}.get(application["delivery"]["way"], "window"),
        },
        "tax-registration": {
            "tax_authority": "县税务局第一税务分局（示例）",
            "taxpayer_kind": matters["taxpayer_kind"],
            "invoice_quota": source.choice(("100000.00", "250000.00", "500000.00")),
            "first_period": month_after.isoformat(),
        },
        "social-insurance": {
            "registration_number": f"示例社{serial}",
            "agency": "县社会保险事业中心（示例）",
            "injury_rate": source.choice(("0.2", "0.4", "0.7", "0.9")),
        },
        "medical-insurance": {"unit_number": f"示例医{serial}", "effective_from": day.isoformat()},
        "housing-fund": {
            "unit_account": f"示例积{serial}",
            "opened_on": day.isoformat(),
            "ratio": int(matters["housing_fund_ratio"] or "5"),
        },
        "bank-account": {
            "reservation_number": f"示例账{serial}",
            "appointment": _working(day + timedelta(days=source.randint(1, 5))).isoformat(),
            "contact_phone": f"1380000{source.randrange(10_000):04d}",
        },
    }
    return forms[workflow]


def _working(day: date) -> date:
    """The day, or the next one on which banks and offices work."""
    calendar = county_calendar()
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day
