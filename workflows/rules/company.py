"""Shareholders, registered capital and contributions: 公司法 (2023 revision)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workflows.rules.reading import Application, Row, person_key, who
from workflows.rules.registry import ALWAYS, DRAFT, FILED, TYPED, WARN, Problem, RuleContext, rule

COMPANY_LAW = "公司法"

MOST_SHAREHOLDERS = 50
YEARS_TO_PAY = 5

METHODS = {
    "money": "货币",
    "goods": "实物",
    "intellectual-property": "知识产权",
    "land-use-right": "土地使用权",
    "equity": "股权",
    "claim": "债权",
}
FORBIDDEN_METHODS = {
    "labour": ("劳务", "labour"),
    "credit": ("信用", "credit"),
    "personal-name": ("自然人姓名", "a person's name"),
    "goodwill": ("商誉", "goodwill"),
    "franchise": ("特许经营权", "a franchise"),
    "mortgaged-property": ("设定担保的财产", "pledged or mortgaged property"),
}

_LIST = "shareholders"


def in_yuan(amount: Decimal) -> str:
    """An amount for a message: 1,000,000.00."""
    return f"{amount:,.2f}"


def years_later(day: date, years: int) -> date:
    """The corresponding day, else the month's end: 民法典 第二百零二条."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def joint_stock(application: Application) -> bool:
    """Whether a joint-stock company is applied for, which is not registered here at all."""
    return application.page("name").text("company_type") == "joint-stock"


def people_among(shareholders: tuple[Row, ...]) -> dict[str, Row]:
    """Each shareholder once: one who contributes in two ways has two rows."""
    found: dict[str, Row] = {}
    for row in shareholders:
        found.setdefault(person_key(row), row)
    return found


