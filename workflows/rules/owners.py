"""Beneficial owners, filed at establishment: 受益所有人信息管理办法 (in force 2024-11-01)."""

from collections.abc import Iterator
from decimal import Decimal

from workflows.rules.company import in_yuan, people_among
from workflows.rules.reading import Application, Row, comparable, normalise_number, person_key, who
from workflows.rules.registry import FILED, TYPED, WARN, Problem, RuleContext, rule

OWNERS_LAW = "受益所有人信息管理办法"
EXEMPT_CAPITAL = Decimal(10_000_000)
SHARE = Decimal(25)
"""Percent of shares, yield or votes from which a natural person is a beneficial owner."""


@rule("owners.exemption", law=OWNERS_LAW, articles="第三条", page="capital", stages=TYPED)
def exemption(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Exempt on commitment: capital up to ten million yuan, all shareholders natural persons, no other controller."""
    page = application.page("capital")
    if not page.flag("owners_exempt"):
        return
    path = page.field("owners_exempt")
    capital = page.money("capital")
    if capital is not None and capital > EXEMPT_CAPITAL:
        yield Problem(
            path,
            f"注册资本 {in_yuan(capital)} 元超过 1000 万元，不能承诺免报。请取消承诺，填写受益所有人。",
            f"The capital of {in_yuan(capital)} yuan is above ten million: name the beneficial owners instead.",
        )
    if any(row.typed("kind") and row.text("kind") != "natural" for row in application.shareholders):
        yield Problem(
            path,
            "股东不全是自然人，不能承诺免报。请取消承诺，填写受益所有人。",
            "Not all shareholders are natural persons: name the beneficial owners instead.",
        )
    if page.flag("other_controller"):
        yield Problem(
            path,
            "股东以外还有人实际控制公司，不能承诺免报。请取消承诺，填写受益所有人。",
            "Somebody other than the shareholders controls the company: name the beneficial owners instead.",
        )


@rule("owners.may-be-exempt", law=OWNERS_LAW, articles="第三条", page="capital", stages=TYPED)
def may_be_exempt(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Whoever may commit themselves to the exemption and names no owners is told so."""
    page = application.page("capital")
    capital, kinds = page.money("capital"), [row.text("kind") for row in application.shareholders]
    if page.flag("owners_exempt") or page.flag("other_controller") or application.owners:
        return
    if capital is not None and capital <= EXEMPT_CAPITAL and kinds and set(kinds) == {"natural"}:
        yield Problem(
            page.field("owners_exempt"),
            "按您填写的注册资本和股东，可以勾选这条承诺；勾选后不用填写受益所有人。",
            "With this capital and these shareholders you may tick this commitment; then no beneficial owners are asked for.",
            WARN,
        )


@rule("owners.filed", law=OWNERS_LAW, articles="第六条", page="capital", stages=FILED)
def owners_filed(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Without the exemption, beneficial owners are filed with the establishment: also 条例 第九条."""
    page = application.page("capital")
    owners = application.owners
    if page.flag("owners_exempt"):
        return
    if not owners:
        yield Problem(
            page.field("owners"),
            "请填写受益所有人（持股 25% 以上或实际控制公司的自然人）；注册资本不超过 1000 万元、股东全是自然人"
            "且无他人控制的，可以勾选承诺免报。",
            "Name the beneficial owners (25 % and more, or control), or tick the exemption if the capital is at "
            "most ten "
            "million yuan, all shareholders are natural persons and nobody else controls the company.",
        )
    elif page.flag("other_controller") and not any(row.text("basis") == "control" for row in owners):
        yield Problem(
            page.field("owners"),
            "您说明股东以外有人实际控制公司，请把此人填为受益所有人，认定依据选“控制”。",
            'Somebody other than the shareholders controls the company: name them as an owner on the basis of "control".',
        )
    named = ({person_key(row) for row in owners} | {comparable(row.text("name")) for row in owners}) - {""}
    for row in _large_shareholders(application) if owners else ():
        if normalise_number(row.text("id_number")) not in named and comparable(row.text("name")) not in named:
            zh, en = who(row)
            yield Problem(
                page.field("owners"),
                f"“{zh}”出资占 25% 以上，是受益所有人，请加到受益所有人表中。",
                f"{en} holds 25 % and more and is a beneficial owner: add them to the table.",
            )


def _large_shareholders(application: Application) -> Iterator[Row]:
    capital = application.page("capital").money("capital")
    if not capital:
        return
    for key, first in people_among(application.shareholders).items():
        rows = [row for row in application.shareholders if person_key(row) == key]
        held = sum((row.money("amount") or Decimal() for row in rows), Decimal())
        if first.text("kind") == "natural" and held * 100 >= SHARE * capital:
            yield first


@rule("owners.share", law=OWNERS_LAW, articles="第六条", page="capital", stages=TYPED)
def owner_share(application: Application, context: RuleContext) -> Iterator[Problem]:
    """An owner by shares holds 25 % and more, and nobody more than 100 %."""
    for row in application.owners:
        share = row.percent("share")
        zh, en = who(row)
        if row.typed("share") and (share is None or share > 100):
            yield Problem(
                row.field("share"),
                f"受益所有人“{zh}”的比例应为 0 到 100 之间的百分数，例如 60 或 33.34。",
                f"The share of {en} is a percentage between 0 and 100, such as 60 or 33.34.",
            )
        elif share is not None and share < SHARE and row.text("basis") == "shares":
            yield Problem(
                row.field("share"),
                f"“{zh}”的比例不到 25%，按股权不是受益所有人。请核对比例，或者认定依据改为“控制”，或者删去此行。",
                f"{en} holds less than 25 % and is no owner by shares. Check the share, choose control, or remove the row.",
            )
        if row.typed("basis") and row.text("basis") not in ("shares", "control"):
            yield Problem(row.field("basis"), f"请为“{zh}”选择认定依据：股权或控制。", f"Choose shares or control for {en}.")
    total = sum((row.percent("share") or Decimal() for row in application.owners if row.text("basis") == "shares"), Decimal())
    if total > 100:
        yield Problem(
            application.page("capital").field("owners"),
            f"受益所有人的比例合计 {total}%，超过 100%。间接持股可能重复计算，请核对。",
            f"The shares of the owners add up to {total} %. Indirect holdings may be counted twice: please check.",
            WARN,
        )
