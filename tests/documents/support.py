"""Documents of a case and their files, for tests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from approvals.db import Database
from approvals.models import Document
from approvals.operations.document_files import made_file

ADDRESS = "https://example.cn"


def document_of(database: Database, root_id: int, kind: str) -> Document:
    """The newest document of that kind in a family."""
    with database.reading() as session:
        found = select(Document).where(Document.root_id == root_id, Document.kind == kind).order_by(Document.id.desc())
        return session.scalars(found.limit(1)).one()


def file_of(database: Database, document: Document, now: datetime, *, demo: bool = False) -> bytes:
    return made_file(database, document.id, public_url=ADDRESS, demo=demo, now=now)
