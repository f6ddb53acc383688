"""Directors, supervisors, legal representative and liaison: 公司法 第十条, 第六十八条 to 第八十三条."""

import re
from collections.abc import Iterator

from workflows.rules.phones import is_phone
from workflows.rules.reading import Application, person_key, who
from workflows.rules.registry import DRAFT, FILED, TYPED, WARN, Problem, RuleContext, rule

COMPANY_LAW = "公司法"

DIRECTORS = ("executive-director", "director")
SENIOR_MANAGERS = ("manager", "deputy-manager", "finance-officer")
LONGEST_TERM_YEARS = 3

_TABLE = "people"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@rule("company.director-count", law=COMPANY_LAW, articles="第六十八条、第七十五条", page="people", stages=TYPED)
def director_count(application: Application, context: RuleContext) -> Iterator[Problem]:
    """One director, or a board of three and more; an executive director counts as a director."""
    count = len(application.holding(*DIRECTORS))
    path = application.page("people").field(_TABLE)
    if count == 2:
        yield Problem(
            path,
            "董事只能是 1 名（不设董事会），或 3 名以上（设董事会），不能是 2 名。请增加或减少董事。",
            "There is one director, or a board of three and more, never two. Add or remove a director.",
        )
    elif count == 0 and context.stage != DRAFT:
        yield Problem(
            path,
            "还没有董事。请至少指定 1 名董事（不设董事会），或 3 名以上组成董事会。",
            "There is no director yet. Name one, or three and more for a board.",
        )


