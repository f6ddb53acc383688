"""Whoever chose English reads English, on every page of every role: Chinese are only names and what people typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest

from approvals.demo.people import demo_sign_ins
from approvals.operations import accounts
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import seed
from tests.support.web import Visitor
from tests.web.english import Walk, chinese_on, glued_on, stored_texts
from tests.web.english_network import FILE, ROWS, Carriage, confirm

NOT_PAGES = {
    "static", "assets.packaged", "assets.icon_styles", "public.healthz", "names.check_json", "public.guide_words",
    "applications.file_of_draft", "cases.files.file_of_case", "delegation.prepared_file", "mandate_papers.photo", "intake.words",
    "positions.find_office", "statistics.rework_file", "statistics.again_file", "statistics.past_file",
    "statistics.claim_figures_file",
}  # fmt: skip
"""Addresses that answer with something else than a page: data for scripts, files that nobody uploads here or that have no rows yet, and
another page."""

SAME_PAGES = {"ratings.of_receipt", "ratings.of_signature"}
"""Show what `ratings.of_case` shows, to somebody who gave the telephone behind a receipt, or who confirmed a delivery."""

NETWORK = {
    "administering", "audit", "custody", "delegation", "help_requests", "ledger", "mandate_papers", "mandates", "positions", "revoking",
    "staff_accounts",
}  # fmt: skip
"""The parts of the product whose pages need delegated cases, or managers."""

QUOTED = ["有限责任公司", "For example 惠民"]
"""What the English of the definitions quotes on purpose: words that have to stand in a company's Chinese name."""

TYPED = ["惠民县青禾软件有限公司", "青禾", "软件", "中国", "新网格点", "远处网格点", "网格", "学校", "电话", "昨天"]
"""What the walk types where names are checked, and the file of offices; nothing keeps it."""


@pytest.fixture
def county(application: Any) -> list[Chain]:
    """Openings at different points of their way: to sign, to review, to correct, in the departments, handed out, withdrawn."""
    database = application.extensions["database"]
    cast = seed(database)
    signing, reviewing, correcting, running, done, withdrawn = (
        Chain(database, cast, content_with(name={"trade_name": name}), signed=name != "青禾")
        for name in ("青禾", "白露", "长风", "明泉", "远山", "清秋")
    )
    assert signing.signatures() and reviewing.task(REGISTRATION) is not None
    correcting.act(REGISTRATION, "return_for_correction")
    withdrawn.act(REGISTRATION, "withdraw", cast.applicant)
    for chain in (running, done):
        chain.act(REGISTRATION, "approve")
    running.act(SEAL, "complete")
    done.settle_matters()
    application.config["NOW"] = lambda: done.now
    application.extensions["demo_sign_ins"] = demo_sign_ins
    return [signing, reviewing, correcting, running, done, withdrawn]


def english_visitor(application: Any, person_id: int | None) -> Visitor:
    visitor = Visitor(application)
    if person_id is None:
        visitor.post("/language", {"language": "en"})
    else:
        application.extensions["database"].write(accounts.choose_language, person_id, "en")
        visitor.sign_in(person_id)
    return visitor


ROLES = ["visitor", "applicant", "clerk", "registrar", "registrar_head", "officer", "bank_officer", "supervisor", "administrator"]
LEFT_ALONE = {"accounts.language", "accounts.sign_out", "accounts.sign_out_everywhere", "accounts.appearance"}
"""Buttons that would end the walk, or its language."""
DEMO_ROLES = {"visitor", "administrator"}
MANAGERS = {"administrator", "guardian", "auditor"}
NAME = urlencode({"trade_name": "青禾", "industry": "软件", "region": "惠民县", "organisation": "有限公司"})
NAMES = (f"/names?{NAME}", "/names?trade_name=中国", f"/names/reserve?{NAME}")
"""A name that can be used and one that cannot: no link leads to what was typed."""


