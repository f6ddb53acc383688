"""“4011”: 零材料、零成本、零见面、零距离、一环节、一件事, each worked out from the log of a case, with its evidence.

A claim is broken by one fact against it; it holds when nothing can break it any more and there is evidence for it; before that
it is not decided. Without evidence nothing holds. What the county means by each stands with its function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

Words = dict[str, str]
"""A text in every language: ``{"zh": …, "en": …}``."""

HOLDS, BROKEN, OPEN = "holds", "broken", "open"
BROUGHT = frozenset({"upload", "paper"})
CENTRES = frozenset({"county_hall", "sub_centre", "town_centre"})
"""Kinds of office where a contact is a visit (见面); a point of a village is none."""
UNDONE = frozenset({"failed", "refused", "withdrawn", "not_opened"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A material that was asked for: of which matter, from which source, and whose it is (``subject``, "" for the whole)."""

    matter: Words
    name: Words
    source: str
    source_text: Words
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee line, in yuan, and who pays: county or applicant."""

    matter: Words
    name: Words
    amount: Decimal
    payer: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact with somebody on the real-name list. ``way`` is online, post, person, or paper (how it came is unknown).

    ``office`` names where, ``office_kind`` and ``office_place`` are what it is and the code of the unit where it lies; both are
    "" where a person went to a place outside the network.
    """

    what: Words
    way: str
    day: str
    person: str = ""
    office: str = ""
    office_kind: str = ""
    office_place: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """One submission to the registrar. ``changed`` counts the versions before it that not everybody had signed yet: what is
    changed while people sign has not been handed in."""

    number: int
    day: str
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Linked:
    """A matter that was applied for: its case, if it has one yet, and how that ended ("" while it is open)."""

    title: Words
    number: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Log:
    """What is known about one case. ``places`` are the village of the premises and its own town, both as codes.

    ``decided``: the registration is settled, so nothing is filed anew. ``settled``: every matter is. ``delivered``: the results
    have been handed out.
    """

    number: str
    materials: Sequence[Asked]
    charges: Sequence[Charge]
    contacts: Sequence[Contact]
    submissions: Sequence[Filed]
    matters: Sequence[Linked]
    places: frozenset[str]
    place_name: str
    decided: bool
    settled: bool
    delivered: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of evidence; ``against`` when it is what breaks the claim."""

    text: Words
    against: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One of the six: ``state`` is holds, broken or open (not decided yet); ``reason`` says in a sentence why."""

    key: str
    title: Words
    state: str
    reason: Words
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """All six. A case is a 4011 case only when all of them hold."""

    each: tuple[Claim, ...]

    @property
    def state(self) -> str:
        states = {claim.state for claim in self.each}
        return BROKEN if BROKEN in states else OPEN if OPEN in states else HOLDS


def claims(log: Log) -> Claims:
    """The six claims about one case."""
    return Claims((_no_material(log), _no_cost(log), _no_meeting(log), _no_distance(log), _one_step(log), _one_matter(log)))


def _claim(key: str, title: Words, evidence: Iterable[Evidence], final: bool, holds: Words, later: Words) -> Claim:
    """What the evidence comes to; ``later`` says until when it is not decided."""
    lines = tuple(evidence)
    against = [line for line in lines if line.against]
    if against:
        first = against[0].text
        more = len(against) - 1
        reason = dict(first) if not more else {"zh": f"{first['zh']}；另有{more}处", "en": f"{first['en']}; and {more} more"}
        return Claim(key, title, BROKEN, reason, lines)
    if not lines:
        return Claim(key, title, OPEN, {"zh": "还没有记录可以证明", "en": "Nothing on record proves it yet"}, lines)
    return Claim(key, title, HOLDS if final else OPEN, holds if final else later, lines)


def _no_material(log: Log) -> Claim:
    """零材料: no material of the case was asked as a file or on paper (市场主体登记管理条例 第十六条)."""

    merged: dict[tuple[str, str], tuple[Asked, list[str]]] = {}
    for asked in log.materials:
        merged.setdefault((asked.name["zh"], asked.source), (asked, []))[1].append(asked.subject)

    def lines() -> Iterator[Evidence]:
        for asked, subjects in merged.values():
            whose = [subject for subject in subjects if subject]
            zh, en = "、".join(whose), ", ".join(whose)
            yield Evidence(
                {
                    "zh": asked.name["zh"] + (f"（{zh}）" if zh else "") + "：" + asked.source_text["zh"],
                    "en": asked.name["en"] + (f" ({en})" if en else "") + ": " + asked.source_text["en"],
                },
                against=asked.source in BROUGHT,
            )

    return _claim(
        "no-material", {"zh": "零材料", "en": "No material"}, lines(), log.decided,
        {
            "zh": f"{len(merged)}项材料都不用申请人提供",
            "en": f"None of {len(merged)} materials was asked of the applicant",
        },
        {"zh": "到现在没有要过材料；设立登记办结后认定", "en": "None was asked so far; decided when the registration ends"},
    )  # fmt: skip


