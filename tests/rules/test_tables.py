"""Every row of the tables of the law stands beside the rules that enforce it, and every rule is fully described."""

import re

import pytest

from workflows.rules import RULES, STAGES, Rule

ROWS = {
    # Company
    "1 to 50 shareholders": ["company.shareholder-count"],
    "capital is the sum of the subscribed amounts": ["company.capital-sum", "company.amount"],
    "paid within five years": ["company.paid-by"],
    "kinds of contribution; method and date": ["company.contribution-method", "company.contribution-details"],
    "directors: 1, or 3 and more; term of 3 years": ["company.director-count", "company.director-term"],
    "supervisors: 0 by consent or committee, 1, or 3 and more with a third staff": [
        "company.supervisor-count",
        "company.supervision",
        "company.supervisor-staff",
    ],
    "who may not supervise": ["company.supervisor-office"],
    "legal representative": ["company.legal-representative"],
    "disqualified people": ["registration.disqualified"],
    "business items": ["premises.business-item", "premises.licensed-item"],
    "one address": ["premises.one-address"],
    "beneficial owners": ["owners.exemption", "owners.filed", "owners.share"],
    "liaison": ["company.liaison"],
    "signatures": ["registration.articles-signed", "registration.application-signed"],
    "real names": ["registration.real-name"],
    # Name
    "four parts, industry optional for several": ["name.region", "name.organisation", "name.industry"],
    "place at county level or above": ["name.region", "premises.place"],
    "two Chinese characters": ["name.trade-name"],
    "place or industry word": ["name.place-or-industry-word"],
    "nine bans": [
        "name.ban-dignity",
        "name.ban-public-interest",
        "name.ban-authorities",
        "name.ban-foreign",
        "name.ban-vice",
        "name.ban-discrimination",
        "name.ban-morals",
        "name.ban-misleading",
        "name.ban-other-law",
    ],
    "prefixes of the State Council": ["name.state-council"],
    "identical trade names": ["name.identical"],
    "similar names are shown": ["name.similar"],
    "reservation of two months or a year": ["name.reservation"],
    # Who may be registered here
    "joint-stock elsewhere": ["registration.joint-stock"],
    "foreign-invested elsewhere": ["registration.foreign-invested"],
    # Two clocks, registration
    "complete, or everything missing told at once": ["registration.complete"],
    # Identity numbers
    "form, check digit, date, place": [
        "identity.format",
        "identity.check-digit",
        "identity.birth-date",
        "identity.place",
    ],
    "credit codes, with the inner check": [
        "identity.credit-code-format",
        "identity.credit-code",
        "identity.organisation-code",
    ],
}

DEPEND_ON_THE_DAY = {
    "company.paid-by",
    "premises.licensed-item",
    "premises.place",
    "name.identical",
    "name.similar",
    "name.reservation",
    "identity.birth-date",
    "identity.age",
}

WAIT_FOR_A_CLERK = {"identity.check-digit", "identity.birth-date", "identity.credit-code"}

ONLY_WHEN_FILED = {
    "registration.complete",
    "registration.declaration",
    "registration.representative-phone",
    "registration.signing-phone",
    "registration.real-name",
    "registration.articles-signed",
    "registration.application-signed",
    "company.contribution-details",
    "company.finance-officer",
    "owners.filed",
    "registration.signature",
    "chain.bank-consent",
    "chain.taxpayer-kind",
    "chain.delivery",
    "chain.seal-address",
}


@pytest.mark.parametrize("row", ROWS)
def test_row_has_its_rules(row: str) -> None:
    assert set(ROWS[row]) <= set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_cites_its_law_and_says_what_it_means(rule: Rule) -> None:
    assert re.search(r"第.+条|GB \d+|联办|结果", rule.articles)
    assert rule.source == f"{rule.law} {rule.articles}"
    assert rule.description.endswith(".")
    assert rule.stages <= set(STAGES)


def test_the_bans_are_the_nine_items_of_the_article() -> None:
    items = [rule.articles for rule in RULES.values() if rule.name.startswith("name.ban-")]
    assert items == [f"第十一条第{number}项" for number in "一二三四五六七八九"]


def test_rules_of_the_day_and_of_the_clerk_run_again_at_approval() -> None:
    again = {rule.name for rule in RULES.values() if "approval" in rule.stages}
    records = {"registration.real-name", "registration.articles-signed", "registration.application-signed"}
    assert again == DEPEND_ON_THE_DAY | WAIT_FOR_A_CLERK | records


def test_rules_on_missing_things_leave_drafts_alone() -> None:
    assert {rule.name for rule in RULES.values() if "draft" not in rule.stages} == ONLY_WHEN_FILED
