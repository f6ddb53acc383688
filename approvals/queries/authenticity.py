"""Whether a paper is what was issued: its file, its own record, the row of the document and the history, held against each other."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import from_microseconds
from approvals.documents import OwnRecord, own_record
from approvals.documents.sheet import fields_of
from approvals.models import Case, Document, DocumentFile
from approvals.models.history import digest
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, Field, Text
from workflows.rules import FOOD_PERMIT, LICENCE_LABELS, PERMIT_LABELS

from .document_story import Told, told_documents
from .families import any_bytes, families, one_moment
from .replay import chain_problems

GENUINE, REPLACED, REVOKED, ALTERED, UNKNOWN = "genuine", "replaced", "revoked", "altered", "unknown"
_CASE_OF_NUMBER = re.compile(r"(.+?)-[a-z]+(?:-[a-z]+)*-\d+")
_LABELS: Mapping[str, Text] = {
    "kind": {"zh": "文书种类", "en": "kind of document"},
    "number": {"zh": "文书编号", "en": "document number"},
    "case": {"zh": "办件号", "en": "case number"},
    "company": {"zh": "企业名称", "en": "company"},
    "issued_on": {"zh": "发出日期", "en": "date of issue"},
    "issued_at": {"zh": "发出时间", "en": "time of issue"},
    "status": {"zh": "状态", "en": "status"},
    "status_at": {"zh": "状态变更时间", "en": "time of the change of status"},
    "status_reason": {"zh": "状态变更原因", "en": "reason of the change of status"},
    "replaced_by": {"zh": "换发后的文书", "en": "replacement"},
    "digest": {"zh": "登记内容的校验值", "en": "digest of the record"},
    "record": {"zh": "登记内容", "en": "record"},
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not the same everywhere: what the file, the stored record and the history say; None where one is silent."""

    label: Text
    in_file: str | None = None
    in_record: str | None = None
    in_history: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be thought of a paper. ``status`` is genuine, replaced, revoked, altered or unknown; ``differences`` are the
    facts that do not agree, ``faults`` what else is wrong, in sentences."""

    status: str
    number: str = ""
    document_id: int | None = None
    differences: tuple[Difference, ...] = ()
    faults: tuple[Text, ...] = ()


@dataclass(slots=True)
class _Findings:
    differences: list[Difference] = field(default_factory=list)
    faults: list[Text] = field(default_factory=list)

    def differ(self, name: str, **values: Any) -> None:
        self.differences.append(Difference(_LABELS[name], **{place: _shown(value) for place, value in values.items()}))


def examine_file(session: Session, data: bytes) -> Verdict:
    """Judge a PDF that somebody holds. Never raises, whatever it is."""
    one_moment(session)
    own, findings = own_record(data), _Findings()
    with any_bytes(session):
        document_id = session.scalar(select(DocumentFile.document_id).where(DocumentFile.digest == hashlib.sha256(data).hexdigest()))
        is_known = document_id is not None
        if document_id is None and own is not None:
            document_id = session.scalar(select(Document.id).where(Document.number.in_(own.numbers)))
        if document_id is None:
            return Verdict(UNKNOWN, own.numbers[0] if own is not None else "")
        _compare_bytes(session, document_id, data, is_known, findings)
        return _judged(session, document_id, own, findings)


def examine_document(session: Session, document_id: int) -> Verdict:
    """Judge the record of a document without any file at hand."""
    one_moment(session)
    with any_bytes(session):
        return _judged(session, document_id, None, _Findings())


def _compare_bytes(session: Session, document_id: int, data: bytes, is_known: bool, findings: _Findings) -> None:
    stored = session.scalar(select(DocumentFile.content).where(DocumentFile.document_id == document_id))
    if stored == data:
        if not is_known:
            findings.faults.append({"zh": "系统里这份文件的校验值被改动", "en": "the digest kept of this file was changed"})
    elif is_known:
        findings.faults.append({"zh": "系统里保存的文件副本被改动", "en": "the copy of the file that is kept here was changed"})
    elif stored is None:
        findings.faults.append({"zh": "系统没有发出过这样一份文件", "en": "no such file was ever issued"})
    else:
        place = next(
            (at for at, (one, other) in enumerate(zip(stored, data, strict=False)) if one != other), min(len(stored), len(data))
        )
        findings.faults.append(
            {
                "zh": f"文件与发出时的不一样：从第{place + 1}个字节起不同（发出时{len(stored)}字节，这份{len(data)}字节）",
                "en": f"the file is not as it was issued: other from byte {place + 1} ({len(stored)} bytes issued, {len(data)} here)",
            }
        )


def _judged(session: Session, document_id: int, own: OwnRecord | None, findings: _Findings) -> Verdict:
    row = _row(session, document_id, own)
    number = row.told.number if row.told is not None else str(getattr(row.document, "number", ""))
    if row.document is None:
        findings.faults.append({"zh": "系统里这份文书的记录不见了", "en": "the record of this document is gone"})
    else:
        _compare(row, own, findings)
    if findings.differences or findings.faults:
        return Verdict(ALTERED, number, document_id, tuple(findings.differences), tuple(findings.faults))
    assert row.document is not None
    return Verdict(row.document.status, number, document_id)


@dataclass(slots=True)
class _Row:
    """A document's row as it lies in the table, and what the history of its case says of it."""

    document: Any = None
    definition: Definition | None = None
    told: Told | None = None
    successor: str | None = ""
    broken: tuple[Text, ...] = ()


