"""Files that people handed in, without their content until one is asked for. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.models import Upload


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it stands in a list. ``filed``: it belongs to the case and stays; ``removed``: it can still be taken back."""

    token: str
    workflow: str
    material: str
    subject: str
    name: str
    media_type: str
    size: int
    digest: str
    uploaded_at: datetime
    filed: bool
    removed: bool

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


_COLUMNS = (
    Upload.token, Upload.workflow, Upload.material, Upload.subject, Upload.name, Upload.media_type, Upload.size, Upload.digest,
    Upload.uploaded_at, Upload.root_id, Upload.removed_at,
)  # fmt: skip


def _kept(row: Any) -> Kept:
    return Kept(*row[:9], filed=row.root_id is not None, removed=row.removed_at is not None)


def files_of_draft(session: Session, draft_id: int, root_id: int | None) -> list[Kept]:
    """The files of a draft, removed ones included, with those that its case already has; the oldest first."""
    own = Upload.draft_id == draft_id
    there = own if root_id is None else or_(own, (Upload.root_id == root_id) & Upload.removed_at.is_(None))
    return [_kept(row) for row in session.execute(select(*_COLUMNS).where(there).order_by(Upload.id))]


def files_of_case(session: Session, root_id: int) -> list[Kept]:
    """The files of a case, the oldest first."""
    there = (Upload.root_id == root_id) & Upload.removed_at.is_(None)
    return [_kept(row) for row in session.execute(select(*_COLUMNS).where(there).order_by(Upload.id))]


def file_of_draft(session: Session, draft_id: int, root_id: int | None, token: str) -> Upload | None:
    """One file of a draft or of the case it corrects, with its content."""
    own = Upload.draft_id == draft_id
    there = own if root_id is None else or_(own, Upload.root_id == root_id)
    return session.scalars(select(Upload).where(Upload.token == token, there)).first()


def file_of_case(session: Session, root_id: int, token: str) -> Upload | None:
    """One file of a case, with its content."""
    return session.scalars(select(Upload).where(Upload.token == token, Upload.root_id == root_id)).first()
