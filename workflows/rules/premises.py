"""Address and business scope: 市场主体登记管理条例 第十一条, 第十四条."""

import re
from collections.abc import Iterator

from workflows.rules.reading import Application, Row, who
from workflows.rules.registry import ALWAYS, TYPED, Problem, RuleContext, rule

REGISTRATION_LAW = "市场主体登记管理条例"

_TWO_ADDRESSES = re.compile(r"[;；\n\r]|以及")


@rule("premises.postcode", law="市场主体登记管理条例", articles="第八条", page="premises", stages=TYPED)
def postcode(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The registered address carries a postcode of six digits."""
    page = application.page("premises")
    code = page.text("postcode")
    if code and not (code.isascii() and code.isdigit() and len(code) == 6):
        yield Problem(
            page.field("postcode"),
            "邮政编码是 6 位数字，惠民县为 251700。",
            "A postcode has six digits; in Huimin County it is 251700.",
        )


@rule("premises.one-address", law=REGISTRATION_LAW, articles="第十一条", page="premises", stages=TYPED)
def one_address(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A company has exactly one registered address; others are business addresses."""
    page = application.page("premises")
    for name in ("place", "address"):
        value = page.raw(name)
        several = isinstance(value, list | tuple | set) and len(value) > 1
        if several or (name == "address" and _TWO_ADDRESSES.search(page.text(name))):
            yield Problem(
                page.field(name),
                "公司只能登记一个住所，请只填一个地址；其他地址请填在“经营场所”里。",
                "A company has one registered address. Put any other into the business address.",
            )


@rule("premises.place", law="企业名称登记管理规定", articles="第七条", page="premises", stages=ALWAYS)
def place_in_county(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The address lies in this county: its community or village is on the official list of today."""
    page = application.page("premises")
    place = page.text("place")
    if context.places and place in context.merged:
        yield Problem(
            page.field("place"),
            f"所选社区（村）已并入{context.merged[place]}，请改选它，其他内容不用重填。",
            f"The community or village you chose has become part of {context.merged[place]}. Choose that one; all else stays.",
        )
    elif context.places and page.typed("place") and place not in context.places:
        yield Problem(
            page.field("place"),
            "所选社区（村）不在本县现行名录中，请重新选择住所所在的社区（村）；住所在外县的，请到当地登记机关办理。",
            "The community or village is not on the county's list of today. Choose again; for an address in another "
            "county, go to the registrar there.",
        )


def needs_approval(row: Row, context: RuleContext) -> bool:
    """Whether a business item is licensed, by the county's list or by the applicant's own word."""
    return row.flag("licensed") or context.business_items.get(row.text("item"), False)


@rule("premises.business-item", law=REGISTRATION_LAW, articles="第十四条", page="premises", stages=TYPED)
def business_item_listed(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Business items come from the published list, which says which of them are licensed."""
    for row in application.page("premises").rows("items"):
        if context.business_items and row.typed("item") and row.text("item") not in context.business_items:
            yield Problem(
                row.field("item"),
                "这一项不在经营范围规范目录中，请从目录中选择最接近的一项。",
                "This item is not on the list of business items. Choose the nearest one.",
            )


@rule("premises.licensed-item", law=REGISTRATION_LAW, articles="第十四条", page="premises", stages=ALWAYS)
def licensed_item(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A licensed item needs an approval's number and an approval that is still valid on the day."""
    for row in application.page("premises").rows("items"):
        if not needs_approval(row, context):
            continue
        until = row.day("approval_valid_until")
        item = "".join(character for character in row.text("text") if character.isprintable())[:30]
        zh, en = item or who(row)[0], item or who(row)[1]
        drafting = context.stage == "draft"
        if not row.text("approval_number") and not drafting:
            yield Problem(
                row.field("approval_number"),
                f"“{zh}”是许可项目，请填写批准文件的编号；还没有批准的，请先办许可或去掉这一项。",
                f"{en} is a licensed item: give the number of the approval, or get it first, or remove the item.",
            )
        if until is None and (row.typed("approval_valid_until") or not drafting):
            yield Problem(
                row.field("approval_valid_until"),
                f"“{zh}”是许可项目，请填写批准文件的有效期截止日，例如 2030-06-30。",
                f"{en} is a licensed item: give the last day of the approval, such as 2030-06-30.",
            )
        elif until is not None and until < context.today:
            yield Problem(
                row.field("approval_valid_until"),
                f"“{zh}”的批准文件已于 {until.isoformat()} 到期，请先延续许可或去掉这一项。",
                f"The approval of {en} ended on {until.isoformat()}: renew it first, or remove the item.",
            )


@rule("premises.term", law=REGISTRATION_LAW, articles="第九条", page="premises", stages=TYPED)
def term(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The term is long, or a number of whole years."""
    page = application.page("premises")
    years = page.whole("term_years")
    if page.text("term") == "years" and (context.stage != "draft" or page.typed("term_years")) and (years is None or years < 1):
        yield Problem(
            page.field("term_years"),
            "选择了固定经营期限，请填写年数（至少 1 年），或改选“长期”。",
            "A fixed term was chosen: write the number of years (1 and more), or choose long-term.",
        )
