"""A county in which every page has something to show: cases on every part of their way, drafts, long names; and an empty one.

What there is to see is found the way people find it: by following the links of pages, for each kind of person.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlalchemy import select, update
from werkzeug.exceptions import HTTPException

from approvals.demo.earlier import import_earlier
from approvals.models import Case, Draft, Office, Person, Signature
from approvals.operations import custody, disclosing, names
from approvals.views.signing import CONFIRMED, IDENTIFIED
from tests.browser.network_world import LOOKED_AT, furnish, managers, staff_it
from tests.support.delegating import Carriers, Delegated, carriers
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.filing import County
from tests.support.seed import Member, application, draft_of
from tests.support.web import Visitor

ROLES = (
    "visitor", "applicant", "clerk", "registrar", "officer", "agent", "coordinator", "supervisor", "administrator",
    "security-administrator", "auditor",
)  # fmt: skip
LONG_CHINESE, LONG_LATIN = "长名称" * 66 + "公司", "LONGNAME" * 25
NAME = {"region": "惠民县", "industry": "农产品销售", "organisation": "有限公司"}
COOKIE = "approvals_session"
NOWHERE = "no such page"


@dataclass(frozen=True)
class Look:
    """How somebody chose to see pages."""

    language: str = "zh"
    large: bool = False

    @property
    def lang(self) -> str:
        return "en" if self.language == "en" else "zh-CN"


@dataclass
class World:
    """A county and what each role finds in it, endpoint by endpoint."""

    county: County
    also: Mapping[str, list[str]] = field(default_factory=dict)
    """Addresses that no link leads to, role by role."""

    carried: dict[str, Any] = field(default_factory=dict)
    """What a visitor's session already holds, such as the steps of signing that were taken on this device."""

    people: Carriers | None = None
    """Who carries cases for others, where somebody does."""

    managers: Mapping[str, Member] = field(default_factory=dict)
    """Who looks after positions and who reads what managers did, by role."""

    def member(self, role: str) -> Member | None:
        cast, people = self.county.cast, self.people
        if role in ("agent", "coordinator"):
            return {"agent": people.agent, "coordinator": people.town}[role] if people is not None else cast.clerk
        found = {"visitor": None, "officer": cast.officers["public-security"], **self.managers}
        return found[role] if role in found else getattr(cast, role)  # type: ignore[no-any-return]

    def visitor(self, role: str, look: Look | None = None) -> Visitor:
        """Somebody of this role at a browser, who sees pages that way."""
        member, look = self.member(role), look or Look()
        visitor = Visitor(self.county.application, member.person_id if member else None)
        with visitor.client.session_transaction() as cookie:
            cookie.update(language=look.language, large_type=look.large, **({} if member else self.carried))
        if member is not None:
            change = update(Person).where(Person.id == member.person_id).values(language=look.language, large_type=look.large)
            self.county.database.write(lambda session: session.execute(change))
        return visitor

    def endpoint(self, address: str, method: str = "GET") -> tuple[str, Mapping[str, Any]] | None:
        """Where an address of the product leads."""
        parts = urlsplit(address)
        if parts.netloc or not parts.path:
            return None
        try:
            return self.county.application.url_map.bind("localhost").match(parts.path, method)  # type: ignore[no-any-return]
        except HTTPException:
            return None

    @cached_property
    def found(self) -> dict[str, dict[str, list[str]]]:
        """Role → endpoint → addresses: all that a role reaches, one address of each sort and two of each kind of case."""
        return {role: self._walk(role) for role in ROLES}

    def _walk(self, role: str) -> dict[str, list[str]]:
        visitor = self.visitor(role)
        starts = ["/", *self.also.get("everybody", []), *self.also.get(role, [])]
        waiting, seen, sorts = deque(starts), set(starts), {}
        pages: dict[str, list[str]] = {}
        while waiting:
            address = waiting.popleft()
            found = self.endpoint(address)
            if found is None and address not in starts:
                continue
            endpoint, values = found or (NOWHERE, {})
            sort = (endpoint, *_chosen(values), *sorted(parse_qs(urlsplit(address).query)))
            sorts[sort] = sorts.get(sort, 0) + 1
            if sorts[sort] > (1 if _chosen(values) or "?" in address or not values else 2) and address not in starts:
                continue
            answer = visitor.client.get(address)
            if answer.mimetype != "text/html" or (answer.status_code != 200 and address not in starts):
                continue
            pages.setdefault(endpoint, []).append(address)
            for link in re.findall(r'<a\b[^>]*\bhref="([^"#]+)', answer.text):
                link = unescape(link)
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
        return pages

    def write(self, statement: Any) -> None:
        self.county.database.write(lambda session: session.execute(statement))


def _chosen(values: Mapping[str, Any]) -> list[str]:
    """The part of an address that names a kind of page, such as an action or a guide, and not one case among many."""
    return [str(value) for name, value in values.items() if name in ("action", "key", "page_name")]


