"""The six “4011” claims of a case, gathered from its own log: events, submissions, fees, signatures. Reading only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import CustodyItem, Office, Signature, Submission
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, Definition
from workflows.engine.materials import answer_at, materials_of
from workflows.rules.claims import Asked, Charge, Claims, Contact, Filed, Linked, Log, Words, claims

from .cases import Family, Member, Node, chain_of
from .history import Line
from .lists import lists_of

REGISTRATION, SEAL = "company-registration", "company-seal"
ALL_SIGNED = "all_signed"
"""The action by which the registration goes to the registrar."""
FILED_ONLINE: Words = {"zh": "网上申报", "en": "Filed online"}
SIGNED: Words = {"zh": "网上签署", "en": "Signed online"}
DECLINED: Words = {"zh": "网上答复不同意签署", "en": "Declined online"}
ON_PAPER: Words = {"zh": "在纸上签字", "en": "Signed on paper"}
NOTARISED: Words = {"zh": "交来公证签名", "en": "Notarised signature"}
NOTARISED_PAPER: Words = {"zh": "经公证的身份证明和签名", "en": "Notarised identity and signature"}
HANDED_IN: Words = {"zh": "由窗口代为修改提交", "en": "Changed and handed in at the window"}
DELIVERED: Words = {"zh": "电子送达", "en": "Delivered electronically"}
POSTED: Words = {"zh": "邮寄结果", "en": "Results posted"}
SEALS: Words = {"zh": "领取印章", "en": "Seals collected"}
SEALS_POSTED: Words = {"zh": "邮寄印章", "en": "Seals posted"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a contact took place."""

    name: str
    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What the claims need besides history and submissions, by root case: answers, papers taken by an agent, and the offices."""

    answered: Mapping[int, list[Any]]
    taken: Mapping[int, list[str]]
    offices: Mapping[Any, _Place]


def beside(session: Session, families: Sequence[Family], histories: Mapping[int, Sequence[Line]]) -> Beside:
    """What is needed beside, of all these families at once. Three statements at most."""
    roots = [family.root.case.id for family in families]
    # Who answered otherwise than in person: name, when, the way and the vote.
    answered: dict[int, list[Any]] = defaultdict(list)
    for root_id, *answer in session.execute(
        select(Signature.root_id, Signature.name, Signature.voted_at, Signature.way, Signature.vote)
        .where(Signature.root_id.in_(roots), Signature.vote != "", Signature.way != "in-person")
        .order_by(Signature.voted_at, Signature.id)
    ):
        answered[root_id].append(answer)
    taken: dict[int, list[str]] = defaultdict(list)
    if any(family.root.definition.kind == DELEGATED for family in families):
        of_cases = select(CustodyItem.root_id, CustodyItem.name).where(CustodyItem.root_id.in_(roots), CustodyItem.kind != "result")
        for root_id, name in session.execute(of_cases.order_by(CustodyItem.id)):
            taken[root_id].append(name)
    wanted: set[Any] = {office_id for family in families for office_id in family.root.every_office_id()}
    contacts = (line.payload.get("contact") for lines in histories.values() for line in lines)
    wanted |= {contact.get("office") for contact in contacts if isinstance(contact, Mapping)}
    known = session.execute(
        select(Office.id, Office.name, Office.kind, Office.place_code).where(Office.id.in_(sorted(wanted - {None})))
    )
    return Beside(answered, taken, {office_id: _Place(name, kind, place) for office_id, name, kind, place in known})


def claims_of(
    session: Session, family: Family, lines: Sequence[Line], submissions: Sequence[Submission], today: date, known: Beside | None = None
) -> Claims:
    """The claims of a family whose history and submissions have been read.

    ``known`` was read for several families at once; without it this costs two statements more, or three for a delegated one.
    """
    known = known or beside(session, [family], {family.root.case.id: lines})
    nodes = [node for column in chain_of(family).columns for node in column]
    above = [family.root.definition] if family.root is not family.filed else []
    matters = [*above, family.filed.definition, *(node.definition for node in nodes)]
    codes, place_name = _places(session, submissions, today)
    answered = known.answered.get(family.root.case.id, [])
    registration = family.member_of(REGISTRATION)
    root = family.root
    return claims(
        Log(
            number=root.case.number,
            materials=(*_materials(matters, submissions), *_notarised(family, answered), *_taken(family, known)),
            charges=tuple(_charges(matters, lines)),
            # Within a day in the order of the log.
            contacts=tuple(sorted(_contacts(family, lines, answered, known.offices), key=lambda contact: contact.day)),
            submissions=tuple(_handed_in(registration, lines, submissions)),
            matters=tuple(_linked(node) for node in nodes),
            places=codes,
            place_name=place_name,
            decided=registration is not None and registration.is_settled,
            settled=root.is_settled or all(node.member is not None and node.member.is_settled for node in nodes),
            delivered=root.state.final,
        )
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(OFFICE_ZONE).date().isoformat()


def handed_in(registration: Member | None, lines: Sequence[Line], submissions: Sequence[Submission]) -> list[bool]:
    """Of each submission, whether it went to the registrar; the last one is on its way there."""
    signs = registration is not None and any(state.stage == "signing" for state in registration.definition.states.values())
    signed = [line.event.happened_at for line in lines if line.event.action == ALL_SIGNED]
    return [
        not signs or following is None or any(each.filed_at <= at < following.filed_at for at in signed)
        for each, following in zip_longest(submissions, submissions[1:])
    ]


def _handed_in(registration: Member | None, lines: Sequence[Line], submissions: Sequence[Submission]) -> Iterator[Filed]:
    """The submissions that went to the registrar, and the last one, which is on its way there.

    Where people sign first, what was changed before all of them had signed was handed in to nobody.
    """
    number = changed = 0
    for each, is_handed_in in zip(submissions, handed_in(registration, lines, submissions), strict=True):
        if not is_handed_in:
            changed += 1
            continue
        number += 1
        yield Filed(number, _day(each.filed_at), changed)
        changed = 0


def _materials(matters: Sequence[Definition], submissions: Sequence[Submission]) -> Iterator[Asked]:
    """Whatever any submission called for: what was asked once was asked."""
    seen: set[tuple[str, str, str]] = set()
    for submission in submissions:
        for matter in matters:
            for needed in materials_of(matter, submission.content):
                key = (matter.key, needed.material.key, needed.subject)
                if key not in seen:
                    seen.add(key)
                    source = county_catalogue().text("sources", needed.material.source)
                    yield Asked(dict(matter.title), dict(needed.material.name), needed.material.source, dict(source), needed.name)


def _charges(matters: Sequence[Definition], lines: Sequence[Line]) -> Iterator[Charge]:
    for matter in matters:
        for fee in matter.fees:
            if not fee.on_request:
                yield Charge(dict(matter.title), dict(fee.name), Decimal(fee.amount), fee.payer)
    for line in reversed(lines):
        fee_paid = line.payload.get("fee")
        if isinstance(fee_paid, Mapping):
            purpose = str(fee_paid.get("purpose") or "")
            name = {"zh": purpose, "en": purpose} if purpose else dict(line.definition.title)
            yield Charge(dict(line.definition.title), name, Decimal(str(fee_paid["amount"])), str(fee_paid["payer"]))


def _linked(node: Node) -> Linked:
    member = node.member
    if member is None:
        return Linked(dict(node.definition.title), "", "not_opened" if node.status == "not-opened" else "")
    return Linked(dict(node.definition.title), member.case.number, member.case.outcome)


def _places(session: Session, submissions: Sequence[Submission], today: date) -> tuple[frozenset[str], str]:
    """The village of the premises and its own town, as last filed, with the village's name."""
    code = str(answer_at(submissions[-1].content, "premises.place") or "") if submissions else ""
    known = {place: (name, parent) for place, name, _level, parent in lists_of(session, today).places}
    name, parent = known.get(code, ("", None))
    return frozenset({code, parent or ""} - {""}), name


