"""Files of installed packages, each by name on a white list."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from flask import Blueprint, abort, current_app, request, send_file, url_for
from werkzeug.wrappers import Response

from .access import public
from .icons import icons_of

blueprint = Blueprint("assets", __name__)

BOOTSTRAP = ("flask_bootstrap", "static/bootstrap5/css")
FILES: dict[tuple[str, str], tuple[str, str]] = {
    ("bootstrap", "bootstrap.min.css"): (BOOTSTRAP[0], f"{BOOTSTRAP[1]}/bootstrap.min.css"),
    ("echarts", "echarts.esm.min.js"): ("instaui_echarts", "static/echarts.esm.min.js"),
}
SPRITE = (BOOTSTRAP[0], "static/bootstrap5/icons/bootstrap-icons.svg")
KEPT_SECONDS = 24 * 3600


@cache
def folder_of(package: str) -> Path:
    """Where a package lies, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"the package {package} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


@blueprint.get("/assets/<string:package>/<path:name>")
@public
def packaged(package: str, name: str) -> Response:
    """One listed file; any other name is not found, whatever lies in the package."""
    if (package, name) not in FILES:
        abort(404)
    owner, path = FILES[package, name]
    return send_file(folder_of(owner) / path, max_age=KEPT_SECONDS, conditional=True)


@blueprint.get("/assets/icons.css")
@public
def icon_styles() -> Response:
    """The icons of all pages."""
    made, digest = icons_of(folder_of(SPRITE[0]) / SPRITE[1])
    response = Response(made, mimetype="text/css")
    response.set_etag(digest)
    response.cache_control.max_age = KEPT_SECONDS
    return response.make_conditional(request)


def icons() -> str:
    """The address of the icons; it changes with them."""
    return url_for("assets.icon_styles", v=icons_of(folder_of(SPRITE[0]) / SPRITE[1])[1])


@cache
def charts_are_there() -> bool:
    """Whether the library that draws charts is installed; where it is not, pages show their tables alone."""
    owner, path = FILES["echarts", "echarts.esm.min.js"]
    return importlib.util.find_spec(owner) is not None and (folder_of(owner) / path).is_file()


def asset(package: str, name: str) -> str:
    """The address of a listed file. Raises KeyError for one that is not."""
    FILES[package, name]
    return url_for("assets.packaged", package=package, name=name)


@cache
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def own(name: str) -> str:
    """The address of one of our own stylesheets or scripts; it changes with the content, so browsers may keep it."""
    path = Path(current_app.static_folder or "") / name
    return url_for("static", filename=name, v=_digest(path, path.stat().st_mtime_ns))
