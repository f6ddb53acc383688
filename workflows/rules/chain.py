"""The other matters of 企业开办 and the hand-out: what they need from the one form."""

from collections.abc import Iterator

from workflows.rules.phones import is_phone
from workflows.rules.reading import Application
from workflows.rules.registry import DRAFT, FILED, TYPED, Problem, RuleContext, rule

MATTERS = ("company-seal", "tax-registration", "social-insurance", "medical-insurance", "housing-fund", "bank-account")
HOUSING_FUND_RATIOS = tuple(str(percent) for percent in range(5, 13))


@rule("chain.bank-needs-seal", law="企业开办一件事", articles="联办次序", page="matters", stages=TYPED)
def bank_needs_seal(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A bank opens the account only with the company's seal: the bank matter chooses the seal matter."""
    page = application.page("matters")
    chosen = page.choices("chosen")
    if "bank-account" in chosen and "company-seal" not in chosen:
        yield Problem(
            page.field("chosen"),
            "银行预约开户要用公章，请同时勾选“公章刻制备案”，或取消银行预约开户。",
            "The bank needs the company's seal: choose the seal as well, or leave out the bank.",
        )
    if chosen - set(MATTERS):
        yield Problem(page.field("chosen"), "所选事项不在联办范围内，请重新勾选。", "Choose the matters from the list.")


@rule("chain.bank-consent", law="个人信息保护法", articles="第二十三条", page="matters", stages=FILED)
def bank_consent(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Data go to a bank only with the applicant's separate consent, and to the bank that was chosen."""
    page = application.page("matters")
    if "bank-account" not in page.choices("chosen"):
        return
    if not page.text("bank"):
        yield Problem(page.field("bank"), "请选择开户银行。", "Choose the bank.")
    if not page.flag("bank_consent"):
        yield Problem(
            page.field("bank_consent"),
            "把您的信息提供给银行需要您单独同意。请勾选同意，或取消银行预约开户。",
            "Your data go to the bank only with your separate consent: tick it, or leave out the bank.",
        )


@rule("chain.housing-fund-ratio", law="住房公积金管理条例", articles="第十八条", page="matters", stages=TYPED)
def housing_fund_ratio(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The housing fund's contribution is at least 5 %, and at most 12 % by the ministry's cap."""
    page = application.page("matters")
    chosen = "housing-fund" in page.choices("chosen")
    missing = not page.typed("housing_fund_ratio") and context.stage != DRAFT
    wrong = page.typed("housing_fund_ratio") and page.text("housing_fund_ratio") not in HOUSING_FUND_RATIOS
    if chosen and (missing or wrong):
        yield Problem(
            page.field("housing_fund_ratio"),
            "住房公积金缴存比例应为 5% 到 12%，请选择。",
            "Choose a contribution to the housing fund between 5 and 12 %.",
        )


@rule("chain.taxpayer-kind", law="增值税法", articles="第九条", page="matters", stages=FILED)
def taxpayer_kind(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The tax office needs to know whether the company starts as a general or a small taxpayer."""
    page = application.page("matters")
    if "tax-registration" in page.choices("chosen") and page.text("taxpayer_kind") not in ("general", "small"):
        yield Problem(
            page.field("taxpayer_kind"),
            "请选择纳税人类型：一般纳税人或小规模纳税人；不确定的，可先选小规模纳税人。",
            "Choose general or small taxpayer; if in doubt, start as a small one.",
        )


@rule("chain.delivery", law="企业开办一件事", articles="结果送达", page="delivery", stages=FILED)
def delivery_reachable(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Results reach the recipient: an address for the post, an office for a point."""
    page = application.page("delivery")
    way = page.text("way")
    if page.typed("way") and way not in ("electronic", "post", "point", "window"):
        yield Problem(page.field("way"), "请从选项中选择领取方式。", "Choose the way of delivery from the list.")
    if way == "post" and not page.text("address"):
        yield Problem(page.field("address"), "选择邮寄的，请填写收件地址。", "Give the address to which the papers are sent.")
    if way == "point" and not page.text("office"):
        yield Problem(page.field("office"), "请选择到哪个服务点领取。", "Choose the point where you will collect the papers.")


@rule("chain.seal-address", law="企业开办一件事", articles="结果送达", page="delivery", stages=FILED)
def seal_reaches_applicant(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Seals cannot be sent by wire: whoever takes the papers electronically says where the seals are posted to."""
    page = application.page("delivery")
    chosen = application.page("matters").choices("chosen")
    if "company-seal" in chosen and page.text("way") == "electronic" and not page.text("address"):
        yield Problem(
            page.field("address"),
            "印章是实物，不能电子送达。请填写印章寄到哪里；邮费由县财政承担。",
            "Seals cannot be sent by wire: say where they are to be posted. The county pays the postage.",
        )


@rule("chain.phone", law="市场主体登记管理条例实施细则", articles="第十八条", page="delivery", stages=TYPED)
def phones(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Offices call back: a telephone is a mobile number, or a landline with its area code."""
    rows = [application.page("premises"), *application.people, application.page("delivery")]
    for row in rows:
        if row.text("phone") and not is_phone(row.text("phone")) and "liaison" not in row.choices("positions"):
            yield Problem(
                row.field("phone"),
                "电话号码不对：手机号是 1 开头的 11 位数字，座机请带区号，例如 0543-5320000。",
                "This is not a telephone number: mobiles have 11 digits beginning with 1, landlines an area code, as in 0543-5320000.",
            )
