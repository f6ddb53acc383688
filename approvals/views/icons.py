"""The few icons that pages use, as one small stylesheet instead of a font of two thousand (134 KB before the first one shows)."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

ICONS = (
    "arrow-right", "arrow-right-circle-fill", "bar-chart", "box-seam", "building", "camera", "cash-coin", "check-circle",
    "check-circle-fill", "circle", "clock", "clock-history",
    "dash-circle", "exclamation-octagon", "exclamation-octagon-fill", "exclamation-triangle",
    "exclamation-triangle-fill", "eye", "eye-slash", "folder2-open", "geo-alt-fill", "hourglass-split",
    "info-circle", "person", "person-badge", "person-check", "plus-lg", "signpost-split",
    "star", "truck",
)  # fmt: skip
"""By the names of the sprite. An icon of a template that is not listed here is not drawn; a test compares them."""

# Drawn as a mask, so that an icon has the colour of its text; printers leave backgrounds out unless they are told not to.
DRAWN = (
    '.bi::before{content:"";display:inline-block;width:1em;height:1em;vertical-align:-.125em;background-color:currentcolor;'
    "-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat;print-color-adjust:exact}"
    "@media (forced-colors:active){.bi::before{background-color:CanvasText}}"
)


def stylesheet(sprite: str) -> str:
    """The rules for every listed icon. Raises LookupError for one that the sprite does not have."""
    rules = [DRAWN]
    for name in ICONS:
        found = re.search(rf'<symbol [^>]*viewBox="([^"]+)" id="{name}">(.*?)</symbol>', sprite, re.DOTALL)
        if found is None:
            raise LookupError(f"there is no icon {name}")
        drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{found[1]}'>{found[2]}</svg>".replace('"', "'")
        rules.append(f'.bi-{name}{{--icon:url("data:image/svg+xml,{quote(drawing, safe=" /=:,.-")}")}}'.replace("\n", ""))
    return "\n".join(rules)


@cache
def icons_of(path: Path) -> tuple[str, str]:
    """The stylesheet made from a sprite, and a short digest of it."""
    made = stylesheet(path.read_text(encoding="utf-8"))
    return made, hashlib.sha256(made.encode()).hexdigest()[:12]