def empty_world(county: County) -> World:
    """People, and nothing else yet."""
    return World(county, managers=managers(county.database, county.cast, county.now))


def filled_world(county: County) -> World:
    """Cases new, under way, returned, overdue, walked in and done; drafts empty, faulty and complete; the longest names."""
    world, cast, database = empty_world(county), county.cast, county.database

    def opening(trade_name: str, **values: Any) -> Chain:
        return Chain(database, cast, content_with(name={"trade_name": trade_name}), **values)

    done = opening("青禾")
    register(done)
    done.settle_matters()
    under_way = opening("云杉", now=done.now)
    register(under_way)
    under_way.claim(SEAL)
    returned = opening("白鹭", now=under_way.now)
    returned.act(REGISTRATION, "return_for_correction")
    unsigned = opening("晨露", now=returned.now, signed=False)
    new = opening("星河", now=unsigned.now)
    new.claim(REGISTRATION)
    walk_in = {"name": "赵走访", "id_kind": "identity-card", "id_number": "371621198506120011", "checked_in_person": True}
    walked_in = opening("松涛", now=new.now, member=cast.clerk, office_id=cast.offices["hall"], walk_in=walk_in)
    long_names = opening("银杏", now=walked_in.now)
    county.now = long_names.now + timedelta(hours=1)
    on_their_way = _carried(world)
    principals = _of_principals(on_their_way)
    county.now += timedelta(hours=1)
    draft_of(database, cast.applicant, {}, token="draft-empty")
    draft_of(database, cast.applicant, application(county.now.date()), token="draft-complete")
    draft_of(database, cast.applicant, faulty(), token="draft-faulty")
    draft_of(database, cast.applicant, lengthened(application(county.now.date())), token="draft-long")
    draft_of(database, cast.clerk, {}, cast.offices["hall"], token="draft-walk-in", walk_in={"name": LONG_LATIN})
    world.write(update(Case).where(Case.root_id == long_names.root_id).values(company=LONG_CHINESE))
    world.write(update(Case).where(Case.root_id == new.root_id).values(company=LONG_LATIN))
    world.write(update(Person).where(Person.id.in_([cast.other_registrar.person_id, cast.registrar.person_id])).values(name=LONG_LATIN))
    world.write(update(Office).where(Office.id == cast.offices["hall"]).values(name="惠民县政务服务中心" * 8))
    cases = [f"/cases/{chain.case().token}" for chain in (done, under_way, returned, unsigned, new, walked_in, long_names)]
    drafts = [f"/applications/draft-{each}" for each in ("empty", "complete", "faulty", "long")]
    pages = [f"/applications/draft-{each}/{page}" for each in ("empty", "faulty", "long") for page in application()]
    checks = [f"/applications/draft-{each}/check" for each in ("empty", "complete", "faulty", "long")]
    world.also = {
        "everybody": ["/no-such-page"],
        "visitor": [
            *(f"/sign/{each.token}" for each in (*unsigned.signatures(), done.signatures()[0])),
            *(f"/sign/{each}" for each in ("no-such-link", *principals)),
            f"/sign/{principals[-1]}/rating",
        ],
        "applicant": [*cases, f"/receipts/{done.case().token}", *drafts, *pages, *checks],
        "clerk": [cases[1], *cases[-2:], f"/receipts/{walked_in.case().token}", "/desk/search?q=LONG", "/desk/search?q=nothing"],
        "registrar": [f"/cases/{chain.case(REGISTRATION).token}" for chain in (done, returned, new)],
        "officer": [f"/cases/{chain.case(SEAL).token}" for chain in (done, under_way)],
        # Lists of people close once a case is open at the counter, so they come first.
        "agent": ["/desk", "/custody", "/desk/delegation", *(f"/cases/{each.filed.token}" for each in on_their_way), *_prepared(world)],
        "coordinator": ["/desk", "/custody", *(f"/cases/{each.filed.token}" for each in (*on_their_way[2:], on_their_way[0]))],
        "supervisor": [*cases[:4], f"/cases/{on_their_way[-1].filed.token}", "/statistics/rework/cases"],
        "administrator": LOOKED_AT,
    }
    furnish(database, cast, county.now)
    import_earlier(database, county.now, seed=1)
    world.also["security-administrator"] = staff_it(database, cast, world.managers["security-administrator"], county.now)
    for member, chain in ((cast.registrar, new), (cast.other_registrar, long_names)):
        database.write(disclosing.disclose, member.acting, chain.root_id, county.now, "other", LONG_LATIN[:100])
    dated = "since=2020-01-01&until=2019-01-01"
    world.also["auditor"] = [f"/audit/{each}?{query}" for each in ("changes", "disclosures") for query in (dated, "words=nothing")]
    searched = "/names?" + urlencode(NAME | {"trade_name": "青禾"})
    world.also["everybody"] += ["/names", searched, "/names?trade_name=" + LONG_LATIN, "/offices?q=nothing", "/guides?q=nothing"]
    world.also["applicant"] += [searched.replace("/names", "/names/reserve"), "/names/mine"]
    database.write(names.reserve, cast.applicant.acting, NAME | {"trade_name": "丹枫"}, "", county.now)
    numbers = {"number": done.case().number, "phone_end": "0001"}
    receipt = world.visitor("visitor").post("/progress", numbers, status=303).location
    county.application.config["DEMO"] = True
    world.also["visitor"] += [receipt, f"{receipt}/rating", "/demo/phone"]
    later = county.now.timestamp() + 600
    steps = zip(unsigned.signatures(), ("", IDENTIFIED, CONFIRMED), strict=False)
    shown = {each.token: (step, later) for each, step in steps} | {each: (CONFIRMED, later) for each in principals}
    world.carried = {"phone_checked": [receipt.rsplit("/", 1)[1]], "signing": shown}
    return world


