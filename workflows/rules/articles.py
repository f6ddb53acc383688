"""The articles of association as the application makes them: what 公司法 第四十六条 asks of those of a limited company.

The wording is this product's own and says no more than what was filed and what the law says of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.rules.licence import licence_facts
from workflows.rules.reading import Application, Row

Text = Mapping[str, str]

_NO_DAY = date.min
"""Of a licence's facts the date of establishment is not wanted here."""

_METHODS: Mapping[str, Text] = {
    "money": {"zh": "货币", "en": "money"},
    "goods": {"zh": "实物", "en": "goods"},
    "intellectual-property": {"zh": "知识产权", "en": "intellectual property"},
    "land-use-right": {"zh": "土地使用权", "en": "a land use right"},
    "equity": {"zh": "股权", "en": "equity"},
    "claim": {"zh": "债权", "en": "claims"},
}
_SUPERVISION: Mapping[str, Text] = {
    "supervisors": {"zh": "公司设监事，由股东会选举，任期三年。", "en": "Supervisors are elected by the shareholders for three years."},
    "consent": {"zh": "经全体股东一致同意，公司不设监事。", "en": "By consent of all shareholders there are no supervisors."},
    "audit-committee": {
        "zh": "董事会设审计委员会，行使监事会的职权，不设监事。",
        "en": "An audit committee of the board has the powers of supervisors.",
    },
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One article: what it is about, and its text. A list has ``rows``, one for each shareholder."""

    title: Text
    text: Text
    rows: tuple[Text, ...] = ()


def articles(values: Mapping[str, Any], *, place: str, items: Mapping[str, str]) -> tuple[Clause, ...]:
    """The eight articles of an application.

    ``place`` is the community or village of the address in words, ``items`` the official wording of each business item.
    """
    application = Application(values)
    capital = application.page("capital").money("capital") or Decimal(0)
    facts = licence_facts(values, place=place, items=items, registrar="", established_on=_NO_DAY, credit_code="")
    company, amount = facts["name"], f"{capital:,.2f}"
    return (
        Clause(
            {"zh": "公司名称和住所", "en": "Name and address"},
            {"zh": f"公司名称：{company}。住所：{facts['address']}。", "en": f"Name: {company}. Address: {facts['address']}."},
        ),
        Clause({"zh": "经营范围", "en": "Business scope"}, {"zh": facts["scope"], "en": facts["scope"]}),
        Clause({"zh": "注册资本", "en": "Capital"}, {"zh": f"人民币{amount}元。", "en": f"{amount} yuan."}),
        Clause(
            {"zh": "股东的姓名或者名称", "en": "Shareholders"},
            _listed([row.text("name") for row in application.shareholders]),
        ),
        Clause(
            {"zh": "股东的出资额、出资方式和出资日期", "en": "What each shareholder contributes, how and until when"},
            {
                "zh": "股东应当按期足额缴纳认缴的出资，全体股东认缴的出资额自公司成立之日起五年内缴足。",
                "en": "Each shareholder pays in full and in time, all of them within five years of the company's establishment.",
            },
            tuple(_contribution(row) for row in application.shareholders),
        ),
        Clause({"zh": "公司的机构及其产生办法、职权、议事规则", "en": "Organs, how they come about and decide"}, _organs(application)),
        Clause({"zh": "法定代表人的产生、变更办法", "en": "Legal representative"}, _representative(application)),
        Clause(
            {"zh": "其他事项", "en": "Other matters"},
            {
                "zh": "本章程由全体股东签署，自公司成立之日起生效；没有写到的，依照《中华人民共和国公司法》执行。",
                "en": "All shareholders sign these articles. They take effect with the company's establishment; "
                "the Company Law governs the rest.",
            },
        ),
    )


def _listed(names: Sequence[str]) -> Text:
    return {"zh": "、".join(names) + "。", "en": ", ".join(names) + "."}


def _contribution(row: Row) -> Text:
    method = _METHODS.get(row.text("method"), {"zh": row.text("method"), "en": row.text("method")})
    amount, day = f"{row.money('amount') or Decimal(0):,.2f}", row.day("paid_by")
    until = f"{day.year}年{day.month}月{day.day}日" if day is not None else row.text("paid_by")
    return {
        "zh": f"{row.text('name')}：认缴{amount}元，以{method['zh']}出资，最迟{until}缴足。",
        "en": f"{row.text('name')}: {amount} yuan in {method['en']}, paid by {row.text('paid_by')}.",
    }


def _organs(application: Application) -> Text:
    page = application.page("people")
    directors = [row.text("name") for row in application.holding("executive-director", "director")]
    managers = [row.text("name") for row in application.holding("manager")]
    supervisors = [row.text("name") for row in application.holding("supervisor")]
    years = page.whole("director_term_years") or 3
    supervision = _SUPERVISION.get(page.text("supervision"), {"zh": "", "en": ""})
    board = (
        {"zh": f"公司不设董事会，设一名董事，由{directors[0]}担任", "en": f"There is no board; the one director is {directors[0]}"}
        if len(directors) == 1
        else {"zh": f"公司设董事会，董事为{'、'.join(directors)}", "en": f"The directors are {', '.join(directors)}"}
    )
    zh = (
        "股东会由全体股东组成，是公司的权力机构，依照公司法行使职权；股东按照出资比例行使表决权，修改章程、增减注册资本、"
        "合并、分立、解散或者变更公司形式，须经代表三分之二以上表决权的股东通过，其他事项须经代表过半数表决权的股东通过。"
        f"{board['zh']}，由股东会选举，任期{years}年，可以连任。"
    )
    en = (
        "The shareholders' meeting is the organ of power. Votes follow contributions: two thirds for changes of the articles, of the "
        f"capital or of the company's form, more than half for all else. {board['en']}, elected by the shareholders for "
        f"{years} years, renewable. "
    )
    if managers:
        zh += f"经理由{'、'.join(managers)}担任，对董事会或者董事负责。"
        en += f"Managed by {', '.join(managers)}. "
    zh, en = zh + supervision["zh"], en + supervision["en"]
    if supervisors:
        zh += f"首任监事为{'、'.join(supervisors)}。"
        en += f" The first supervisors are {', '.join(supervisors)}."
    return {"zh": zh, "en": en}


def _representative(application: Application) -> Text:
    names = [row.text("name") for row in application.holding("legal-representative")]
    return {
        "zh": f"法定代表人由代表公司执行公司事务的董事或者经理担任，首任为{'、'.join(names)}；由股东会决定产生和变更，"
        "辞任的，公司在三十日内确定新的法定代表人。",
        "en": f"A director who executes its affairs, or its manager, is the legal representative, at first {', '.join(names)}. "
        "The shareholders decide; after a resignation a new one is named within thirty days.",
    }
