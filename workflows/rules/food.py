"""The checks of an application for a food business permit (食品经营许可): 食品安全法, 行政许可法."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from workflows.rules.credit_codes import COUNTY, credit_code_faults
from workflows.rules.licence import registered_address
from workflows.rules.phones import is_phone
from workflows.rules.premises import place_in_county
from workflows.rules.reading import Application, Row, comparable
from workflows.rules.registry import ALWAYS, FILED, TYPED, Check, Finding, Problem, Rule, RuleContext, run
from workflows.rules.text import control_characters, invisible_characters, private_characters

FOOD_PERMIT = "food-permit"
FOOD_LAW, PERMISSION_LAW = "食品安全法", "行政许可法"
PAGES = ("business", "premises", "food", "delivery", "declaration")

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"sales": ("食品销售经营者", "1"), "catering": ("餐饮服务经营者", "2"), "canteen": ("集中用餐单位食堂", "3")}
)
"""What the permit calls each kind of business (主体业态), and its digit in the number of the permit."""

ITEMS: Mapping[str, str] = MappingProxyType(
    {
        "prepackaged": "预包装食品销售",
        "bulk": "散装食品销售",
        "hot": "热食类食品制售",
        "cold": "冷食类食品制售",
        "raw": "生食类食品制售",
        "pastry": "糕点类食品制售",
        "drinks": "自制饮品制售",
    }
)
"""What the permit calls each item of business (经营项目)."""

SOLD = frozenset({"prepackaged", "bulk"})

PERMIT_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "permit_number": {"zh": "许可证编号", "en": "Number of the permit"},
        "name": {"zh": "经营者名称", "en": "Name of the operator"},
        "credit_code": {"zh": "统一社会信用代码", "en": "Unified social credit code"},
        "representative": {"zh": "法定代表人（负责人）", "en": "Legal representative"},
        "address": {"zh": "经营场所", "en": "Place of business"},
        "business_kind": {"zh": "主体业态", "en": "Kind of business"},
        "items": {"zh": "经营项目", "en": "Items"},
        "issued_by": {"zh": "发证机关", "en": "Issued by"},
        "granted_on": {"zh": "发证日期", "en": "Issued on"},
        "valid_until": {"zh": "有效期至", "en": "Valid until"},
    }
)
"""What stands on a permit, in its order."""

VALID_YEARS = 5

_rules: dict[str, Rule] = {}
FOOD_RULES: Mapping[str, Rule] = MappingProxyType(_rules)
"""Every rule of this matter by name, in order of definition."""


def food_rule(name: str, *, law: str, articles: str, page: str, stages: frozenset[str]) -> Callable[[Check], Check]:
    """Register a check of this matter under a name."""

    def register(check: Check) -> Check:
        _rules[name] = Rule(name, law, articles, page, stages, (check.__doc__ or "").strip(), check)
        return check

    return register


def food_findings(application: Mapping[str, Any], context: RuleContext, only: str | None = None) -> tuple[Finding, ...]:
    """Everything that the rules of this stage find, in page order; never raises, whatever the application holds."""
    return run(_rules.values(), PAGES, application, context, only)


for _check, _name in (
    (control_characters, "food.control-characters"),
    (invisible_characters, "food.invisible-characters"),
    (private_characters, "food.private-characters"),
):
    food_rule(_name, law=PERMISSION_LAW, articles="第三十一条", page="", stages=TYPED)(_check)
food_rule("food.place", law=PERMISSION_LAW, articles="第三十二条", page="premises", stages=ALWAYS)(place_in_county)


@food_rule("food.credit-code", law=PERMISSION_LAW, articles="第三十一条", page="business", stages=TYPED)
def credit_code(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The credit code of the operator holds its check digit: a slip of the pen would put the permit on somebody else."""
    page = application.page("business")
    number = page.text("credit_code")
    if number and credit_code_faults(number):
        yield Problem(
            page.field("credit_code"),
            "统一社会信用代码不对：应为18位，请对照营业执照逐位核对。",
            "This is no unified social credit code: it has 18 characters; compare it with the business licence.",
        )