def addresses_in(county: list[Chain]) -> Iterator[str]:
    """The pages of each case and the links of whoever signs, which are sent to them."""
    for chain in county:
        yield from (f"/cases/{chain.case(workflow).token}" for workflow in chain.states())
        yield from (f"/sign/{asked.token}" for asked in chain.signatures()[:1])
    yield "/sign/no-such-link"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_page_is_in_english(application: Any, county: list[Chain]) -> None:
    """Everybody goes everywhere, sends each form with nothing in it, and reads no Chinese but names and typed texts."""
    database, cast = application.extensions["database"], county[0].cast
    visited: Counter[str] = Counter()
    faults: set[str] = set()
    for role in ROLES:
        member = None if role == "visitor" else cast.officers["public-security"] if role == "officer" else getattr(cast, role)
        # The demo shows more, and hides what is missing outside of it.
        application.config["DEMO"] = role in DEMO_ROLES
        visitor = english_visitor(application, member.person_id if member is not None else None)
        walk = Walk(application, visitor, lambda: stored_texts(database) + QUOTED + TYPED)
        walk.go(*NAMES, *addresses_in(county), unpressed=LEFT_ALONE)
        faults.update(f"{role} {fault}" for fault in walk.faults())
        visited.update(walk.visits)
    assert not faults, "\n".join(sorted(faults))
    pages = {page for page in pages_of(application) if page.partition(".")[0] not in NETWORK}
    assert sorted(pages - {kind for kind, count in visited.items() if count}) == []


def pages_of(application: Any) -> set[str]:
    every = {rule.endpoint for rule in application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return every - NOT_PAGES - SAME_PAGES


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_page_of_the_network_is_in_english(application: Any) -> None:
    """Agents, coordinators, managers and whoever entrusts them: cases at each point of their way, and the network itself."""
    database = application.extensions["database"]
    cast = seed(database)
    carriage = Carriage(database, cast)
    application.config["NOW"] = lambda: carriage.now
    people = carriage.people
    principal = carriage.collecting.root_case().applicant_id
    looking = {
        "nobody": None, "agent": people.agent.person_id, "second agent": people.second_agent.person_id, "town": people.town.person_id,
        "centre": people.centre.person_id, "administrator": cast.administrator.person_id, "guardian": carriage.guardian.person_id,
        "auditor": carriage.auditor.person_id, "principal": principal, "supervisor": cast.supervisor.person_id,
    }  # fmt: skip
    links = carriage.links()
    visited: Counter[str] = Counter()
    faults: set[str] = set()
    for role, person_id in looking.items():
        visitor = english_visitor(application, person_id)
        walk = Walk(application, visitor, lambda: stored_texts(database) + QUOTED + TYPED, most=1)
        if role == "nobody":
            for link in links:
                confirm(visitor, database, link)
        if role == "administrator":
            sent = {"file": (BytesIO((FILE + ROWS).encode()), "offices.csv")}
            path = "/administration/import"
            walk.take(path, visitor.post(path, sent, status=None, page=path, content_type="multipart/form-data"))
        addresses = carriage.of_managers() if role in MANAGERS else carriage.of_cases()
        walk.go(*links, *(f"{link}/revocation" for link in links), *addresses, unpressed=LEFT_ALONE)
        faults.update(f"{role} {fault}" for fault in walk.faults())
        visited.update(walk.visits)
    assert not faults, "\n".join(sorted(faults))
    pages = {page for page in pages_of(application) if page.partition(".")[0] in NETWORK}
    assert sorted(pages - {kind for kind, count in visited.items() if count}) == []


def test_chinese_is_found() -> None:
    assert chinese_on("<p>Saved <b>保存</b></p>", []) == ["保存"]
    assert chinese_on('<input type="text" placeholder="姓名">', []) == ["姓名"]
    assert chinese_on('<p data-label="：">Name</p>', []) == ["："]
    assert chinese_on("<p>张申请 (Applicant)，</p>", ["张申请"]) == ["张申请 (Applicant)，"]
    assert chinese_on('<p>张申请 (Applicant)</p><q lang="zh-CN">条例</q>', ["张申请"]) == []


def test_sentences_that_run_into_each_other_are_found() -> None:
    assert glued_on("<p>Office hours only.If you are asked</p>") == ["Office hours only.If you are asked"]
    assert glued_on("<p>Open {site}/sign</p>") == ["Open {site}/sign"]
    assert glued_on("<p>Office hours only. If you are asked by zhang@example.cn at 9:30</p>") == []
