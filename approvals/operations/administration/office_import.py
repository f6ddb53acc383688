"""Taking many points in at once: every line judged, the good ones stored together, a file sent twice stored once.

Good lines are taken in and bad ones left out, each with what is wrong and how to mend it: the mended file can be sent again
whole, because what was stored before is known by its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import Office
from approvals.operations import reference
from approvals.operations.acting import Acting

from .county import County, Node
from .faults import Fault, fault
from .judging import judge
from .kinds import CO_OPERATION, KIND_TITLES
from .log import record
from .office_file import Line
from .offices import SUBJECT, today_of

SAME = ("name", "kind", "place", "parent", "address", "phone", "valid_from")


@dataclass(frozen=True, slots=True)
class Good:
    """A line that can be stored, with its values tidied."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot, with every reason."""

    number: int
    typed: Mapping[str, str]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Checked:
    """What would become of the lines of a file: ``known`` are the numbers of those that are stored already, word for word."""

    good: list[Good] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def check(session: Session, lines: Iterable[Line], today: date) -> Checked:
    """Judge the lines of a file, those after the ones that they stand below; three statements."""
    lines = list(lines)
    county, stored = County.read(session), _stored(session, lines)
    checked = Checked()
    first_with: dict[str, int] = {}
    waiting: dict[str, Line] = {}
    for line in lines:
        code = line.typed.get("code", "").casefold()
        if line.faults:
            checked.bad.append(Bad(line.number, line.typed, line.faults))
        elif code and code in first_with:
            checked.bad.append(Bad(line.number, line.typed, (_twice(line.typed["code"], first_with[code]),)))
        elif code in stored and _same(line, stored[code], county, today):
            checked.known.append(line.number)
        else:
            # A code that is missing is one of the faults; such lines are told apart by their number.
            waiting[code or f"\0{line.number}"] = line
        first_with.setdefault(code, line.number)
    _from_above(checked, waiting, county, today)
    checked.good.sort(key=lambda each: each.number)
    checked.bad.sort(key=lambda each: each.number)
    return checked


def _from_above(checked: Checked, waiting: dict[str, Line], county: County, today: date) -> None:
    """Judge lines whose office above is settled, until none is left; those that wait for each other make a loop."""
    refused: dict[str, int] = {}
    while waiting:
        ready = [code for code, line in waiting.items() if not _waits(line, waiting, county)]
        if not ready:
            for line in waiting.values():
                checked.bad.append(Bad(line.number, line.typed, (_loop(line, waiting),)))
            return
        for code in ready:
            line = waiting.pop(code)
            faults, values = _faults_of(line, county, refused, today)
            if faults:
                refused[code] = line.number
                checked.bad.append(Bad(line.number, line.typed, tuple(faults)))
            else:
                checked.good.append(Good(line.number, values))
                first = date.fromisoformat(values["valid_from"])
                county.add([Node(values["code"], values["name"], values["kind"], values["parent"], first)])


def _waits(line: Line, waiting: Mapping[str, Line], county: County) -> bool:
    """Whether its office above is a line of this file that is not judged yet; a code that is stored is the stored office's."""
    parent = line.typed.get("parent", "").casefold()
    return parent in waiting and county.node(parent) is None


def _faults_of(line: Line, county: County, refused: Mapping[str, int], today: date) -> tuple[list[Fault], Mapping[str, str]]:
    judged = judge(line.typed, county, today)
    faults = list(judged.faults)
    kind, parent = judged.values["kind"], judged.values["parent"].casefold()
    if kind in KIND_TITLES and kind not in CO_OPERATION:
        faults.insert(0, _other_kind(kind))
    if parent in refused and county.node(parent) is None:
        faults = [each for each in faults if each.column != "parent"]
        faults.append(
            fault(
                "parent", f"它的上级在第 {refused[parent]} 行，那一行有问题，先改好那一行。",
                f"Its office above is in line {refused[parent]}, which has faults: mend that line first.",
            )
        )  # fmt: skip
    return faults, judged.values


def _other_kind(kind: str) -> Fault:
    zh, en = "、".join(KIND_TITLES[each]["zh"] for each in CO_OPERATION), ", ".join(KIND_TITLES[each]["en"] for each in CO_OPERATION)
    return fault(
        "kind", f"批量导入只收：{zh}。{KIND_TITLES[kind]['zh']}请在网页上单个添加。",
        f"A file can bring: {en}. Add a {KIND_TITLES[kind]['en']} singly on the page.",
    )  # fmt: skip


def _twice(code: str, number: int) -> Fault:
    return fault(
        "code", f"代码“{code}”和第 {number} 行重复，请改其中一个，或删掉一行。",
        f"The code {code} is in line {number} too: change one of them or delete a line.",
    )  # fmt: skip


def _loop(line: Line, waiting: Mapping[str, Line]) -> Fault:
    number = waiting[line.typed["parent"].casefold()].number
    return fault(
        "parent", f"和第 {number} 行互为上级，绕成一圈，请改其中一行的上级代码。",
        f"Line {number} and this one are above each other, a loop: change the office above in one of them.",
    )  # fmt: skip


def _stored(session: Session, lines: list[Line]) -> dict[str, Office]:
    codes = {line.typed.get("code", "") for line in lines}
    return {office.code.casefold(): office for office in session.scalars(select(Office).where(Office.code.in_(codes)))}


def _same(line: Line, office: Office, county: County, today: date) -> bool:
    """Whether a line says of an office what is stored; its own code is no fault then."""
    node = county.node(office.code)
    now = {
        "name": office.name, "kind": office.kind, "place": office.place_code, "parent": node.parent if node is not None else "",
        "address": office.address, "phone": office.phone, "valid_from": office.valid_from.isoformat(),
    }  # fmt: skip
    values = judge(line.typed, county, today).values
    return all(values[column] == now[column] for column in SAME)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: the codes that were stored, and how every line was judged."""

    codes: tuple[str, ...]
    checked: Checked


def import_offices(
    session: Session, acting: Acting | None, lines: Iterable[Line], now: datetime, expected: frozenset[str] | None = None
) -> Imported:
    """Store the good lines of a file together. ``expected`` are the codes that a preview promised: with others nothing is stored.

    A file sent again finds its lines known and stores nothing.
    """
    reference.network_changed(session)
    checked = check(session, lines, today_of(now))
    if not checked.good or (expected is not None and {each.values["code"] for each in checked.good} != expected):
        return Imported((), checked)
    ids = {code: office_id for code, office_id in session.execute(select(Office.code, Office.id))}
    ids |= {each.values["code"]: new_id() for each in checked.good}
    session.execute(insert(Office), [_row(each.values, ids) for each in checked.good])
    for each in checked.good:
        record(
            session, acting, now, subject=SUBJECT, subject_id=ids[each.values["code"]], title=each.values["name"], before=None,
            after=each.values,
        )  # fmt: skip
    return Imported(tuple(each.values["code"] for each in checked.good), checked)


def _row(values: Mapping[str, str], ids: Mapping[str, int]) -> dict[str, object]:
    return {
        "id": ids[values["code"]], "code": values["code"], "name": values["name"], "kind": values["kind"],
        "place_code": values["place"], "parent_id": ids.get(values["parent"]), "address": values["address"], "phone": values["phone"],
        "hours": values["hours"], "valid_from": date.fromisoformat(values["valid_from"]),
    }  # fmt: skip