def _no_cost(log: Log) -> Claim:
    """零成本: what the applicant was charged adds up to nothing; seals, tax key and post are paid by the county."""

    def lines() -> Iterator[Evidence]:
        for charge in log.charges:
            paid = charge.payer == "applicant" and charge.amount > 0
            who = ("申请人支付", "paid by the applicant") if paid else ("县财政承担", "paid by the county")
            if not charge.amount:
                who = ("不收费", "free of charge")
            zh, en = f"{charge.name['zh']} {charge.amount:.2f}元：{who[0]}", f"{charge.name['en']} {charge.amount:.2f} yuan: {who[1]}"
            yield Evidence({"zh": zh, "en": en}, against=paid)

    return _claim(
        "no-cost", {"zh": "零成本", "en": "No cost"}, lines(), log.settled,
        {"zh": "申请人一共支付0元", "en": "The applicant paid nothing"},
        {"zh": "到现在没有收费；全部事项办结后认定", "en": "Nothing was charged so far; decided when all matters are settled"},
    )  # fmt: skip


def _where(contact: Contact) -> Words:
    place = contact.office
    by = {
        "online": {"zh": "网上", "en": "online"},
        "post": {"zh": "邮寄", "en": "by post"},
        "paper": {"zh": "书面", "en": "on paper"},
    }.get(contact.way, {"zh": place or "网络以外的地方", "en": place or "outside the network"})
    who = {"zh": f"，{contact.person}", "en": f", {contact.person}"} if contact.person else {"zh": "", "en": ""}
    return {
        "zh": f"{contact.day} {contact.what['zh']}：{by['zh']}{who['zh']}",
        "en": f"{contact.day} {contact.what['en']}: {by['en']}{who['en']}",
    }


def _no_meeting(log: Log) -> Claim:
    """零见面: nobody on the real-name list had to come to the county hall, a sub-centre or a town centre."""
    lines = (Evidence(_where(each), each.way == "person" and each.office_kind in CENTRES) for each in log.contacts)
    return _claim(
        "no-meeting", {"zh": "零见面", "en": "No visit"}, lines, log.delivered,
        {
            "zh": f"{len(log.contacts)}次联系，没有一次到政务大厅、分中心或者镇街中心",
            "en": f"None of {len(log.contacts)} contacts was a visit to a centre",
        },
        {"zh": "到现在没有到过大厅；结果送达后认定", "en": "No visit so far; decided when the results are delivered"},
    )  # fmt: skip


def _no_distance(log: Log) -> Claim:
    """零距离: each contact was online, by post, or at an office in the village of the premises or in that village's own town."""

    def lines() -> Iterator[Evidence]:
        for each in log.contacts:
            far = each.way == "person" and each.office_place not in log.places
            text = _where(each)
            if far and log.place_name:
                zh, en = f"{text['zh']}，不在{log.place_name}和它所在的镇街", f"{text['en']}, not in {log.place_name} or its town"
                text = {"zh": zh, "en": en}
            yield Evidence(text, far)

    return _claim(
        "no-distance", {"zh": "零距离", "en": "No distance"}, lines(), log.delivered,
        {"zh": "每次联系都在网上、邮寄或者家门口的服务点", "en": "Every contact was online, by post or at the point nearby"},
        {"zh": "到现在没有跑远路；结果送达后认定", "en": "No way to go so far; decided when the results are delivered"},
    )  # fmt: skip


def _one_step(log: Log) -> Claim:
    """一环节: exactly one submission; a correction is a second one, a change before all have signed is none."""
    lines = (Evidence(_submitted(each), against=each.number > 1) for each in log.submissions)
    changed = sum(each.changed for each in log.submissions)
    zh = f"签署中改过{changed}次，交登记机关只有1次" if changed else "只提交了1次"
    en = f"Changed {changed} times while it was being signed; submitted to the registrar once" if changed else "Submitted once"
    return _claim(
        "one-step", {"zh": "一环节", "en": "One step"}, lines, log.decided,
        {"zh": zh, "en": en},
        {"zh": "到现在提交了1次；设立登记办结后认定", "en": "Submitted once so far; decided when the registration ends"},
    )  # fmt: skip


def _submitted(filed: Filed) -> Words:
    text = {"zh": f"{filed.day} 第{filed.number}次提交", "en": f"{filed.day} submission no. {filed.number}"}
    if filed.changed:
        text["zh"] += f"（交登记机关前，签署中改过{filed.changed}次，改后全部重签）"
        text["en"] += f" (changed {filed.changed} times while it was being signed, and signed anew, before it went to the registrar)"
    return text


_ENDED = {
    "done": {"zh": "已办成", "en": "done"},
    "failed": {"zh": "没有办成，要另外再办", "en": "failed and must be done apart"},
    "refused": {"zh": "不予登记", "en": "refused"},
    "withdrawn": {"zh": "撤回了，要另外再办", "en": "withdrawn and must be done apart"},
    "not_opened": {"zh": "没有开办，要另外再办", "en": "not opened and must be done apart"},
    "": {"zh": "还在办", "en": "under way"},
}


def _one_matter(log: Log) -> Claim:
    """一件事: every chosen matter was done as a linked case under this number; one that was not has to be done apart."""
    lines = (
        Evidence(
            {
                "zh": f"{each.title['zh']} {each.number}：{_ENDED[each.outcome]['zh']}",
                "en": f"{each.title['en']} {each.number}: {_ENDED[each.outcome]['en']}",
            },
            against=each.outcome in UNDONE,
        )
        for each in log.matters
    )
    return _claim(
        "one-matter", {"zh": "一件事", "en": "One matter"}, lines, log.settled and all(each.outcome == "done" for each in log.matters),
        {"zh": f"{len(log.matters)}个事项都在{log.number}下办成", "en": f"All {len(log.matters)} matters were done under {log.number}"},
        {"zh": f"都在{log.number}下办；全部事项办结后认定", "en": f"All run under {log.number}; decided when they are settled"},
    )  # fmt: skip

