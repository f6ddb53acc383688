"""What was issued, as data and as a file, and what people handed in as files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Document(Identified, Base):
    """证照文书: something issued, as data. ``content`` holds the facts printed on it.

    ``token`` is the unguessable half of the address behind its QR code. ``status`` is genuine, replaced (then
    ``replaced_by_id`` names what stands in its place) or revoked, since ``status_at`` and for ``status_reason``.
    """

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_root_id", "root_id"), Index("ix_documents_case_id", "case_id"))

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    root_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(60), unique=True)
    content: Mapped[Any] = mapped_column(CanonicalJson)
    digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(20), default="genuine")
    status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status_reason: Mapped[str] = mapped_column(String(500), default="")
    replaced_by_id: Mapped[int | None] = mapped_column(BigInteger)


class DocumentFile(Base):
    """The PDF of a document as it was first made; whoever holds a copy holds these very bytes."""

    __tablename__ = "document_files"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Upload(Identified, Base):
    """A material handed in as a file, the last resort: of a draft, and from its filing on of the root case.

    ``material`` is the key of the material in the definition; ``subject`` says whose or which one it is, as the materials of an
    application tell their rows apart. ``digest`` is the SHA-256 of ``content``, ``sent_digest`` that of the file as it was sent:
    photos are kept without the place and device that cameras write into them.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_draft_id", "draft_id"), Index("ix_uploads_root_id", "root_id"))

    token: Mapped[str] = mapped_column(String(40), unique=True)
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    root_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    workflow: Mapped[str] = mapped_column(String(60))
    material: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sent_digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
