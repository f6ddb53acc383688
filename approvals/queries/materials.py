"""The materials of an application or a case: each with its source, whose it is, where it stands, and its files. Reading only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from approvals.models import Document
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, Material, Text
from workflows.engine.materials import UPLOADED, Needed, answer_at, materials_of

from .known import Firm, firms_by_code
from .uploads import Kept

DRAFT, SIGNING, FILED = "draft", "signing", "filed"
"""How far an application is, as far as its materials care."""


@dataclass(frozen=True, slots=True)
class Item:
    """One material for one person or row. ``state``: shared, obtained, later (by itself, after the registration), checked (by the
    registrar), promised, to-promise, signed, to-sign, uploaded, to-upload. ``document`` is the number of what was found."""

    workflow: str
    needed: Needed
    state: str
    document: str = ""
    files: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A material with everybody it is needed for and the matters that use it."""

    material: Material
    why: Text
    matters: tuple[Text, ...]
    items: tuple[Item, ...]

    @property
    def is_upload(self) -> bool:
        return self.material.source in UPLOADED

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.state for item in self.items))

    def documents(self, state: str) -> tuple[str, ...]:
        """Numbers of what was found, each once."""
        return tuple(dict.fromkeys(item.document for item in self.items if item.state == state and item.document))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.needed.name for item in self.items if item.needed.name))


@dataclass(frozen=True, slots=True)
class Materials:
    """All materials. ``others`` are files that nothing asks for any more, because an answer was changed."""

    lines: tuple[Line, ...]
    others: tuple[Kept, ...]

    @property
    def missing(self) -> int:
        """How many still have to be uploaded."""
        return sum(item.state == "to-upload" for line in self.lines for item in line.items)

    @property
    def asks_for_files(self) -> bool:
        return any(line.is_upload for line in self.lines)


def materials_shown(
    session: Session,
    matters: Sequence[Definition],
    content: Mapping[str, Any],
    files: Sequence[Kept],
    *,
    stage: str,
    issued: Collection[Document] = (),
) -> Materials:
    """The materials of these matters for an application. ``issued`` are the documents of its case. At most one statement."""
    needed = [(matter, each) for matter in matters for each in materials_of(matter, content)]
    codes = {_code(each) for _, each in needed if each.material.source == "licence"} - {""}
    firms = firms_by_code(session, codes)
    licence = next((each.number for each in issued if each.kind == "business-licence" and each.status == "genuine"), "")
    grouped: dict[tuple[str, str], tuple[Material, list[Text], list[Item]]] = {}
    used: set[str] = set()
    for matter, each in needed:
        own = tuple(
            file
            for file in files
            if (file.workflow, file.material, file.subject) == (matter.key, each.material.key, each.subject)
        )
        used |= {file.token for file in own}
        state, document = _state(each, content, own, firms, licence, stage)
        _, titles, items = grouped.setdefault((each.material.name["zh"], each.material.source), (each.material, [], []))
        titles.append(matter.title)
        items.append(Item(matter.key, each, state, document, own))
    lines = tuple(
        Line(material, material.why or county_catalogue().text("reasons", material.source), _once(titles), tuple(items))
        for material, titles, items in grouped.values()
    )
    return Materials(lines, tuple(file for file in files if file.token not in used))


def _once(titles: Sequence[Text]) -> tuple[Text, ...]:
    return tuple({title["zh"]: title for title in titles}.values())


def _code(needed: Needed) -> str:
    value = needed.row.get("id_number") if needed.row is not None else None
    return value.strip().upper() if isinstance(value, str) else ""


def _state(
    needed: Needed, content: Mapping[str, Any], files: Sequence[Kept], firms: Mapping[str, Firm], licence: str, stage: str
) -> tuple[str, str]:
    material = needed.material
    if material.source in UPLOADED:
        return ("uploaded" if any(not file.removed for file in files) else "to-upload"), ""
    if material.source == "commitment":
        return ("promised" if not material.field or answer_at(content, material.field) is True else "to-promise"), ""
    if material.source == "online_signature":
        return ("signed" if stage == FILED else "to-sign"), ""
    if material.source == "licence":
        if needed.row is None:
            return ("obtained", licence) if licence else ("later", "")
        firm = firms.get(_code(needed))
        return ("obtained", firm.licence or firm.credit_code) if firm is not None else ("checked", "")
    return "shared", ""
