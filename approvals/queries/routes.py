"""Why the matters of a case are decided where they are, as the history tells it. Costs no statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.county import county_catalogue
from workflows.engine.definition import Text

from .cases import Family, Member
from .history import Line


@dataclass(frozen=True, slots=True)
class WentTo:
    """An office with the matters that went there for one reason. ``waits``: nobody is competent, somebody has to settle that."""

    office_id: int
    matters: tuple[Text, ...]
    reason: Text
    waits: bool


def routes_of(family: Family, lines: Sequence[Line], subject: Member) -> list[WentTo]:
    """Where the matters of a case went when it was last routed: all of a whole family, one of a linked case.

    Empty for a case that was filed before its history told so.
    """
    routed = next((line for line in lines if "routing" in line.payload), None)
    if routed is None:
        return []
    shown = {member.definition.key for member in family.members} if subject.is_root else {subject.definition.key}
    shown |= set(subject.case.chosen) if subject.is_root else set()
    return [_went(each, shown) for each in routed.payload["routing"] if shown.intersection(each["matters"])]


def _went(told: Mapping[str, Any], shown: set[str]) -> WentTo:
    titles = tuple(county_catalogue().latest(matter).title for matter in told["matters"] if matter in shown)
    return WentTo(told["office"], titles, told["reason"], told["alarm"])