@rule("company.shareholder-count", law=COMPANY_LAW, articles="第四十二条", page="capital", stages=TYPED)
def shareholder_count(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A limited liability company has 1 to 50 shareholders."""
    count = len(people_among(application.shareholders))
    path = application.page("capital").field(_LIST)
    if count > MOST_SHAREHOLDERS and not joint_stock(application):
        yield Problem(
            path,
            f"有限责任公司的股东不能超过 50 个，现在填了 {count} 个。请减少股东，或到设区的市登记机关申请设立股份有限公司。",
            f"A limited liability company has at most 50 shareholders, not {count}. Name fewer, or found a joint-stock "
            "company at the prefecture's registrar.",
        )
    elif count == 0 and context.stage != DRAFT:
        yield Problem(path, "至少要有一个股东，请到“资本与股东”页填写。", 'At least one shareholder is needed: see "capital".')


@rule("company.type", law="市场主体登记管理条例", articles="第八条", page="capital", stages=TYPED)
def type_fits_shareholders(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The company type that the licence shows agrees with the number and kind of shareholders."""
    shareholders = people_among(application.shareholders)
    if not shareholders:
        return
    path = application.page("capital").field(_LIST)
    kind = application.page("name").text("company_type")
    kinds = {row.text("kind") for row in shareholders.values()} - {""}
    if kind == "llc-natural-sole" and (len(shareholders) > 1 or kinds - {"natural"}):
        yield Problem(
            path,
            "公司类型选了“自然人独资”，股东就只能是一个自然人。请改股东，或在“公司名称”页改公司类型。",
            "The type chosen has one natural person as its only shareholder. Change the shareholders or the type.",
        )
    elif kind == "llc-legal-sole" and (len(shareholders) > 1 or "natural" in kinds):
        yield Problem(
            path,
            "公司类型选了“法人独资”，股东就只能是一个企业或其他组织。请改股东，或在“公司名称”页改公司类型。",
            "The type chosen has one enterprise as its only shareholder. Change the shareholders or the type.",
        )
    elif kind in ("llc-natural-persons", "llc-other") and len(shareholders) == 1 and context.stage != DRAFT:
        yield Problem(
            path,
            "只有一个股东的公司，公司类型应选“自然人独资”或“法人独资”。请到“公司名称”页改公司类型，或补填其他股东。",
            "A company with one shareholder is a sole company: change its type, or add the other shareholders.",
        )
    elif kind == "llc-natural-persons" and "natural" not in kinds and kinds:
        yield Problem(
            path,
            "公司类型选了“自然人投资或控股”，但股东里没有自然人。请核对公司类型。",
            "The type chosen is held by natural persons, but none is among the shareholders. Check the type.",
        )


@rule("company.amount", law=COMPANY_LAW, articles="第四十七条", page="capital", stages=TYPED)
def amounts(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Registered capital and subscribed amounts are positive amounts in yuan with at most two decimals."""
    page = application.page("capital")
    for row, name in [(page, "capital"), *((each, "amount") for each in application.shareholders)]:
        if row.typed(name) and not row.money(name):
            yield Problem(
                row.field(name),
                "金额应大于 0，以元为单位，最多两位小数，例如 100000.00，请改正。",
                "The amount must be more than 0, in yuan, with at most two decimals, such as 100000.00.",
            )


@rule("company.capital-sum", law=COMPANY_LAW, articles="第四十七条", page="capital", stages=TYPED)
def capital_sum(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Registered capital is the sum of what all shareholders subscribed, to the cent."""
    page = application.page("capital")
    capital = page.money("capital")
    amounts = [row.money("amount") for row in application.shareholders]
    if not capital or not amounts:
        return
    total = sum((amount for amount in amounts if amount is not None), Decimal())
    if total > capital or (None not in amounts and total != capital):
        yield Problem(
            page.field("capital"),
            f"注册资本是 {in_yuan(capital)} 元，各股东认缴额合计是 {in_yuan(total)} 元，"
            f"相差 {in_yuan(abs(capital - total))} 元。请改注册资本或认缴额，使两者相等。",
            f"The registered capital is {in_yuan(capital)} yuan, the subscribed amounts add up to {in_yuan(total)}: "
            f"{in_yuan(abs(capital - total))} apart. Make them equal.",
        )


@rule("company.paid-by", law=COMPANY_LAW, articles="第三十三条、第四十七条", page="capital", stages=ALWAYS)
def paid_within_five_years(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Contributions are paid within five years of establishment, the date of the licence."""
    last = years_later(context.today, YEARS_TO_PAY)
    for row in application.shareholders:
        day = row.day("paid_by")
        zh, en = who(row)
        if row.typed("paid_by") and day is None:
            yield Problem(
                row.field("paid_by"),
                f"股东“{zh}”的出资日期不是有效日期，请按 2030-06-30 的样子填写。",
                f"The payment date of {en} is no date. Write it like 2030-06-30.",
            )
        elif day is not None and day > last and not joint_stock(application):
            yield Problem(
                row.field("paid_by"),
                f"股东“{zh}”应在公司成立之日起五年内缴足出资，最晚 {last.isoformat()}，请把出资日期改早。",
                f"{en} must pay within five years of establishment, by {last.isoformat()} at the latest.",
            )


@rule("company.contribution-method", law=COMPANY_LAW, articles="第四十八条", page="capital", stages=TYPED)
def contribution_method(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Contributions are money or property that has a value and may be transferred: also 条例 第十三条."""
    for row in application.shareholders:
        method = row.text("method")
        zh, en = who(row)
        if method in FORBIDDEN_METHODS:
            method_zh, method_en = FORBIDDEN_METHODS[method]
            yield Problem(
                row.field("method"),
                f"法律不允许以{method_zh}出资。请为股东“{zh}”改选货币、实物、知识产权、土地使用权、股权或债权。",
                f"The law does not allow {method_en} as a contribution. Choose money, goods, intellectual property, "
                f"a land use right, equity or a claim for {en}.",
            )
        elif row.typed("method") and method not in METHODS:
            yield Problem(
                row.field("method"),
                f"股东“{zh}”的出资方式不在可选范围内，请重新选择。",
                f"Choose the method of contribution of {en} from the list.",
            )


@rule("company.contribution-details", law=COMPANY_LAW, articles="第四十条", page="capital", stages=FILED)
def contribution_details(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Amount, method and date of every contribution are given, because the company must publish them."""
    labels = {"amount": ("认缴出资额", "amount"), "method": ("出资方式", "method"), "paid_by": ("出资日期", "date")}
    for row in application.shareholders:
        zh, en = who(row)
        for name, (label_zh, label_en) in labels.items():
            if not row.typed(name):
                yield Problem(
                    row.field(name),
                    f"股东“{zh}”的{label_zh}还没有填，请补填。",
                    f"Fill in the {label_en} of the contribution of {en}.",
                )


@rule("company.shareholder-twice", law=COMPANY_LAW, articles="第三十二条", page="capital", stages=TYPED)
def shareholder_twice(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A shareholder in two rows may be meant (two ways of contributing) or a slip: mentioned only."""
    seen: set[tuple[str, str]] = set()
    for row in application.shareholders:
        entry = (person_key(row), row.text("method"))
        if entry in seen:
            zh, en = who(row)
            yield Problem(
                row.field("name"),
                f"股东“{zh}”以同一种方式填了两行。如果是重复填写，请删去一行。",
                f"{en} is entered twice with the same method. Remove one row if that was not meant.",
                WARN,
            )
        seen.add(entry)
