"""What warnings of deadlines say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from approvals.queries.deadlines import PROMISED, STATUTORY, InHand, Passed
from workflows.clock.warnings import NEAR
from workflows.engine.definition import Text

from .clocks import in_words
from .message_texts import SITE
from .recipients import DESK, HEAD, HOLDER, SUPERVISOR
from .rows import filled

MOST_NAMED = 5
"""Cases that a message about several of them names."""

_CLOCKS: Mapping[str, Text] = {
    PROMISED: {"zh": "承诺时限", "en": "the promised time"},
    STATUTORY: {"zh": "法定时限", "en": "the statutory time"},
}
_OF_THE_STEP: Text = {"zh": "这一步的时限", "en": "the time of this step"}
_STEP: Text = {"zh": "{number}（{matter}·{step}）", "en": "{number} ({matter}, {step})"}
_CASE: Text = {"zh": "{number}（{matter}）", "en": "{number} ({matter})"}
_SOON: Text = {
    "zh": "{case}{clock}已用去{percent}%，{at}到期。{ask}",
    "en": "{case}: {percent}% of {clock} has gone by, due {at}. {ask}",
}
_OVER: Text = {
    "zh": "{case}已超期：{clock}到{at}为止，已用去{percent}%。{ask}",
    "en": "{case} is overdue: {clock} ended {at}, {percent}% of it has gone by. {ask}",
}
_GO_ON: Text = {"zh": "请抓紧办理。", "en": "Please go on with it."}
_TAKE: Text = {"zh": "还没有人接办，请尽快接办。", "en": "Nobody has it in hand."}
_ASK_WHEN_OVER: Mapping[str, Text] = {
    HOLDER: {"zh": "请马上办理；办不了的，请告诉负责人。", "en": "Please finish it now, or tell your head why you cannot."},
    DESK: {"zh": "还没有人接办，请马上接办。", "en": "Nobody has it in hand: please take it now."},
    HEAD: {"zh": "{who}，请督促办理。", "en": "{who}. Please see to it."},
    SUPERVISOR: {"zh": "{who}，请督办。", "en": "{who}. Please see to it."},
}
_HELD: Text = {"zh": "经办：{names}", "en": "In hand of: {names}"}
_FREE: Text = {"zh": "还没有人接办", "en": "Nobody has it in hand"}
_MANY: Text = {
    "zh": "有{count}个办件的时限要处理：已超期{over}个，将到期{near}个。最急的：{numbers}。请打开 {where} 查看。",
    "en": "{count} cases need attention: {over} overdue, {near} near due. Most urgent: {numbers}. See {where} .",
}
_BETWEEN: Text = {"zh": "、", "en": ", "}


def of_one(passed: Passed, level: str, relation: str) -> dict[str, str]:
    """A clock of one case, for one person."""
    ask = _ASK_WHEN_OVER[relation] if level != NEAR else _TAKE if relation == DESK else _GO_ON
    clock, at = _CLOCKS.get(passed.clock, _OF_THE_STEP), in_words(passed.due_at, "%m-%d %H:%M")
    found = {}
    for language in ("zh", "en"):
        titles = {"number": passed.number, "matter": passed.definition.title[language]}
        if passed.state:
            titles["step"] = passed.definition.states[passed.state].title[language]
        values = {
            "case": filled((_STEP if passed.state else _CASE)[language], titles), "clock": clock[language], "at": at[language],
            "percent": str(passed.percent), "ask": filled(ask[language], {"who": _in_hand(passed.hands, language)}),
        }  # fmt: skip
        found[language] = filled((_SOON if level == NEAR else _OVER)[language], values)
    return found


def _in_hand(hands: Sequence[InHand], language: str) -> str:
    names = list(dict.fromkeys(hand.holder for hand in hands if hand.holder))
    return filled(_HELD[language], {"names": _BETWEEN[language].join(names)}) if names else _FREE[language]


def of_many(over: Sequence[str], near: Sequence[str], *, at_desk: bool) -> dict[str, str]:
    """Several cases by their numbers, the first due first: where they are worked on, or where they are supervised."""
    first = [*over, *near][:MOST_NAMED]
    values = {
        "count": str(len(over) + len(near)), "over": str(len(over)), "near": str(len(near)),
        "where": f"{SITE}/desk" if at_desk else f"{SITE}/supervision/warnings",
    }  # fmt: skip
    return {language: filled(_MANY[language], {**values, "numbers": _BETWEEN[language].join(first)}) for language in ("zh", "en")}
