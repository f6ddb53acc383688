"""Where a matter is decided: from a place upwards to the first office that is competent for it and open on the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.engine.definition import Text

from .network import DECIDE, TAKE_IN, Network, Office


class NoCountyHall(ValueError):
    """No county hall stands on that day: there is no office to which a matter falls that nobody else decides."""


@dataclass(frozen=True, slots=True)
class Step:
    """One office that was asked on the way up: ``answer`` is competent, closed or not-competent."""

    office: Office
    answer: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where a matter goes and why. ``alarm``: nobody is competent, it waits at the county hall for somebody to settle that.

    ``place`` is the unit that was started from; ``basis`` the paper on which the office decides.
    """

    office: Office
    reason: Text
    steps: tuple[Step, ...]
    place: str
    basis: str = ""
    alarm: bool = False


def route(network: Network, matter: str, place: str, on: date, power: str = DECIDE) -> Route:
    """The office that decides (or takes in) a matter from a place on a day.

    A unit that has ended by then is its successor. Going up from there, the offices of each unit are asked in the order of
    their kinds; the first that is competent and not closed that day has it. If none is, the matter waits at the county hall,
    with an alarm unless the hall is merely closed. Raises NoCountyHall where there is none to wait at.
    """
    start = network.place_on(place, on)
    steps: list[Step] = []
    for rung in network.ladder(start):
        for office in network.at_place(rung):
            if not office.stands_on(on):
                continue
            competence = network.competence(office, power, matter, on)
            answer = "not-competent" if competence is None else "closed" if office.closure_on(on) else "competent"
            steps.append(Step(office, answer))
            if competence is not None and answer == "competent":
                reason = _reason(network, place, start, steps, competence.basis, power, on)
                return Route(office, reason, tuple(steps), start, competence.basis)
    hall = network.hall(on)
    if hall is None:
        raise NoCountyHall(f"no county hall stands on {on}")
    waits = network.competence(hall, power, matter, on)
    reason = _waiting(network, place, start, steps, hall, power, on, is_competent=waits is not None)
    return Route(hall, reason, tuple(steps), start, waits.basis if waits is not None else "", alarm=waits is None)


def office_for(offices: Mapping[str, int], workflow: str, symbol: str, default: int) -> int:
    """The office behind a symbol of a definition for a case of that workflow.

    ``offices`` maps symbols to offices for a whole family; ``SYMBOL.WORKFLOW`` is that of one matter which goes elsewhere.
    """
    return offices.get(f"{symbol}.{workflow}") or offices.get(symbol, default)


# ---- in words -------------------------------------------------------------------------------------------------------

_VERBS = {DECIDE: {"zh": "决定这个事项", "en": "decide"}, TAKE_IN: {"zh": "为这个事项收件", "en": "take in"}}


def _name(network: Network, code: str) -> str:
    found = network.places.get(code)
    return found.name if found is not None else code


def _before(network: Network, place: str, start: str, steps: list[Step], on: date) -> Text:
    """What has to be said first: that the unit has another one's place, and which competent office was closed that day."""
    zh, en = [], []
    if start != place:
        old, new = _name(network, place), _name(network, start)
        zh.append(f"{old}（{place}）已划入{new}（{start}），按新的地点办理。")
        en.append(f"{old} ({place}) has become part of {new} ({start}), which counts. ")
    for step in steps:
        closure = step.office.closure_on(on)
        if step.answer == "closed" and closure is not None:
            zh.append(f"{step.office.name}{_day(closure[0])}至{_day(closure[1])}闭门（{closure[2]}），往上一级找。")
            en.append(f"{step.office.name} is closed from {closure[0]} to {closure[1]} ({closure[2]}), so the next one up is asked. ")
    return {"zh": "".join(zh), "en": "".join(en)}


def _reason(network: Network, place: str, start: str, steps: list[Step], basis: str, power: str, on: date) -> Text:
    office, verb = steps[-1].office, _VERBS.get(power, _VERBS[DECIDE])
    first = _before(network, place, start, steps, on)
    origin, around = _name(network, start), _name(network, office.place)
    inside_zh, inside_en = (f"{origin}属于{around}，", f"{origin} belongs to {around}; ") if office.place != start else ("", "")
    on_paper_zh, on_paper_en = (f"，依据：{basis}", f", on this basis: {basis}") if basis else ("", "")
    return {
        "zh": f"{first['zh']}{inside_zh}从这里往上，第一个有权{verb['zh']}的服务点是{office.name}{on_paper_zh}。",
        "en": f"{first['en']}{inside_en}going up from there, {office.name} is the first office that may {verb['en']} this "
        f"matter{on_paper_en}.",
    }


def _waiting(
    network: Network, place: str, start: str, steps: list[Step], hall: Office, power: str, on: date, *, is_competent: bool
) -> Text:
    verb, first = _VERBS.get(power, _VERBS[DECIDE]), _before(network, place, start, steps, on)
    closure = hall.closure_on(on)
    if is_competent and closure is not None:
        return {
            "zh": f"{first['zh']}当天没有开门的服务点有权{verb['zh']}，先放在{hall.name}，等它开门后办理。",
            "en": f"{first['en']}No office open that day may {verb['en']} this matter: it waits at {hall.name} until that opens.",
        }
    if is_competent:
        return {
            "zh": f"{first['zh']}从{_name(network, start)}往上没有别的服务点有权{verb['zh']}，由{hall.name}办理。",
            "en": f"{first['en']}Nobody else around {_name(network, start)} may {verb['en']} this matter, so {hall.name} does.",
        }
    return {
        "zh": f"{first['zh']}没有服务点被授权{verb['zh']}，先放在{hall.name}，已提醒督查人员指定由谁办理。",
        "en": f"{first['en']}No office has been given the power to {verb['en']} this matter: it waits at {hall.name}, and the "
        "supervisors have been told to settle who does it.",
    }


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
