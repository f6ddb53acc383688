"""The web application, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from approvals import settings
from approvals.db import Database
from approvals.language import Languages
from approvals.lingering import lingering
from approvals.operations import carrying, passwords
from approvals.views import (
    access,
    accounts,
    administration,
    applications,
    assets,
    audit,
    cases,
    compression,
    consents,
    counter,
    custody,
    delegation,
    deliveries,
    desk,
    errors,
    filters,
    headers,
    help_requests,
    intake,
    ledger,
    mandate_papers,
    mandates,
    names,
    notices,
    positions,
    progress,
    public,
    ratings,
    request,
    revoking,
    sending,
    signing,
    staff_accounts,
    statistics,
    supervision,
    urging,
    verifying,
    wallet,
    warnings,
)
from workflows.clock import OFFICE_ZONE

PARTS = (
    public, progress, signing, revoking, accounts, names, notices, deliveries, applications, intake, cases, consents, counter, custody,
    delegation, mandates, mandate_papers, help_requests, ratings, desk, ledger, supervision, statistics, verifying, wallet,
    administration, positions, staff_accounts, audit, assets, urging, warnings,
)  # fmt: skip
"""The pages, by who uses them."""


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The product on one database. ``config`` overrides the environment; see ``approvals.settings.read``.

    Raises settings.Unsafe when it would start in production with a default secret or with the demo's people, and
    carrying.NotCarriedOut when a definition in force asks for something that the verbs do not do.
    """
    application = Flask("approvals", root_path=str(Path(__file__).parent), template_folder=str(settings.ROOT / "templates"))
    application.config.from_mapping(settings.read(config))
    carrying.catalogue_in_force()
    _make_folder_of(application.config["DATABASE_URL"])
    database = Database(application.config["DATABASE_URL"])
    settings.refuse_unsafe_start(application.config, database)
    application.extensions["database"] = database

    application.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if application.config["TESTING"]:
        application.jinja_env.undefined = StrictUndefined
    else:
        passwords.prepare()
    Languages(application, default_locale="zh", default_timezone=str(OFFICE_ZONE), locale_selector=request.preferred_language)
    if application.config["DEMO"]:
        # The demo brings its simulation along: a production process does not load it.
        from approvals.demo.people import demo_sign_ins

        application.extensions["demo_sign_ins"] = demo_sign_ins
    application.wsgi_app = lingering(application.wsgi_app)  # type: ignore[method-assign]
    # The order is the order of the checks: first the size, then the token, then what was sent, then who may.
    access.limit_requests(application)
    protection = CSRFProtect(application)
    access.protect(application)
    request.close_after(application)
    # The responses are looked at in reverse order: compression last.
    compression.add(application)
    sending.add(application)
    headers.protect(application)
    errors.explain(application)
    filters.add(application)
    counter.add(application)
    for module in PARTS:
        application.register_blueprint(module.blueprint)
    access.exempt_signed(application, protection)
    return application


def _make_folder_of(url: str) -> None:
    if url.startswith("sqlite:///") and ":memory:" not in url:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
