"""Identity numbers of shareholders, beneficial owners and the company's people (细则 第十六条: real names)."""

from collections.abc import Iterator

from workflows.rules.identity_numbers import (
    CARDS,
    CREDIT_CODE,
    KINDS,
    OVERRIDABLE,
    age_on,
    birth_date,
    identity_faults,
)
from workflows.rules.reading import Application, Row, comparable, normalise_number, who
from workflows.rules.registry import ALWAYS, APPROVAL, RECORD, TYPED, WARN, Problem, RuleContext, rule

CARD_LAW = "居民身份证法"
CODE_STANDARD = "法人和其他组织统一社会信用代码编码规则"
REAL_NAME_LAW = "市场主体登记管理条例实施细则"

_OFFICES = ("legal-representative", "executive-director", "director", "manager", "deputy-manager", "supervisor")


def _hard(row: Row, number: str, zh: str, en: str, context: RuleContext) -> Problem:
    """A fault that a few real papers have: the person may insist at submission, a clerk decides before approval."""
    path = row.field("id_number")
    if number in {normalise_number(each) for each in context.identity_overrides}:
        return Problem(
            path,
            f"{zh}工作人员已核对证件原件并确认号码无误。",
            f"{en} A clerk has seen the paper and confirmed it.",
            RECORD,
        )
    if context.stage == APPROVAL:
        return Problem(
            path,
            f"{zh}请工作人员核对证件原件：号码无误的，先登记“号码已核对”再批准；有误的，退回补正。",
            f"{en} Compare it with the paper: confirm the number before you approve, or return the application.",
        )
    if row.flag("id_as_on_card"):
        return Problem(
            path,
            f"{zh}您已确认与证件一致，可以提交；批准前工作人员会核对证件原件。",
            f"{en} You said that the paper shows it so: you may submit, and a clerk will look at the paper.",
            WARN,
        )
    return Problem(
        path,
        f"{zh}请对照证件重新填写；如果证件上确实如此，请在号码下面勾选“号码提示有误，但证件上就是这样”再提交。",
        f'{en} Compare it with the paper; if the paper really shows it so, tick "The number is reported as wrong but stands so on '
        'the card" below the number and submit.',
    )


