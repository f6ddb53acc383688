"""The mandates of a case, held against its history: each is one that an event drafted, signed or revoked as its events say.

What stands on a mandate is told by the event that drafted it, field by field; whoever changes the row alone is found out, and
so is whoever changes the photo of a signed paper, whose digest stands in the event that took it in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Upload

from .families import Family
from .replay import Problem, problem

PAPER_MATERIALS = ("mandate", "delivery")
_OPEN = {
    "way": "", "upload_id": None, "witness_id": None, "signed_at": None, "revoked_at": None, "revoke_reason": "",
}  # fmt: skip
_Told = dict[int, tuple[int, dict[str, Any]]]


def mandate_problems(family: Family) -> Iterator[tuple[str, Problem]]:
    """Every mandate of a family that its events do not tell, and every photo of a paper that is not the one taken in."""
    root = family.root
    told = told_mandates(family)
    rows = {row.id: row for row in family.mandates}
    found = [*_differing(told, rows, root.position), *_photos(family)]
    for each in found:
        yield root.number, each


def told_mandates(family: Family) -> _Told:
    """What the events of a family say of its mandates, by the number of the mandate: where they say it, and the columns."""
    told: _Told = {}
    root = family.root
    for event in family.events[root.id]:
        payload = family.replayed[root.id].payloads[event.position] or {}
        drafted = payload.get("mandate")
        if isinstance(drafted, Mapping):
            told[drafted["number"]] = (event.position, {**drafted, "case_id": root.id, "created_at": event.happened_at, **_OPEN})
        if (number := payload.get("signed_mandate")) is not None:
            form = payload.get("form") or {}
            on_paper = form.get("way") == "paper"
            told[number][1].update(
                signed_at=event.happened_at, way="paper" if on_paper else "online",
                upload_id=int(form["upload"]) if on_paper else None, witness_id=event.actor_id if on_paper else None,
            )  # fmt: skip
        for number in payload.get("revoked_mandates", ()):
            told[number][1].update(revoked_at=event.happened_at, revoke_reason=payload.get("reason", ""))
    return told


def _differing(told: _Told, rows: Mapping[int, Any], end: int) -> Iterator[Problem]:
    left = dict(rows)
    for number, (position, columns) in sorted(told.items()):
        row = left.pop(columns["id"], None)
        if row is None:
            yield problem(position, f"第{number}份委托书缺失", f"mandate {number} is missing")
            continue
        for column, value in columns.items():
            if getattr(row, column) != value:
                yield problem(
                    position, f"第{number}份委托书（{column}）与办理记录不符",
                    f"mandate {number} ({column}) is not what the history says",
                )
    for row in left.values():
        yield problem(end, f"第{row.number}份委托书没有办理记录", f"no event drafted mandate {row.number}")


def _photos(family: Family) -> Iterator[Problem]:
    kept = {row.id: row for row in family.papers}
    root = family.root
    for event in family.events[root.id]:
        form = (family.replayed[root.id].payloads[event.position] or {}).get("form") or {}
        if not isinstance(form, Mapping) or "photo_digest" not in form:
            continue
        row = kept.get(int(form["upload"]))
        if row is None or row.removed_at is not None or row.digest != form["photo_digest"] or row.person_id != event.actor_id:
            yield problem(event.position, "纸质文书的照片缺失或被改动", "the photo of the signed paper is missing or was changed")


def changed_photos(session: Session) -> Iterator[tuple[str, str]]:
    """The numbers of cases with a photo whose bytes are not what its digest says, and its name; one photo at a time."""
    kept = (
        select(Case.number, Upload.name, Upload.digest, Upload.content)
        .join(Case, Case.id == Upload.root_id)
        .where(Upload.material.in_(PAPER_MATERIALS), Upload.workflow == Case.workflow)
        .order_by(Upload.id)
    )
    for number, name, digest, content in session.execute(kept.execution_options(yield_per=20)):
        if hashlib.sha256(content).hexdigest() != digest:
            yield number, name
