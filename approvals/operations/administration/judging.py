"""Whether an office can be as somebody typed it: every column at once, the same for the form and for each line of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from approvals.queries.network import opening
from workflows.clock import OFFICE_ZONE

from .county import County, Node, Unit
from .faults import Fault, fault
from .kinds import KIND_TITLES, kind_of, rank
from .reading import CODE, LONGEST_CODE, SCIENTIFIC, is_likely, one_line, read_day, tidy

COLUMNS = ("code", "name", "kind", "place", "parent", "address", "phone", "hours", "valid_from")
"""What is typed of an office, in the order of the form."""

LONGEST: Mapping[str, int] = {"name": 100, "address": 200, "phone": 40, "hours": 200}
_HANGS_ON = {"kind": ("parent",), "valid_from": ("parent", "place"), "parent": ("kind",)}
_PLACE = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
HALL = "county_hall"


@dataclass(frozen=True, slots=True)
class Judged:
    """What was typed, tidied: the key of its kind, codes as they are stored, the day as YYYY-MM-DD; and what is wrong with it."""

    values: Mapping[str, str]
    faults: tuple[Fault, ...]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.values["valid_from"])


def judge(typed: Mapping[str, str], county: County, today: date, stored: Mapping[str, str] | None = None) -> Judged:
    """Judge an office before it is stored. ``stored`` is the one that is changed: its code stays, and what was left is not asked
    for anew, so that a wrong telephone number can be mended though the office above has closed meanwhile.
    """
    values = {column: one_line(typed.get(column, "")) for column in COLUMNS}
    values["code"] = stored["code"] if stored is not None else tidy(values["code"])
    values["kind"] = kind_of(values["kind"]) or values["kind"]
    values["place"], values["phone"] = tidy(values["place"]), tidy(values["phone"])
    above = county.node(tidy(values["parent"]))
    values["parent"] = above.code if above is not None else tidy(values["parent"])
    first = read_day(values["valid_from"])
    values["valid_from"] = first.isoformat() if first is not None else values["valid_from"]
    faults = [
        *(() if stored is not None else _code(values["code"], county)),
        *_texts(values),
        *_place(values["place"], county, first, today),
        *_tree(values, county, first, today),
        *_days(values, county, first, today),
    ]
    if stored is not None:
        changed = {column for column in COLUMNS if values[column] != stored[column]}
        asked = changed.union(*(_HANGS_ON.get(column, ()) for column in changed))
        faults = [each for each in faults if each.column in asked]
        faults += _begun(date.fromisoformat(stored["valid_from"]), first, today)
    return Judged(values, tuple(faults))


def _begun(stored: date, first: date | None, today: date) -> Iterator[Fault]:
    """An office where work has begun cannot be as if it had not: its tasks would be nowhere."""
    if first is not None and stored <= today < first:
        yield fault(
            "valid_from", f"它从 {stored.isoformat()} 起已经在用，启用日期不能改到今天以后；要停用请关闭它。",
            f"It has been in use since {stored.isoformat()}: its first day cannot be after today. To end it, close it.",
        )  # fmt: skip


def _code(code: str, county: County) -> Iterator[Fault]:
    if not code:
        yield fault(
            "code", "请填代码：字母、数字和短横线，例如 grid-lizhuang-01。",
            "Give a code of letters, digits and hyphens, such as grid-lizhuang-01.",
        )  # fmt: skip
    elif SCIENTIFIC.fullmatch(code):
        yield _scientific("code", code)
    elif not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        yield fault(
            "code", f"代码“{code[:60]}”不能用：只用字母、数字、短横线、点和下划线，最多 {LONGEST_CODE} 个字符。",
            f"The code {code[:60]} cannot be used: letters, digits, hyphens, dots and underscores only, at most {LONGEST_CODE}.",
        )  # fmt: skip
    elif (known := county.node(code)) is not None:
        yield fault(
            "code", f"代码“{code}”已经是“{known.name}”的，请换一个。", f"{code} is already the code of {known.name}; choose another."
        )


def _scientific(column: str, typed: str) -> Fault:
    return fault(
        column, f"“{typed}”是表格软件把长数字改成的样子：请把这一列的格式设为“文本”，再填原来的代码。",
        f"{typed} is what a spreadsheet makes of a long number: set the column to text and type the code again.",
    )  # fmt: skip


def _texts(values: Mapping[str, str]) -> Iterator[Fault]:
    if not values["name"]:
        yield fault("name", "请填名称。", "Give a name.")
    for column, longest in LONGEST.items():
        if len(values[column]) > longest:
            yield fault(column, f"太长了：最多 {longest} 个字。", f"Too long: {longest} characters at most.")
        elif not values[column].isprintable():
            yield fault(column, "里面有看不见的字符，请重新输入。", "There are invisible characters in it; please type it again.")
    if values["kind"] not in KIND_TITLES:
        yield _kind(values["kind"])
    digits = sum(each.isdigit() for each in values["phone"])
    if values["phone"] and not 5 <= digits <= 30:
        yield fault(
            "phone", f"电话“{values['phone'][:40]}”不像电话号码，例如 0543-5321000。",
            f"{values['phone'][:40]} is no telephone number, such as 0543-5321000.",
        )  # fmt: skip
    # The very reader that the public page uses: what it cannot read, nobody would be told when the office opens.
    if values["hours"] and opening(values["hours"], datetime.combine(date(2026, 1, 5), time(), OFFICE_ZONE)).at is None:
        yield fault(
            "hours", "开放时间看不懂：请按24小时制从早到晚写，例如 08:30-12:00，13:30-17:00。",
            "These hours cannot be read: write them by the 24-hour clock from early to late, such as 08:30-12:00, 13:30-17:00.",
        )  # fmt: skip


def _kind(typed: str) -> Fault:
    zh, en = ("、".join(title["zh"] for title in KIND_TITLES.values()), ", ".join(title["en"] for title in KIND_TITLES.values()))
    if not typed:
        return fault("kind", f"请选类型：{zh}。", f"Choose a kind: {en}.")
    return fault("kind", f"没有“{typed[:40]}”这种类型，可以是：{zh}。", f"There is no kind {typed[:40]}. It can be: {en}.")


def _place(code: str, county: County, first: date | None, today: date) -> Iterator[Fault]:
    unit = county.units.get(code)
    if SCIENTIFIC.fullmatch(code):
        yield _scientific("place", code)
    elif not code:
        yield fault(
            "place", "请选地点：它服务的县、镇街或者村（社区）。", "Choose a place: the county, town or village that it serves."
        )
    elif unit is None and not _PLACE.fullmatch(code):
        yield fault(
            "place", f"“{code[:40]}”不是区划代码：应是 6 位、9 位或 12 位数字。",
            f"{code[:40]} is no code of the national list: it has 6, 9 or 12 digits.",
        )  # fmt: skip
    elif unit is None:
        yield fault(
            "place", f"区划名录里没有代码“{code}”，请对照名录检查。",
            f"The national list has no code {code}; please compare it with the list.",
        )  # fmt: skip
    elif first is not None:
        start = max(first, today)
        if unit.valid_from > start:
            yield fault(
                "place", f"“{unit.name}”（{code}）{unit.valid_from} 才设立，比启用日期晚。",
                f"{unit.name} ({code}) begins on {unit.valid_from}, after the first day.",
            )  # fmt: skip
        elif unit.valid_to is not None and unit.valid_to < start:
            after = county.units.get(unit.successor)
            yield _ended(unit, after)


def _ended(unit: Unit, after: Unit | None) -> Fault:
    if after is None:
        return fault(
            "place", f"“{unit.name}”（{unit.code}）{unit.valid_to} 之后已撤销，请另选地点。",
            f"{unit.name} ({unit.code}) ended on {unit.valid_to}; choose another.",
        )  # fmt: skip
    return fault(
        "place", f"“{unit.name}”（{unit.code}）{unit.valid_to} 之后已撤销，请改用“{after.name}”（{after.code}）。",
        f"{unit.name} ({unit.code}) ended on {unit.valid_to}: use {after.name} ({after.code}).",
    )  # fmt: skip


def _tree(values: Mapping[str, str], county: County, first: date | None, today: date) -> Iterator[Fault]:
    code, kind, parent = values["code"], values["kind"], values["parent"]
    above = county.node(parent)
    if kind == HALL:
        if parent:
            yield fault(
                "parent", "县政务服务大厅是全县最上面一级，不填上级。", "The county hall is the top of the network: leave this empty."
            )
        return
    if not parent:
        yield fault("parent", "请选上级服务点：办件从这里往上交给它。", "Choose the office above: cases go up to it from here.")
    elif parent.casefold() == code.casefold() or code.casefold() in county.path_up(parent):
        name = above.name if above is not None else parent
        yield fault(
            "parent", f"“{name}”本身就在这个服务点下面，互为上级会绕成一圈，请另选。",
            f"{name} is itself below this office: the two above each other would make a loop. Choose another.",
        )  # fmt: skip
    elif above is None:
        yield fault("parent", f"没有代码为“{parent[:40]}”的服务点。", f"There is no office with the code {parent[:40]}.")
    else:
        yield from _above(above, kind, first, today)
    lower = [node for node in county.below(code) if rank(node.kind) <= rank(kind)] if county.node(code) else []
    if kind in KIND_TITLES and lower:
        yield fault(
            "kind", f"下面还有“{lower[0].name}”等 {len(lower)} 个服务点，级别不比“{KIND_TITLES[kind]['zh']}”低，请先给它们改上级。",
            f"{lower[0].name} and others below ({len(lower)}) are not lower than this kind; give them another office above first.",
        )  # fmt: skip


def _above(above: Node, kind: str, first: date | None, today: date) -> Iterator[Fault]:
    if kind in KIND_TITLES and rank(above.kind) >= rank(kind):
        titles = KIND_TITLES.get(above.kind, {"zh": above.kind, "en": above.kind}), KIND_TITLES[kind]
        yield fault(
            "parent", f"“{above.name}”是{titles[0]['zh']}，不能作{titles[1]['zh']}的上级，请选再高一级的。",
            f"{above.name} ({titles[0]['en']}) cannot be above a {titles[1]['en']}; choose one higher up.",
        )  # fmt: skip
    if first is None:
        return
    start = max(first, today)
    if above.valid_to is not None and above.valid_to < start:
        yield fault(
            "parent", f"“{above.name}”{above.valid_to} 之后已关闭，请选还在的服务点。",
            f"{above.name} closed after {above.valid_to}; choose one that stands.",
        )  # fmt: skip
    elif above.valid_from > start:
        yield fault(
            "parent", f"“{above.name}”{above.valid_from} 才启用，比这个服务点晚。",
            f"{above.name} begins on {above.valid_from}, later than this office.",
        )  # fmt: skip


def _days(values: Mapping[str, str], county: County, first: date | None, today: date) -> Iterator[Fault]:
    if first is None:
        typed = values["valid_from"][:40]
        yield (
            fault("valid_from", f"“{typed}”不是日期，请写成 2026-12-01。", f"{typed} is no day: write it as 2026-12-01.")
            if typed
            else fault("valid_from", "请填启用日期，例如 2026-12-01。", "Give the first day, such as 2026-12-01.")
        )
        return
    if not is_likely(first, today):
        yield fault(
            "valid_from", f"{first.isoformat()} 不像启用日期，请检查年份。",
            f"{first.isoformat()} is hardly the first day; check the year.",
        )  # fmt: skip
    own = county.node(values["code"])
    if own is not None and own.valid_to is not None and own.valid_to < first:
        yield fault(
            "valid_from", f"启用日期 {first.isoformat()} 在最后一天 {own.valid_to.isoformat()} 之后，两个日期反了。",
            f"The first day {first.isoformat()} is after the last day {own.valid_to.isoformat()}.",
        )  # fmt: skip
    if values["kind"] == HALL:
        ends = own.valid_to if own is not None else None
        others = [node for node in county.nodes.values() if node.kind == HALL and node.code != values["code"]]
        for other in others:
            if (other.valid_to is None or other.valid_to >= first) and (ends is None or other.valid_from <= ends):
                yield fault(
                    "kind", f"全县只有一个县政务服务大厅：“{other.name}”还在。搬迁、改名请修改它。",
                    f"There is one county hall: {other.name} stands. Where it moved or has a new name, change that one.",
                )  # fmt: skip
                return
