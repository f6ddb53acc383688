"""How long something may take, and the intervals that do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

UNITS = ("working_days", "half_days", "working_hours", "days", "months")

# 行政许可法 45 条 names the first eight; other laws name further ones, and a kind that stands here not at all is shown as it is
# written. 现场核查 is a special procedure (特别程序) where the rules of the licence say so, which the ground has to name.
SUSPENSION_KINDS = {
    "hearing": ("听证", "hearing"),
    "tender": ("招标", "tender"),
    "auction": ("拍卖", "auction"),
    "inspection": ("检验", "inspection"),
    "test": ("检测", "test"),
    "quarantine": ("检疫", "quarantine"),
    "appraisal": ("鉴定", "appraisal"),
    "expert_review": ("专家评审", "expert review"),
    "site_inspection": ("现场核查", "site inspection"),
    "other": ("法律规定的其他情形", "another case named by law"),
}


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time allowed, in one of UNITS.

    `working_days`, `days` (calendar days) and `months` are whole numbers and end with the office's last hour of their
    last day; `half_days` and `working_hours` run on the opening hours and end at their instant. 0 means at once.
    Raises ValueError for an unknown unit, a negative amount, or a part of a day or month.
    """

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(self.amount))
        if self.unit not in UNITS:
            raise ValueError(f"不认识的时限单位“{self.unit}”，可用：{'、'.join(UNITS)}。")
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"时限不能是 {self.amount}，应为零或正数。")
        if self.unit != "working_hours" and self.amount != self.amount.to_integral_value():
            raise ValueError(f"以 {self.unit} 计的时限必须是整数，这里是 {self.amount}。")

    @classmethod
    def parse(cls, mapping: Mapping[str, object]) -> Budget:
        """A budget from one pair such as {"working_days": 3}; half working days become `half_days`.

        Raises ValueError when the mapping has not exactly one entry or its value is no number."""
        if len(mapping) != 1:
            raise ValueError("时限要写成一项，例如 {working_days: 3}。")
        ((unit, value),) = mapping.items()
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise ValueError(f"时限 {unit} 的值必须是数字，这里是 {value!r}。")
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"时限 {unit} 的值必须是数字，这里是 {value!r}。") from None
        if unit == "working_days" and amount.is_finite() and amount % 1 == Decimal("0.5"):
            return cls(amount * 2, "half_days")
        return cls(amount, unit)

    def extended(self, by: Budget) -> Budget:
        """This budget with an extension of the same unit added. Raises ValueError when the units differ."""
        if by.unit != self.unit:
            raise ValueError(f"原时限以 {self.unit} 计，延长期限以 {by.unit} 计，单位必须相同。")
        return Budget(self.amount + by.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Suspension:
    """An interval that does not count (行政许可法 45 条): a kind, its legal ground, and an end once it is over.

    Raises ValueError when it ends before it began or an instant has no zone."""

    start: datetime
    end: datetime | None
    kind: str
    ground: str

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("中止计时的起止时间必须带时区。")
        if self.end is not None and self.end < self.start:
            raise ValueError("中止计时的结束不能早于开始，请核对起止时间。")

    def covers(self, moment: datetime) -> bool:
        """Whether the clock stands still at this moment."""
        return self.start <= moment and (self.end is None or moment < self.end)
