"""A few names that invented people have reserved: one about to end, one for a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from approvals.operations import names

from .people import County

_RESERVED = (
    # Whose, trade name, industry, the approval needed before, days ago. Two months less four days: it ends this week.
    (0, "听雨轩", "餐饮管理", "", 57),
    (0, "棉语", "纺织", "", 12),
    (1, "启蒙星", "教育咨询", "民办学校办学许可", 40),
    (2, "绳墨", "绳网制品", "", 3),
)


def reserve_names(session: Session, county: County, now: datetime) -> None:
    """Reserve them through the product's own verb, dated back."""
    people = [county.applicant, *(person for person in county.applicants if person != county.applicant)]
    for place, trade_name, industry, approval, days in _RESERVED:
        page = {
            "region": "惠民县", "trade_name": trade_name, "industry": industry, "organisation": "有限公司",
            "company_type": "llc-natural-persons",
        }  # fmt: skip
        names.reserve(session, people[place], page, approval, now - timedelta(days=days))
