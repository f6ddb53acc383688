"""When people are warned of a deadline: which level a share of its working time is."""

from __future__ import annotations

from dataclasses import dataclass

NEAR, DUE, ESCALATED = LEVELS = ("near", "due", "escalated")
"""Near due, past due, and so long past due that supervisors are told; each includes those before it."""

MOST_PERCENT = 1000


@dataclass(frozen=True, slots=True)
class Percentages:
    """From which percent of the working time that is allowed each level is reached.

    Near due comes before the time is over, due is never before it, and supervisors are not told before the head. Raises
    ValueError with a sentence for percentages that say otherwise.
    """

    near: int = 75
    due: int = 100
    escalated: int = 125

    def __post_init__(self) -> None:
        if not 1 <= self.near <= 99:
            raise ValueError("“将到期”的比例应在 1 到 99 之间：时间用完以前才来得及提醒。")
        if self.due < 100:
            raise ValueError("“已超期”的比例不能小于 100：时间没有用完，就没有超期。")
        if not self.due <= self.escalated <= MOST_PERCENT:
            raise ValueError(f"“报督查”的比例不能小于“已超期”的比例，最大 {MOST_PERCENT}。")

    def level(self, percent: int) -> str:
        """The highest level that is reached; "" before the first."""
        reached = (level for level in reversed(LEVELS) if percent >= getattr(self, level))
        return next(reached, "")


DEFAULT_PERCENTAGES = Percentages()
