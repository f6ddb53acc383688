"""House rules on routes: a permission on each, a literal list of public ones, a CSRF check on every POST."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from approvals.app import create_app
from tests.support.web import application_settings

# Whoever is not signed in reaches these and no others. A new name here is a decision, not a formality.
PUBLIC_ENDPOINTS: set[str] = {
    "accounts.appearance",
    "accounts.language",
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts.sign_up",
    "deliveries.demo_phone",  # answers 404 outside the demo
    "deliveries.reports",
    "names.check",
    "names.check_json",
    # The receipt's token or the end of a telephone stands for the person; nobody is named there.
    "progress.find",
    "progress.index",
    "progress.show",
    "ratings.of_receipt",
    "ratings.of_signature",
    "ratings.rate_by_signature",
    "ratings.rate_receipt",
    "public.guide",
    "public.guide_words",
    "public.guides",
    "public.healthz",
    "public.home",
    # By the link on which a mandate was signed, after name, number and a code.
    "revoking.by_link",
    "revoking.do_by_link",
    "signing.code",
    "signing.confirmation",
    "signing.decline",
    "signing.identity",
    "signing.link",
    "signing.new_link",
    "signing.sign",
    # After the same check of the telephone as a rating.
    "urging.urge_by_receipt",
    "verifying.compare",
    "verifying.look_up",
    "verifying.lookup",
    "verifying.verify",
    "public.offices",
}
# Machines reach these without a form's token; each checks the signature of what it is sent, and refuses with 400 what has none.
SIGNED_VIEWS = {"approvals.views.deliveries.reports"}
# Files of installed packages and our own stylesheets; they show nothing of any case.
ASSET_ENDPOINTS = {"static", "assets.packaged", "assets.icon_styles"}

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?")
PARAMETER = re.compile(r"<([^>]*)>")
SAMPLES = {"int": 1, "uuid": UUID(int=1), "float": 1.0}


def permission_of(application: Any, endpoint: str) -> str | None:
    return getattr(application.view_functions[endpoint], "permission", None)


def path_faults(rule: str) -> list[str]:
    """What is wrong with the spelling of a route: untyped parameters, segments that are not kebab-case."""
    faults = [f"{rule}: <{name}> has no type" for name in PARAMETER.findall(rule) if ":" not in name]
    # A parameter may stand for the end of a file's name: /list.<any(xlsx, csv):kind>.
    for segment in PARAMETER.sub("x", rule).split("/"):
        if segment and not SEGMENT.fullmatch(segment):
            faults.append(f"{rule}: {segment} is not kebab-case")
    return faults


def permission_faults(application: Any, public: set[str]) -> list[str]:
    """Routes without a permission, and public ones that are not on the list or are on it in vain."""
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()} - ASSET_ENDPOINTS
    permissions = {endpoint: permission_of(application, endpoint) for endpoint in endpoints}
    open_to_all = {endpoint for endpoint, permission in permissions.items() if permission == "public"}
    return [
        *(f"{endpoint} has no permission" for endpoint, permission in sorted(permissions.items()) if not permission),
        *(f"{endpoint} is public and not listed" for endpoint in sorted(open_to_all - public)),
        *(f"{endpoint} is listed as public and is not" for endpoint in sorted(public - open_to_all)),
    ]


def unprotected_posts(application: Any) -> list[str]:
    """POST routes that do not answer 400 to a request without a token."""
    faults = []
    client = application.test_client()
    for rule in application.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        values = {name: SAMPLES.get(kind_of(rule, name), "x") for name in rule.arguments}
        with application.test_request_context():
            path = application.url_for(rule.endpoint, **values)
        status = client.post(path, data={"typed": "something"}).status_code
        if status != 400:
            faults.append(f"POST {rule.rule} without a token answers {status}")
    return faults


def kind_of(rule: Any, name: str) -> str:
    converter = type(rule._converters[name]).__name__
    return {"IntegerConverter": "int", "UUIDConverter": "uuid", "FloatConverter": "float"}.get(converter, "text")


@pytest.fixture
def product(sqlite_databases: Any) -> Any:
    return create_app(application_settings(sqlite_databases.create()))


@pytest.fixture
def planted() -> Any:
    """An application that breaks each rule once."""
    from flask import Flask

    application = Flask("planted")
    application.add_url_rule("/open", "open", lambda: "")
    application.add_url_rule("/secret", "secret", lambda: "", methods=["POST"])
    application.view_functions["secret"].permission = "public"  # type: ignore[attr-defined]
    return application


def test_faults_of_planted_routes_are_found(planted: Any) -> None:
    assert permission_faults(planted, {"missing"}) == [
        "open has no permission",
        "secret is public and not listed",
        "missing is listed as public and is not",
    ]
    assert unprotected_posts(planted) == ["POST /secret without a token answers 200"]
    assert path_faults("/Some_Page/<number>") == [
        "/Some_Page/<number>: <number> has no type",
        "/Some_Page/<number>: Some_Page is not kebab-case",
    ]
    assert path_faults("/desk/cases/<string:number>/take-back") == []
    assert path_faults("/desk/list.<any(xlsx, csv):kind>") == []
    assert path_faults("/desk/List<int:number>") == ["/desk/List<int:number>: Listx is not kebab-case"]


def test_every_route_has_a_permission_and_public_ones_are_listed(product: Any) -> None:
    assert len(list(product.url_map.iter_rules())) > 5
    faults = permission_faults(product, PUBLIC_ENDPOINTS)
    assert not faults, "\n".join(faults)


def test_paths_are_kebab_case_with_typed_parameters(product: Any) -> None:
    faults = [fault for rule in product.url_map.iter_rules() for fault in path_faults(rule.rule)]
    assert not faults, "\n".join(faults)


def test_every_post_without_a_token_is_refused(product: Any) -> None:
    faults = unprotected_posts(product)
    assert not faults, "\n".join(faults)


def test_nothing_but_signed_messages_is_exempt_from_the_csrf_check(product: Any) -> None:
    protection = product.extensions["csrf"]
    assert protection._exempt_views == SIGNED_VIEWS
    assert not protection._exempt_blueprints
    assert product.config["WTF_CSRF_ENABLED"]
    assert product.config["WTF_CSRF_CHECK_DEFAULT"]
