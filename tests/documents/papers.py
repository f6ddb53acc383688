"""A sheet of every kind, without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from approvals.db import canonical_json
from approvals.documents import Sheet, sheet_of
from workflows.county import county_catalogue

ISSUED_AT = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
COMPANY = "惠民县清泉软件有限公司"
REGISTERED = {
    "name": COMPANY, "legal_representative": "张测试", "company_type": "有限责任公司（自然人独资）",
    "capital": "人民币 1,000,000.00 元", "address": "山东省滨州市惠民县孙武街道古城社区示例路1号2单元301室",
    "scope": "一般项目：软件开发；初级农产品销售。许可项目：餐饮服务（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "registrar": "惠民县行政审批服务局", "established_on": "2026-11-23", "credit_code": "91371621MA0000001X",
}  # fmt: skip
PERMITTED = {
    "permit_number": "JY23716210000017", "name": "惠民县样例小吃店", "credit_code": "91371621MA0000001X", "representative": "张测试",
    "address": "山东省滨州市惠民县孙武街道古城社区示例路8号", "business_kind": "餐饮服务经营者", "items": "热食类食品制售",
    "issued_by": "惠民县行政审批服务局", "granted_on": "2026-11-23", "valid_until": "2031-11-22",
}  # fmt: skip
FACTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "receipt": ("company-opening", {}),
    "correction-notice": ("company-registration", {"items": [{"page": "premises", "text": "请写明门牌号"}]}),
    "extension-notice": ("company-registration", {}),
    "refusal-notice": ("company-registration", {"reason": "名称与已登记企业相同。"}),
    "registration-notice": ("company-registration", REGISTERED),
    "business-licence": ("company-registration", REGISTERED),
    "seal-record": ("company-seal", {"record_number": "备字第1号", "seal_shop": "示例印章店", "handed_over": "post"}),
    "tax-record": (
        "tax-registration",
        {"tax_authority": "示例税务分局", "taxpayer_kind": "small", "invoice_quota": "100000", "first_period": "2027-01-15"},
    ),
    "social-insurance-record": (
        "social-insurance", {"registration_number": "37160001", "agency": "示例经办中心", "injury_rate": "0.4"},
    ),
    "medical-insurance-record": ("medical-insurance", {"unit_number": "37160002", "effective_from": "2026-12-01"}),
    "housing-fund-record": ("housing-fund", {"unit_account": "37160003", "opened_on": "2026-12-01", "ratio": 8}),
    "bank-account-record": (
        "bank-account", {"reservation_number": "62220000", "appointment": "2026-12-02", "contact_phone": "13800000000"},
    ),
    "acceptance-notice": ("food-permit", {}),
    "non-acceptance-notice": ("food-permit", {"reason": "仅销售预包装食品，请办备案。"}),
    "special-procedure-notice": (
        "food-permit",
        {
            "starts_on": "2026-11-23", "expected_days": 3, "ground": "行政许可法第三十四条", "inspectors": "宋许可、唐许可",
            "content": "看后厨",
        },
    ),
    "permit-refusal": ("food-permit", {"reason": "没有专用操作间。"}),
    "food-permit": ("food-permit", PERMITTED),
    "delivery-receipt": ("company-opening", {"way": "window", "receiver": "张测试", "identity_checked": True}),
}  # fmt: skip
"""Every kind of document that a workflow issues: by which workflow, and with which facts."""


def sheet(kind: str, facts: Mapping[str, Any] | None = None, company: str = COMPANY) -> Sheet:
    workflow, usual = FACTS[kind]
    content = {
        "kind": kind, "number": f"HM202611230000015-{kind}-3", "case": "HM202611230000015", "company": company,
        "issued_on": "2026-11-23", "facts": dict(usual if facts is None else facts),
    }  # fmt: skip
    record = canonical_json(content)
    return sheet_of(
        content, county_catalogue().latest(workflow), title=county_catalogue().text("documents", kind)["zh"],
        issuer="惠民县行政审批服务局", issued_at=ISSUED_AT, record=record,
        digest=hashlib.sha256(record.encode()).hexdigest(), token="AbCdEfGhIjKlMnOpQrStUvWx",
    )  # fmt: skip
