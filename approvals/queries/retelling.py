"""What the rows of the cases must say, told anew from the events and what was filed.

Two columns no history speaks of: ``token`` is a random address, and of ``claim_code_hash`` only whether there is one can be
told. The rest of a case's row is compared, each column with the same functions that the verbs derive it with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from approvals.calendar import calendars_at, due, supposing
from approvals.db import canonical_json, from_microseconds
from workflows.clock import Suspension
from workflows.engine.clock_states import begins_at_acceptance
from workflows.network import office_for
from workflows.rules import subject_name

from .families import Family
from .replay import ADOPTED, CODE_RENEWED, Problem, Replayed, problem

T = TypeVar("T")


def _limits(replayed: Replayed) -> tuple[int | None, int | None]:
    """The promised and the statutory due time as the history tells them; none before acceptance and while the clock stands still."""
    definition, start, days = replayed.definition, replayed.clock_started_at, replayed.extension_days
    stands = any(each.ends_at is None for each in replayed.suspensions)
    if stands or (begins_at_acceptance(definition) and not replayed.accepted):
        return None, None
    ledger = [
        Suspension(from_microseconds(each.starts_at), from_microseconds(each.ends_at), each.kind, each.ground)
        for each in replayed.suspensions
        if each.ends_at is not None
    ]
    return (
        due(start, definition.promised.budget, 0, ledger) if definition.promised else None,
        due(start, definition.statutory.budget, days, ledger) if definition.statutory else None,
    )


def due_times(case: Any, replayed: Replayed) -> tuple[int | None, int | None]:
    """The promised and the statutory due time of a case by its history; the row only says which of two calendars it was told by."""
    return by_the_calendar_of(replayed.closed_at, lambda: _limits(replayed), (case.promised_due_at, case.statutory_due_at))


def by_the_calendar_of(closed_at: int | None, told: Callable[[], T], found: T) -> T:
    """What ``told`` says by the calendar in force when something was closed, now for what is open.

    While deadlines are being moved to a new calendar, what was found may be told by the one before.
    """
    said = []
    for calendar in calendars_at(closed_at):
        with supposing(calendar):
            said.append(told())
        if said[-1] == found:
            return found
    return said[0]


@dataclass(slots=True)
class Story:
    """What the root's events say of the whole family. Times are microseconds.

    ``offices`` and ``filed`` are what held from each time on; ``applications`` fills once the submissions are found unharmed.
    A root that opens without an application names its applicant, ``company`` and ``number``, and ``matter`` is what an agent was
    entrusted with.
    """

    filed_by_id: int | None
    channel: str
    applicant_id: int | None
    has_claim_code: bool
    company: str = ""
    number: str | None = None
    matter: str = ""
    offices: list[tuple[int, dict[str, int]]] = field(default_factory=list)
    filed: list[tuple[int, int]] = field(default_factory=list)
    applications: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def offices_at(self, at: int) -> dict[str, int]:
        return next((offices for since, offices in reversed(self.offices) if since <= at), self.offices[0][1])

    def application_at(self, at: int) -> Mapping[str, Any]:
        if not self.filed:
            return {}
        number = next((number for since, number in reversed(self.filed) if since <= at), self.filed[0][1])
        return self.applications[number]

    def company_at(self, at: int) -> str:
        return subject_name(self.application_at(at)) if self.is_filed_at(at) else self.company

    def chosen_at(self, at: int) -> list[str]:
        chosen = self.application_at(at).get("matters", {}).get("chosen", []) if self.is_filed_at(at) else ()
        return sorted({*chosen, self.matter} - {""})

    def is_filed_at(self, at: int) -> bool:
        """Whether an application had been filed by then."""
        return bool(self.filed) and self.filed[0][0] <= at


def story_of(family: Family) -> Story:
    """Told from a family whose histories are all sound and whole."""
    root = family.root
    payloads, events = family.replayed[root.id].payloads, family.events[root.id]
    opening = payloads[1] or {}
    filer, channel = events[0].actor_id, opening["channel"]
    if "submission" in opening:
        online = channel == "online"
        story = Story(filer, channel, filer if online else None, not online)
    else:
        story = Story(
            filer, channel, opening["applicant"], False, opening["company"], opening["number"], opening.get("matter", "")
        )
        story.offices.append((events[0].happened_at, opening["offices"]))
    for event in events:
        payload = payloads[event.position] or {}
        if "submission" in payload:
            before = story.offices[-1][1] if story.offices else {}
            story.offices.append((event.happened_at, {**before, **payload["offices"]}))
            story.filed.append((event.happened_at, payload["submission"]["number"]))
        if event.action == ADOPTED:
            story.applicant_id, story.has_claim_code = event.actor_id, False
        elif event.action == CODE_RENEWED:
            story.has_claim_code = True
    return story


def own_problems(case: Any, replayed: Replayed) -> Iterator[Problem]:
    """The columns that a case's own history tells."""
    if case.state != replayed.state:
        yield problem(
            case.position,
            f"办件状态是“{case.state}”，办理记录说是“{replayed.state}”",
            f"the case is in {case.state}, its history says {replayed.state}",
        )
    promised, statutory = due_times(case, replayed)
    yield from _differing(
        case,
        outcome=replayed.outcome,
        closed_at=replayed.closed_at,
        opened_at=replayed.opened_at,
        clock_started_at=replayed.clock_started_at,
        extension_days=replayed.extension_days,
        promised_due_at=promised,
        statutory_due_at=statutory,
    )


