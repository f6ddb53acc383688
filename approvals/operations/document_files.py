"""The PDF of a document: made when it is first needed, kept as it was made, and the same bytes for everybody ever after."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.documents import render
from approvals.models import DocumentFile
from approvals.queries import issued

from .errors import NotFound


def made_file(database: Database, document_id: int, *, public_url: str, demo: bool, now: datetime) -> bytes:
    """The PDF of a document, made now if it never was. Raises NotFound for an unknown document.

    It is set between two transactions: nobody waits for typst with a lock in hand. Of two who make it at once, both get the
    bytes of whoever was first.
    """
    with database.reading() as session:
        found = issued.file_of(session, document_id)
        if found is not None:
            return found.content
        sheet = issued.sheet_for(session, document_id)
    if sheet is None:
        raise NotFound
    return database.write(keep, document_id, render(sheet, public_url=public_url, demo=demo), now)


def keep(session: Session, document_id: int, content: bytes, now: datetime) -> bytes:
    """Keep the file of a document, unless one is kept already; returns the one that is."""
    kept = session.scalar(select(DocumentFile.content).where(DocumentFile.document_id == document_id))
    if kept is not None:
        return kept
    digest = hashlib.sha256(content).hexdigest()
    session.add(DocumentFile(document_id=document_id, content=content, digest=digest, made_at=now))
    return content
