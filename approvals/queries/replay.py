"""Replays one case's history against its pinned definition, without a database: what must stand in the tables if it is true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from approvals.db import from_microseconds
from approvals.models.history import BEGINNING, digest, event_hash
from workflows.clock import OFFICE_ZONE
from workflows.engine.catalogue import Catalogue
from workflows.engine.clock_states import ACCEPTED, EXTEND, EXTEND_ONCE, RECEIVED, RESUME, RESUME_ON, SUSPEND
from workflows.engine.definition import STAYS, SYSTEM, Action, Definition, Named, Text

OPENED, REFILED, ADOPTED, CODE_RENEWED = "case:opened", "case:refiled", "case:adopted", "case:code-renewed"
CLOCK_BEGUN, DEADLINES_MOVED = "case:clock-begun", "case:deadlines-moved"
SIGNATURES_REMINDED, CONTACT_CHANGED = "signatures:reminded", "signatures:contact-changed"
HOLDING = {"task:claimed": True, "task:released": False}
RATED, ONLINE = "case:rated", "online"
DISCLOSED, CONSENT_GIVEN, CONSENT_WITHDRAWN = "case:disclosed", "consent:given", "consent:withdrawn"
RENEWAL_DRAFTED = "mandate:renewal-drafted"
URGED = "case:urged"
MANDATES = (RENEWAL_DRAFTED, "mandate:renewed", "mandate:renewal-declined", "mandate:revoked")
CUSTODY = ("custody:taken", "custody:issued", "custody:returned", "custody:lost", "custody:found")
BUILT_IN = frozenset(
    {
        ADOPTED, RATED, CODE_RENEWED, REFILED, CLOCK_BEGUN, DEADLINES_MOVED, SIGNATURES_REMINDED, CONTACT_CHANGED, DISCLOSED,
        CONSENT_GIVEN, CONSENT_WITHDRAWN, URGED, *HOLDING, *CUSTODY, *MANDATES,
    }
)  # fmt: skip
"""Events of the product itself: they need no action of a definition and never move the case."""

PURGE_RULES: frozenset[str] = frozenset()
"""The rules under which a payload may be purged. There is none yet, so every payload that is gone is a fault."""

_BEGIN_ANEW = frozenset({"restart_clock", "begin_clocks", ACCEPTED})
_FILE = frozenset({"accept_submission", "accept_filing"})

Holding = tuple[int | None, int | None]
"""Who holds a task, and since when."""


class Problem(NamedTuple):
    """What is wrong, and at which position of the history; None when it is not one event's."""

    position: int | None
    message: Text


@dataclass(slots=True)
class Stay:
    """One stay of a case in one state, as its history tells it. Times are microseconds.

    ``also`` is another holding that the history allows: whoever closes a task that nobody holds becomes its holder if they
    have its role too, and the event names one role alone. ``counted_from`` is since when the time of the step counts where its
    event says so, and ``clock_started_at`` when the clocks of the case had begun by then.
    """

    state: str
    position: int
    opened_at: int
    clock_started_at: int
    counted_from: int | None = None
    task_ids: set[int | None] = field(default_factory=set)
    holding: Holding = (None, None)
    also: Holding | None = None
    closed_at: int | None = None
    closed_by: str = ""

    @property
    def since(self) -> int:
        """Since when the time of the step counts. Events of earlier versions, which gave every stay its full time, say nothing."""
        return self.opened_at if self.counted_from is None else self.counted_from


@dataclass(slots=True)
class Suspended:
    """One suspension of the clocks, as the history tells it. Times are microseconds.

    ``clock_started_at`` and ``extension_days`` are those of the moment at which it was entered.
    """

    number: int
    kind: str
    ground: str
    paper: str
    expected_days: int | None
    starts_at: int
    position: int
    entered_at: int
    entered_by_id: int | None
    clock_started_at: int
    extension_days: int
    ends_at: int | None = None
    ended_at: int | None = None
    ended_by_id: int | None = None


@dataclass(slots=True)
class Extended:
    """An extension of the statutory time that is given only before that has run out; ``suspensions`` were over by then."""

    position: int
    at: int
    clock_started_at: int
    suspensions: int


@dataclass(slots=True)
class Moved:
    """Deadlines that a notice of holidays moved: for each clock the due times before and after, and what they are told from."""

    position: int
    at: int
    told: Mapping[str, Any]
    clock_started_at: int
    extension_days: int
    suspensions: int
    state: str
    task_since: int | None


