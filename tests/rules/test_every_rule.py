"""Every rule has a violating and a passing application, both made from the valid one by a small change."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from stdnum.cn import uscc

from tests.rules.applications import FIRM, LI, WANG, ZHANG, identity_number, person, shareholder, valid_application
from tests.rules.changes import Change, add, both, changed, context, drop, found, put
from workflows.rules import RULES, STAGES, RegisteredName, findings

CHILD = identity_number("20120101", 11)
TEENAGER = identity_number("20091001", 11)
UNBORN = identity_number("20300101", 11)
BAD_DIGIT = ZHANG[:-1] + ("0" if ZHANG[-1] != "0" else "1")
BAD_FIRM = FIRM[:-1] + ("0" if FIRM[-1] != "0" else "1")
BAD_ORGANISATION = FIRM[:16] + ("0" if FIRM[16] != "0" else "1")
BAD_ORGANISATION += uscc.calc_check_digit(BAD_ORGANISATION)
OTHER_NAME = RegisteredName(
    "惠民县禾样农产品销售有限公司", "禾样", "农产品销售", "registered", date(2020, 1, 1), None, "91371621MA0000000X"
)
RESERVED = RegisteredName(
    "惠民县禾样农产品销售有限公司", "禾样", "农产品销售", "reserved", date(2026, 10, 10), date(2026, 12, 10), "R1"
)
LICENSED = {"item": "S0002", "text": "食品经营", "licensed": True, "approval_number": "", "approval_valid_until": ""}


def firm_row(number: str = FIRM, **changes: Any) -> dict[str, Any]:
    return shareholder("示例商贸有限公司", number, "400000.00", kind="enterprise", id_kind="credit-code") | changes


def many_shareholders(count: int) -> Change:
    rows = [shareholder(f"股东{'甲' * (n + 1)}", identity_number("19800101", n, "372321"), "1.00") for n in range(count)]
    return both(put("capital.shareholders", rows), put("capital.capital", f"{count}.00"))


SUPERVISOR = person("赵抽样", identity_number("19920101", 11, "372321"), "13800000004", ["supervisor"])
SUPERVISOR_STAFF = SUPERVISOR | {"staff_representative": True}
SUPERVISOR_TOO = person("孙试验", identity_number("19930101", 11, "372321"), "13800000005", ["supervisor"])
DIRECTOR = person("周模拟", identity_number("19940101", 11, "372321"), "13800000006", ["director"])
DIRECTOR_TOO = person("吴演示", identity_number("19950101", 11, "372321"), "13800000007", ["director"])
OWNER = {
    "name": "张测试", "id_kind": "identity-card", "id_number": ZHANG, "id_as_on_card": False, "basis": "shares", "share": "60",
}  # fmt: skip
OWNER_TOO = OWNER | {"name": "李样例", "id_number": LI, "share": "40"}
NOT_EXEMPT = both(put("capital.owners_exempt", False), put("capital.owners", [dict(OWNER), dict(OWNER_TOO)]))
NOTHING = both()


@dataclass(frozen=True)
class Case:
    """A violation with what it must yield, and a neighbour that passes; `within` goes into the context of both."""

    rule: str
    violation: Change
    field: str
    severity: str = "block"
    passing: Change = NOTHING
    stage: str = "submission"
    within: dict[str, Any] = field(default_factory=dict)


CASES = [
    # text
    Case("text.control-characters", put("premises.address", "示例路\x001号"), "premises.address"),
    Case("text.control-characters", put("name.trade_name", "禾\n样"), "name.trade_name", passing=put("premises.address", "一\n二")),
    Case("text.control-characters", put("people.people.0.name", "张\ud800"), "people.people.0.name"),
    Case("text.invisible-characters", put("name.trade_name", "禾\u200b样"), "name.trade_name"),
    Case("text.invisible-characters", put("premises.address", "\u202e号1"), "premises.address",
         passing=put("premises.address", "示例路\u200b1号")),
    Case("text.private-characters", put("people.people.0.name", "张\ue863"), "people.people.0.name",
         passing=put("people.people.0.name", "张䶮𫍯")),
    Case("text.person-name", put("people.people.0.name", "张测试😀"), "people.people.0.name",
         passing=put("people.people.0.name", "Anna-Lena O’Muster·样例")),
    Case("text.person-name", put("capital.shareholders.0.name", "张3"), "capital.shareholders.0.name"),
    # name
    Case("name.region", put("name.region", "阳信县"), "name.region", passing=put("name.region", "山东惠民")),
    Case("name.trade-name", put("name.trade_name", "禾"), "name.trade_name", passing=put("name.trade_name", "䶮𫍯")),
    Case("name.trade-name", put("name.trade_name", "<b>禾样</b>"), "name.trade_name"),
    Case("name.trade-name", put("name.trade_name", "禾A"), "name.trade_name", passing=put("name.trade_name", "样" * 200)),
    Case("name.organisation", put("name.organisation", "股份有限公司"), "name.organisation",
         passing=put("name.organisation", "有限责任公司")),
    Case("name.organisation", put("name.industry", "销售有限公司"), "name.industry"),
    Case("name.industry", put("name.industry", ""), "name.industry",
         passing=both(put("name.industry", ""), put("name.multi_industry", True))),
    Case("name.place-or-industry-word", put("name.trade_name", "惠民"), "name.trade_name", "warn",
         passing=both(put("name.trade_name", "惠民"), put("name.alternative_meaning", True))),
    Case("name.place-or-industry-word", put("name.trade_name", "滨州"), "name.trade_name", "warn"),
    Case("name.place-or-industry-word", put("name.trade_name", "物流"), "name.trade_name", "warn"),
    Case("name.state-council", put("name.trade_name", "中华禾样"), "name.trade_name",
         passing=put("name.trade_name", "禾样中华")),
    Case("name.state-council", both(put("name.trade_name", "全国样"), put("name.state_council_approval", "国函〔2026〕0号")),
         "name.state_council_approval", "warn"),
    Case("name.ban-dignity", put("name.trade_name", "国徽样"), "name.trade_name"),
    Case("name.ban-public-interest", put("name.industry", "传销"), "name.industry"),
    Case("name.ban-authorities", put("name.trade_name", "解放军样"), "name.trade_name"),
    Case("name.ban-authorities", put("name.industry", "工会用品销售"), "name.industry", "warn"),
    Case("name.ban-foreign", put("name.trade_name", "联合国样"), "name.trade_name"),
    Case("name.ban-foreign", put("name.industry", "日本料理"), "name.industry", "warn"),
    Case("name.ban-vice", put("name.trade_name", "赌博样"), "name.trade_name"),
    Case("name.ban-discrimination", put("name.trade_name", "支那样"), "name.trade_name"),
    Case("name.ban-morals", put("name.trade_name", "二奶样"), "name.trade_name"),
    Case("name.ban-misleading", put("name.trade_name", "国家级样"), "name.trade_name"),
    Case("name.ban-misleading", put("name.trade_name", "第一禾样"), "name.trade_name", "warn"),
    Case("name.ban-other-law", put("name.trade_name", "奥林匹克"), "name.trade_name"),
    Case("name.identical", NOTHING, "name.trade_name", passing=put("name.trade_name", "禾例"), within={"names": (OTHER_NAME,)}),
    Case("name.identical", NOTHING, "name.trade_name", passing=put("name.reservation_number", "r1 "),
         within={"names": (RESERVED,)}),
    Case("name.similar", put("name.trade_name", "禾例"), "name.trade_name", "warn", passing=put("name.trade_name", "青苗"),
         within={"names": (OTHER_NAME,)}),
    Case("name.reservation", put("name.reservation_number", "R1"), "name.reservation_number", stage="approval",
         within={"names": (RESERVED,), "today": date(2026, 12, 11)}),
    Case("name.reservation", both(put("name.reservation_number", "R1"), put("name.trade_name", "禾例")),
         "name.reservation_number", passing=put("name.reservation_number", "R1"), within={"names": (RESERVED,)}),
    Case("name.reservation", put("name.reservation_number", "R9"), "name.reservation_number", "warn",
         within={"names": (RESERVED,)}),
    # registration
    Case("registration.joint-stock", put("name.company_type", "joint-stock"), "name.company_type"),
    Case("registration.foreign-invested", put("name.company_type", "foreign-invested"), "name.company_type"),
    Case("registration.foreign-invested", put("capital.shareholders.0.id_kind", "foreigner-card"),
         "capital.shareholders.0.id_kind"),
    Case("registration.foreign-invested", put("capital.shareholders.0.id_kind", "residence-permit"),
         "capital.shareholders.0.id_kind", "warn", passing=put("people.people.2.id_kind", "passport")),
    Case("registration.company-type", put("name.company_type", "guild"), "name.company_type",
         passing=put("name.company_type", "llc-other")),
    Case("registration.disqualified", put("declaration.disqualified", "yes"), "declaration.disqualified"),
    Case("registration.declaration", put("declaration.truthful", False), "declaration.truthful"),
    Case("registration.complete", put("premises.address", " "), "premises.address"),
    Case("registration.complete", drop("delivery"), "delivery.way"),
    Case("registration.complete", put("premises.items", []), "premises.items"),
    Case("registration.complete", put("people.people.2.id_number", ""), "people.people.2.id_number"),
    Case("registration.representative-phone", put("people.people.0.phone", ""), "people.people.0.phone"),
    Case("registration.signing-phone", put("people.people.2.phone", ""), "people.people.2.phone", "warn"),
    Case("registration.real-name", NOTHING, "people.people.2.name", "record",
         passing=both(put("people.people", []), put("capital.shareholders", []))),
    Case("registration.real-name", put("declaration.filed_by", "agent"), "declaration.filed_by", "record",
         passing=both(put("people.people", []), put("capital.shareholders", []))),
    Case("registration.articles-signed", NOTHING, "capital.shareholders.1.name", "record",
         passing=put("capital.shareholders", [])),
    Case("registration.application-signed", NOTHING, "declaration.signature", "record", passing=drop("people.people.0")),
    # premises
    Case("premises.one-address", put("premises.address", "示例路1号；样例路2号"), "premises.address",
         passing=put("premises.business_address", "示例路1号；样例路2号")),
    Case("premises.one-address", put("premises.place", ["371621001020", "371621001021"]), "premises.place"),
    Case("premises.place", put("premises.place", "371622001001"), "premises.place",
         within={"places": frozenset({"371621001020"})}),
    Case("premises.business-item", put("premises.items.0.item", "S9999"), "premises.items.0.item",
         within={"business_items": {"S0001": False}}),
    Case("premises.licensed-item", add("premises.items", LICENSED), "premises.items.1.approval_number",
         passing=add("premises.items", LICENSED | {"approval_number": "样001", "approval_valid_until": "2026-11-23"})),
    Case("premises.licensed-item", NOTHING, "premises.items.0.approval_valid_until",
         passing=both(put("premises.items.0.approval_number", "样001"), put("premises.items.0.approval_valid_until", "2030-01-01")),
         within={"business_items": {"S0001": True}}),
    Case("premises.licensed-item", add("premises.items", LICENSED | {"approval_number": "样001", "approval_valid_until": "2026-11-22"}),
         "premises.items.1.approval_valid_until", stage="approval"),
    Case("premises.term", put("premises.term", "years"), "premises.term_years",
         passing=both(put("premises.term", "years"), put("premises.term_years", 20))),
    # company
    Case("company.shareholder-count", put("capital.shareholders", []), "capital.shareholders"),
    Case("company.shareholder-count", many_shareholders(51), "capital.shareholders", passing=many_shareholders(50)),
    Case("company.type", put("name.company_type", "llc-natural-sole"), "capital.shareholders",
         passing=both(put("name.company_type", "llc-natural-sole"), drop("capital.shareholders.1"))),
    Case("company.type", both(put("name.company_type", "llc-legal-sole"), drop("capital.shareholders.1")), "capital.shareholders",
         passing=both(put("name.company_type", "llc-legal-sole"), put("capital.shareholders", [firm_row()]))),
    Case("company.type", drop("capital.shareholders.1"), "capital.shareholders"),
    Case("company.type", put("capital.shareholders", [firm_row(), firm_row("91371621MA0000000X")]), "capital.shareholders"),
    Case("company.amount", put("capital.capital", "1e6"), "capital.capital"),
    Case("company.amount", put("capital.shareholders.0.amount", "0.00"), "capital.shareholders.0.amount",
         passing=put("capital.shareholders.0.amount", "0.01")),
    Case("company.capital-sum", put("capital.capital", "1000000.01"), "capital.capital"),
    Case("company.paid-by", put("capital.shareholders.0.paid_by", "2031-11-24"), "capital.shareholders.0.paid_by",
         passing=put("capital.shareholders.0.paid_by", "2031-11-23")),
    Case("company.paid-by", put("capital.shareholders.0.paid_by", "2031-02-29"), "capital.shareholders.0.paid_by", stage="draft"),
    Case("company.contribution-method", put("capital.shareholders.1.method", "goodwill"), "capital.shareholders.1.method",
         passing=put("capital.shareholders.1.method", "land-use-right")),
    Case("company.contribution-method", put("capital.shareholders.1.method", "wishes"), "capital.shareholders.1.method"),
    Case("company.contribution-details", drop("capital.shareholders.1.method"), "capital.shareholders.1.method"),
    Case("company.contribution-details", put("capital.shareholders.1.paid_by", ""), "capital.shareholders.1.paid_by"),
    Case("company.shareholder-twice", add("capital.shareholders", shareholder("张测试", ZHANG, "1.00")),
         "capital.shareholders.2.name", "warn",
         passing=add("capital.shareholders", shareholder("张测试", ZHANG, "1.00", method="goods"))),
    Case("company.director-count", add("people.people", DIRECTOR), "people.people",
         passing=add("people.people", DIRECTOR, DIRECTOR_TOO)),
    Case("company.director-count", put("people.people.0.positions", ["manager", "legal-representative"]), "people.people"),
    Case("company.director-term", put("people.director_term_years", 4), "people.director_term_years",
         passing=put("people.director_term_years", 1)),
    Case("company.supervisor-count", add("people.people", SUPERVISOR), "people.people",
         passing=add("people.people", SUPERVISOR, SUPERVISOR_TOO)),
    Case("company.supervisor-count", drop("people.people.1"), "people.people",
         passing=both(drop("people.people.1"), put("people.supervision", "consent"))),
    Case("company.supervision", put("people.supervision", "consent"), "people.supervision"),
    Case("company.supervision", both(drop("people.people.1"), put("people.supervision", "audit-committee")), "people.supervision",
         passing=both(drop("people.people.1"), put("people.supervision", "audit-committee"),
                      add("people.people", DIRECTOR, DIRECTOR_TOO))),
    Case("company.supervisor-staff", add("people.people", SUPERVISOR, SUPERVISOR_TOO), "people.people",
         passing=add("people.people", SUPERVISOR_STAFF, SUPERVISOR_TOO)),
    Case("company.supervisor-office", put("people.people.2.positions", ["finance-officer", "supervisor"]),
         "people.people.2.positions", passing=put("people.people.2.positions", ["liaison", "supervisor"])),
    Case("company.supervisor-office", add("people.people", person("李样例", LI, "13800000002", ["deputy-manager"])),
         "people.people.1.positions"),
    Case("company.legal-representative", put("people.people.0.positions", ["executive-director", "manager"]), "people.people"),
    Case("company.legal-representative", put("people.people.2.positions", ["liaison", "legal-representative"]),
         "people.people.2.positions", passing=put("people.people.0.positions", ["legal-representative", "director"])),
    Case("company.legal-representative",
         both(put("people.people.0.positions", ["legal-representative", "director"]),
              add("people.people", DIRECTOR, DIRECTOR_TOO)),
         "people.people.0.positions",
         passing=both(put("people.people.0.positions", ["legal-representative", "executive-director"]),
                      add("people.people", DIRECTOR, DIRECTOR_TOO))),
    Case("company.liaison", put("people.people.2.positions", ["finance-officer"]), "people.people"),
    Case("company.liaison", put("people.people.2.email", "nobody"), "people.people.2.email"),
    Case("company.liaison", put("people.people.2.phone", ""), "people.people.2.phone"),
    Case("company.liaison", put("people.people.1.positions", ["supervisor", "liaison"]), "people.people", "warn"),
    Case("company.finance-officer", put("people.people.2.positions", ["liaison"]), "people.people", "warn"),
    # owners
    Case("owners.exemption", both(put("capital.capital", "10000000.01"), put("capital.shareholders.0.amount", "9600000.01")),
         "capital.owners_exempt",
         passing=both(put("capital.capital", "10000000.00"), put("capital.shareholders.0.amount", "9600000.00"))),
    Case("owners.exemption", put("capital.shareholders.1", firm_row()), "capital.owners_exempt"),
    Case("owners.exemption", put("capital.other_controller", True), "capital.owners_exempt"),
    Case("owners.filed", put("capital.owners_exempt", False), "capital.owners", passing=NOT_EXEMPT),
    Case("owners.filed", both(NOT_EXEMPT, drop("capital.owners.1")), "capital.owners"),
    Case("owners.filed", both(NOT_EXEMPT, put("capital.other_controller", True)), "capital.owners",
         passing=both(NOT_EXEMPT, put("capital.other_controller", True),
                      add("capital.owners", OWNER | {"name": "王示范", "id_number": WANG, "basis": "control", "share": ""}))),
    Case("owners.share", both(NOT_EXEMPT, put("capital.owners.1.share", "24.99")), "capital.owners.1.share",
         passing=both(NOT_EXEMPT, put("capital.owners.1.share", "25"))),
    Case("owners.share", both(NOT_EXEMPT, put("capital.owners.1.share", "half")), "capital.owners.1.share"),
    Case("owners.share", both(NOT_EXEMPT, put("capital.owners.1.share", "50")), "capital.owners", "warn"),
    Case("owners.share", both(NOT_EXEMPT, put("capital.owners.1.basis", "luck")), "capital.owners.1.basis"),
    # identity
    Case("identity.kind", put("people.people.0.id_kind", "library-card"), "people.people.0.id_kind"),
    Case("identity.kind", put("people.people.0.id_kind", "credit-code"), "people.people.0.id_kind"),
    Case("identity.kind", put("capital.shareholders.1", firm_row(id_kind="identity-card")), "capital.shareholders.1.id_kind",
         passing=put("capital.shareholders.1", firm_row())),
    Case("identity.format", put("people.people.0.id_number", ZHANG[:15]), "people.people.0.id_number",
         passing=put("people.people.0.id_number", f" {ZHANG[:6]} {ZHANG[6:]}　")),
    Case("identity.format", put("people.people.0.id_number", "X" + ZHANG[1:]), "people.people.0.id_number"),
    Case("identity.format", both(put("people.people.2.id_kind", "passport"), put("people.people.2.id_number", "样1")),
         "people.people.2.id_number",
         passing=both(put("people.people.2.id_kind", "passport"), put("people.people.2.id_number", "E12345678"))),
    Case("identity.check-digit", put("people.people.0.id_number", BAD_DIGIT), "people.people.0.id_number"),
    Case("identity.check-digit", put("people.people.0.id_number", BAD_DIGIT), "people.people.0.id_number", stage="approval"),
    Case("identity.birth-date", put("people.people.2.id_number", UNBORN), "people.people.2.id_number"),
    Case("identity.birth-date", put("people.people.2.id_number", identity_number("19900230", 11)), "people.people.2.id_number"),
    Case("identity.birth-date", put("people.people.2.id_number", identity_number("18900228", 11)), "people.people.2.id_number"),
    Case("identity.place", put("people.people.2.id_number", identity_number("19900228", 11, "990000")),
         "people.people.2.id_number", "warn", passing=put("people.people.2.id_number", identity_number("19700228", 11, "371621"))),
    Case("identity.age", put("people.people.1.id_number", CHILD), "people.people.1.id_number",
         passing=put("people.people.2.id_number", CHILD)),
    Case("identity.age", put("people.people.1.id_number", TEENAGER), "people.people.1.id_number", "warn"),
    Case("identity.one-name-per-number", put("people.people.2.id_number", LI), "people.people.2.id_number"),
    Case("identity.credit-code-format", put("capital.shareholders.1", firm_row("9137162O" + FIRM[8:])),
         "capital.shareholders.1.id_number", passing=put("capital.shareholders.1", firm_row(FIRM.lower()))),
    Case("identity.credit-code", put("capital.shareholders.1", firm_row(BAD_FIRM)), "capital.shareholders.1.id_number",
         passing=put("capital.shareholders.1", firm_row())),
    Case("identity.organisation-code", put("capital.shareholders.1", firm_row(BAD_ORGANISATION)),
         "capital.shareholders.1.id_number", "warn", passing=put("capital.shareholders.1", firm_row())),
    Case("registration.signature", put("declaration.signature", "路人甲"), "declaration.signature",
         passing=put("declaration.signature", " 李样例 ")),
    Case("owners.may-be-exempt", put("capital.owners_exempt", False), "capital.owners_exempt", "warn", passing=NOT_EXEMPT),
    Case("premises.postcode", put("premises.postcode", "25170"), "premises.postcode", passing=put("premises.postcode", "256600")),
    # the other matters
    Case("chain.bank-needs-seal", put("matters.chosen", ["bank-account"]), "matters.chosen", passing=put("matters.chosen", [])),
    Case("chain.bank-needs-seal", put("matters.chosen", ["fishing"]), "matters.chosen"),
    Case("chain.bank-consent", put("matters.bank_consent", False), "matters.bank_consent",
         passing=both(put("matters.bank_consent", False), put("matters.chosen", ["company-seal"]))),
    Case("chain.bank-consent", put("matters.bank", ""), "matters.bank"),
    Case("chain.housing-fund-ratio", put("matters.housing_fund_ratio", "13"), "matters.housing_fund_ratio",
         passing=put("matters.housing_fund_ratio", "12")),
    Case("chain.taxpayer-kind", put("matters.taxpayer_kind", ""), "matters.taxpayer_kind"),
    Case("chain.delivery", both(put("delivery.way", "post"), put("delivery.address", "")), "delivery.address",
         passing=both(put("delivery.way", "post"), put("delivery.address", "示例路1号"))),
    Case("chain.delivery", put("delivery.way", "point"), "delivery.office"),
    Case("chain.seal-address", put("delivery.address", ""), "delivery.address",
         passing=both(put("delivery.address", ""), put("matters.chosen", ["tax-registration"]))),
    Case("chain.phone", put("delivery.phone", "12345"), "delivery.phone", passing=put("delivery.phone", "0543-5320000")),
    # edges
    Case("identity.age", put("people.people.1.id_number", identity_number("20101123", 11)), "people.people.1.id_number", "warn",
         passing=put("people.people.1.id_number", identity_number("20081123", 11))),
    Case("identity.age", put("people.people.1.id_number", identity_number("20261123", 11)), "people.people.1.id_number"),
    Case("name.reservation", put("name.reservation_number", "R1"), "name.reservation_number",
         within={"names": (RESERVED,), "today": date(2026, 12, 11)}),
    Case("owners.filed",
         both(NOT_EXEMPT, drop("capital.owners.1"), put("capital.shareholders.0.amount", "750000.00"),
              put("capital.shareholders.1.amount", "250000.00")),
         "capital.owners",
         passing=both(NOT_EXEMPT, drop("capital.owners.1"), put("capital.shareholders.0.amount", "750000.01"),
                      put("capital.shareholders.1.amount", "249999.99"))),
    Case("owners.filed", both(NOT_EXEMPT, put("capital.owners.1", OWNER | {"name": "王示范", "id_number": WANG})), "capital.owners",
         passing=both(NOT_EXEMPT, put("capital.shareholders.1", firm_row()), drop("capital.owners.1"))),
    Case("owners.share", both(NOT_EXEMPT, drop("capital.owners.1"), put("capital.owners.0.share", "100.01")), "capital.owners.0.share",
         passing=both(NOT_EXEMPT, drop("capital.owners.1"), put("capital.owners.0.share", "100"))),
    Case("premises.one-address", put("premises.address", "示例路1号\n样例路2号"), "premises.address",
         passing=put("premises.place", ["371621001020"])),
    Case("name.trade-name", put("name.trade_name", "𠀀\U0001f600"), "name.trade_name", passing=put("name.trade_name", "㐀\uf900〇鿿")),
    Case("text.person-name", put("people.people.0.name", "·"), "people.people.0.name",
         passing=put("people.people.0.name", "买买提·样例")),
    Case("text.person-name", put("people.people.0.name", "张\U0001f000"), "people.people.0.name"),
    Case("premises.term", both(put("premises.term", "years"), put("premises.term_years", 0)), "premises.term_years",
         passing=both(put("premises.term", "years"), put("premises.term_years", 1))),
    Case("owners.filed", both(NOT_EXEMPT, put("capital.owners", [])), "capital.owners",
         passing=both(NOT_EXEMPT, put("capital.owners.1.id_kind", "passport"), put("capital.owners.1.id_number", "E12345678"))),
]  # fmt: skip


def label(case: Case) -> str:
    return f"{case.rule}-{case.field}-{case.severity}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_violation_is_found(case: Case) -> None:
    matching = [
        finding
        for finding in found(case.rule, changed(case.violation), context(case.stage, **case.within))
        if finding.field == case.field and finding.severity == case.severity
    ]
    assert matching
    for finding in matching:
        assert set(finding.message) == {"zh", "en"}
        assert any("\u4e00" <= character <= "\u9fff" for character in finding.message["zh"])
        assert finding.message["en"].endswith(".")
        assert finding.source == RULES[case.rule].source


@pytest.mark.parametrize("case", CASES, ids=label)
def test_neighbour_passes(case: Case) -> None:
    assert found(case.rule, changed(case.passing), context(case.stage, **case.within)) == []


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(RULES)


@pytest.mark.parametrize("stage", STAGES)
def test_valid_application_has_only_records(stage: str) -> None:
    assert {finding.severity for finding in findings(valid_application(), context(stage))} <= {"record"}
