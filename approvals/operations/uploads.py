"""Files of a draft: kept, removed and taken back; at the filing they go over to the case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from approvals.models import Draft, Upload
from workflows.county import county_catalogue
from workflows.engine.definition import Definition
from workflows.engine.materials import UPLOADED, materials_of

from .acting import Acting
from .drafts import open_draft
from .errors import NotFound, Refusal

MOST_OF_ONE = 5
"""Files for one material of one person."""
MOST_BYTES = 50 * 1024 * 1024
"""Bytes of all files of one draft."""
KEPT_AFTER_REMOVAL = timedelta(days=1)
"""For so long a removed file can be taken back."""


class File(Protocol):
    """What was found in a file that can be kept."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def digest(self) -> str: ...
    @property
    def sent_digest(self) -> str: ...


def add(
    session: Session, acting: Acting, token: str, workflow: str, material: str, subject: str, file: File, now: datetime
) -> str:
    """Keep a file for a material that the draft calls for; returns its token. The same file sent twice is kept once.

    Raises Refusal when nothing of the kind is asked for, or when there are enough files.
    """
    draft = open_draft(session, acting, token)
    _refuse_unasked(draft, workflow, material, subject)
    session.execute(
        delete(Upload).where(Upload.draft_id == draft.id, Upload.removed_at.is_not(None), Upload.removed_at < now - KEPT_AFTER_REMOVAL)
    )
    of_one = (Upload.workflow == workflow) & (Upload.material == material) & (Upload.subject == subject)
    kept = select(Upload).where(Upload.draft_id == draft.id, Upload.removed_at.is_(None))
    same = session.scalars(kept.where(of_one, Upload.sent_digest == file.sent_digest)).first()
    if same is not None:
        return same.token
    whole = select(func.count(Upload.id), func.coalesce(func.sum(Upload.size), 0))
    there = Upload.draft_id == draft.id, Upload.removed_at.is_(None)
    number, _bytes = session.execute(whole.where(*there, of_one)).one()
    _number, total = session.execute(whole.where(*there)).one()
    if number >= MOST_OF_ONE:
        raise Refusal(
            "too-many-files",
            {
                "zh": f"这一项最多传{MOST_OF_ONE}个文件，已经有{number}个。请先删掉不要的，或者合成一个 PDF。",
                "en": f"{MOST_OF_ONE} files are taken for this material. Remove one first, or put them into one PDF.",
            },
        )
    if total + len(file.content) > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        raise Refusal(
            "too-much",
            {
                "zh": f"一份申请的文件一共最多{most}MB。请删掉不要的，或者把照片压缩后再传。",
                "en": f"The files of one application may have {most} MB together. Remove some, or make photos smaller.",
            },
        )
    upload = Upload(
        token=secrets.token_urlsafe(18), draft_id=draft.id, root_id=None, person_id=acting.person_id, workflow=workflow,
        material=material, subject=subject, name=file.name, media_type=file.media_type, size=len(file.content),
        digest=file.digest, sent_digest=file.sent_digest, content=file.content, uploaded_at=now,
    )  # fmt: skip
    session.add(upload)
    draft.revision += 1
    draft.changed_at = now
    session.flush()
    return upload.token


def _refuse_unasked(draft: Draft, workflow: str, material: str, subject: str) -> None:
    for definition in matters_of(draft.workflow, draft.version, draft.content):
        for needed in materials_of(definition, draft.content):
            asked = (definition.key, needed.material.key, needed.subject) == (workflow, material, subject)
            if asked and needed.material.source in UPLOADED:
                return
    raise Refusal(
        "not-asked",
        {
            "zh": "这份申请现在不需要这个文件，可能前面填的内容已经改过。请看一遍材料清单。",
            "en": "The application does not need this file now; perhaps an answer was changed. See the list of materials.",
        },
    )


def matters_of(workflow: str, version: int, content: Mapping[str, Any]) -> list[Definition]:
    """The definitions that an application is for: its own, what that always opens, and what the applicant chose."""
    catalogue = county_catalogue()
    own = catalogue.version(workflow, version)
    matters = content.get("matters")
    chosen = matters.get("chosen") if isinstance(matters, Mapping) else None
    chosen = chosen if isinstance(chosen, list) else []
    openings = [opening for state in own.states.values() for opening in state.opens]
    return [own, *(catalogue.latest(each.workflow) for each in openings if each.when == "always" or each.workflow in chosen)]


def _of_draft(session: Session, acting: Acting, token: str, upload: str) -> tuple[Draft, Upload]:
    draft = open_draft(session, acting, token)
    found = session.scalars(select(Upload).where(Upload.token == upload, Upload.draft_id == draft.id)).first()
    if found is None:
        raise NotFound
    return draft, found


def remove(session: Session, acting: Acting, token: str, upload: str, now: datetime) -> None:
    """Take a file out of a draft; for a day it can be taken back."""
    draft, found = _of_draft(session, acting, token, upload)
    if found.removed_at is None:
        found.removed_at = now
        draft.revision += 1
        draft.changed_at = now


def restore(session: Session, acting: Acting, token: str, upload: str, now: datetime) -> None:
    """Take a removed file back."""
    draft, found = _of_draft(session, acting, token, upload)
    if found.removed_at is not None:
        found.removed_at = None
        draft.revision += 1
        draft.changed_at = now

