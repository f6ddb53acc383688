"""The county's measures from plain counts: one formula each, with the words that stand beside the figure.

A share comes with its interval; where there is nothing to divide by, there is no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from .intervals import Estimate, share_of

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
        "按时办结率", "Closed on time",
        "不晚于承诺时限办结的 ÷ 有承诺时限的办结件", "Closed no later than promised, of those closed with a promise"),
    "on_the_spot": _indicator(
        "即办件占比", "Done on the spot",
        "承诺当场办结的事项 ÷ 有承诺时限的事项", "Promised at once, of matters with a promise"),
    "online": _indicator(
        "全程网办率", "Online throughout",
        "没有到现场、没有交纸质材料的 ÷ 申报的办结件", "Without a visit and without paper, of filed cases closed"),
    "no_visit": _indicator("零跑动占比", "Without a visit", "没有到现场的 ÷ 申报的办结件", "Without a visit, of filed cases closed"),
    "visits": _indicator(
        "平均跑动次数", "Visits per case", "到现场的次数 ÷ 申报的办结件", "Visits, per filed case closed", most_is_best=False),
    "once_done": _indicator(
        "一次办结率", "Once and done",
        "没有补正、只申报一次的 ÷ 办结件", "Without a correction and with one submission, of those closed"),
    "delegated": _indicator("代办率", "Delegated", "有委托的 ÷ 办结件", "With a mandate, of those closed"),
    "claims_met": _indicator(
        "4011 达标率", "All six claims met",
        "六条全部做到的 ÷ 已经可以认定的企业开办", "With all six claims met, of company openings that can be judged"),
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


class Counted(Protocol):
    """What was counted of closed cases. All are numbers of cases but for ``visits`` and the sums of working seconds.

    ``early``, ``on_time`` and ``late`` are those with a promise. ``roots`` were applied for, by themselves or through an agent: their
    ``visits`` and how many had none; ``online`` had neither visit nor paper. ``with_statutory`` and ``with_promised`` were answered
    and have such a limit of more than 0: the sum of their limits, and the working time that counted of them, are of these alone.
    """

    closed: int
    early: int
    on_time: int
    late: int
    once_done: int
    delegated: int
    roots: int
    visits: int
    no_visit: int
    online: int
    with_statutory: int
    statutory_seconds: int
    counted_under_statutory: int
    with_promised: int
    promised_seconds: int
    counted_under_promised: int


def measures(line: Counted) -> dict[str, Estimate]:
    """The measures of closed cases by their keys in ``INDICATORS``; what is no share has no interval.

    Raises ValueError for a part above its whole."""
    kept = line.early + line.on_time
    return {
        "on_time": share_of(kept, kept + line.late),
        "online": share_of(line.online, line.roots),
        "no_visit": share_of(line.no_visit, line.roots),
        "visits": Estimate(line.roots, ratio(line.visits, line.roots), None, None),
        "once_done": share_of(line.once_done, line.closed),
        "delegated": share_of(line.delegated, line.closed),
        "faster_than_law": Estimate(line.with_statutory, faster(line.counted_under_statutory, line.statutory_seconds), None, None),
        "faster_than_promised": Estimate(line.with_promised, faster(line.counted_under_promised, line.promised_seconds), None, None),
    }


def of_catalogue(limits: Iterable[tuple[float | None, float | None]]) -> dict[str, Estimate]:
    """The measures of what is published, from pairs of statutory and promised time of each matter, None where there is none."""
    pairs = list(limits)
    promised = [promise for _, promise in pairs if promise is not None]
    at_once = sum(promise == 0 for promise in promised)
    both = sum(bool(statutory) and promise is not None for statutory, promise in pairs)
    return {
        "on_the_spot": share_of(at_once, len(promised)),
        "compression": Estimate(both, compression(pairs), None, None),
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
