"""Which office may take in what today, and where to go instead. Asking costs no statement: the network is at hand."""

from __future__ import annotations

from datetime import date

from workflows.county import county_catalogue
from workflows.engine.definition import Text
from workflows.network import TAKE_IN, Network, NoCountyHall, Office, route

from .errors import NotFound, Refusal


def refuse_taking_in(known: Network, office_id: int, matter: str, today: date) -> None:
    """Raise Refusal, with the office that can, unless an office stands, is open that day and may take the matter in.

    Raises NotFound for an office that never was.
    """
    fault = why_not(known, office_id, matter, today)
    if fault is not None:
        raise Refusal(*fault)


def why_not(known: Network, office_id: int, matter: str, today: date) -> tuple[str, Text] | None:
    """Why an office takes a matter in not at all or not today, as a reason and a sentence; None when it does."""
    office = known.offices.get(office_id)
    if office is None:
        raise NotFound
    closure = office.closure_on(today)
    if not office.stands_on(today):
        return "office-closed", _ended(known, office, today)
    if not known.may(office, TAKE_IN, matter, today):
        return "not-competent", _not_competent(office, matter, _instead(known, office, matter, today))
    if closure is not None:
        return "office-closed", _closed(office, closure, _instead(known, office, matter, today))
    return None


def _instead(known: Network, office: Office, matter: str, today: date) -> Office | None:
    """The nearest other office, upwards from the place of this one, that takes the matter in and is open that day."""
    try:
        found = route(known, matter, office.place, today, TAKE_IN).office
    except NoCountyHall:
        return None
    able = found.id != office.id and known.is_open_on(found, today) and known.may(found, TAKE_IN, matter, today)
    return found if able else None


def _ended(known: Network, office: Office, today: date) -> Text:
    after = known.successor(office.id, today)
    if after is None:
        return {
            "zh": f"{office.name}已经撤销，不再收件。请联系系统管理员，问清由哪里接手。",
            "en": f"{office.name} no longer exists and takes nothing in. Ask the system administrator who took over.",
        }
    return {
        "zh": f"{office.name}已经撤销，由{after.name}接手，请到那里办理。",
        "en": f"{office.name} no longer exists; {after.name} took over, go there.",
    }


def _not_competent(office: Office, matter: str, able: Office | None) -> Text:
    title = county_catalogue().latest(matter).title
    if able is None:
        return {
            "zh": f"{office.name}没有“{title['zh']}”的收件权限，今天也没有别的服务点可以收件。请联系系统管理员授权。",
            "en": f"{office.name} may not take in “{title['en']}”, and no other office does today. Ask the system administrator.",
        }
    return {
        "zh": f"{office.name}没有“{title['zh']}”的收件权限，可以收件的是{able.name}，请申请人到那里办理。",
        "en": f"{office.name} may not take in “{title['en']}”; {able.name} may, so the applicant goes there.",
    }


def _closed(office: Office, closure: tuple[date, date, str], able: Office | None) -> Text:
    last, why = closure[1], closure[2]
    other = {"zh": "今天附近没有别的服务点可以收件。", "en": "No other office nearby takes it in today."}
    if able is not None:
        other = {"zh": f"今天可以到{able.name}办理。", "en": f"Today {able.name} takes it in."}
    return {
        "zh": f"{office.name}闭门到{last.year}年{last.month}月{last.day}日（{why}），今天不收件。{other['zh']}",
        "en": f"{office.name} is closed until {last.isoformat()} ({why}) and takes nothing in today. {other['en']}",
    }
