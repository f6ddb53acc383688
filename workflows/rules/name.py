"""The company's name: 企业名称登记管理规定 (in force 2021-03-01)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from workflows.rules.company import years_later
from workflows.rules.name_law import NAME_LAW
from workflows.rules.name_words import BANS, INDUSTRY_WORDS, STATE_PREFIXES, Ban, place_names
from workflows.rules.reading import Application, Row, comparable, normalise_number
from workflows.rules.registry import ALWAYS, TYPED, WARN, Check, Problem, RegisteredName, RuleContext, rule
from workflows.rules.reservations import is_mistyped_reservation_number
from workflows.rules.spelling import same_name_sentence
from workflows.rules.traditional import traditional_in

REGIONS = ("惠民县", "惠民", "滨州市惠民县", "山东惠民", "山东省惠民县")
LIMITED = ("有限公司", "有限责任公司")
JOINT_STOCK = "股份有限公司"

_REPEATED = ("有限公司", "有限责任公司", "股份有限公司", "股份公司", "个体工商户", "合伙企业", "合作社")


def compose_name(name: Mapping[str, Any]) -> str:
    """The full name from the page `name`: place, trade name, industry and form, without gaps where one is missing."""
    page = Row("name", name if isinstance(name, Mapping) else {})
    return "".join(page.text(part) for part in ("region", "trade_name", "industry", "organisation"))


def chinese(character: str) -> bool:
    """Whether this is a Chinese character, rare ones of the supplementary planes (𫍯) and 〇 included."""
    code = ord(character)
    return (
        code == 0x3007 or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFD
    )


@rule("name.region", law=NAME_LAW, articles="第六条、第七条", page="name", stages=TYPED)
def region(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The name begins with the county where the company is, alone or with its province or city."""
    page = application.page("name")
    if page.typed("region") and page.text("region") not in REGIONS:
        yield Problem(
            page.field("region"),
            "名称应冠以企业所在地的行政区划，请从“惠民县”等选项中选择。",
            "The name begins with the county where the company is: choose one of the forms of 惠民县.",
        )