def shared_problems(family: Family, story: Story) -> Iterator[tuple[str, Problem]]:
    """The columns that every case of a family shares, from the root's events, and those that only a root fills."""
    root = family.root
    offices = story.offices[-1][1]
    overrides = {number for replayed in family.replayed.values() for number in replayed.identity_overrides}
    for case in family.cases:
        is_root = case is root
        shared = _differing(
            case,
            applicant_id=story.applicant_id,
            filed_by_id=story.filed_by_id,
            channel=story.channel,
            offices=canonical_json(offices),
            deciding_office_id=office_for(offices, case.workflow, "deciding", offices["deciding"]),
            submissions=len(story.filed) if is_root else 0,
        )
        for found in shared:
            yield case.number, found
        if _members(case.identity_overrides) != (sorted(overrides) if is_root else []):
            yield case.number, _differs(case, "identity_overrides")
        if bool(case.claim_code_hash) != (is_root and story.has_claim_code):
            yield case.number, _differs(case, "claim_code_hash")
    receipt = next(iter((family.replayed[root.id].payloads[1] or {}).get("documents", [])), ["", "", ""])
    is_numbered = receipt[1] == f"{root.number}-{receipt[0]}-1" if story.number is None else story.number == root.number
    if not is_numbered:
        yield root.number, _differs(root, "number")


def filed_problems(family: Family, story: Story) -> Iterator[tuple[str, Problem]]:
    """The columns that come from what was filed, and the linked cases that the states of each case opened."""
    last = story.filed[-1][0] if story.filed else family.root.opened_at
    company, chosen = story.company_at(last), canonical_json(story.chosen_at(last))
    for case in family.cases:
        for found in _differing(case, company=company, chosen=chosen):
            yield case.number, found
        opened = _opened(family.replayed[case.id], story)
        if case.linked_count != len(opened):
            yield case.number, _differs(case, "linked_count")
        for other in family.cases:
            if other.parent_id != case.id:
                continue
            place = other.number.removeprefix(f"{case.number}-")
            expected = opened.get(int(place)) if place.isascii() and place.isdigit() and place != other.number else None
            if expected is None or expected[:2] != (other.workflow, other.opened_at):
                yield other.number, problem(1, "主办件没有开办过这个联办件", "its parent never opened this linked case")
            elif _members(other.predecessors) != sorted(expected[2]):
                yield other.number, _differs(other, "predecessors")
    if family.root.predecessors != "[]":
        yield family.root.number, _differs(family.root, "predecessors")


def _opened(replayed: Replayed, story: Story) -> dict[int, tuple[str, int, list[str]]]:
    """The linked cases that this history opened, by their place in its number: workflow, time, and whom they wait for."""
    opened: dict[int, tuple[str, int, list[str]]] = {}
    for state, at in replayed.entered:
        openings = replayed.definition.states[state].opens
        chosen = story.chosen_at(at) if openings else []
        for opening in openings:
            if opening.when == "always" or opening.workflow in chosen:
                opened[len(opened) + 1] = (opening.workflow, at, [name for name in opening.after if name in chosen])
    return opened


def _members(body: str) -> Any:
    """The list in a column whose order means nothing; None when it is no list."""
    try:
        found = json.loads(body)
        return sorted(found) if isinstance(found, list) and body == canonical_json(found) else None
    except (TypeError, ValueError, RecursionError):
        return None


def _differing(case: Any, **expected: Any) -> Iterator[Problem]:
    for column, value in expected.items():
        if getattr(case, column) != value:
            yield _differs(case, column)


def _differs(case: Any, column: str) -> Problem:
    title = _TITLES[column]
    return problem(
        case.position, f"{title['zh']}（{column}）与办理记录不符", f"the {title['en']} ({column}) is not what the history says"
    )


_TITLES = {
    "applicant_id": {"zh": "申请人", "en": "applicant"},
    "chosen": {"zh": "所选事项", "en": "chosen matters"},
    "claim_code_hash": {"zh": "认领码", "en": "claim code"},
    "clock_started_at": {"zh": "法定时限起算时间", "en": "start of the clock"},
    "closed_at": {"zh": "办结时间", "en": "time of closing"},
    "company": {"zh": "公司名称", "en": "company name"},
    "channel": {"zh": "申报渠道", "en": "channel"},
    "deciding_office_id": {"zh": "办理机构", "en": "deciding office"},
    "extension_days": {"zh": "延长的工作日数", "en": "days of extension"},
    "filed_by_id": {"zh": "提交人", "en": "who filed it"},
    "identity_overrides": {"zh": "已核验的证件号码", "en": "confirmed identity numbers"},
    "linked_count": {"zh": "联办件个数", "en": "number of linked cases"},
    "number": {"zh": "办件号", "en": "case number"},
    "offices": {"zh": "服务点", "en": "offices"},
    "opened_at": {"zh": "立案时间", "en": "time of opening"},
    "outcome": {"zh": "办件结果", "en": "outcome"},
    "predecessors": {"zh": "前置事项", "en": "predecessors"},
    "promised_due_at": {"zh": "承诺期限", "en": "promised time"},
    "statutory_due_at": {"zh": "法定期限", "en": "statutory time"},
    "submissions": {"zh": "申报份数", "en": "number of submissions"},
}
