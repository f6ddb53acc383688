"""The signatures of a case, held against its history: who was asked to sign what, and what each answered.

Whom a state asks is derived from what was filed with the same function that asked them; the answers stand in the events.
Links, codes and reminders are no history, except that whoever changed a telephone is named there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from approvals.db import canonical_json
from approvals.models.history import delivery_digest, digest
from workflows.engine.definition import PRINCIPAL
from workflows.rules.signatories import DELIVERY, MANDATE, Signatory, signatories

from .families import Family
from .replay import CONTACT_CHANGED, RENEWAL_DRAFTED, Problem, Replayed, Stay, problem
from .retelling import Story

_UNANSWERED = ("", "", "", None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One asking: the stay whose task its signatories decide, when and at which position they were asked, who they are, what they
    were shown (its submission, 0 for a mandate or a delivery, and its digest), and when the next asking replaced it."""

    stay: Stay
    asked_at: int
    position: int
    submission: int
    people: tuple[Signatory, ...]
    digest: str
    superseded_at: int | None = None
    first: int = 1
    """The ordinal of the first person; a renewed mandate counts by its number, so that several can be asked for in one stay."""


def signature_problems(family: Family, case: Any, story: Story) -> Iterator[Problem]:
    """One row for each person whom a state asked, with their answer as an event gives it, and no other row."""
    replayed = family.replayed[case.id]
    rows = {row.id: row for row in family.signatures[case.id]}
    events = {event.position: event for event in family.events[case.id]}
    left = dict(rows)
    phones = _changed_phones(replayed, events)
    answers = _answers(replayed, events)
    for asked in _askings(replayed, events, case, story):
        task_ids = _task_ids(family, case, asked.stay)
        for ordinal, person in enumerate(asked.people, start=asked.first):
            here = (each for each in left.values() if each.task_id in task_ids and each.asked_at == asked.asked_at)
            row = next((each for each in here if each.ordinal == ordinal), None)
            if row is None:
                yield problem(
                    asked.position,
                    f"第{ordinal}位签署人（{person.name}）的签署记录缺失",
                    f"the signature of {person.name} is missing",
                )
                continue
            del left[row.id]
            yield from _row_problems(case, asked, person, row, phones.get(str(row.id), person.phone))
            yield from _answer_problems(asked, row, answers.pop(str(row.id), None))
    for row in left.values():
        yield problem(case.position, f"多出一条签署记录（{row.name}）", f"nobody asked for the signature of {row.name} that is there")
    for event, _payload in answers.values():
        yield problem(event.position, "这次签署对应的签署记录缺失", "the signature that this event gives is missing")


def _askings(replayed: Replayed, events: Mapping[int, Any], case: Any, story: Story) -> list[_Asked]:
    found: list[_Asked] = []
    for stay in replayed.stays:
        rule = replayed.definition.states[stay.state].sign_off
        if rule is not None and rule.of == PRINCIPAL:
            found.append(_of_principal(replayed, case, stay))
        elif rule is not None:
            content = story.application_at(stay.opened_at)
            number = next(number for number, each in story.applications.items() if each is content)
            signed = digest("", canonical_json(content))
            found.append(_Asked(stay, stay.opened_at, stay.position, number, signatories(content), signed))
    for position, event in sorted(events.items()):
        if event.action == RENEWAL_DRAFTED:
            mandate = (replayed.payloads[position] or {})["mandate"]
            person = Signatory(mandate["principal_name"], mandate["phone"], "", (), (MANDATE,))
            stay = next(each for each in reversed(replayed.stays) if each.position < position)
            found.append(_Asked(stay, event.happened_at, position, 0, (person,), mandate["digest"], first=mandate["number"]))
    found.sort(key=lambda asked: asked.position)
    # Only an asking that asked somebody replaces the one before it.
    return [
        replace(asked, superseded_at=next((later.asked_at for later in found[place + 1 :] if later.people), None))
        for place, asked in enumerate(found)
    ]