@rule("identity.kind", law=REAL_NAME_LAW, articles="第十六条", page="", stages=TYPED)
def kind_of_paper(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The kind of paper is on the list and fits: a credit code for firms, a personal paper for people."""
    shareholders = {row.path for row in application.shareholders}
    for row, kind, _ in application.numbered:
        zh, en = who(row)
        firm = row.path in shareholders and row.text("kind") != "natural"
        if kind and kind not in KINDS:
            yield Problem(
                row.field("id_kind"),
                f"“{zh}”的证件种类不在可选范围内，请重新选择。",
                f"{en}: choose the kind of paper from the list.",
            )
        elif kind == CREDIT_CODE and not firm and row.text("kind") in ("natural", ""):
            yield Problem(
                row.field("id_kind"),
                f"“{zh}”是自然人，请选择居民身份证等个人证件，不能填统一社会信用代码。",
                f"{en} is a person: choose an identity card or another personal paper, not a credit code.",
            )
        elif kind in CARDS and firm and row.text("kind") == "enterprise":
            yield Problem(
                row.field("id_kind"),
                f"股东“{zh}”是企业，请填写企业的统一社会信用代码，不要填个人证件。",
                f"{en} is an enterprise: give its credit code, not a personal paper.",
            )


@rule("identity.format", law=CARD_LAW, articles="第三条（GB 11643）", page="", stages=TYPED)
def number_format(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Identity numbers have 18 characters: 17 digits and a digit or X; passports 5 to 20 letters and digits."""
    for row, kind, number in application.numbered:
        if kind == CREDIT_CODE:
            continue
        faults = identity_faults(kind, number, context.today)
        if "length" in faults:
            yield Problem(
                row.field("id_number"),
                f"证件号码应为 18 位，现在是 {len(number)} 位，请对照证件检查是否多填或漏填。",
                f"The number must have 18 characters and has {len(number)}. Compare it with the paper.",
            )
        elif "characters" in faults:
            yield Problem(
                row.field("id_number"),
                "证件号码含有不该出现的字符：身份证件前 17 位是数字、末位是数字或 X，护照只有字母和数字。请对照证件检查。",
                "The number holds wrong characters: cards have 17 digits and a digit or X, passports letters and digits.",
            )


@rule("identity.check-digit", law=CARD_LAW, articles="第三条（GB 11643）", page="", stages=ALWAYS)
def check_digit(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The last character of an identity number follows from the others; a clerk may override."""
    for row, kind, number in application.numbered:
        if kind in CARDS and "check-digit" in identity_faults(kind, number, context.today):
            zh = "证件号码的末位校验码与前 17 位不符，可能有一位填错了。"
            en = "The last character does not fit the others: one of them may be mistyped."
            yield _hard(row, number, zh, en, context)


@rule("identity.birth-date", law=CARD_LAW, articles="第三条（GB 11643）", page="", stages=ALWAYS)
def possible_birth_date(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The birth date in the number is a day of the calendar, not in the future, not more than 120 years ago."""
    for row, kind, number in application.numbered:
        faults = identity_faults(kind, number, context.today) if kind in CARDS else ()
        if "future" in faults:
            yield Problem(
                row.field("id_number"),
                "证件号码第 7 至 14 位的出生日期晚于今天，请对照证件改正。",
                "The birth date in the number (characters 7 to 14) lies in the future. Correct it from the paper.",
            )
        elif "date" in faults:
            zh = "证件号码第 7 至 14 位不是合理的出生日期。"
            en = "Characters 7 to 14 of the number are no plausible birth date."
            yield _hard(row, number, zh, en, context)


@rule("identity.place", law=CARD_LAW, articles="第三条（GB 11643）", page="", stages=TYPED)
def place_prefix(application: Application, context: RuleContext) -> Iterator[Problem]:
    """An unknown place in the number is only mentioned: old codes and new counties are missing from every list."""
    for row, kind, number in application.numbered:
        if kind in CARDS and "place" in identity_faults(kind, number, context.today):
            yield Problem(
                row.field("id_number"),
                "证件号码开头的地区代码与所选证件种类不符或不在代码表中。如与证件一致，可以继续；"
                "港澳台居民居住证以 81、82、83 开头，外国人永久居留身份证以 9 开头。",
                "The place at the start of the number is unknown or belongs to another kind of paper. If the paper "
                "shows "
                "it so, go on. Residence permits start with 81, 82 or 83, foreigners' cards with 9.",
                WARN,
            )


@rule("identity.age", law="市场主体登记管理条例", articles="第十二条", page="people", stages=ALWAYS)
def of_age(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Directors, supervisors, managers and the legal representative have full capacity: 民法典 第十七条、第十八条."""
    for row in application.people:
        birth = birth_date(row.text("id_number")) if row.text("id_kind") in CARDS else None
        if birth is None or birth > context.today or not row.choices("positions") & frozenset(_OFFICES):
            continue
        zh, en = who(row)
        years = age_on(birth, context.today)
        if years < 16:
            yield Problem(
                row.field("id_number"),
                f"“{zh}”未满 16 周岁，不能担任法定代表人、董事、监事或经理，请换人。",
                f"{en} is under 16 and cannot be legal representative, director, supervisor or manager.",
            )
        elif years < 18:
            yield Problem(
                row.field("id_number"),
                f"“{zh}”未满 18 周岁：只有以自己的劳动收入为主要生活来源的，才能任职，登记机关会核实。",
                f"{en} is under 18: this is possible only for those who live on their own work; the registrar will check.",
                WARN,
            )


@rule("identity.one-name-per-number", law=REAL_NAME_LAW, articles="第十六条", page="", stages=TYPED)
def one_name_per_number(application: Application, context: RuleContext) -> Iterator[Problem]:
    """One number belongs to one person, whatever number of roles."""
    names: dict[str, str] = {}
    for row, _, number in application.numbered:
        name = comparable(row.text("name"))
        if name and names.setdefault(number, name) != name:
            zh, en = who(row)
            yield Problem(
                row.field("id_number"),
                f"“{zh}”的证件号码与前面另一个姓名的号码相同。同一号码只能对应一个人，请检查姓名和号码。",
                f"The number of {en} was given above under another name. Check names and numbers.",
            )


@rule("identity.credit-code-format", law=CODE_STANDARD, articles="GB 32100", page="capital", stages=TYPED)
def credit_code_format(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Credit codes have 18 digits and capital letters without I, O, S, V, Z."""
    for row, kind, number in application.numbered:
        faults = identity_faults(kind, number, context.today) if kind == CREDIT_CODE else ()
        if "length" in faults or "characters" in faults:
            yield Problem(
                row.field("id_number"),
                "统一社会信用代码应为 18 位数字和大写字母（不含 I、O、S、V、Z），请对照营业执照填写。",
                "A credit code has 18 digits and letters (no I, O, S, V, Z). Copy it from the business licence.",
            )


@rule("identity.credit-code", law=CODE_STANDARD, articles="GB 32100", page="capital", stages=ALWAYS)
def credit_code_check(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The last character of a credit code follows from the others; a few real codes fail, so a clerk may override."""
    for row, kind, number in application.numbered:
        faults = frozenset(identity_faults(kind, number, context.today)) if kind == CREDIT_CODE else frozenset()
        if faults & OVERRIDABLE:
            zh = "统一社会信用代码的末位校验码与前 17 位不符，可能有一位填错了。"
            en = "The last character of the credit code does not fit the others: one may be mistyped."
            yield _hard(row, number, zh, en, context)


@rule("identity.organisation-code", law="全国组织机构代码编制规则", articles="GB 11714", page="capital", stages=TYPED)
def organisation_code_check(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The organisation code inside a credit code has a check character of its own: mentioned only."""
    for row, kind, number in application.numbered:
        if kind == CREDIT_CODE and "organisation-code" in identity_faults(kind, number, context.today):
            yield Problem(
                row.field("id_number"),
                "统一社会信用代码第 9 至 17 位（组织机构代码）的校验码不符，请对照营业执照再看一遍；无误可以继续。",
                "Characters 9 to 17 of the credit code fail their own check. Compare the licence once more; if right, go on.",
                WARN,
            )
