"""Who may be registered here, complete papers, declarations, real names and signatures.

市场主体登记管理条例 = 条例 (State Council 746), its 实施细则 = 细则 (SAMR 52).
"""

from collections.abc import Iterator

from workflows.rules.reading import Application, Row, comparable, person_key, who
from workflows.rules.registry import DECIDED, FILED, RECORD, TYPED, WARN, Problem, RuleContext, rule
from workflows.rules.signatories import signatories

REGISTRATION_LAW = "市场主体登记管理条例"
DETAILED_RULES = "市场主体登记管理条例实施细则"

COMPANY_TYPE_TEXTS = {
    "llc-natural-persons": "有限责任公司（自然人投资或控股）",
    "llc-natural-sole": "有限责任公司（自然人独资）",
    "llc-legal-sole": "有限责任公司（法人独资）",
    "llc-other": "其他有限责任公司",
    "joint-stock": "股份有限公司",
    "foreign-invested": "有限责任公司（外商投资）",
}
"""Company types as the licence shows them."""

_REAL_NAME_POSITIONS = {
    "legal-representative": ("法定代表人", "legal representative"),
    "executive-director": ("执行董事（董事长）", "executive director"),
    "director": ("董事", "director"),
    "manager": ("经理", "manager"),
    "deputy-manager": ("副经理", "deputy manager"),
    "supervisor": ("监事", "supervisor"),
    "finance-officer": ("财务负责人", "finance officer"),
    "liaison": ("登记联络员", "liaison"),
}