@rule("name.trade-name", law=NAME_LAW, articles="第五条、第八条", page="name", stages=TYPED)
def trade_name(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The trade name consists of two and more Chinese characters, rare ones included."""
    page = application.page("name")
    text = page.text("trade_name")
    if not page.typed("trade_name"):
        return
    if not all(chinese(character) for character in text):
        yield Problem(
            page.field("trade_name"),
            "字号只能用规范汉字，不能有字母、数字、空格、标点或表情符号，请改正。",
            "The trade name consists of Chinese characters alone: no letters, digits, blanks, signs or emoji.",
        )
    elif len(text) < 2:
        yield Problem(
            page.field("trade_name"),
            "字号应由两个以上汉字组成，请再加字。",
            "The trade name needs two Chinese characters or more.",
        )
    elif traditional := traditional_in(text):
        written = "、".join(f"“{found}”（规范字为“{standard}”）" for found, standard in traditional[:5])
        yield Problem(
            page.field("trade_name"),
            f"字号中的{written}是繁体字或异体字，企业名称应当使用规范汉字；比对名称时与规范字算同一个字。",
            "Names are written in standard characters: "
            + ", ".join(f"{found} is written {standard}" for found, standard in traditional[:5])
            + ". Both count as one character when names are compared.",
            WARN,
        )


@rule("name.organisation", law=NAME_LAW, articles="第六条、第十条", page="name", stages=TYPED)
def organisation(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The form in the name agrees with the company type, and stands in the name once: also 公司法 第七条."""
    page = application.page("name")
    form, kind = page.text("organisation"), page.text("company_type")
    path = page.field("organisation")
    if page.typed("organisation") and form not in (*LIMITED, JOINT_STOCK):
        yield Problem(path, "请从选项中选择组织形式，例如“有限公司”。", "Choose the form from the list, such as 有限公司.")
    elif (kind == "joint-stock" and form in LIMITED) or (kind.startswith("llc-") and form == JOINT_STOCK):
        yield Problem(
            path,
            "组织形式与公司类型不一致：有限责任公司用“有限公司”或“有限责任公司”，股份有限公司用“股份有限公司”。请改其中一项。",
            "The form in the name does not fit the company type. Change one of them.",
        )
    for name in ("trade_name", "industry"):
        if any(word in page.text(name) for word in _REPEATED):
            yield Problem(
                page.field(name),
                "这里不要写“有限公司”等组织形式，系统会自动加在名称末尾。",
                "Leave out the form (有限公司 and the like) here: it is added at the end of the name.",
            )


@rule("name.industry", law=NAME_LAW, articles="第六条", page="name", stages=TYPED)
def industry(application: Application, context: RuleContext) -> Iterator[Problem]:
    """The name states the industry; firms in several industries may leave it out."""
    page = application.page("name")
    if context.stage != "draft" and not page.text("industry") and not page.flag("multi_industry"):
        yield Problem(
            page.field("industry"),
            "请填写行业或经营特点，例如“农产品销售”；跨多个行业经营的，可以勾选“跨行业综合经营”后不填。",
            "State the industry, such as 农产品销售; firms in several industries may tick that and leave it empty.",
        )


@rule("name.place-or-industry-word", law=NAME_LAW, articles="第八条", page="name", stages=TYPED)
def place_or_industry_word(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A place name or an industry word is no trade name unless it has another meaning: pointed out, never blocked."""
    page = application.page("name")
    text = comparable(page.text("trade_name"))
    if page.flag("alternative_meaning") or (text not in place_names() and text not in INDUSTRY_WORDS):
        return
    yield Problem(
        page.field("trade_name"),
        "县级以上地名和行业用语一般不能作字号，另有含义的除外（例如“惠民”也有惠及百姓之意）。"
        "有其他含义的请勾选“另有含义”，否则建议换一个字号，登记机关会据此审查。",
        "Place names and industry words are no trade names unless they have another meaning (惠民 also means to "
        "benefit "
        "the people). Tick another meaning if so, else choose another trade name; the registrar will look at it.",
        WARN,
    )


@rule("name.state-council", law=NAME_LAW, articles="第十二条", page="name", stages=TYPED)
def state_council(application: Application, context: RuleContext) -> Iterator[Problem]:
    """中国, 中华, 中央, 全国, 国家 before the name need the State Council's approval."""
    page = application.page("name")
    prefix = next((word for word in STATE_PREFIXES if comparable(page.text("trade_name")).startswith(word)), None)
    if prefix and not page.text("state_council_approval"):
        yield Problem(
            page.field("trade_name"),
            f"名称冠以“{prefix}”须经国务院批准。请填写批准文号，或换一个字号。",
            f"A name that begins with {prefix} needs the State Council's approval: give its number, or choose another.",
        )
    elif prefix:
        yield Problem(
            page.field("state_council_approval"),
            f"名称冠以“{prefix}”，登记机关会核对国务院批准文件，请准备好原件。",
            f"The name begins with {prefix}: the registrar will ask for the State Council's approval. Have it at hand.",
            WARN,
        )


def _ban_check(ban: Ban) -> Check:
    def check(application: Application, context: RuleContext) -> Iterator[Problem]:
        page = application.page("name")
        for name in ("trade_name", "industry"):
            text = comparable(page.text(name))
            plain = next((word for word in ban.plain if word in text), None)
            doubtful = next((word for word in ban.doubtful if word in text), None)
            if plain:
                yield Problem(
                    page.field(name),
                    f"名称中的“{plain}”不能使用：企业名称不得{ban.zh}。请换一个词。",
                    f'"{plain}" cannot be used: a name must not be one that {ban.en}. Choose another word.',
                )
            elif doubtful:
                yield Problem(
                    page.field(name),
                    f"名称中的“{doubtful}”可能不被允许：企业名称不得{ban.zh}。有正当理由的可以继续，由登记机关判断。",
                    f'"{doubtful}" may not be allowed: a name must not be one that {ban.en}. Go on if you have good '
                    "reason; "
                    "the registrar decides.",
                    WARN,
                )

    check.__doc__ = f"第十一条 ({ban.number}): no name that {ban.en}."
    return check


for _ban in BANS:
    _number = "一二三四五六七八九"[_ban.number - 1]
    rule(_ban.name, law=NAME_LAW, articles=f"第十一条第{_number}项", page="name", stages=TYPED)(_ban_check(_ban))


def still_protected(entry: RegisteredName, own: str, today: date) -> bool:
    """Whether a name stands in the way of others on a day; the reservation whose number is ``own`` does not: 第十七条."""
    if entry.status == "registered":
        return True
    if entry.status in ("used", "released"):
        return False
    if entry.status == "reserved":
        lapsed = entry.until is not None and entry.until < today
        return not lapsed and not (own and normalise_number(entry.holder) == own)
    return today <= years_later(entry.since, 1)


@rule("name.identical", law=NAME_LAW, articles="第十七条", page="name", stages=ALWAYS)
def identical(application: Application, context: RuleContext) -> Iterator[Problem]:
    """No identical trade name in the same industry here, counting reservations and names given up within a year.

    A name without an industry stands against every industry. Investors in each other may share a trade name: a
    holder among the shareholders turns the refusal into a notice.
    """
    page = application.page("name")
    trade, trade_industry = comparable(page.text("trade_name")), comparable(page.text("industry"))
    full, own = comparable(compose_name(page.values)), normalise_number(page.text("reservation_number"))
    if not trade:
        return
    investors = {normalise_number(row.text("id_number")) for row in application.shareholders} - {""}
    for entry in context.names:
        entry_industry = comparable(entry.industry)
        same_trade = comparable(entry.trade_name) == trade and (not entry_industry or entry_industry == trade_industry)
        same_full = comparable(entry.full_name) == full
        if not (same_trade or same_full) or not still_protected(entry, own, context.today):
            continue
        yield _conflict(page, entry, same_full, normalise_number(entry.holder) in investors)
        return


def _conflict(page: Row, entry: RegisteredName, same_full: bool, invested: bool) -> Problem:
    path = page.field("trade_name")
    states = {
        "registered": ("已经登记", "is registered"),
        "reserved": ("正在保留期内", "is reserved"),
        "cancelled": ("注销未满一年", "was cancelled less than a year ago"),
        "changed": ("变更未满一年", "was changed less than a year ago"),
        "revoked": ("被撤销未满一年", "was revoked less than a year ago"),
    }
    zh, en = states.get(entry.status, ("受保护", "is protected"))
    if invested and not same_full:
        return Problem(
            path,
            f"字号与“{entry.full_name}”（{zh}）相同。该企业是本公司股东，有投资关系的可以使用，登记机关会核实。",
            f"The trade name is that of {entry.full_name}, which {en}. It invests in this company, so the name may be "
            "used; the registrar will check.",
            WARN,
        )
    typed, taken = (compose_name(page.values), entry.full_name) if same_full else (page.text("trade_name"), entry.trade_name)
    same_zh, same_en = same_name_sentence(typed, taken)
    return Problem(
        path,
        f"同行业中字号相同的“{entry.full_name}”{zh}，不能再用，请换一个字号。{same_zh}",
        f"{entry.full_name} with the same trade name {en}: choose another trade name.{same_en}",
    )


_MOST_SHOWN = 5


@rule("name.similar", law=NAME_LAW, articles="第十六条", page="name", stages=ALWAYS)
def similar(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Similar names of the same industry are shown; whether to keep the name is the applicant's decision and risk."""
    page = application.page("name")
    trade, industry = comparable(page.text("trade_name")), comparable(page.text("industry"))
    own = normalise_number(page.text("reservation_number"))
    alike: dict[str, None] = {}
    for entry in context.names:
        entry_industry = comparable(entry.industry)
        same_industry = entry_industry == industry or not entry_industry or not industry
        if same_industry and _alike(trade, comparable(entry.trade_name)) and still_protected(entry, own, context.today):
            alike[entry.full_name] = None
    if not alike:
        return
    shown = list(alike)[:_MOST_SHOWN]
    more = len(alike) - len(shown)
    quoted = "".join(f"“{name}”" for name in shown)
    yield Problem(
        page.field("trade_name"),
        f"已有相近的名称：{quoted}{f'等 {len(alike)} 个' if more else ''}。您可以继续使用这个名称，"
        "但近似造成他人误认、引起争议的，要自行承担后果；也可以换一个字号。",
        f"Similar names exist: {', '.join(shown)}{f' and {more} more' if more else ''}. You may keep the name, at your own "
        "risk if others take one firm for the other, or choose another trade name.",
        WARN,
    )


def _alike(one: str, other: str) -> bool:
    """Whether two different trade names differ by one character, or one holds the other."""
    short, long = sorted((one, other), key=len)
    if len(short) < 2 or short == long:
        return False
    if short in long:
        return True
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return len(long) == len(short) + 1 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


@rule("name.reservation", law=NAME_LAW, articles="第十八条", page="name", stages=ALWAYS)
def reservation(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A reservation lasts two months, one year where prior approval is needed, and covers the name it was given for."""
    page = application.page("name")
    number = normalise_number(page.text("reservation_number"))
    held = [entry for entry in context.names if entry.status == "reserved" and normalise_number(entry.holder) == number]
    if not number:
        return
    path = page.field("reservation_number")
    if not held and is_mistyped_reservation_number(number):
        yield Problem(
            path,
            "这个名称保留编号有一位不对（校验位不符）。请对照保留凭证重新输入；没有办过名称保留的，请留空。",
            "A digit of this reservation number is wrong (its check digit says so). Compare it with your reservation.",
            WARN,
        )
        return
    if not held:
        yield Problem(
            path,
            "没有查到这个名称保留编号。请核对编号；没有办过名称保留的，请留空。",
            "This reservation number is not known here. Check it, or leave it empty if no name was reserved.",
            WARN,
        )
        return
    ends = [entry.until for entry in held if entry.until is not None]
    if len(ends) == len(held) and max(ends) < context.today:
        yield Problem(
            path,
            f"名称保留期已于 {max(ends).isoformat()} 届满（保留期为两个月，需前置许可的为一年）。请清空编号，按新名称申报。",
            f"The reservation ended on {max(ends).isoformat()} (two months, one year with prior approval). Empty the "
            "number "
            "and apply for the name anew.",
        )
    elif comparable(compose_name(page.values)) not in {comparable(entry.full_name) for entry in held}:
        yield Problem(
            path,
            "填写的名称与保留的名称不一致。请按保留的名称填写，或清空保留编号。",
            "The name differs from the reserved one. Write the reserved name, or empty the number.",
        )
