"""A name as it is checked while it is being typed: its four parts, and what the law finds, each finding with the article quoted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflows.rules.name import compose_name
from workflows.rules.name_law import quoted
from workflows.rules.reading import Row
from workflows.rules.registry import BLOCK, DRAFT, Finding, RuleContext, findings

PARTS = ("region", "trade_name", "industry", "organisation")
"""行政区划, 字号, 行业或者经营特点, 组织形式: 第六条."""

SIMILAR = "name.similar"
"""Left out here: whoever checks a name is shown similar names with their scores."""

_OF_NAMES = ("name.", "text.")

LONGEST_PART = 200
"""Characters of each part that are checked: more than any name has."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A finding with the articles it rests on: pairs of article and words."""

    finding: Finding
    articles: tuple[tuple[str, str], ...]

    @property
    def blocks(self) -> bool:
        """Whether the name cannot be used like this."""
        return self.finding.severity == BLOCK


@dataclass(frozen=True, slots=True)
class CheckedName:
    """What a check has found. ``parts`` are the four parts as typed; ``full_name`` is "" as long as no trade name is typed."""

    full_name: str
    parts: tuple[tuple[str, str], ...]
    found: tuple[Quoted, ...]

    @property
    def blocked(self) -> bool:
        """Whether any finding forbids the name."""
        return any(each.blocks for each in self.found)

    @property
    def identical(self) -> bool:
        """Whether the name is another's."""
        return any(each.blocks and each.finding.rule == "name.identical" for each in self.found)


def name_page(values: Mapping[str, Any]) -> dict[str, Any]:
    """The page ``name`` with texts of bounded length; a name in which the industry is left out holds none."""
    page = {name: value[:LONGEST_PART] if isinstance(value, str) else value for name, value in values.items() if isinstance(name, str)}
    if page.get("multi_industry") is True:
        page["industry"] = ""
    return page


def check_name(page: Mapping[str, Any], context: RuleContext, stage: str = DRAFT) -> CheckedName:
    """Everything that the law finds in a name: blocking findings first. Never raises, whatever was typed."""
    row = Row("name", page)
    found = findings({"name": dict(page)}, replace(context, stage=stage))
    own = [finding for finding in found if finding.field.startswith("name.") and finding.rule.startswith(_OF_NAMES)]
    own = [finding for finding in own if finding.rule != SIMILAR]
    own.sort(key=lambda finding: finding.severity != BLOCK)
    return CheckedName(
        full_name=compose_name(page) if row.text("trade_name") else "",
        parts=tuple((part, row.text(part)) for part in PARTS),
        found=tuple(Quoted(finding, quoted(finding.source)) for finding in own),
    )