def _row(session: Session, document_id: int, own: OwnRecord | None) -> _Row:
    found = _Row()
    for family in families(session, _roots(session, document_id, own)):
        if isinstance(family, int):
            continue
        for case in family.cases:
            rows = {each.id: each for each in family.documents[case.id]}
            found.document = rows.get(document_id, found.document)
        for case in family.cases:
            payloads = {event.position: _payload(event.body) for event in family.events[case.id]}
            told = told_documents(family.events[case.id], payloads)
            mentioned = (*(own.numbers if own is not None else ()), getattr(found.document, "number", ""))
            number = next((each for each in mentioned if each in told), "")
            if number not in told or found.told is not None:
                continue
            found.told = told[number]
            found.broken = tuple(each.message for each in chain_problems(case, family.events[case.id]))
            found.definition = county_catalogue().version(case.workflow, case.version)
            numbers = {each.id: each.number for each in family.documents[case.id]}
            replaced_by = getattr(found.document, "replaced_by_id", None)
            found.successor = "" if replaced_by is None else numbers.get(replaced_by)
    return found


def _roots(session: Session, document_id: int, own: OwnRecord | None) -> list[int]:
    """The root cases that the document may belong to: by its row, and by the case that the paper itself names."""
    named = [match[1] for each in (own.numbers if own is not None else ()) if (match := _CASE_OF_NUMBER.fullmatch(each))]
    by_row = select(Case.root_id).join(Document, Document.case_id == Case.id).where(Document.id == document_id)
    by_name = select(Case.root_id).where(Case.number.in_(named))
    return list(dict.fromkeys([*session.scalars(by_row), *session.scalars(by_name)]))


def _payload(body: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _compare(row: _Row, own: OwnRecord | None, findings: _Findings) -> None:
    document, told = row.document, row.told
    content = _payload(document.content)
    if own is not None and own.content is not None:
        if content:
            findings.differences.extend(_differing_facts(own.content, content, row.definition))
        if own.text != document.content and not findings.differences:
            findings.differ("record", in_file=_around(own.text, document.content), in_record=_around(document.content, own.text))
    if told is None:
        findings.faults.append({"zh": "办理记录里没有发出过这份文书", "en": "no event of any case issued this document"})
        return
    for message in row.broken:
        findings.faults.append(
            {"zh": f"办件的办理记录被改动：{message['zh']}", "en": f"the history of the case was changed: {message['en']}"}
        )
    stored = digest("", document.content)
    if stored != told.digest and not findings.differences:
        findings.differ("record", in_record=stored, in_history=told.digest)
    if document.digest != told.digest:
        findings.differ("digest", in_record=document.digest, in_history=told.digest)
    if own is not None and own.text and digest("", own.text) != told.digest:
        findings.differ("record", in_file=digest("", own.text), in_history=told.digest)
    for name, here, there in (
        ("kind", document.kind, told.kind),
        ("number", document.number, told.number),
        ("issued_at", _moment(document.issued_at), _moment(told.issued_at)),
        ("status", document.status, told.status),
        ("status_at", _moment(document.status_at), _moment(told.status_at)),
        ("status_reason", document.status_reason, told.status_reason),
        ("replaced_by", row.successor, told.replaced_by),
    ):
        if here != there:
            findings.differ(name, in_record=here, in_history=there)


def _around(text: str, other: str) -> str:
    """Where a text begins to differ from another, with what stands about it: the record may be no JSON any more."""
    place = next((at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), min(len(text), len(other)))
    return f"…{text[max(0, place - 20) : place + 20]}…"


def _moment(value: Any) -> str:
    return from_microseconds(value).isoformat() if isinstance(value, int) else _shown(value) or ""


def _differing_facts(file: Mapping[str, Any], record: Mapping[str, Any], definition: Definition | None) -> Iterator[Difference]:
    kind = str(file.get("kind") or record.get("kind") or "")
    here, there = dict(_facts(file)), dict(_facts(record))
    for path in dict.fromkeys([*here, *there]):
        if here.get(path) != there.get(path):
            yield Difference(_label(path, kind, file, definition), _shown(here.get(path)), _shown(there.get(path)))


def _facts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _facts(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value, 1):
            yield from _facts(each, (*path, str(place)))
    else:
        yield path, value


def _label(path: tuple[str, ...], kind: str, content: Mapping[str, Any], definition: Definition | None) -> Text:
    if path[0] != "facts" or len(path) < 2:
        return _LABELS.get(path[0], {"zh": path[0], "en": path[0]})
    name = path[1]
    labels = PERMIT_LABELS if kind == FOOD_PERMIT else LICENCE_LABELS
    if name in labels:
        return labels[name]
    facts = content.get("facts")
    fields = fields_of(definition, kind, facts) if definition is not None and isinstance(facts, dict) else {}
    known = fields.get(name)
    if known is None:
        return {"zh": ".".join(path[1:]), "en": ".".join(path[1:])}
    return _cell_label(known, path[2:])


def _cell_label(known: Field, rest: tuple[str, ...]) -> Text:
    if len(rest) < 2:
        return known.label
    column = next((each.label for each in known.columns if each.name == rest[1]), {"zh": rest[1], "en": rest[1]})
    return {
        "zh": f"{known.label['zh']}第{rest[0]}行的{column['zh']}",
        "en": f"{known.label['en']}, row {rest[0]}, {column['en']}",
    }


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else value.encode("utf-8", "backslashreplace").decode("utf-8")
    return json.dumps(value, ensure_ascii=False)
