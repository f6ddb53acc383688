"""How an applicant gets the results once everything is settled: where, with what, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .case_access import Seen


@dataclass(frozen=True, slots=True)
class Collecting:
    """Results that wait for the applicant. ``until`` is when the office has to have handed them out or posted them."""

    is_posted: bool
    office: str
    address: str
    until: datetime | None


def collecting(view: Seen, content: Mapping[str, Any]) -> Collecting | None:
    """What the applicant has to do to get the results; None while there are none or after they had them."""
    root = view.family.root
    if not view.is_applicant or root.state.stage != "delivery" or root.state.final or root.task is None:
        return None
    wanted = content.get("delivery")
    delivery = wanted if isinstance(wanted, Mapping) else {}
    return Collecting(delivery.get("way") == "post", root.office or "", str(delivery.get("address") or ""), root.task.due_at)
