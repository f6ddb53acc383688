"""Whether a mandate is in force: who entrusted whom with what, for how long (民法典 第一百六十五条、第一百七十三条)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from workflows.engine.definition import Text

LONGEST_DAYS, USUAL_DAYS = 366, 92
"""Days for which a mandate may be given at most, and where no day was agreed."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate as it stands. ``principal`` and ``agent`` are persons' identifiers, ``matters`` keys of workflows."""

    number: int
    principal: int
    agent: int
    office: int
    matters: frozenset[str]
    valid_from: date
    valid_to: date
    is_signed: bool
    is_revoked: bool

    def fault(self, on: date) -> Text | None:
        """Why nothing may be done on it on that day, and the way on; None while it is in force. The last day is included."""
        if self.is_revoked:
            return {
                "zh": "申请人已经撤回委托，不能再代他办理。材料请退还本人；本人愿意续办的，重新签一份委托书。",
                "en": "The applicant revoked the mandate, so nothing more is done in their name. Give the papers back, or let them "
                "sign a new one.",
            }
        if not self.is_signed:
            return {
                "zh": "委托书还没有签，不能代办。请提醒申请人打开短信里的链接签署。",
                "en": "The mandate is not signed yet. Remind the applicant to open the link in the message.",
            }
        if on > self.valid_to:
            return {
                "zh": f"委托书到{self.valid_to.isoformat()}就到期了，不能再代办。请在办件页面点“续签委托书”，让申请人再签一次；"
                "已填的、已收的都还在。",
                "en": f"The mandate ended on {self.valid_to.isoformat()}. Renew it from the case page and let the applicant sign; "
                "nothing is lost.",
            }
        if on < self.valid_from:
            return {
                "zh": f"委托书从{self.valid_from.isoformat()}起才生效。",
                "en": f"The mandate begins on {self.valid_from.isoformat()}.",
            }
        return None

    def in_force(self, on: date) -> bool:
        """Whether the agent may act on that day."""
        return self.fault(on) is None


def acts(mandate: Mandate | None, persons: Collection[int], on: date) -> bool:
    """Whether one of these persons (an agent, and whomever they stand in for) may act on a mandate that day."""
    return mandate is not None and mandate.agent in persons and mandate.in_force(on)
