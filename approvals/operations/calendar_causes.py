"""Why deadlines move: a notice of holidays that was entered, or one that was taken back, as histories and messages tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from approvals.models import CalendarYear
from approvals.queries.calendar_years import back_to, entries


@dataclass(frozen=True, slots=True)
class Cause:
    """The entry of a year that deadlines follow; ``took_back`` when it took back a notice, and no ``notice`` is left when none
    stood before that one."""

    year: int
    revision: int
    notice: str
    took_back: bool

    @property
    def told(self) -> dict[str, Any]:
        """What the event of a case says of it."""
        told: dict[str, Any] = {"year": self.year, "revision": self.revision, "notice": self.notice}
        return told | {"taken_back": True} if self.took_back else told

    @property
    def words(self) -> Mapping[str, str]:
        """Half a sentence for those who are told of the move."""
        if not self.took_back:
            return {
                "zh": f"{self.year}年放假安排已经更新（{self.notice}）",
                "en": f"the holidays of {self.year} were announced ({self.notice})",
            }
        if self.notice:
            return {
                "zh": f"{self.year}年放假安排录入有误，已经改回（{self.notice}）",
                "en": f"the holidays of {self.year} had been entered wrongly and are again those of {self.notice}",
            }
        return {
            "zh": f"{self.year}年放假安排录入有误，已经撤回",
            "en": f"the holidays of {self.year} had been entered wrongly and were taken back",
        }


def cause_of(session: Session, row: CalendarYear) -> Cause:
    """What an entry of a year tells; one statement."""
    rows = [each for each in entries(session, row.year) if each.revision <= row.revision]
    return Cause(row.year, row.revision, row.notice_number, back_to(rows) is not None)