def _of_principal(replayed: Replayed, case: Any, stay: Stay) -> _Asked:
    """The asking of whoever entrusted an agent: the mandate that was last drafted by then, or that the result arrived."""
    drafted = [payload for position, payload in sorted(replayed.payloads.items()) if position <= stay.position]
    mandate = next(payload["mandate"] for payload in reversed(drafted) if payload and "mandate" in payload)
    is_delivery = replayed.definition.states[stay.state].stage == "delivery"
    act = DELIVERY if is_delivery else MANDATE
    signed = delivery_digest(case.number, stay.opened_at) if is_delivery else mandate["digest"]
    person = Signatory(mandate["principal_name"], mandate["phone"], "", (), (act,))
    return _Asked(stay, stay.opened_at, stay.position, 0, (person,), signed)


def _task_ids(family: Family, case: Any, stay: Stay) -> set[int]:
    """The task of a stay: the one its events name, or the open one when it has had none."""
    named = {task_id for task_id in stay.task_ids if task_id is not None}
    return named or {task.id for task in family.tasks[case.id] if task.closed_at is None}


def _changed_phones(replayed: Replayed, events: Mapping[int, Any]) -> dict[str, str]:
    """The last telephone that somebody gave for a signature, by its identifier."""
    found: dict[str, str] = {}
    for position, event in sorted(events.items()):
        if event.action == CONTACT_CHANGED:
            payload = replayed.payloads[position] or {}
            found[str(payload.get("signatory"))] = str(payload.get("phone"))
    return found


def _answers(replayed: Replayed, events: Mapping[int, Any]) -> dict[str, tuple[Any, Mapping[str, Any]]]:
    """The events that answer, with what they carry, by the signature that each names."""
    found: dict[str, tuple[Any, Mapping[str, Any]]] = {}
    for position, event in events.items():
        payload = replayed.payloads[position] or {}
        form = payload.get("form") or {}
        if payload.get("vote") and form.get("signatory"):
            found[str(form["signatory"])] = (event, payload)
    return found


def _row_problems(case: Any, asked: _Asked, person: Signatory, row: Any, phone: str) -> Iterator[Problem]:
    expected = {
        "root_id": case.root_id, "submission": asked.submission, "digest": asked.digest, "name": person.name, "phone": phone,
        "email": person.email, "paths": canonical_json(person.paths), "acts": canonical_json(person.acts),
        "asked_at": asked.asked_at, "superseded_at": asked.superseded_at,
    }  # fmt: skip
    for column, value in expected.items():
        if getattr(row, column) != value:
            yield problem(
                asked.position,
                f"{person.name}的签署记录（{column}）与申报或办理记录不符",
                f"the signature of {person.name} ({column}) is not what was filed or what the history says",
            )


def _is_confirmed(asked: _Asked, row: Any, event: Any, form: Mapping[str, Any]) -> bool:
    """Whether somebody who signed online was confirmed when the event says; older events do not say when."""
    if "confirmed_at" not in form:
        return True
    return str(row.confirmed_at) == form["confirmed_at"] and asked.asked_at <= row.confirmed_at <= event.happened_at


def _answer_problems(asked: _Asked, row: Any, answer: tuple[Any, Mapping[str, Any]] | None) -> Iterator[Problem]:
    expected: tuple[str, str, str, int | None] = _UNANSWERED
    position = asked.position
    if answer is not None:
        event, payload = answer
        form, position = payload["form"], event.position
        expected = (payload["vote"], str(form.get("way") or "online"), str(form.get("reason") or ""), event.happened_at)
        if expected[1] == "online" and not _is_confirmed(asked, row, event, form):
            yield problem(
                position, f"{row.name}确认身份的时间与办理记录不符", f"{row.name} was not confirmed when the history says so"
            )
        is_renewal = asked.first > 1  # answered whenever the principal gets to it, while the case goes on
        if event.task_id != row.task_id and not is_renewal:
            yield problem(position, "签署记录不属于这一次签署", "the signature belongs to another asking")
        # Online the person answers themselves, on the digest that the page showed; at a window the clerk records it.
        if expected[1] == "online" and (form.get("digest"), event.actor_name) != (row.digest, row.name):
            yield problem(
                position, f"{row.name}签署的内容与申报不符", f"what {row.name} signed is not what was filed, or somebody else signed it"
            )
    if (row.vote, row.way, row.reason, row.voted_at) != expected:
        yield problem(position, f"{row.name}的签署与办理记录不符", f"the answer of {row.name} is not that of the history")
