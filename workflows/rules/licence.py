"""What the business licence and the registration notice say: the nine facts of 实施细则 第二十三条."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from workflows.rules.company import in_yuan
from workflows.rules.name import compose_name
from workflows.rules.reading import Application, Row
from workflows.rules.registration import COMPANY_TYPE_TEXTS

COUNTY = "惠民县"
"""What stands before the departments of this county on their papers."""

REGISTRAR = COUNTY + "行政审批服务局"
"""The registrar of this county as documents name it (登记机关)."""

ABOVE_COUNTY = "山东省滨州市"
"""What stands before the county in a registered address."""

INTERNAL_FIELDS = frozenset({"opinion"})
"""Fields of a form that are meant for colleagues: no document for the applicant repeats them."""

_COMMITTEES = ("居民委员会", "村民委员会")
_SUBJECT_TO_APPROVAL = "（依法须经批准的项目，经相关部门批准后方可开展经营活动）"

LICENCE_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "name": {"zh": "名称", "en": "Name"},
        "legal_representative": {"zh": "法定代表人", "en": "Legal representative"},
        "company_type": {"zh": "类型", "en": "Type"},
        "capital": {"zh": "注册资本", "en": "Registered capital"},
        "address": {"zh": "住所", "en": "Registered address"},
        "scope": {"zh": "经营范围", "en": "Business scope"},
        "registrar": {"zh": "登记机关", "en": "Registrar"},
        "established_on": {"zh": "成立日期", "en": "Date of establishment"},
        "credit_code": {"zh": "统一社会信用代码", "en": "Unified social credit code"},
    }
)
"""The nine facts in the order of the article, with what they are called."""

DELIVERED_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "delivered_by": {"zh": "送达方式", "en": "Delivered"},
        "delivered_at": {"zh": "送达时间", "en": "Delivered at"},
        "delivered_to": {"zh": "送达给", "en": "Delivered to"},
    }
)
"""What the receipt of an electronic delivery says, which nobody filled in a form for."""


def delivered_facts(recipient: str, at: datetime) -> dict[str, str]:
    """What the receipt of an electronic delivery says: how, when (``at`` in the county's time) and to whom."""
    when = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return {"delivered_by": "电子送达（在办件页面查看、下载）", "delivered_at": when, "delivered_to": recipient}


def licence_facts(
    values: Mapping[str, Any],
    *,
    place: str,
    items: Mapping[str, str],
    registrar: str,
    established_on: date,
    credit_code: str,
) -> dict[str, str]:
    """The nine facts that the licence shows, from the application as it was registered: 实施细则 第二十三条.

    ``place`` is the community or village of the address with its county and town in words, ``items`` the official wording
    of each business item, ``established_on`` the date of the licence (市场主体登记管理条例 第二十一条). The facts are Chinese,
    as the document is.
    """
    application = Application(values)
    name, premises, capital = (application.page(page) for page in ("name", "premises", "capital"))
    amount = capital.money("capital")
    facts = {
        "name": compose_name(name.values),
        "legal_representative": "、".join(row.text("name") for row in application.holding("legal-representative")),
        "company_type": COMPANY_TYPE_TEXTS.get(name.text("company_type"), ""),
        "capital": f"人民币 {in_yuan(amount)} 元" if amount is not None else "",
        "address": registered_address(place, premises.text("address")),
        "scope": _scope(premises.rows("items"), items),
        "registrar": registrar,
        "established_on": established_on.isoformat(),
        "credit_code": credit_code,
    }
    return {fact: facts[fact] for fact in LICENCE_LABELS}


def place_in_address(names: Iterable[str]) -> str:
    """A community or village as an address has it, from the names of the official units, the largest first.

    The committee is a body, no place: 样例村村民委员会 lies in 样例村.
    """
    return "".join(name.removesuffix(_COMMITTEES[0]).removesuffix(_COMMITTEES[1]) for name in names)


def registered_address(place: str, address: str) -> str:
    """The address in full, without saying twice what the applicant wrote from the county on."""
    return ABOVE_COUNTY + place + address.removeprefix("山东省").removeprefix("滨州市").removeprefix(place)


def _scope(rows: tuple[Row, ...], items: Mapping[str, str]) -> str:
    """General items first, then licensed ones with the sentence that goes with them, as the national wording has it."""
    wording = [(row.text("text") or items.get(row.text("item"), ""), row.flag("licensed")) for row in rows]
    general = "；".join(text for text, licensed in wording if not licensed)
    licensed = "；".join(text for text, licensed in wording if licensed)
    parts = [f"一般项目：{general}"] if general else []
    if licensed:
        parts.append(f"许可项目：{licensed}{_SUBJECT_TO_APPROVAL}")
    return "。".join(parts)
