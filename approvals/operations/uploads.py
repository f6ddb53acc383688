"""Files of a draft: kept, removed and taken back; at the filing they go over to the case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, func, select
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
MOST_BYTES_OF_ONE_PERSON = 200 * 1024 * 1024
"""Bytes of all files in the drafts of one person, not counting what was filed; also of a clerk, for many walk-ins at once."""
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
    draft = open_draft(session, acting, token, now)
    _refuse_unasked(draft, workflow, material, subject)
    of_one = _of_one(workflow, material, subject)
    kept = select(Upload).where(Upload.draft_id == draft.id, Upload.removed_at.is_(None))
    same = session.scalars(kept.where(of_one, Upload.sent_digest == file.sent_digest)).first()
    if same is not None:
        return same.token
    _refuse_too_many(session, draft, of_one)
    _refuse_too_much(session, draft, acting.person_id, len(file.content), now)
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


def _of_one(workflow: str, material: str, subject: str) -> ColumnElement[bool]:
    return (Upload.workflow == workflow) & (Upload.material == material) & (Upload.subject == subject)


def _refuse_too_many(session: Session, draft: Draft, of_one: ColumnElement[bool]) -> None:
    there = select(func.count(Upload.id)).where(Upload.draft_id == draft.id, Upload.removed_at.is_(None), of_one)
    number = session.scalars(there).one()
    if number >= MOST_OF_ONE:
        raise Refusal(
            "too-many-files",
            {
                "zh": f"这一项最多传{MOST_OF_ONE}个文件，已经有{number}个。请先删掉不要的，或者合成一个 PDF。",
                "en": f"{MOST_OF_ONE} files are taken for this material. Remove one first, or put them into one PDF.",
            },
        )


def _refuse_too_much(session: Session, draft: Draft, person_id: int, more: int, now: datetime) -> None:
    """Removed files count as long as they can be taken back; those of other drafts, for the person who sent them."""
    kept = Upload.removed_at.is_(None) | (Upload.removed_at >= now - KEPT_AFTER_REMOVAL)
    whole = select(func.coalesce(func.sum(Upload.size), 0)).where(kept)
    if session.scalars(whole.where(Upload.draft_id == draft.id)).one() + more > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        raise Refusal(
            "too-much",
            {
                "zh": f"一份申请的文件一共最多{most}MB，删掉的文件一天内还算在内。请把照片压缩后再传，或者明天再传。",
                "en": f"The files of one application may have {most} MB together; a removed file counts for another day. "
                "Make photos smaller, or come back tomorrow.",
            },
        )
    unfiled = Upload.person_id == person_id, Upload.root_id.is_(None)
    if session.scalars(whole.where(*unfiled)).one() + more > MOST_BYTES_OF_ONE_PERSON:
        most = MOST_BYTES_OF_ONE_PERSON // (1024 * 1024)
        raise Refusal(
            "too-much-in-drafts",
            {
                "zh": f"您的各份草稿里的文件一共最多{most}MB。请先提交或者删除不用的草稿，再传。",
                "en": f"The files of all your drafts may have {most} MB together. File or discard drafts that you do not need first.",
            },
        )


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


def _of_draft(session: Session, acting: Acting, token: str, upload: str, now: datetime) -> tuple[Draft, Upload]:
    draft = open_draft(session, acting, token, now)
    found = session.scalars(select(Upload).where(Upload.token == upload, Upload.draft_id == draft.id)).first()
    if found is None:
        raise NotFound
    return draft, found


def remove(session: Session, acting: Acting, token: str, upload: str, now: datetime) -> None:
    """Take a file out of a draft; for a day it can be taken back."""
    draft, found = _of_draft(session, acting, token, upload, now)
    if found.removed_at is None:
        found.removed_at = now
        draft.revision += 1
        draft.changed_at = now


def restore(session: Session, acting: Acting, token: str, upload: str, now: datetime) -> None:
    """Take a removed file back, for a day.

    Raises Refusal as for a new file when the material is asked for no more, or others took its place meanwhile.
    """
    draft, found = _of_draft(session, acting, token, upload, now)
    if found.removed_at is not None:
        if found.removed_at < now - KEPT_AFTER_REMOVAL:
            raise NotFound
        _refuse_unasked(draft, found.workflow, found.material, found.subject)
        _refuse_too_many(session, draft, _of_one(found.workflow, found.material, found.subject))
        # Its bytes have counted all along.
        _refuse_too_much(session, draft, found.person_id, 0, now)
        found.removed_at = None
        draft.revision += 1
        draft.changed_at = now


def purge(session: Session, now: datetime) -> int:
    """Delete files that cannot be taken back any more, and those whose draft is gone; returns how many. For a schedule."""
    removed = Upload.removed_at.is_not(None) & (Upload.removed_at < now - KEPT_AFTER_REMOVAL)
    orphaned = Upload.root_id.is_(None) & Upload.draft_id.not_in(select(Draft.id))
    purged = session.execute(delete(Upload).where(removed | orphaned).execution_options(synchronize_session=False))
    return int(purged.rowcount)  # type: ignore[attr-defined]