@rule("registration.joint-stock", law=DETAILED_RULES, articles="第四条、第十八条", page="name", stages=TYPED)
def joint_stock_elsewhere(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A county does not register joint-stock companies: prefecture or above."""
    page = application.page("name")
    if page.text("company_type") == "joint-stock":
        yield Problem(
            page.field("company_type"),
            "县级登记机关不登记股份有限公司。请到设区的市登记机关（滨州市行政审批服务局）办理，或改选有限责任公司。",
            "A county does not register joint-stock companies. Go to the registrar of the prefecture "
            "(Binzhou Approval Service Bureau), or choose a limited liability company.",
        )


@rule("registration.signature", law=DETAILED_RULES, articles="第十四条", page="declaration", stages=FILED)
def signed_by_somebody_named(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Whoever signs the application is somebody whom it names: a shareholder, the legal representative, another officer."""
    page = application.page("declaration")
    names = {comparable(row.text("name")) for row in (*application.shareholders, *application.people)} - {""}
    if names and page.text("signature") and comparable(page.text("signature")) not in names:
        yield Problem(
            page.field("signature"),
            "签名应是申请中填写的人：请由法定代表人、股东或其他任职人员输入自己的姓名，和前面填的一致。",
            "Sign with the name of somebody in the application: the legal representative, a shareholder or another officer.",
        )


@rule("registration.foreign-invested", law=DETAILED_RULES, articles="第四条、第十八条", page="name", stages=TYPED)
def foreign_invested_elsewhere(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A county registers foreign-invested firms only when authorised."""
    page = application.page("name")
    if context.foreign_invested_authorised:
        return
    if page.text("company_type") == "foreign-invested":
        yield Problem(
            page.field("company_type"),
            "本县登记机关未获外商投资企业登记授权。请到滨州市或山东省有外资登记权的登记机关办理。",
            "This county is not authorised to register foreign-invested firms. Go to the authorised registrar of Binzhou or Shandong.",
        )
    for row in application.shareholders:
        zh, en = who(row)
        if row.text("id_kind") == "foreigner-card":
            yield Problem(
                row.field("id_kind"),
                f"股东“{zh}”是外国人，公司属于外商投资企业，本县登记机关未获授权。请到滨州市或山东省有外资登记权的登记机关办理。",
                f"{en} is a foreigner, so the company is foreign-invested, which this county may not register. Go "
                "to the "
                "authorised registrar of Binzhou or Shandong.",
            )
        elif row.text("id_kind") in ("passport", "residence-permit"):
            yield Problem(
                row.field("id_kind"),
                f"股东“{zh}”用护照或港澳台居民居住证投资，公司可能属于（或参照）外商投资企业，登记机关会核实能否在本县登记。",
                f"{en} invests with a passport or residence permit: the company may count as foreign-invested, and the "
                "registrar will check whether it can be registered here.",
                WARN,
            )


@rule("registration.company-type", law=REGISTRATION_LAW, articles="第八条", page="name", stages=TYPED)
def company_type_known(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The company type is one of the list."""
    page = application.page("name")
    if page.typed("company_type") and page.text("company_type") not in COMPANY_TYPE_TEXTS:
        yield Problem(page.field("company_type"), "请从选项中选择公司类型。", "Choose the company type from the list.")


@rule(
    "registration.disqualified",
    law="公司法",
    articles="第一百七十八条；条例 第十二条",
    page="declaration",
    stages=TYPED,
)
def nobody_disqualified(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Nobody among directors, supervisors, senior managers and the legal representative is disqualified."""
    page = application.page("declaration")
    answer = page.text("disqualified")
    if answer == "yes":
        yield Problem(
            page.field("disqualified"),
            "您声明有人存在法律禁止任职的情形（如被判处刑罚执行期满未逾五年、失信被执行等），"
            "此人不能担任法定代表人、董事、"
            "监事或高级管理人员。请在“人员”页换人后改为“否”。",
            "You declare that somebody is barred from office by law: that person cannot be legal representative, "
            "director, "
            'supervisor or senior manager. Name others on the page "people", then answer no.',
        )
    elif page.typed("disqualified") and answer != "no":
        yield Problem(page.field("disqualified"), "请选择“是”或“否”。", "Choose yes or no.")


@rule("registration.declaration", law=REGISTRATION_LAW, articles="第十七条", page="declaration", stages=FILED)
def declared_truthful(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The applicant answers for true, lawful and valid papers."""
    page = application.page("declaration")
    if not page.flag("truthful"):
        yield Problem(
            page.field("truthful"),
            "请阅读声明并勾选“所填内容和材料真实、合法、有效”，然后再提交。",
            "Read the declaration and tick that everything you filed is true, lawful and valid.",
        )


def _by_person(application: Application) -> Iterator[tuple[Row, list[tuple[str, str]]]]:
    """Each person of the real-name list once, with every role, at the first row that names them."""
    found: dict[str, tuple[Row, list[tuple[str, str]]]] = {}
    for row in application.shareholders:
        _, roles = found.setdefault(person_key(row), (row, []))
        roles.append(("股东", "shareholder"))
    for row in application.people:
        chosen = row.choices("positions")
        held = [label for position, label in _REAL_NAME_POSITIONS.items() if position in chosen]
        if held:
            _, roles = found.setdefault(person_key(row), (row, []))
            roles.extend(held)
    for row, roles in found.values():
        yield row, list(dict.fromkeys(roles))


@rule("registration.real-name", law=DETAILED_RULES, articles="第十六条", page="people", stages=DECIDED)
def real_names(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Everybody on the real-name list confirms who they are: shareholders, officers, liaison and agent."""
    for row, roles in _by_person(application):
        zh, en = who(row)
        yield Problem(
            row.field("name"),
            f"“{zh}”（{'、'.join(role for role, _ in roles)}）须实名确认；不能线上确认的，可以提交经公证的身份证明或到窗口当面核验。",
            f"{en} ({', '.join(role for _, role in roles)}) confirms who they are; those who cannot do so online "
            "bring a "
            "notarised proof or come in person.",
            RECORD,
        )
    page = application.page("declaration")
    if page.text("filed_by") == "agent":
        yield Problem(
            page.field("filed_by"),
            "代办人须实名确认，并有申请人的委托。",
            "The agent confirms who they are and holds the applicant's mandate.",
            RECORD,
        )


@rule("registration.articles-signed", law="公司法", articles="第四十六条", page="capital", stages=DECIDED)
def articles_signed(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Every shareholder signs or seals the articles."""
    seen: set[str] = set()
    for row in application.shareholders:
        key = person_key(row)
        if key not in seen:
            seen.add(key)
            zh, en = who(row)
            yield Problem(
                row.field("name"),
                f"股东“{zh}”须在公司章程上签名或者盖章。",
                f"{en} signs or seals the articles of association.",
                RECORD,
            )


@rule("registration.application-signed", law=DETAILED_RULES, articles="第十四条", page="declaration", stages=DECIDED)
def application_signed(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The legal representative signs the application."""
    for row in application.holding("legal-representative"):
        zh, en = who(row)
        yield Problem(
            application.page("declaration").field("signature"),
            f"法定代表人“{zh}”须在申请书上签名。",
            f"The legal representative {en} signs the application.",
            RECORD,
        )


_PAGE_LABELS = {
    "name": ("公司名称", "name"),
    "premises": ("住所与经营范围", "premises"),
    "capital": ("资本与股东", "capital"),
    "people": ("人员", "people"),
    "matters": ("联办事项", "matters"),
    "delivery": ("领取方式", "delivery"),
    "declaration": ("声明", "declaration"),
}

_REQUIRED: dict[str, dict[str, tuple[str, str]]] = {
    "name": {
        "region": ("行政区划", "place in the name"),
        "trade_name": ("字号", "trade name"),
        "organisation": ("组织形式", "form of organisation"),
        "company_type": ("公司类型", "company type"),
    },
    "premises": {
        "place": ("所在社区（村）", "community or village"),
        "address": ("详细地址", "address"),
        "phone": ("联系电话", "phone"),
        "right": ("住所取得方式", "right to the premises"),
        "items": ("经营范围", "business items"),
        "term": ("经营期限", "term"),
    },
    "capital": {"capital": ("注册资本", "registered capital")},
    "people": {
        "director_term_years": ("董事任期", "directors' term"),
        "supervision": ("监督方式", "supervision"),
    },
    "delivery": {
        "way": ("领取方式", "way of delivery"),
        "recipient": ("领取人", "recipient"),
        "phone": ("领取人电话", "recipient's phone"),
    },
    "declaration": {
        "disqualified": ("任职资格声明", "declaration on disqualification"),
        "filed_by": ("申报人身份", "who files"),
        "signature": ("签名", "signature"),
    },
}

_ROW_REQUIRED = {
    "name": ("姓名或名称", "name"),
    "id_kind": ("证件种类", "kind of paper"),
    "id_number": ("证件号码", "number"),
}
_SHAREHOLDER_REQUIRED = {"kind": ("股东类型", "kind of shareholder")} | _ROW_REQUIRED
_PERSON_REQUIRED = _ROW_REQUIRED | {"positions": ("职务", "position")}


@rule("registration.complete", law=DETAILED_RULES, articles="第十八条", page="", stages=FILED)
def complete(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Everything that is missing is told at once, so that a complete filing can be registered on the spot."""
    for name, required in _REQUIRED.items():
        page = application.page(name)
        page_zh, page_en = _PAGE_LABELS[name]
        for each, (zh, en) in required.items():
            filled = bool(page.rows(each)) if each == "items" else page.typed(each)
            if not filled:
                yield Problem(
                    page.field(each),
                    f"“{zh}”还没有填，请到“{page_zh}”页补填。",
                    f'Fill in the {en} on the page "{page_en}".',
                )
    tables = [(row, _SHAREHOLDER_REQUIRED) for row in application.shareholders]
    tables += [(row, _ROW_REQUIRED) for row in application.owners]
    tables += [(row, _PERSON_REQUIRED) for row in application.people]
    tables += [(row, {"item": ("经营项目", "business item")}) for row in application.page("premises").rows("items")]
    for row, columns in tables:
        for each, (zh, en) in columns.items():
            if not row.typed(each):
                who_zh, who_en = who(row)
                yield Problem(row.field(each), f"“{who_zh}”的{zh}还没有填，请补填。", f"Fill in the {en} of {who_en}.")


@rule("registration.signing-phone", law=DETAILED_RULES, articles="第十六条", page="people", stages=FILED)
def signing_phone(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Whoever has no phone gets no link for signing and comes to a window, which the applicant should know beforehand."""
    for person in signatories(application.raw):
        if person.phone or not person.name:
            continue
        yield Problem(
            f"{person.paths[0]}.phone",
            f"“{person.name}”没有填手机号，收不到签署链接，只能到窗口当面签署；填上手机号就不用跑。",
            f"{person.name} has no phone for the link and would have to sign at a window; with a phone nobody has to come.",
            WARN,
        )


@rule("registration.representative-phone", law=DETAILED_RULES, articles="第十六条", page="people", stages=FILED)
def representative_phone(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The legal representative can be reached, because the confirmation of identity goes to their phone."""
    for row in application.holding("legal-representative"):
        if not row.text("phone"):
            yield Problem(
                row.field("phone"),
                "请填写法定代表人的手机号码，实名确认会用到。",
                "Give the legal representative's phone: the confirmation of identity needs it.",
            )