@food_rule("food.phone", law=PERMISSION_LAW, articles="第三十二条", page="business", stages=TYPED)
def reachable(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The operator can be reached: the inspection is arranged by telephone."""
    page = application.page("business")
    if page.text("phone") and not is_phone(page.text("phone")):
        yield Problem(
            page.field("phone"),
            "联系电话不对：手机号为11位，固定电话请带区号，例如 0543-5320000。",
            "This is no telephone number: a mobile has 11 digits, a landline needs its area code.",
        )


@food_rule("food.items-of-kind", law=FOOD_LAW, articles="第三十五条", page="food", stages=TYPED)
def items_of_kind(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Whoever only sells food makes none: the items fit the kind of business."""
    page = application.page("food")
    made = page.choices("items") - SOLD
    if application.page("business").text("kind") == "sales" and made:
        names = "、".join(ITEMS[item] for item in ITEMS if item in made)
        yield Problem(
            page.field("items"),
            f"主体业态选的是食品销售，不能同时选{names}。现场制作的，请把主体业态改为餐饮服务。",
            "The kind of business is food sales, which makes no food. Choose catering if you do.",
        )


@food_rule("food.permit-needed", law=FOOD_LAW, articles="第三十五条", page="food", stages=TYPED)
def permit_needed(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Selling prepackaged food alone needs no permit, only a notification (食品安全法 第三十五条)."""
    page = application.page("food")
    if page.choices("items") == {"prepackaged"} and application.page("business").text("kind") == "sales":
        yield Problem(
            page.field("items"),
            "仅销售预包装食品的不用办许可，到登记机关备案就行，不收费。要卖散装食品的，请一并勾选。",
            "Selling nothing but prepackaged food needs no permit, only a notification. Tick bulk food if you sell it.",
        )


@food_rule("food.safety-manager", law=FOOD_LAW, articles="第三十三条", page="food", stages=FILED)
def safety_manager(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A food business has somebody who answers for food safety, full-time or part-time."""
    page = application.page("food")
    if not page.text("safety_manager"):
        yield Problem(
            page.field("safety_manager"),
            "请填写食品安全管理人员的姓名，可以由经营者本人兼任。",
            "Name who answers for food safety; the operator may do so.",
        )


_REQUIRED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "business": {
        "name": ("经营者名称", "name of the operator"),
        "credit_code": ("统一社会信用代码", "credit code"),
        "representative": ("法定代表人或负责人", "legal representative"),
        "phone": ("联系电话", "telephone"),
        "kind": ("主体业态", "kind of business"),
    },
    "premises": {"place": ("所在村（社区）", "village or community"), "address": ("详细地址", "address")},
    "food": {"items": ("经营项目", "items")},
    "delivery": {"way": ("领取方式", "way of delivery"), "recipient": ("收件人或领取人", "recipient")},
    "declaration": {"signature": ("签名", "signature")},
}


@food_rule("food.complete", law=PERMISSION_LAW, articles="第三十二条", page="", stages=FILED)
def complete(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Everything that is missing is told at once, so that a complete application can be accepted."""
    for name, required in _REQUIRED.items():
        page = application.page(name)
        for each, (zh, en) in required.items():
            if not page.typed(each):
                yield Problem(page.field(each), f"“{zh}”还没有填，请补填。", f"Fill in the {en}.")


@food_rule("food.truthful", law=PERMISSION_LAW, articles="第三十一条", page="declaration", stages=FILED)
def truthful(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Whoever applies answers for the truth of what is filed."""
    page = application.page("declaration")
    if not page.flag("truthful"):
        yield Problem(
            page.field("truthful"),
            "请阅读声明并勾选“所填内容和材料真实”，然后再提交。",
            "Read the declaration and tick that everything you filed is true.",
        )


@food_rule("food.signature", law=PERMISSION_LAW, articles="第三十一条", page="declaration", stages=FILED)
def signed_by_the_operator(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The legal representative signs."""
    page, named = application.page("declaration"), comparable(application.page("business").text("representative"))
    if named and page.text("signature") and comparable(page.text("signature")) != named:
        yield Problem(
            page.field("signature"),
            "签名应是前面填写的法定代表人或负责人的姓名。",
            "The legal representative named above signs.",
        )


def permit_number(kind: str, serial: int) -> str:
    """The number of a permit: JY, the kind of business, the county, six digits that count up, and a check digit.

    The check digit is the one of ISO 7064 MOD 11,10 over the thirteen digits before it: kind, county and serial.
    """
    digits = f"{KINDS[kind][1]}{COUNTY}{serial:06d}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return f"JY{digits}{(11 - product) % 10}"


def permit_facts(values: Mapping[str, Any], *, place: str, issued_by: str, granted_on: date, number: str) -> dict[str, str]:
    """What the permit says, from the application as it was granted; ``place`` is the community or village in words."""
    application = Application(values)
    business, premises, food = (application.page(page) for page in ("business", "premises", "food"))
    chosen = food.choices("items")
    facts = {
        "permit_number": number,
        "name": business.text("name"),
        "credit_code": business.text("credit_code"),
        "representative": business.text("representative"),
        "address": registered_address(place, premises.text("address")),
        "business_kind": KINDS.get(business.text("kind"), ("", ""))[0],
        "items": "、".join(text for item, text in ITEMS.items() if item in chosen),
        "issued_by": issued_by,
        "granted_on": granted_on.isoformat(),
        "valid_until": _years_on(granted_on, VALID_YEARS).isoformat(),
    }
    return {fact: facts[fact] for fact in PERMIT_LABELS}


def _years_on(day: date, years: int) -> date:
    """The last day of so many years that begin with this day."""
    last = date(day.year + years, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
    return last - timedelta(days=1)


def business_kind(values: Mapping[str, Any]) -> str:
    """The kind of business that was applied for; the first one where what was filed says none."""
    business = values.get("business")
    kind = Row("business", business if isinstance(business, Mapping) else {}).text("kind")
    return kind if kind in KINDS else next(iter(KINDS))