@dataclass(slots=True)
class Replayed:
    """What a sound history says of its case. ``stays`` are those that have a task, the last one open or not; ``entered`` all
    states in order with the times at which they were entered."""

    definition: Definition
    is_root: bool
    state: str = ""
    outcome: str = ""
    opened_at: int = 0
    closed_at: int | None = None
    clock_started_at: int = 0
    extension_days: int = 0
    accepted: bool = False
    suspensions: list[Suspended] = field(default_factory=list)
    extensions: list[Extended] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    identity_overrides: list[str] = field(default_factory=list)
    entered: list[tuple[str, int]] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    payloads: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)
    states_by_hash: dict[str, str] = field(default_factory=dict)


def problem(position: int | None, zh: str, en: str) -> Problem:
    return Problem(position, {"zh": zh, "en": en})


def chain_problems(case: Any, events: Sequence[Any]) -> Iterator[Problem]:
    """Faults of the hash chain: order, links, hashes, payloads, and the position and head on the case's row."""
    previous = BEGINNING
    for position, event in enumerate(events, start=1):
        if event.position != position:
            yield problem(position, f"第{position}条办理记录缺失", f"event {position} is missing")
            return
        if event.previous_hash != previous:
            yield problem(position, "与前一条办理记录接不上", "does not follow the event before it")
        computed = event_hash(
            event.case_id, event.position, event.previous_hash, event.happened_at, event.actor_id, event.actor_name,
            event.on_behalf_of, event.role, event.action, event.from_state, event.to_state, event.definition,
            event.payload_digest,
        )  # fmt: skip
        if computed != event.hash:
            yield problem(position, "办理记录的内容与其校验值不符", "the event does not match its hash")
        yield from _payload_problems(event)
        previous = event.hash
    if case.position != len(events):
        yield problem(
            len(events) + 1,
            f"办件记到第{case.position}条，实有{len(events)}条办理记录",
            f"the case counts {case.position} events but has {len(events)}",
        )
    elif case.head != previous:
        yield problem(len(events), "最后一条办理记录与办件上记的不符", "the last event is not the one that the case names")


def _payload_problems(event: Any) -> Iterator[Problem]:
    if event.salt is None:
        yield problem(event.position, "办理记录的附件内容缺失", "the event's payload is missing")
    elif event.body is None:
        if event.purged_under not in PURGE_RULES:
            yield problem(event.position, "附件内容被删除，没有可依据的规则", "the payload was removed under no known rule")
    elif event.purged_under:
        yield problem(event.position, "附件内容还在，却记为已删除", "the payload is marked as purged but is there")
    elif digest(event.salt, event.body) != event.payload_digest:
        yield problem(event.position, "附件内容与办理记录的校验值不符", "the payload does not match the event")


def replay(case: Any, events: Sequence[Any], catalogue: Catalogue) -> Replayed | Problem:
    """Walk a sound chain through its definition: the state it leads to, or the first event that was not allowed."""
    replayed: Replayed | None = None
    for event in events:
        try:
            definition = catalogue.by_fingerprint(event.definition)
        except KeyError:
            return problem(event.position, "所用的流程版本不存在或已被改动", "its workflow version is unknown or was changed")
        if (definition.key, definition.version) != (case.workflow, case.version):
            return problem(event.position, "所用的流程版本与办件不符", "its workflow version is not that of the case")
        if replayed is None:
            replayed = Replayed(definition, case.id == case.root_id)
        replayed.payloads[event.position] = None if event.body is None else json.loads(event.body)
        reason = _step(replayed, event)
        if reason is not None:
            return Problem(event.position, reason)
        replayed.states_by_hash[event.hash] = replayed.state
    return replayed or problem(1, "没有办理记录", "there is no history")