@rule("company.director-term", law=COMPANY_LAW, articles="第七十条", page="people", stages=TYPED)
def director_term(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A director's term is at most three years."""
    page = application.page("people")
    years = page.whole("director_term_years")
    if page.typed("director_term_years") and (years is None or not 1 <= years <= LONGEST_TERM_YEARS):
        yield Problem(
            page.field("director_term_years"),
            "董事每届任期不能超过三年，请填 1、2 或 3；任期届满可以连选连任。",
            "A director's term is at most three years: write 1, 2 or 3. Directors may be elected again.",
        )


@rule(
    "company.supervisor-count",
    law=COMPANY_LAW,
    articles="第六十九条、第七十六条、第八十三条",
    page="people",
    stages=TYPED,
)
def supervisor_count(application: Application, context: RuleContext) -> Iterator[Problem]:
    """One supervisor, or a board of three and more; none only by unanimous consent or with an audit committee."""
    page = application.page("people")
    count = len(application.holding("supervisor"))
    supervision = page.text("supervision")
    if count == 2:
        yield Problem(
            page.field(_TABLE),
            "监事只能是 1 名（不设监事会），或 3 名以上（设监事会），不能是 2 名。请增加或减少监事。",
            "There is one supervisor, or a board of three and more, never two. Add or remove a supervisor.",
        )
    elif count == 0 and context.stage != DRAFT and supervision not in ("consent", "audit-committee"):
        yield Problem(
            page.field(_TABLE),
            "还没有监事。请指定 1 名监事；全体股东一致同意不设监事，或设审计委员会的，请在“监督方式”中选择。",
            "There is no supervisor yet. Name one, or choose unanimous consent or an audit committee under supervision.",
        )


@rule("company.supervision", law=COMPANY_LAW, articles="第六十九条、第八十三条", page="people", stages=TYPED)
def supervision_agrees(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The kind of supervision chosen agrees with the people named; an audit committee consists of board members."""
    page = application.page("people")
    supervision = page.text("supervision")
    path = page.field("supervision")
    if supervision in ("consent", "audit-committee") and application.holding("supervisor"):
        yield Problem(
            path,
            "您选择了不设监事，但人员表里有监事。请改“监督方式”，或去掉监事职务。",
            "You chose to have no supervisors, but the table names one. Change either.",
        )
    elif supervision == "audit-committee" and context.stage != DRAFT and len(application.holding(*DIRECTORS)) < 3:
        yield Problem(
            path,
            "审计委员会由董事会的董事组成，只有设董事会（董事 3 名以上）的公司才能选择。请增加董事或改“监督方式”。",
            "An audit committee consists of members of a board: name three directors and more, or choose otherwise.",
        )
    elif page.typed("supervision") and supervision not in ("supervisors", "consent", "audit-committee"):
        yield Problem(path, "“监督方式”不在可选范围内，请重新选择。", "Choose the kind of supervision from the list.")


@rule("company.supervisor-staff", law=COMPANY_LAW, articles="第七十六条", page="people", stages=TYPED)
def staff_among_supervisors(application: Application, context: RuleContext) -> Iterator[Problem]:
    """At least a third of a board of supervisors represents the staff."""
    supervisors = application.holding("supervisor")
    count = len(supervisors)
    staff = {person_key(row) for row in application.people if row.flag("staff_representative")}
    representatives = sum(person_key(row) in staff for row in supervisors)
    if count >= 3 and representatives * 3 < count:
        needed = -(-count // 3)
        yield Problem(
            application.page("people").field(_TABLE),
            f"监事会中职工代表不少于三分之一：{count} 名监事中至少要有 {needed} 名职工代表，现在是 "
            f"{representatives} 名。"
            "请勾选职工代表或调整监事。",
            f"At least a third of the supervisors represent the staff: {needed} of {count}, not {representatives}. "
            "Tick the representatives or name others.",
        )


@rule("company.supervisor-office", law=COMPANY_LAW, articles="第七十六条、第二百六十五条", page="people", stages=TYPED)
def supervisor_holds_no_office(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Directors and senior managers (manager, deputy manager, finance officer) do not supervise."""
    managing = {person_key(row) for row in application.holding(*DIRECTORS, *SENIOR_MANAGERS)}
    for row in application.holding("supervisor"):
        if person_key(row) in managing:
            zh, en = who(row)
            yield Problem(
                row.field("positions"),
                f"“{zh}”是监事，不能同时担任董事、经理、副经理或财务负责人。请把其中一个职务交给别人。",
                f"{en} is a supervisor and cannot be director, manager, deputy manager or finance officer as well.",
            )


@rule("company.legal-representative", law=COMPANY_LAW, articles="第十条", page="people", stages=TYPED)
def legal_representative(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Exactly one legal representative: the manager, or a director who executes the company's affairs."""
    found = application.holding("legal-representative")
    path = application.page("people").field(_TABLE)
    if not found and context.stage != DRAFT:
        yield Problem(
            path,
            "还没有法定代表人。请在人员表中指定一人，由执行公司事务的董事或者经理担任。",
            "There is no legal representative yet: name the executive director or the manager.",
        )
    if len(found) > 1:
        yield Problem(
            path,
            f"法定代表人只能有一人，现在有 {len(found)} 人，请只保留一人。",
            f"There is one legal representative, not {len(found)}.",
        )
    directors = application.holding(*DIRECTORS)
    able = {person_key(row) for row in application.holding("executive-director", "manager")}
    if len(directors) == 1:
        able.add(person_key(directors[0]))
    for row in found:
        if person_key(row) not in able and (row.typed("name") or context.stage != DRAFT):
            zh, en = who(row)
            yield Problem(
                row.field("positions"),
                f"法定代表人由执行公司事务的董事或者经理担任。请给“{zh}”加上执行董事（董事长）或经理职务，或改由他人担任。",
                f"The legal representative is the executive director or the manager: give {en} that office, or name another.",
            )


@rule("company.liaison", law="市场主体登记管理条例", articles="第九条", page="people", stages=TYPED)
def liaison(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A liaison is filed with phone and e-mail, so that the registrar can reach the company."""
    found = application.holding("liaison")
    path = application.page("people").field(_TABLE)
    if not found and context.stage != DRAFT:
        yield Problem(
            path,
            "还没有登记联络员。请在人员表中指定一人，并填写其手机和电子邮箱。",
            "There is no liaison yet: name one, with phone and e-mail.",
        )
    if len(found) > 1:
        yield Problem(
            path,
            "登记联络员填了不止一人，登记机关只联系第一人，请确认。",
            "More than one liaison is named; the registrar will contact the first.",
            WARN,
        )
    for row in found:
        zh, en = who(row)
        ways = (
            ("phone", "电话", "phone number", is_phone(row.text("phone"))),
            ("email", "电子邮箱", "e-mail address", _email(row.text("email"))),
        )
        for name, label_zh, label_en, plausible in ways:
            if plausible or (context.stage == DRAFT and not row.typed(name)):
                continue
            yield Problem(
                row.field(name),
                f"登记联络员“{zh}”需要可用的{label_zh}，请检查填写。",
                f"The liaison {en} needs a {label_en} that works.",
            )


def _email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


@rule("company.finance-officer", law="市场主体登记管理条例", articles="第九条", page="people", stages=FILED)
def finance_officer(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Senior managers are filed; a company usually has a finance officer, whom the tax office will ask for."""
    if not application.holding("finance-officer"):
        yield Problem(
            application.page("people").field(_TABLE),
            "没有填写财务负责人。办理税务信息确认时会用到，建议现在指定一人（监事不能担任）。",
            "No finance officer is named. The tax office will ask for one: better name one now (no supervisor).",
            WARN,
        )
