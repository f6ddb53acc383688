"""The county's measures from plain counts: one formula each, with the words that stand beside the figure.

A share comes with its interval; where there is nothing to divide by, there is no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType

from workflows.clock import OFFICE_ZONE

from .intervals import Estimate, share_of

EARLY, ON_TIME, LATE = "early", "on_time", "late"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a measure is called, how it is worked out, and whether more of it is better."""

    title: Words
    formula: Words
    most_is_best: bool = True


def _indicator(zh: str, en: str, formula_zh: str, formula_en: str, most_is_best: bool = True) -> Indicator:
    return Indicator({"zh": zh, "en": en}, {"zh": formula_zh, "en": formula_en}, most_is_best)


INDICATORS: Mapping[str, Indicator] = MappingProxyType({
    "on_time": _indicator(
        "按时办结率", "Closed in time",
        "不晚于承诺时限办结的 ÷ 有承诺时限的办结件", "Closed no later than promised, of those closed with a promise"),
    "on_the_spot": _indicator("即办件占比", "Done on the spot", "即办的 ÷ 全部", "Done on the spot, of all"),
    "online": _indicator(
        "全程网办率", "Online throughout", "没有到现场、没有交纸质材料的 ÷ 全部", "Without a visit and without paper, of all"),
    "no_visit": _indicator("零跑动占比", "Without a visit", "没有到现场的 ÷ 全部", "Without a visit, of all"),
    "visits": _indicator("平均跑动次数", "Visits per case", "到现场的次数 ÷ 全部", "Visits, per case", most_is_best=False),
    "once_done": _indicator(
        "一次办结率", "Done in one go",
        "没有补正、只申报一次的 ÷ 办结件", "Without a correction and with one submission, of those closed"),
    "delegated": _indicator("代办率", "Done by an agent", "有委托的 ÷ 全部", "With a mandate, of all"),
    "claims_met": _indicator(
        "4011 达标率", "All six claims met",
        "六项承诺全部做到的 ÷ 办结的企业开办", "With all six claims met, of company openings closed"),
    "faster_than_law": _indicator(
        "实际提速率（比法定）", "Faster than the law asks",
        "1 − 实际计时的工作时间之和 ÷ 法定时限之和", "1 − working time that counted ÷ time that the law allows"),
    "faster_than_promised": _indicator(
        "实际提速率（比承诺）", "Faster than promised",
        "1 − 实际计时的工作时间之和 ÷ 承诺时限之和", "1 − working time that counted ÷ time promised"),
    "compression": _indicator(
        "承诺时限压缩比", "Promised below the law",
        "（法定时限之和 − 承诺时限之和）÷ 法定时限之和；出自事项目录，不等于实际提速",
        "(Time that the law allows − time promised) ÷ time that the law allows; of the catalogue, not of cases"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """What the measures are worked out from. All are counts of cases but for ``visits`` and the sums of working seconds.

    ``cases`` are all, ``closed`` those closed, ``promised`` those of them with a promise, ``kept`` those that kept it.
    ``claimed`` are closed company openings. A sum of limits and the working time beside it are of the same closed cases: those
    that have such a limit of more than 0.
    """

    cases: int = 0
    on_the_spot: int = 0
    online: int = 0
    no_visit: int = 0
    visits: int = 0
    delegated: int = 0
    closed: int = 0
    once_done: int = 0
    promised: int = 0
    kept: int = 0
    claimed: int = 0
    claims_met: int = 0
    statutory_seconds: int = 0
    counted_under_statutory: int = 0
    promised_seconds: int = 0
    counted_under_promised: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def measures(counts: Counts) -> dict[str, Estimate]:
    """Every measure of ``INDICATORS`` that cases have; what is no share has no interval.

    Raises ValueError for a part above its whole."""
    return {
        "on_time": share_of(counts.kept, counts.promised),
        "on_the_spot": share_of(counts.on_the_spot, counts.cases),
        "online": share_of(counts.online, counts.cases),
        "no_visit": share_of(counts.no_visit, counts.cases),
        "visits": Estimate(counts.cases, ratio(counts.visits, counts.cases), None, None),
        "once_done": share_of(counts.once_done, counts.closed),
        "delegated": share_of(counts.delegated, counts.cases),
        "claims_met": share_of(counts.claims_met, counts.claimed),
        "faster_than_law": Estimate(counts.closed, faster(counts.counted_under_statutory, counts.statutory_seconds), None, None),
        "faster_than_promised": Estimate(counts.closed, faster(counts.counted_under_promised, counts.promised_seconds), None, None),
    }


def ratio(part: float, whole: float) -> float | None:
    """A part of a whole; None where there is nothing to divide by."""
    return part / whole if whole else None


def faster(actual: float, allowed: float) -> float | None:
    """How much less time was taken than allowed, as a share of what was allowed; negative when it took longer."""
    taken = ratio(actual, allowed)
    return None if taken is None else 1 - taken


def compression(limits: Iterable[tuple[float | None, float | None]]) -> float | None:
    """How far the promised limits lie below the statutory ones, from pairs of statutory and promised time of each matter.

    Matters that lack one of the two, or whose statutory limit is 0, are left out."""
    both = [(statutory, promised) for statutory, promised in limits if statutory and promised is not None]
    return faster(sum(promised for _, promised in both), sum(statutory for statutory, _ in both))


def punctuality(ended_at: datetime, due_at: datetime | None) -> str | None:
    """Whether something ended early (on a day before it was due), on time or late; None where it was due at no time."""
    if due_at is None:
        return None
    if ended_at > due_at:
        return LATE
    return EARLY if ended_at.astimezone(OFFICE_ZONE).date() < due_at.astimezone(OFFICE_ZONE).date() else ON_TIME