def _step(replayed: Replayed, event: Any) -> Text | None:
    """Take one event; returns why it was not allowed."""
    definition = replayed.definition
    if event.position == 1:
        if event.action != OPENED or event.from_state or event.to_state != definition.initial:
            return {"zh": "第一条不是收件立案", "en": "the first event does not open the case"}
        replayed.opened_at = replayed.clock_started_at = event.happened_at
        _enter(replayed, event)
        return _names_no_task(event)
    if event.from_state != replayed.state:
        return {"zh": f"起始状态应为“{replayed.state}”", "en": f"it should begin in {replayed.state}"}
    if event.action in BUILT_IN:
        return _built_in(replayed, event)
    action = definition.actions.get(event.action)
    if action is None or event.from_state not in action.source:
        return {"zh": f"流程在这一状态没有操作“{event.action}”", "en": f"the workflow has no action {event.action} in this state"}
    stays = event.to_state == event.from_state and any(branch.dest == STAYS for branch in action.branches)
    if not stays and all(branch.dest != event.to_state for branch in action.branches):
        return {"zh": f"操作“{event.action}”不会到“{event.to_state}”", "en": f"{event.action} does not lead to {event.to_state}"}
    if not _permitted(action, event):
        return {"zh": f"“{event.role}”无权进行“{event.action}”", "en": f"{event.role!r} may not do {event.action}"}
    stay = _open_stay(replayed)
    if stay is not None:
        stay.task_ids.add(event.task_id)
    elif event.task_id is not None:
        return _names_no_task(event)
    if (fault := _carry_out(replayed, event, action)) is not None:
        return fault
    if not stays:
        if stay is not None:
            _close(replayed, stay, event)
        _enter(replayed, event)
    return None


def _names_no_task(event: Any) -> Text | None:
    return None if event.task_id is None else {"zh": "办理记录指着一条当时没有的待办", "en": "it names a task that was not open"}


def _carry_out(replayed: Replayed, event: Any, action: Action) -> Text | None:
    """What the effects of an action change on the row of its own case; returns why one of them was not allowed."""
    for effect in action.effects:
        if effect.name in _BEGIN_ANEW or (effect.name in _FILE and replayed.is_root):
            replayed.clock_started_at, replayed.extension_days = event.happened_at, 0
            replayed.accepted = replayed.accepted or effect.name == ACCEPTED
        elif effect.name == RECEIVED:
            replayed.accepted = True
            stay = _open_stay(replayed)
            replayed.clock_started_at, replayed.extension_days = stay.opened_at if stay else event.happened_at, 0
        elif effect.name in SUSPEND or effect.name in RESUME:
            fault = _suspend(replayed, event, effect) if effect.name in SUSPEND else _resume(replayed, event, effect)
            if fault is not None:
                return fault
        elif effect.name in EXTEND:
            if effect.name == EXTEND_ONCE:
                if replayed.extension_days:
                    return {"zh": "时限延长了第二次", "en": "it extends the time a second time"}
                replayed.extensions.append(
                    Extended(event.position, event.happened_at, replayed.clock_started_at, len(replayed.suspensions))
                )
            replayed.extension_days += int(effect.parameters["working_days"])
        elif effect.name == "override_identity":
            replayed.identity_overrides.append(((replayed.payloads[event.position] or {}).get("form") or {}).get("id_number", ""))
    return None


def _running(replayed: Replayed) -> Suspended | None:
    last = replayed.suspensions[-1] if replayed.suspensions else None
    return last if last is not None and last.ends_at is None else None


def _suspend(replayed: Replayed, event: Any, effect: Named) -> Text | None:
    """Take the suspension that an event says it began: the next one, of the kind of its action, while none is under way."""
    kind = effect.parameters["kind"]
    told = (replayed.payloads[event.position] or {}).get("suspension") or {}
    if _running(replayed) is not None or told.get("number") != len(replayed.suspensions) + 1 or told.get("kind") != kind:
        return {"zh": "中止计时的次序或种类与流程不符", "en": "it does not suspend the clock as its workflow says"}
    if _day(told["starts_at"]) != _typed(replayed, event, effect, "from"):
        return {"zh": "中止计时的开始时间与所填的日期不符", "en": "it was suspended from another day than was typed"}
    earliest = max([replayed.clock_started_at, *(each.ends_at or 0 for each in replayed.suspensions)])
    if not earliest <= told["starts_at"] <= event.happened_at:
        return {"zh": "中止计时的开始时间不可能", "en": "the clock cannot have been suspended then"}
    replayed.suspensions.append(
        Suspended(
            told["number"], kind, told["ground"], told["paper"], told.get("expected_days"), told["starts_at"], event.position,
            event.happened_at, event.actor_id, replayed.clock_started_at, replayed.extension_days,
        )
    )  # fmt: skip
    return None