def _carried(world: World) -> list[Delegated]:
    """Cases that an agent carries: to be signed, filled in, in a bag on its way, checked at the town, and with the departments."""
    county = world.county
    world.people = carriers(county.database, county.cast)
    found: list[Delegated] = []

    def begun(trade_name: str) -> Delegated:
        each = Delegated(county.database, county.cast, world.people, now=found[-1].now if found else county.now)
        found.append(each)
        if trade_name:
            each.answer()
            each.prepare(content_with(name={"trade_name": trade_name}))
            listed = [custody.Listed("身份证原件"), custody.Listed("房产证明", "copy", remark=LONG_LATIN[:100])]
            county.database.write(custody.take_in, each.people.agent.acting, each.root_id, listed, None, each.now)
        return each

    begun("")
    begun("紫藤")
    moving = begun("香蒲")
    moving.carry("pass_up", moving.people.agent, {"bag": LONG_LATIN[:40], "items": moving.items()})
    sent = begun("芦花")
    sent.carry("pass_up", sent.people.agent, {"bag": "FD-0001", "items": sent.items()})
    sent.receive("receive_at_town", sent.people.town)
    under_way = begun("槐米")
    for action, member in (
        ("pass_up", under_way.people.agent), ("receive_at_town", under_way.people.town), ("pass_on", under_way.people.town),
        ("receive_at_centre", under_way.people.centre), ("file", under_way.people.centre),
    ):  # fmt: skip
        under_way.carry(action, member)
    county.now = found[-1].now + timedelta(minutes=10)
    return found


def _of_principals(carried: Sequence[Delegated]) -> list[str]:
    """The links of those who entrust an agent: a mandate to be signed, a signed one, a delivery to be confirmed, a confirmed one."""
    first, signed = carried[:2]
    brought = _brought(first, "青杨", carried[-1].now)
    confirmed = _brought(first, "红柳", brought.now)
    link = confirmed.asked().token
    confirmed.answer()
    with first.database.reading() as session:
        given = session.scalars(select(Signature.token).where(Signature.case_id == signed.root_id, Signature.vote == "yes")).one()
    return [first.asked().token, given, brought.asked().token, link]


def _brought(first: Delegated, trade_name: str, now: datetime) -> Delegated:
    """A case whose results the agent has brought to the door."""
    people = first.people
    each = Delegated(first.database, first.cast, people, now=now)
    each.answer()
    each.prepare(content_with(name={"trade_name": trade_name}))
    for action, member in (
        ("pass_up", people.agent), ("receive_at_town", people.town), ("pass_on", people.town), ("receive_at_centre", people.centre),
        ("file", people.centre),
    ):  # fmt: skip
        each.carry(action, member)
    each.through()
    for action, member in (
        ("send_down", people.centre), ("receive_back_at_town", people.town), ("relay", people.town), ("receive_at_point", people.agent),
    ):  # fmt: skip
        each.carry(action, member)
    each.carry("deliver", people.agent, {"way": "door", "receiver": LONG_LATIN[:100]})
    return each


def _prepared(world: World) -> list[str]:
    """Where an agent goes on filling in what is not filed yet."""
    with world.county.database.reading() as session:
        tokens = session.scalars(select(Draft.token).where(Draft.delegated_id.is_not(None), Draft.filed_case_id.is_(None))).all()
    return [f"/applications/{token}{page}" for token in tokens[:1] for page in ("", "/capital", "/check", "/materials")]


def register(chain: Chain) -> None:
    """The registrar decides and everything after is open."""
    chain.act(REGISTRATION, "approve")


def faulty() -> dict[str, Any]:
    """Every page saved, none of them filled."""
    return {page: {} for page in application()}


def lengthened(content: Any) -> Any:
    """The same with every text as long as people can make it, and without a place to break it."""
    if isinstance(content, Mapping):
        return {name: lengthened(value) if name not in KEPT_SHORT else value for name, value in content.items()}
    if isinstance(content, list):
        return [lengthened(each) if isinstance(each, Mapping) else each for each in content]
    return LONG_LATIN if isinstance(content, str) and content else content


KEPT_SHORT = frozenset({"place", "item", "bank", "office", "region", "company_type", "organisation"})
