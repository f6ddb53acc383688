"""axe over every page, for every role, at both widths, in both languages and in large type.

The pages are those of the URL map: what a role reaches by links is looked at by itself; what no link leads to stands in
``tests/browser/world.py``; a route that shows no page stands below with the reason. A new route is in one of them or fails here.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.looking import Looker
from tests.browser.world import ROLES, Look, World
from tests.support import web
from tests.support.web import Visitor
from workflows.county import county_catalogue

NO_PAGES: dict[str, str] = {
    "ledger.excel": "a workbook",
    "ledger.printed": "a PDF",
    **{
        f"statistics.{each}_file": "a file to keep"
        for each in (
            "months",
            "workflows",
            "steps",
            "behind",
            "closed",
            "backlog",
            "open",
            "rework",
            "again",
            "claims",
            "claim_figures",
            "trends",
            "comparison",
            "forecast",
            "chain",
            "own_figures",
            "figures",
            "past",
        )
    },
    "statistics.bulletin": "a PDF",
    "audit.changes_file": "a file to keep",
    "audit.disclosures_file": "a file to keep",
    "positions.find_office": "leads on to the page of an office",
    "static": "files of our own",
    "assets.packaged": "files of installed packages",
    "assets.icon_styles": "a stylesheet",
    "public.healthz": "answers machines",
    "public.guide_words": "answers a script",
    "intake.words": "answers a script",
    "names.check_json": "answers a script",
    "applications.file_of_draft": "a file to keep",
    "delegation.prepared_file": "a file to keep",
    "cases.documents.file": "a file to keep",
    "cases.files.file_of_case": "a file to keep",
    "mandates.paper": "a PDF",
    "mandate_papers.photo": "a file to keep",
    "administering.import_template": "a file to keep",
    "administering.calendar_file": "a file to keep",
}
"""GET routes that show no page, each with the reason."""

SENT_EMPTY: dict[str, str] = {
    "accounts.sign_in": "main form button[type=submit]",
    "accounts.sign_up": "main form button[type=submit]",
    "accounts.account": "main form.narrow button[type=submit]",
    "applications.claim": "main form button[type=submit]",
    "intake.identity": ".save-bar button[type=submit]",
    "delegation.begin": ".save-bar button[type=submit]",
    "administering.new_office": "main form button[type=submit]",
    "administering.close_office": "main form button[type=submit]",
    "administering.new_competence": "main form button[type=submit]",
    "administering.end_competence": "main form button[type=submit]",
    "staff_accounts.new_person": "main form button[type=submit]",
    "positions.of_office": "#grant-form button[type=submit]",
    "positions.of_person": "#grant-form button[type=submit]",
    "help_requests.ask": ".button-row button[type=submit]",
    "mandates.renewal": ".button-row button[type=submit]",
    "administering.import_page": "main form button[type=submit]",
    "administering.calendar": "main form button[type=submit]",
    "administering.withdrawal": "main form button[type=submit]",
}
"""Pages whose form is also sent as it stands, empty, and the button that does it."""

KNOWN: dict[Look, set[str]] = {}
"""What was looked at already; the tests of one look stay on one worker, so that it helps."""

LOOKS = {"zh": Look(), "en": Look("en"), "large": Look(large=True)}


def get_endpoints(application: Any) -> set[str]:
    """All endpoints of the URL map that answer GET."""
    return {rule.endpoint for rule in application.url_map.iter_rules() if "GET" in (rule.methods or ())}


def misplaced(application: Any, seen: set[str], excepted: set[str]) -> list[str]:
    """Routes that nobody looks at, and exceptions in vain."""
    routes = get_endpoints(application)
    advice = "no role reaches it: link it, add it to world.py, or except it"
    return [
        *(f"{endpoint}: {advice}" for endpoint in sorted(routes - seen - excepted)),
        *(f"{endpoint}: excepted and looked at" for endpoint in sorted(excepted & seen)),
        *(f"{endpoint}: excepted and no route" for endpoint in sorted(excepted - routes)),
    ]


@pytest.mark.real_commits
def test_every_route_is_looked_at(worlds: dict[str, tuple[World, str]]) -> None:
    world, _address = worlds["filled"]
    seen = {endpoint for pages in world.found.values() for endpoint in pages}
    assert misplaced(world.county.application, seen, set(NO_PAGES)) == []
    assert set(SENT_EMPTY) - seen == set()


def test_a_route_that_nobody_looks_at_is_seen() -> None:
    from flask import Flask

    planted = Flask("planted", static_folder=None)
    planted.add_url_rule("/new", "new", lambda: "")
    assert misplaced(planted, set(), {"gone"}) == [
        "new: no role reaches it: link it, add it to world.py, or except it",
        "gone: excepted and no route",
    ]


def test_faults_of_a_planted_page_are_found(browser: Any) -> None:
    from flask import Flask

    planted = Flask("planted", static_folder=None)
    button = "<button style='width:900px;height:9px'></button>"
    bad = f"<html lang=en><body style='font-size:12px'>{button}<p style='color:#ccc'>pale text</p>"
    planted.add_url_rule("/", "bad", lambda: bad)
    with web.serving(planted) as address:
        looker = Looker(browser, address, Look(large=True), Visitor(planted), set())
        looker.visit("/")
        looker.close()
    expected = ("scrolls sideways", "headings of the", "not marked zh-CN", "button-name", "contrast", "small text", "small target")
    for fault in expected:
        assert any(fault in found for found in looker.faults), fault


@pytest.mark.real_commits
@pytest.mark.parametrize(
    "look", [pytest.param(look, id=name, marks=pytest.mark.xdist_group(f"look-{name}")) for name, look in LOOKS.items()]
)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_for_everybody(worlds: dict[str, tuple[World, str]], browser: Any, role: str, look: Look) -> None:
    faults = []
    for world, address in worlds.values():
        found = world.found[role]
        looker = Looker(browser, address, look, world.visitor(role, look), KNOWN.setdefault(look, set()))
        for endpoint, paths in found.items():
            for path in paths:
                looker.visit(path)
            if endpoint in SENT_EMPTY:
                looker.press(paths[0], SENT_EMPTY[endpoint])
        for path in found.get("cases.actions.show", []):
            if asks_for_something(path):
                looker.press(path, ".action-form .button-row button[type=submit]")
        looker.close()
        faults += looker.faults
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:40])


def asks_for_something(path: str) -> bool:
    """Whether every action of this name has a question that must be answered, so that an empty form comes back."""
    name = path.rsplit("/", 1)[1]
    catalogue = county_catalogue()
    definitions = [catalogue.latest(key) for key in catalogue.keys()]
    forms = [each.forms.get(each.actions[name].form) for each in definitions if name in each.actions]
    return all(form is not None and any(question.required is True for question in form.fields) for form in forms)