def _resume(replayed: Replayed, event: Any, effect: Named) -> Text | None:
    """Take the end of the suspension that is under way; where a day is typed for it, there must be one."""
    running, told = _running(replayed), (replayed.payloads[event.position] or {}).get("resumed")
    if running is None and told is None and effect.name != RESUME_ON:
        return None
    if running is None or told is None or told.get("number") != running.number:
        return {"zh": "恢复计时与中止计时对不上", "en": "it does not end the suspension that was under way"}
    if not running.starts_at <= told["ends_at"] <= event.happened_at:
        return {"zh": "中止计时的结束时间不可能", "en": "the suspension cannot have ended then"}
    # The day that was typed does not count: unless it was that very day, the clock goes on with the midnight after it.
    if effect.name == RESUME_ON and _typed(replayed, event, effect, "to") not in (_day(told["ends_at"]), _day(told["ends_at"] - 1)):
        return {"zh": "中止计时的结束时间与所填的日期不符", "en": "it was resumed after another day than was typed"}
    running.ends_at, running.ended_at, running.ended_by_id = told["ends_at"], event.happened_at, event.actor_id
    return None


def _typed(replayed: Replayed, event: Any, effect: Named, parameter: str) -> Any:
    return ((replayed.payloads[event.position] or {}).get("form") or {}).get(effect.parameters[parameter])


def _day(at: int) -> str:
    return from_microseconds(at).astimezone(OFFICE_ZONE).date().isoformat()


def _close(replayed: Replayed, stay: Stay, event: Any) -> None:
    stay.closed_at, stay.closed_by = event.happened_at, event.action
    to = replayed.definition.states[stay.state].task
    if to is None or stay.holding[0] is not None or event.actor_id is None:
        return
    closer = (event.actor_id, event.happened_at)
    if event.role == to.role:
        stay.holding = closer
    else:
        stay.also = closer


def _permitted(action: Action, event: Any) -> bool:
    if action.automatic:
        return bool(event.role == SYSTEM and event.actor_id is None)
    return event.role in action.by


def _built_in(replayed: Replayed, event: Any) -> Text | None:
    if event.to_state != event.from_state:
        return {"zh": "这种记录不能改变办件状态", "en": "such an event does not move a case"}
    stay = _open_stay(replayed)
    if event.action in (REFILED, CLOCK_BEGUN):
        replayed.clock_started_at, replayed.extension_days = event.happened_at, 0
        return _names_no_task(event)
    if event.action == DEADLINES_MOVED:
        replayed.moved.append(
            Moved(
                event.position, event.happened_at, (replayed.payloads[event.position] or {}).get("moved") or {},
                replayed.clock_started_at, replayed.extension_days, len(replayed.suspensions), replayed.state,
                stay.since if stay is not None else None,
            )
        )  # fmt: skip
    if event.action == RATED and replayed.closed_at is None:
        # A service at a window is over when it was given, the case as a whole when it is closed.
        payload = replayed.payloads[event.position]
        if payload is not None and payload.get("rating", {}).get("service", ONLINE) == ONLINE:
            return {"zh": "办结之前不能评价", "en": "a case is not rated before it is closed"}
    if stay is None and event.task_id is not None:
        return _names_no_task(event)
    if stay is not None:
        stay.task_ids.add(event.task_id)
    if event.action in HOLDING:
        to = replayed.definition.states[replayed.state].task
        if stay is None or to is None or event.role != to.role:
            return {"zh": "这一状态没有可认领的待办", "en": "there is no task to hold in this state"}
        stay.holding = (event.actor_id, event.happened_at) if HOLDING[event.action] else (None, None)
    return None


def _enter(replayed: Replayed, event: Any) -> None:
    state = replayed.definition.states[event.to_state]
    replayed.state, replayed.outcome = state.name, state.outcome
    replayed.entered.append((state.name, event.happened_at))
    if state.final or state.closes:
        replayed.closed_at = replayed.closed_at or event.happened_at
    else:
        replayed.closed_at = None
    if not state.final:
        counted_from = (replayed.payloads[event.position] or {}).get("counted_from")
        replayed.stays.append(Stay(state.name, event.position, event.happened_at, replayed.clock_started_at, counted_from))


def _open_stay(replayed: Replayed) -> Stay | None:
    return replayed.stays[-1] if replayed.stays and replayed.stays[-1].closed_at is None else None