def _notarised(family: Family, answered: Sequence[Any]) -> Iterator[Asked]:
    """A deed that somebody handed in in place of signing online: a paper, whatever the reason was."""
    registration = family.member_of(REGISTRATION)
    source = county_catalogue().text("sources", "paper")
    for name in dict.fromkeys(name for name, _at, way, _vote in answered if way == "notarised"):
        matter = (registration or family.root).definition
        yield Asked(dict(matter.title), NOTARISED_PAPER, "paper", dict(source), name)


def _taken(family: Family, known: Beside) -> Iterator[Asked]:
    """Papers that an agent took from the applicant: each is a paper that was asked for, wherever it is now."""
    root = family.root
    if root.definition.kind != DELEGATED:
        return
    source = county_catalogue().text("sources", "paper")
    for name in known.taken.get(root.case.id, ()):
        yield Asked(dict(root.definition.title), {"zh": name, "en": name}, "paper", dict(source), "")


def _contacts(
    family: Family, lines: Sequence[Line], answered: Sequence[Any], offices: Mapping[Any, _Place]
) -> Iterator[Contact]:
    """Every contact with the people of the case, the first one first: in person, by post, and online."""
    told = list(reversed(lines))
    case = family.root.case
    window = case.offices.get("receiving", case.deciding_office_id)
    delivered_at_office = any(line.payload.get("contact", {}).get("kind") == "collection" for line in told)
    at_window: set[str] = set()
    for line in told:
        event, payload = line.event, line.payload
        day = _day(event.happened_at)
        if event.action == "case:opened" and line.member.is_root and payload.get("channel") == "online":
            yield Contact(FILED_ONLINE, "online", day, event.actor_name)
        contact = payload.get("contact")
        if isinstance(contact, Mapping):
            person = str(contact.get("person") or payload.get("walk_in", {}).get("name") or "")
            what = dict(county_catalogue().text("contacts", str(contact["kind"])))
            yield _at(what, day, person, offices.get(contact.get("office")))
        # Whoever has their application changed by the clerk has come to the window; once a day, for changing and handing in.
        if event.action in ("change", "resubmit") and event.role == "clerk" and day not in at_window:
            at_window.add(day)
            yield _at(HANDED_IN, day, "", offices.get(window))
        form = payload.get("form", {})
        if event.action == "deliver_electronically":
            yield Contact(DELIVERED, "online", day)
        elif contact is None and form.get("way") == "post":
            yield Contact(POSTED, "post", day, str(form.get("receiver") or ""))
        yield from _seals(line, form, day, offices, family, delivered_at_office)
    for name, voted_at, way, vote in answered:
        if way == "paper":  # a mandate or receipt on paper, at the point that handles the case
            yield _at(ON_PAPER, _day(voted_at), name, offices.get(case.offices.get("point")))
        elif way == "online":
            yield Contact(SIGNED if vote == "yes" else DECLINED, "online", _day(voted_at), name)
        else:  # how a deed came, by post or by hand, is on no record
            yield Contact(NOTARISED, "paper", _day(voted_at), name)


def _seals(
    line: Line, form: Mapping[str, Any], day: str, offices: Mapping[Any, _Place], family: Family, delivered_at_office: bool
) -> Iterator[Contact]:
    """How the applicant got the seals: fetched from the shop, or from the window although the papers came electronically."""
    way = form.get("handed_over") if line.member.definition.key == SEAL else None
    if way == "post":
        yield Contact(SEALS_POSTED, "post", day)
    elif way == "shop":
        yield Contact(SEALS, "person", day, office=str(form.get("seal_shop") or ""))
    elif way == "window" and family.root.state.final and not delivered_at_office:
        yield _at(SEALS, day, "", offices.get(family.root.case.offices.get("delivery")))


def _at(what: Words, day: str, person: str, place: _Place | None) -> Contact:
    if place is None:
        return Contact(what, "person", day, person)
    return Contact(what, "person", day, person, place.name, place.kind, place.place)
